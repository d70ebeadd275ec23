// SPDX-License-Identifier: GPL-2.0-only
/* An explanation names the one thing that is in the way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bypass_up_names.h"
#include "explanation.h"
#include "flow_rule.h"

#define SECOND 1000000000ULL

/* A flow that conntrack knows and the daemon waits for. */
static struct explanation candidate(void)
{
	struct explanation explanation = {
		.now = 1000 * SECOND,
		.settings = { .learn = 1, .observe_after = 10 },
		.daemon = { .alive_until = 1001 * SECOND },
		.learned_capacity = 100,
		.conntrack = EXPLAINED_CONNTRACK_ORIGINAL,
		.awaited = EXPLAINED_AWAITED,
		.route = FLOW_WAY_USABLE,
		.route_text = "via 10.0.0.9 dev eth1",
	};

	assert_int_equal(flow_key_parse("10.0.0.1:5000 > 10.0.0.2:53", &explanation.key, NULL), 0);
	explanation.leaves = explanation.conntrack_flow.original = explanation.key;
	explanation.conntrack_flow.reply = flow_key_reverse(&explanation.key);
	return explanation;
}

static void seen(struct explanation *explanation)
{
	explanation->awaited = EXPLAINED_SEEN;
}

static void awaited(struct explanation *explanation)
{
	explanation->awaited = EXPLAINED_AWAITED;
}

static void not_awaited(struct explanation *explanation)
{
	explanation->awaited = EXPLAINED_NOT_AWAITED;
}

static void table_full(struct explanation *explanation)
{
	not_awaited(explanation);
	explanation->ledger.flows = 100;
}

static void local(struct explanation *explanation)
{
	not_awaited(explanation);
	explanation->route = FLOW_WAY_LOCAL;
}

static void unanswered(struct explanation *explanation)
{
	not_awaited(explanation);
	explanation->conntrack = EXPLAINED_CONNTRACK_UNANSWERED;
}

static void unknown(struct explanation *explanation)
{
	not_awaited(explanation);
	explanation->conntrack = EXPLAINED_CONNTRACK_UNKNOWN;
}

static void unreadable(struct explanation *explanation)
{
	not_awaited(explanation);
	explanation->conntrack = EXPLAINED_CONNTRACK_UNREADABLE;
	(void)snprintf(explanation->conntrack_problem.text,
		       sizeof(explanation->conntrack_problem.text), "no such module");
}

static void only_marked(struct explanation *explanation)
{
	explanation->settings.learn = 0;
	explanation->settings.mark_mask = 0xff;
}

static void pending(struct explanation *explanation)
{
	explanation->pending = 3;
}

static void no_daemon(struct explanation *explanation)
{
	explanation->daemon.alive_until = 999 * SECOND;
}

static void learning_off(struct explanation *explanation)
{
	explanation->settings.learn = 0;
	explanation->settings.mark_mask = 0;
}

static void excluded(struct explanation *explanation)
{
	explanation->is_excluded = true;
}

/* Each beats those before it. */
static const struct {
	void (*spoil)(struct explanation *explanation);
	const char *text;
} rows[] = {
	{ not_awaited, "the daemon does not wait for it" },
	{ table_full, "table is full" },
	{ local, "ends at this host" },
	{ unanswered, "first packet back" },
	{ unknown, "conntrack does not know it" },
	{ unreadable, "no such module" },
	{ awaited, "a candidate" },
	{ seen, "it was seen leaving" },
	{ only_marked, "only flows that leave marked" },
	{ pending, "3 of its packets have left marked, observe-after is 10" },
	{ no_daemon, "bypass_udp --run" },
	{ learning_off, "learning is off" },
	{ excluded, "excluded" },
};

static void test_learning(void **state)
{
	struct explanation together = candidate();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct explanation explanation = candidate();
		char text[EXPLANATION_TEXT_SIZE];

		rows[i].spoil(&explanation);
		rows[i].spoil(&together);
		explanation_of_learning(&explanation, text);
		if (!strstr(text, rows[i].text))
			fail_msg("'%s' is not in '%s'", rows[i].text, text);
		explanation_of_learning(&together, text);
		if (!strstr(text, rows[i].text))
			fail_msg("'%s' is not in '%s' (all together)", rows[i].text, text);
		explanation.has_flow = true;
		assert_string_equal(explanation_of_learning(&explanation, text), "");
	}
}

/* One interface that sends it, one that does not. */
static struct explanation found(struct explained_interface interfaces[2])
{
	struct explanation explanation = candidate();

	explanation.has_flow = true;
	explanation.table = FLOW_TABLE_STATIC;
	explanation.entry.key = explanation.key;
	explanation.entry.value.flags = FLOW_ROUTED | FLOW_ANY_TAGS;
	explanation.entry.value.in_ifindex = 4;
	explanation.nexthop.way[0] =
		(struct flow_way){ .ifindex = 4, .mtu = 1500, .state = FLOW_WAY_USABLE };
	for (uint32_t i = 0; i < 2; i++) {
		interfaces[i] = (struct explained_interface){
			.is_reached = true,
			.question = { .now = explanation.now,
				      .key = explanation.key,
				      .config = { .ifindex = 4 + i },
				      .has_flow = true,
				      .flow = explanation.entry.value,
				      .nexthop = explanation.nexthop,
				      .any_tags = true,
				      .length = 1280,
				      .hops = 64,
				      .has_checksum = true },
		};
		(void)snprintf(interfaces[i].name, sizeof(interfaces[i].name), "eth%u", i);
	}
	explanation.interfaces = interfaces;
	explanation.interface_count = 2;
	return explanation;
}

static char *print(enum report_format format, const struct explanation *explanation)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);
	struct report *report = report_new(format, stream, "bypass_udp", 1);

	explanation_report(report, explanation);
	assert_int_equal(report_finish(report), 0);
	fclose(stream);
	return text;
}

static void test_text(void **state)
{
	static const char *const expected[] = {
		"Flow: 10.0.0.1:5000 > 10.0.0.2:53",
		"Rule (static): 10.0.0.1:5000 > 10.0.0.2:53",
		"Arriving at eth0: bypasses the stack, back out of the same port (XDP_TX)\n",
		"  goes up: an IP packet of more than 1500 bytes\n",
		"Arriving at eth1: goes up the stack (wrong_way_in): ",
		"The routes say: via 10.0.0.9 dev eth1\n",
	};
	struct explained_interface interfaces[2];
	struct explanation explanation = found(interfaces);
	char *text = print(REPORT_TEXT, &explanation);

	(void)state;
	for (size_t i = 0; i < sizeof(expected) / sizeof(*expected); i++) {
		if (!strstr(text, expected[i]))
			fail_msg("'%s' is not in:\n%s", expected[i], text);
	}
	free(text);
	explanation.interfaces[0].is_reached = false;
	text = print(REPORT_TEXT, &explanation);
	assert_non_null(strstr(text, "Arriving at eth0: no packet gets to bypass_udp there"));
	free(text);
}

static struct json_object *member(struct json_object *json, const char *key)
{
	struct json_object *value = NULL;

	if (!json_object_object_get_ex(json, key, &value))
		fail_msg("there is no %s", key);
	return value;
}

static void test_json(void **state)
{
	struct explained_interface interfaces[2];
	struct explanation explanation = found(interfaces), other = candidate();
	char *text = print(REPORT_JSON_LINE, &explanation);
	struct json_object *json = json_tokener_parse(text), *first, *second;

	(void)state;
	free(text);
	first = member(member(json, "interfaces"), "eth0");
	second = member(member(json, "interfaces"), "eth1");
	assert_string_equal(json_object_get_string(member(first, "decision")), "tx");
	assert_null(member(first, "reason"));
	assert_true(json_object_array_length(member(first, "goes_up")) > 3);
	assert_string_equal(json_object_get_string(member(second, "decision")), "up");
	assert_string_equal(json_object_get_string(member(second, "reason")),
			    bypass_up_name(BYPASS_UP_WRONG_WAY_IN));
	/* Without a rule the members are the same. */
	text = print(REPORT_JSON_LINE, &other);
	first = json_tokener_parse(text);
	assert_int_equal(json_object_object_length(first), json_object_object_length(json));
	assert_null(member(first, "rule"));
	assert_string_equal(json_object_get_string(member(first, "awaited")), "awaited");
	assert_string_equal(json_object_get_string(member(member(first, "conntrack"), "reply")),
			    "10.0.0.2:53 > 10.0.0.1:5000");
	json_object_put(first);
	json_object_put(json);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_learning),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
