// SPDX-License-Identifier: GPL-2.0-only
/* Flows in lists: what is printed is what --flow-file takes, and every number is there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flow_file.h"
#include "flow_report.h"
#include "flow_row.h"
#include "flow_value.h"

#define SECOND 1000000000ULL

/* The flow that a rule makes; its device lo is the only one every namespace has. */
static struct flow_entry entry_of(const char *text, struct flow_nexthop *ret_nexthop)
{
	struct flow_entry entry = { 0 };
	struct problem problem = { 0 };
	struct flow_rule rule;

	*ret_nexthop = (struct flow_nexthop){ .device = 1 };
	if (flow_rule_parse(text, &rule, &problem))
		fail_msg("%s: %s", text, problem.text);
	entry.key = rule.key;
	flow_value_of_rule(&entry.value, &rule);
	entry.value.nexthop = 40000;
	if (*rule.in_device)
		entry.value.in_ifindex = 1;
	ret_nexthop->family = rule.via_family;
	memcpy(ret_nexthop->neighbour, rule.via, sizeof(rule.via));
	memcpy(ret_nexthop->mac, rule.mac, sizeof(rule.mac));
	memcpy(ret_nexthop->vlan, rule.vlan, sizeof(rule.vlan));
	ret_nexthop->flags =
		(rule.has_mac ? FLOW_NEXTHOP_MAC : 0U) | (rule.has_vlan ? FLOW_NEXTHOP_TAGS : 0U);
	ret_nexthop->way[0].state = FLOW_WAY_USABLE;
	return entry;
}

static const char *const rules[] = {
	"10.0.0.1:5000 > 10.0.0.2:53 => l2",
	"10.0.0.1:5000 > 10.0.0.2:53 on lo vlan none => l2",
	"[fd00::1]:5000 > [fd00::2]:53 vlan 5.7 => [fd00::3]:1 > [fd00::4]:2",
	"10.0.0.1:5000 > 10.0.0.2:53 => 10.9.0.1:4000 > 10.9.0.2:54 via 10.9.0.7 dev lo",
	"10.0.0.1:5000 > 10.0.0.2:53 vlan 9 => l2 dev lo mac 02:00:00:00:00:07 vlan 11.12",
	"10.0.0.1:5000 > 10.0.0.2:53 => l2 dev lo mac 02:00:00:00:00:07 vlan none",
};

/* What says how a flow came to be is lost in the tables; the way back from there is complete. */
static void test_rules_come_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
		char before[FLOW_RULE_TEXT_SIZE], after[FLOW_RULE_TEXT_SIZE];
		struct flow_nexthop nexthop;
		struct flow_entry entry = entry_of(rules[i], &nexthop);
		struct flow_rule rule;

		assert_int_equal(flow_rule_parse(rules[i], &rule, NULL), 0);
		flow_rule_text(&rule, before);
		rule = flow_row_rule(&entry, &nexthop);
		assert_string_equal(flow_rule_text(&rule, after), before);
	}
}

static char *print_columns(enum report_format format, const struct flow_report_row *row,
			   bool has_rates, bool has_flags)
{
	struct flow_report_table table;
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);
	struct report *report = report_new(format, stream, "bypass_udp", 1);

	flow_report_begin(&table, report, has_rates, has_flags);
	flow_report_put(&table, row);
	flow_report_end(&table);
	assert_int_equal(report_finish(report), 0);
	fclose(stream);
	return text;
}

static char *print(enum report_format format, const struct flow_report_row *row)
{
	return print_columns(format, row, true, true);
}

static void test_json_is_a_file(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
		struct flow_nexthop nexthop;
		struct flow_entry entry = entry_of(rules[i], &nexthop);
		struct listed_flow flow = { .entry = &entry };
		struct flow_report_row row = { .flow = &flow, .nexthop = &nexthop };
		char *text = print(REPORT_JSON, &row), rule[FLOW_RULE_TEXT_SIZE];
		FILE *stream = fmemopen(text, strlen(text), "r");
		struct flow_rule_list list = { 0 };
		struct flow_rule expected;
		struct problem problem = { 0 };

		if (flow_file_read(stream, "printed", &list, &problem))
			fail_msg("%s\n%s", problem.text, text);
		assert_int_equal(list.count, 1);
		assert_int_equal(flow_rule_parse(rules[i], &expected, NULL), 0);
		flow_rule_text(&expected, rule);
		assert_string_equal(flow_rule_text(&list.rules[0],
						   (char[FLOW_RULE_TEXT_SIZE]){ 0 }),
				    rule);
		flow_rule_list_free(&list);
		fclose(stream);
		free(text);
	}
}

static uint64_t number(struct json_object *json, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(json, key, &value))
		fail_msg("there is no %s", key);
	return json_object_get_uint64(value);
}

static struct json_object *member(struct json_object *json, const char *key)
{
	struct json_object *value = NULL;

	assert_true(json_object_object_get_ex(json, key, &value));
	return value;
}

static void test_numbers(void **unused)
{
	struct flow_nexthop nexthop;
	struct flow_entry entry = entry_of(rules[0], &nexthop), back = entry;
	struct listed_flow flow = { .entry = &entry,
				    .packets = 30,
				    .bytes = 3000,
				    .packets_per_second = 5,
				    .bytes_per_second = 500 };
	struct flow_report_row row = { .flow = &flow,
				       .class_name = "dns",
				       .nexthop = &nexthop,
				       .nexthop_text = "via 10.0.0.9 dev lo",
				       .now = 100 * SECOND,
				       .back = &back };
	struct json_object *json, *state;
	char *text;

	(void)unused;
	entry.value.first = 40 * SECOND;
	entry.value.home_counts.last = 99 * SECOND;
	entry.value.flags |= FLOW_LEARNED | FLOW_CONNTRACK | FLOW_REPLY;
	entry.value.class = 1;
	back.value.home_counts.packets = 7;
	back.value.other_counts.packets = 1;
	text = print(REPORT_JSON_LINE, &row);
	json = json_tokener_parse(text);
	state = member(json_object_array_get_idx(member(json, "flows"), 0), "state");
	assert_int_equal(number(state, "packets"), 30);
	assert_int_equal(number(state, "bytes"), 3000);
	assert_int_equal(number(state, "packets_per_second"), 5);
	assert_int_equal(number(state, "bits_per_second"), 4000);
	assert_int_equal(number(state, "first_ms"), 60000);
	assert_int_equal(number(state, "last_ms"), 1000);
	assert_int_equal(number(state, "back_packets"), 8);
	assert_int_equal(number(state, "nexthop_index"), 40000);
	assert_string_equal(json_object_get_string(member(state, "table")), "learned");
	assert_string_equal(json_object_get_string(member(state, "flags")), "conntrack reply");
	assert_string_equal(json_object_get_string(member(state, "class")), "dns");
	assert_string_equal(json_object_get_string(member(state, "nexthop_state")), "usable");
	json_object_put(json);
	free(text);
	text = print(REPORT_TEXT, &row);
	assert_non_null(strstr(text, "10.0.0.1:5000 > 10.0.0.2:53"));
	assert_non_null(strstr(text, " 1m00s |"));
	assert_non_null(strstr(text, " 1.0s |"));
	free(text);
}

/* Only text has a column less; all rows of usual length are as wide as the head. */
static void test_columns(void **state)
{
	struct flow_nexthop nexthop;
	struct flow_entry entry =
		entry_of("100.100.100.100:50000 > 100.100.100.200:50001 => 100.100.100.101:50002 > "
			 "100.100.100.201:50003",
			 &nexthop);
	struct listed_flow flow = { .entry = &entry, .packets_per_second = 5 };
	struct flow_report_row row = { .flow = &flow,
				       .nexthop = &nexthop,
				       .nexthop_text =
					       "via 10.0.0.254 dev eth1 lladdr 02:00:00:00:00:07" };

	(void)state;
	nexthop.way[0].state = FLOW_WAY_NO_TRANSMIT;
	entry.value.flags |= FLOW_CONNTRACK | FLOW_REPLY;
	for (unsigned int i = 0; i < 4; i++) {
		bool has_rates = i & 1, has_flags = i & 2;
		char *text = print_columns(REPORT_TEXT, &row, has_rates, has_flags);
		struct json_object *json, *rate;
		char *line = strchr(text, '\n') + 1;

		line[-1] = '\0';
		assert_int_equal(strrchr(line, '|') - line, strrchr(text, '|') - text);
		assert_int_equal(!!strstr(text, "| PACKETS/S | "), has_rates);
		assert_int_equal(!!strstr(text, " BITS/S | "), has_rates);
		assert_int_equal(!!strstr(text, "| FLAGS "), has_flags);
		assert_int_equal(!!strstr(line, "| conntrack reply |"), has_flags);
		free(text);
		text = print_columns(REPORT_JSON_LINE, &row, has_rates, has_flags);
		json = json_tokener_parse(text);
		rate = member(json_object_array_get_idx(member(json, "flows"), 0), "state");
		assert_string_equal(json_object_get_string(member(rate, "flags")),
				    "conntrack reply");
		assert_true(json_object_object_get_ex(rate, "packets_per_second", &rate));
		assert_int_equal(json_object_get_int(rate), has_rates ? 5 : 0);
		assert_int_equal(!!rate, has_rates);
		json_object_put(json);
		free(text);
	}
}

static void test_ages(void **state)
{
	static const struct {
		uint64_t time;
		const char *text;
	} ages[] = {
		{ 0, "-" },
		{ 1000000 * SECOND, "0.0s" },
		{ 1000001 * SECOND, "0.0s" },
		{ 1000000 * SECOND - SECOND / 2, "0.5s" },
		{ (1000000 - 59) * SECOND, "59.0s" },
		{ (1000000 - 125) * SECOND, "2m05s" },
		{ (1000000 - 3600) * SECOND, "1h00m" },
		{ (1000000 - 86400 * 3 - 4 * 3600) * SECOND, "3d04h" },
	};
	char text[FLOW_ROW_AGE_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(ages) / sizeof(*ages); i++)
		assert_string_equal(flow_row_age(1000000 * SECOND, ages[i].time, text),
				    ages[i].text);
}

static void test_flags(void **state)
{
	struct flow_value value = { .flags = 0xffff, .gone = 1 };
	char text[FLOW_ROW_FLAGS_SIZE];

	(void)state;
	assert_string_equal(flow_row_flags(&value, text),
			    "conntrack reply observed excluded dead gone");
	value = (struct flow_value){ .gone = 1 };
	assert_string_equal(flow_row_flags(&value, text), "gone");
	value = (struct flow_value){ .flags = FLOW_NAT | FLOW_ROUTED };
	assert_string_equal(flow_row_flags(&value, text), "");
}

static void test_way_states(void **state)
{
	struct flow_nexthop nexthop = { .current = 1 };

	(void)state;
	nexthop.way[1].state = FLOW_WAY_LINK_DOWN;
	assert_int_equal(flow_row_way_state(40000, &nexthop), FLOW_WAY_LINK_DOWN);
	assert_int_equal(flow_row_way_state(FLOW_WAY_LOCAL, NULL), FLOW_WAY_LOCAL);
	assert_int_equal(flow_row_way_state(40000, NULL), FLOW_WAY_UNRESOLVED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules_come_back), cmocka_unit_test(test_json_is_a_file),
		cmocka_unit_test(test_numbers),         cmocka_unit_test(test_ages),
		cmocka_unit_test(test_columns),         cmocka_unit_test(test_flags),
		cmocka_unit_test(test_way_states),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
