// SPDX-License-Identifier: GPL-2.0-only
/* The status as text and as JSON: every number is there, the shape is one, and what is wrong is said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "offload_remarks.h"
#include "offload_report.h"
#include "offload_status.h"
#include "offload_up_names.h"

#define SECOND UINT64_C(1000000000)

static struct hook_program others[] = {
	{ .kind = TC_LINK_TCX, .program_id = 12, .name = "cil_from_netdev" },
	{ .kind = TC_LINK_CLSACT, .priority = 49152, .handle = 1, .name = "flower" },
};

static struct offload_nexthop_use nexthops[] = {
	{ .index = 2,
	  .state = FLOW_WAY_LOCAL,
	  .text = "local",
	  .flows = 2,
	  .packets = 3,
	  .bytes = 9 },
	{ .index = 32768,
	  .state = FLOW_WAY_USABLE,
	  .text = "via 10.0.2.4 dev eth0",
	  .flows = 4,
	  .packets = 1000,
	  .bytes = 64000 },
};

static struct offload_place_state places[2];
static struct offload_state state;

/* Healthy. */
static int craft(void **unused)
{
	(void)unused;
	places[0] = (struct offload_place_state){
		.name = "lo",
		.place = { .ifindex = 1,
			   .side = OFFLOAD_EGRESS,
			   .state = { .kind = TC_LINK_TCX, .program_id = 33 } },
		.loaded_at = 1,
		.counters = { .sent = { [OFFLOAD_OUT_DEVICE] = 70, [OFFLOAD_OUT_ICMP] = 5 },
			      .up = { [OFFLOAD_UP_NO_FLOW] = 20 } },
	};
	places[0].counters.up[OFFLOAD_UP_WAY + FLOW_WAY_LINK_DOWN] = 5;
	places[1] = (struct offload_place_state){
		.name = "eth0",
		.place = { .ifindex = 7, .state = { .kind = TC_LINK_CLSACT, .program_id = 34 } },
	};
	state = (struct offload_state){
		.host = { .is_there = true,
			  .now = 100 * SECOND,
			  .daemon = { .alive_until = 104 * SECOND, .pid = 4711 },
			  .sysctls = { .sysctl = { { .is_set = 1, .before = 0 } } },
			  .sysctl = { 1, 1 },
			  .tables = { { 5, 65536 }, { 1, 65536 } },
			  .nexthops = nexthops,
			  .nexthop_count = 2 },
		.places = places,
		.place_count = 2,
	};
	return 0;
}

static char *print(enum report_format format)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);
	struct report *report;

	assert_non_null(stream);
	offload_remarks_host(&state.host);
	for (size_t i = 0; i < state.place_count; i++)
		offload_remarks_place(&state.places[i]);
	report = report_new(format, stream, "tc_offload", OFFLOAD_STATUS_SCHEMA);
	offload_report(report, &state);
	assert_int_equal(report_finish(report), 0);
	fclose(stream);
	return text;
}

static struct json_object *print_json(void)
{
	char *text = print(REPORT_JSON_LINE);
	struct json_object *json = json_tokener_parse(text);

	assert_non_null(json);
	free(text);
	return json;
}

/* "host/daemon/pid"; a number is an index. */
static struct json_object *get(struct json_object *json, const char *path)
{
	char copy[128], *rest = copy;

	(void)snprintf(copy, sizeof(copy), "%s", path);
	for (char *key = strsep(&rest, "/"); key; key = strsep(&rest, "/")) {
		if (json_object_is_type(json, json_type_array))
			json = json_object_array_get_idx(json, (size_t)atoi(key));
		else if (!json_object_object_get_ex(json, key, &json))
			fail_msg("%s: there is no %s", path, key);
	}
	return json;
}

static void assert_number(struct json_object *json, const char *path, uint64_t expected)
{
	if (json_object_get_uint64(get(json, path)) != expected)
		fail_msg("%s is %s", path, json_object_get_string(get(json, path)));
}

static void assert_text(struct json_object *json, const char *path, const char *expected)
{
	assert_string_equal(json_object_get_string(get(json, path)), expected);
}

static void test_json_of_the_host(void **unused)
{
	struct json_object *json = print_json();

	(void)unused;
	assert_number(json, "schema_version", 1);
	assert_true(json_object_get_boolean(get(json, "host/attached")));
	assert_text(json, "host/daemon/state", "running");
	assert_number(json, "host/daemon/pid", 4711);
	assert_text(json, "host/sysctls/0/name", "net.ipv4.conf.lo.route_localnet");
	assert_true(json_object_get_boolean(get(json, "host/sysctls/0/set_here")));
	assert_number(json, "host/sysctls/0/value", 1);
	assert_false(json_object_get_boolean(get(json, "host/sysctls/1/set_here")));
	assert_text(json, "host/tables/0/family", "IPv4");
	assert_number(json, "host/tables/0/flows", 5);
	assert_number(json, "host/tables/1/flows", 1);
	assert_number(json, "host/tables/1/capacity", 65536);
	assert_text(json, "host/nexthops/1/state", "usable");
	assert_text(json, "host/nexthops/1/text", "via 10.0.2.4 dev eth0");
	assert_number(json, "host/nexthops/1/flows", 4);
	assert_number(json, "host/nexthops/1/packets", 1000);
	assert_number(json, "host/nexthops/1/bytes", 64000);
	assert_number(json, "host/nexthops/1/index", 32768);
	assert_int_equal(json_object_array_length(get(json, "host/disagreements")), 0);
	json_object_put(json);
}

static void test_json_of_a_place(void **unused)
{
	struct json_object *json, *place;

	(void)unused;
	places[0].others = (struct hook_program_list){ .programs = others, .count = 2 };
	json = print_json();
	place = get(json, "places/0");
	assert_text(place, "interface", "lo");
	assert_text(place, "side", "egress");
	assert_text(place, "kind", "tcx");
	assert_number(place, "program_id", 33);
	assert_text(place, "load_time", "Thu, 01 Jan 1970 00:00:00 +0000");
	assert_number(place, "packets/seen", 100);
	assert_number(place, "packets/rewritten", 75);
	assert_number(place, "packets/out/device", 70);
	assert_number(place, "packets/out/icmp", 5);
	assert_number(place, "packets/left_alone", 25);
	assert_number(place, "packets/up/no_flow", 20);
	assert_number(place, "packets/up/way_link_down", 5);
	assert_text(place, "others/0/kind", "tcx");
	assert_text(place, "others/0/name", "cil_from_netdev");
	assert_number(place, "others/0/program_id", 12);
	assert_null(get(place, "others/0/priority"));
	assert_text(place, "others/1/name", "flower");
	assert_null(get(place, "others/1/program_id"));
	assert_number(place, "others/1/priority", 49152);
	assert_text(place, "others/1/handle", "0x1");
	assert_text(json, "places/1/interface", "eth0");
	assert_text(json, "places/1/kind", "clsact");
	assert_null(get(json, "places/1/load_time"));
	for (unsigned int i = 0; i < OFFLOAD_UP_COUNT; i++) {
		if (offload_up_name(i))
			(void)get(get(json, "places/1/packets/up"), offload_up_name(i));
	}
	for (unsigned int i = 0; i < OFFLOAD_OUT_COUNT; i++)
		(void)get(get(json, "places/1/packets/out"), offload_out_name(i));
	json_object_put(json);
}

/* The same members, nulls or not, whatever is attached. */
static void test_one_shape(void **unused)
{
	struct json_object *full = print_json(), *empty;

	(void)unused;
	state = (struct offload_state){ 0 };
	empty = print_json();
	assert_int_equal(json_object_object_length(full), json_object_object_length(empty));
	assert_int_equal(json_object_object_length(get(full, "host")),
			 json_object_object_length(get(empty, "host")));
	json_object_object_foreach(get(full, "host"), key, value) {
		(void)value;
		(void)get(get(empty, "host"), key);
	}
	assert_int_equal(json_object_array_length(get(empty, "places")), 0);
	json_object_put(full);
	json_object_put(empty);
}

static void assert_has(const char *text, const char *expected)
{
	if (!strstr(text, expected))
		fail_msg("'%s' is not in:\n%s", expected, text);
}

static void test_text(void **unused)
{
	static const char *const expected[] = {
		"=== tc_offload in this network namespace ===\n",
		"Daemon: running\n",
		"  process: 4711\n",
		"Sysctl set here: net.ipv4.conf.lo.route_localnet (was 0; given back by the last",
		"IPv4   |          5 |      65536\n",
		"via 10.0.2.4 dev eth0",
		"=== tc_offload on lo, egress ===\n",
		"attached as: tcx\n",
		"program id: 33\n",
		"Packets: 100\n",
		"  rewritten: 75\n",
		"    device: 70\n      (out of an interface,",
		"  left alone: 25\n",
		"    no_flow: 20\n      (no flow for these addresses",
		"=== tc_offload on eth0, ingress ===\n",
		"attached as: clsact\n",
		"NOTE: 2 others are attached here",
		"tcx       | cil_from_netdev          |       12 |        - | -\n",
		"clsact    | flower                   |        - |    49152 | 0x1\n",
	};
	char *text;

	(void)unused;
	places[1].others = (struct hook_program_list){ .programs = others, .count = 2 };
	text = print(REPORT_TEXT);
	for (size_t i = 0; i < sizeof(expected) / sizeof(*expected); i++)
		assert_has(text, expected[i]);
	/* What did not happen, and what was not changed, is left out. */
	assert_null(strstr(text, "malformed"));
	assert_null(strstr(text, "accept_local"));
	assert_null(strstr(text, "DISAGREES"));
	free(text);
}

static void test_text_of_nothing(void **unused)
{
	char *text;

	(void)unused;
	state = (struct offload_state){ 0 };
	text = print(REPORT_TEXT);
	assert_string_equal(text, "tc_offload is not attached in this network namespace.\n");
	free(text);
}

/* Says `line`, as a disagreement or not. */
static void assert_says(const char *line, bool disagrees)
{
	size_t found = offload_remarks_disagreements(&state.host.remarks);
	char *text = print(REPORT_TEXT), expected[200];

	assert_int_equal(found, 0);
	(void)snprintf(expected, sizeof(expected), "\n%s: %s", disagrees ? "DISAGREES" : "NOTE",
		       line);
	assert_has(text, expected);
	for (size_t i = 0; i < state.place_count; i++)
		found += offload_remarks_disagreements(&state.places[i].remarks);
	found += offload_remarks_disagreements(&state.host.remarks);
	assert_int_equal(found, disagrees);
	free(text);
}

static void a_place_that_somebody_emptied_disagrees(void **unused)
{
	(void)unused;
	places[1].place.state = (struct tc_link_state){ .kind = TC_LINK_NONE };
	assert_says("somebody took the program away from tc ingress, so no packet gets there; run: "
		    "tc_offload --attach --interface eth0 --at ingress\n",
		    true);
}

static void an_interface_that_has_gone_disagrees(void **unused)
{
	(void)unused;
	places[1].is_gone = true;
	assert_says("the interface with index 7 is gone", true);
}

static void a_silent_daemon_disagrees(void **unused)
{
	(void)unused;
	state.host.daemon.alive_until = 97 * SECOND;
	assert_says("the daemon (process 4711) should have been heard of 3 s ago", true);
}

static void no_daemon_is_a_note(void **unused)
{
	(void)unused;
	state.host.daemon = (struct offload_daemon){ 0 };
	assert_says("no daemon runs", false);
}

/* One that has ended leaves its time and no process. */
static void an_ended_daemon_is_a_note(void **unused)
{
	(void)unused;
	state.host.daemon = (struct offload_daemon){ .alive_until = 1 };
	assert_says("no daemon runs", false);
	state.host.remarks.count = 0;
	memset(state.host.tables, 0, sizeof(state.host.tables));
	offload_remarks_host(&state.host);
	assert_int_equal(state.host.remarks.count, 0);
}

static void flows_that_go_nowhere_are_noted(void **unused)
{
	static const uint32_t fine[] = { FLOW_WAY_USABLE, FLOW_WAY_RESOLVING, FLOW_WAY_LOCAL };
	struct offload_nexthop_use own[2];

	(void)unused;
	memcpy(own, nexthops, sizeof(own));
	state.host.nexthops = own;
	for (size_t i = 0; i < sizeof(fine) / sizeof(*fine); i++) {
		own[1].state = fine[i];
		state.host.remarks.count = 0;
		offload_remarks_host(&state.host);
		assert_int_equal(state.host.remarks.count, 0);
	}
	own[1].state = FLOW_WAY_LINK_DOWN;
	assert_says("4 flows are left alone, link-down via 10.0.2.4 dev eth0: the way out is down",
		    false);
}

static void missing_sysctls_are_noted_where_flows_need_them(void **unused)
{
	(void)unused;
	state.host.sysctl[1] = 0;
	offload_remarks_host(&state.host);
	assert_int_equal(state.host.remarks.count, 0);
	state.host.loopback_flows = 1;
	assert_says(
		"net.ipv4.conf.lo.accept_local is 0, so the stack drops packets of 1 flow with an",
		false);
}

static void a_full_table_is_noted(void **unused)
{
	(void)unused;
	state.host.tables[FLOW_FAMILY_IPV6] = (struct offload_table_use){ 7, 7 };
	assert_says("the table of IPv6 flows is full", false);
}

static void more_remarks_than_room_are_left_out(void **unused)
{
	struct offload_nexthop_use many[2 * OFFLOAD_REMARKS];

	(void)unused;
	for (size_t i = 0; i < 2 * OFFLOAD_REMARKS; i++)
		many[i] = (struct offload_nexthop_use){ .flows = 1 };
	state.host.nexthops = many;
	state.host.nexthop_count = 2 * OFFLOAD_REMARKS;
	offload_remarks_host(&state.host);
	assert_int_equal(state.host.remarks.count, OFFLOAD_REMARKS);
}

static void what_is_sick_is_told(void **unused)
{
	static const struct {
		struct offload_sick sick;
		const char *who;
	} rows[] = {
		{ { .is_namespace = true }, "the network namespace: " },
		{ { .places = 1 }, "1 place: " },
		{ { .is_namespace = true, .places = 2 }, "the network namespace and 2 places: " },
	};
	struct problem problem = { 0 };

	(void)unused;
	assert_int_equal(offload_sick_check(&(struct offload_sick){ 0 }, &problem), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_int_equal(offload_sick_check(&rows[i].sick, &problem), -EUCLEAN);
		assert_memory_equal(problem.text, rows[i].who, strlen(rows[i].who));
	}
}

#define REPORT_TEST(name) cmocka_unit_test_setup(name, craft)

int main(void)
{
	const struct CMUnitTest tests[] = {
		REPORT_TEST(test_json_of_the_host),
		REPORT_TEST(test_json_of_a_place),
		REPORT_TEST(test_one_shape),
		REPORT_TEST(test_text),
		REPORT_TEST(test_text_of_nothing),
		REPORT_TEST(a_place_that_somebody_emptied_disagrees),
		REPORT_TEST(an_interface_that_has_gone_disagrees),
		REPORT_TEST(a_silent_daemon_disagrees),
		REPORT_TEST(no_daemon_is_a_note),
		REPORT_TEST(an_ended_daemon_is_a_note),
		REPORT_TEST(flows_that_go_nowhere_are_noted),
		REPORT_TEST(missing_sysctls_are_noted_where_flows_need_them),
		REPORT_TEST(a_full_table_is_noted),
		REPORT_TEST(more_remarks_than_room_are_left_out),
		REPORT_TEST(what_is_sick_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
