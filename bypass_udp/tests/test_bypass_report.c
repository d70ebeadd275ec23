// SPDX-License-Identifier: GPL-2.0-only
/* The status as text and as JSON: every number is there, and the shape is one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bypass_remarks.h"
#include "bypass_report.h"
#include "bypass_up_names.h"
#include "crafted_state.h"

static char *print(struct bypass_state *state, enum report_format format)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);
	struct report *report;

	assert_non_null(stream);
	bypass_remarks_host(&state->host);
	for (size_t i = 0; i < state->interface_count; i++)
		bypass_remarks_interface(&state->interfaces[i], &state->host);
	report = report_new(format, stream, "bypass_udp", 1);
	bypass_report(report, state);
	assert_int_equal(report_finish(report), 0);
	fclose(stream);
	bypass_state_free(state);
	return text;
}

static struct json_object *print_json(struct bypass_state *state)
{
	char *text = print(state, REPORT_JSON_LINE);
	struct json_object *json = json_tokener_parse(text);

	assert_non_null(json);
	free(text);
	return json;
}

/* "interfaces/eth0/slot" */
static struct json_object *get(struct json_object *json, const char *path)
{
	char copy[128], *rest = copy;

	(void)snprintf(copy, sizeof(copy), "%s", path);
	for (char *key = strsep(&rest, "/"); key; key = strsep(&rest, "/")) {
		if (!json_object_object_get_ex(json, key, &json))
			fail_msg("%s: there is no %s", path, key);
	}
	return json;
}

static uint64_t number(struct json_object *json, const char *path)
{
	return json_object_get_uint64(get(json, path));
}

static void test_json(void **unused)
{
	struct bypass_state state = crafted_state();
	struct json_object *json = print_json(&state), *row;

	(void)unused;
	assert_true(json_object_get_boolean(get(json, "host/attached")));
	assert_string_equal(json_object_get_string(get(json, "host/daemon/state")), "running");
	assert_int_equal(number(json, "host/daemon/pid"), 4711);
	assert_int_equal(number(json, "host/daemon/heard_ms"), 1000);
	assert_int_equal(number(json, "host/daemon/epoch"), 3);
	assert_int_equal(number(json, "host/learning/learned"), 100);
	assert_int_equal(number(json, "host/learning/removed_packets"), 12345);
	row = json_object_array_get_idx(get(json, "host/excluded"), 1);
	assert_string_equal(json_object_get_string(row), "2001:db8::/32");
	row = json_object_array_get_idx(get(json, "host/tables"),
					FLOW_TABLE_LEARNED * FLOW_FAMILY_COUNT + FLOW_FAMILY_IPV6);
	assert_string_equal(json_object_get_string(get(row, "table")), "learned");
	assert_string_equal(json_object_get_string(get(row, "family")), "IPv6");
	assert_int_equal(number(row, "flows"), 4);
	assert_int_equal(number(row, "capacity"), 1024);
	row = json_object_array_get_idx(get(json, "host/nexthops"), 0);
	assert_int_equal(number(row, "packets"), 1000);
	assert_string_equal(json_object_get_string(get(row, "state")), "usable");
	assert_string_equal(json_object_get_string(get(json, "host/settings/sample")), "500ms");
	json_object_put(json);
}

static void test_json_interface(void **unused)
{
	struct bypass_state state = crafted_state();
	struct json_object *json = print_json(&state), *interface = get(json, "interfaces/eth1.5");

	(void)unused;
	assert_int_equal(number(interface, "slot"), 7);
	assert_int_equal(number(interface, "packets/seen"), 1250);
	assert_int_equal(number(interface, "packets/bypassed"), 1000);
	assert_int_equal(number(interface, "packets/bypassed_ppm"), 800000);
	assert_int_equal(number(interface, "packets/sent/l2_tx"), 100);
	assert_int_equal(number(interface, "packets/sent/l2_redirect"), 200);
	assert_int_equal(number(interface, "packets/sent/nat_tx"), 300);
	assert_int_equal(number(interface, "packets/sent/nat_redirect"), 400);
	assert_int_equal(number(interface, "packets/went_up"), 250);
	assert_int_equal(number(interface, "packets/up/no_flow"), 240);
	assert_int_equal(number(interface, "packets/up/way_resolving"), 10);
	for (unsigned int i = 0; i < BYPASS_UP_COUNT; i++) {
		if (bypass_up_name(i))
			(void)get(get(interface, "packets/up"), bypass_up_name(i));
	}
	json_object_put(json);
}

/* The same members, nulls or not, however much is attached. */
static void test_one_shape(void **unused)
{
	struct bypass_state full = crafted_state(), empty = { 0 };
	struct json_object *first = print_json(&full), *second = print_json(&empty);
	struct json_object *host = get(first, "host"), *other = get(second, "host");

	(void)unused;
	assert_int_equal(json_object_object_length(first), json_object_object_length(second));
	assert_int_equal(json_object_object_length(host), json_object_object_length(other));
	json_object_object_foreach(host, key, value) {
		(void)value;
		(void)get(other, key);
	}
	assert_int_equal(json_object_object_length(get(second, "interfaces")), 0);
	assert_int_equal(json_object_object_length(get(first, "interfaces")), 2);
	json_object_put(first);
	json_object_put(second);
}

static void test_text(void **unused)
{
	static const char *const expected[] = {
		"=== bypass_udp in this network namespace ===\n",
		"NOTE: 1 flow goes up the stack, resolving via 10.0.0.2 dev eth1: ",
		"Daemon: running\n",
		"  last heard of: 1s ago\n",
		"Excluded: 127.0.0.0/8\n",
		"learned  | IPv6   |          4 |       1024\n",
		"=== bypass_udp on eth0 ===\n",
		"Packets: 1250, of which 80.00 % bypassed\n",
		"    nat_redirect: 400\n",
		"    no_flow: 240\n      (no flow for these addresses",
		"    way_resolving: 10\n",
		"conntrack timers set by: kernel\n",
	};
	struct bypass_state state = crafted_state();
	char *text = print(&state, REPORT_TEXT);

	(void)unused;
	for (size_t i = 0; i < sizeof(expected) / sizeof(*expected); i++) {
		if (!strstr(text, expected[i]))
			fail_msg("'%s' is not in:\n%s", expected[i], text);
	}
	/* What did not happen is left out. */
	assert_null(strstr(text, "malformed"));
	free(text);
}

static void test_text_of_nothing(void **unused)
{
	struct bypass_state state = { 0 };
	char *text = print(&state, REPORT_TEXT);

	(void)unused;
	assert_string_equal(text, "bypass_udp is not attached in this network namespace.\n");
	free(text);
}

static void test_share(void **unused)
{
	struct bypass_interface_state interface = { 0 };

	(void)unused;
	assert_int_equal(bypass_state_share(&interface), 0);
	interface.sent[1][1] = UINT64_C(1) << 60;
	assert_int_equal(bypass_state_share(&interface), 1000000);
	interface.up[0] = UINT64_C(1) << 60;
	assert_int_equal(bypass_state_share(&interface), 500000);
	interface.up[BYPASS_UP_COUNT - 1] = UINT64_C(1) << 61;
	assert_int_equal(bypass_state_share(&interface), 250000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_json_interface),
		cmocka_unit_test(test_one_shape),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_text_of_nothing),
		cmocka_unit_test(test_share),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
