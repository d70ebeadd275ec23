// SPDX-License-Identifier: GPL-2.0-only
/* --explain on a host where the program is attached: a verdict, its reason and the way, for each place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "harness/scratch_bpffs.h"
#include "offload_attach.h"
#include "offload_explain.h"
#include "offload_scene.h"

#define IN "10.9.0.1:5000 > 10.0.1.1:53"
#define RULE IN " on r1 => 10.0.2.1:* > 10.0.2.4:*"

static struct problem *const problem = &offload_scene_problem;

static void change(enum offload_at_choice at, bool attach)
{
	struct interface_list list = { 0 };
	const struct offload_attach_wish wish = { .interfaces = &list, .at = at };
	FILE *stream = offload_scene_listen();

	offload_scene_must(interface_list_add(&list, "r1", problem));
	offload_scene_must(interface_list_add(&list, "lo", problem));
	offload_scene_must(
		attach ? offload_attach(stream, offload_scene_bpffs(), &wish, problem) :
			 offload_detach(stream, offload_scene_bpffs(), &list, at, problem));
	fclose(stream);
	interface_list_free(&list);
}

static int set_up(void **state)
{
	int err = offload_scene_set_up(state);

	change(OFFLOAD_AT_BOTH, true);
	return err;
}

static int tear_down(void **state)
{
	change(OFFLOAD_AT_BOTH, false);
	return offload_scene_tear_down(state);
}

static int explain(enum report_format format, const char *in, const char *interface)
{
	FILE *stream = offload_scene_listen();
	struct report *report = report_new(format, stream, OFFLOAD_TOOL, OFFLOAD_EXPLAIN_SCHEMA);
	int err = offload_explain(report, offload_scene_bpffs(), in, interface, problem);

	assert_int_equal(report_finish(report), 0);
	fclose(stream);
	return err;
}

static void assert_said(const char *text)
{
	if (!strstr(offload_scene_said, text))
		fail_msg("'%s' is not in '%s'", text, offload_scene_said);
}

static void test_each_place(void **state)
{
	(void)state;
	offload_scene_must(offload_scene_add(RULE, false));
	offload_scene_must(explain(REPORT_TEXT, IN, NULL));
	assert_said("Rule: " IN " on r1 => 10.0.2.1:5000 > 10.0.2.4:53\n");
	assert_said("  next hop: via 10.0.2.4 dev r2 lladdr 02:00:00:00:02:04");
	assert_said("At r1 ingress: rewritten (neighbour), ");
	assert_said("via 10.0.2.4 dev r2 lladdr 02:00:00:00:02:04, TTL less one; IP packets of "
		    "more than 1500 bytes are left alone\n");
	assert_said("At r1 egress: rewritten (neighbour), ");
	assert_said("At lo ingress: left alone (wrong_way_in): ");
	assert_said("At lo egress: left alone (wrong_way_in): ");
	assert_said("Daemon: none\n");
}

static void test_one_place(void **state)
{
	(void)state;
	offload_scene_must(offload_scene_add(RULE, false));
	offload_scene_must(explain(REPORT_TEXT, IN, "lo"));
	assert_said("At lo ingress: ");
	assert_null(strstr(offload_scene_said, "At r1"));
	/* Where the packet is said to be is a place, too. */
	offload_scene_must(explain(REPORT_TEXT, IN " on r1", NULL));
	assert_said("At r1 egress: ");
	assert_null(strstr(offload_scene_said, "At lo"));
}

static void test_packet_in_hand(void **state)
{
	(void)state;
	offload_scene_must(
		offload_scene_add(IN " vlan 5 => 10.0.2.1:* > 10.0.2.4:* via 10.0.2.4 dev r2",
				  false));
	offload_scene_must(explain(REPORT_TEXT, IN, "r1"));
	assert_said("At r1 ingress: rewritten");
	offload_scene_must(explain(REPORT_TEXT, IN " vlan none", "r1"));
	assert_said("At r1 ingress: left alone (wrong_way_in)");
	offload_scene_must(explain(REPORT_TEXT, IN " vlan 5.6", "r1"));
	assert_said("At r1 ingress: left alone (not_ip)");
	offload_scene_must(explain(REPORT_TEXT, IN " tcp", "r1"));
	assert_said("At r1 ingress: left alone (no_flow)");
	assert_null(strstr(offload_scene_said, "Rule:"));
}

static void test_states(void **state)
{
	(void)state;
	offload_scene_must(offload_scene_add(IN " => 10.0.2.1:* > 172.16.0.1:*\n" IN
						" tcp => 10.9.0.1:* > 127.0.0.1:*\n",
					     false));
	offload_scene_must(explain(REPORT_TEXT, IN, "r1"));
	assert_said("its state: no-route");
	assert_said("At r1 ingress: left alone (way_no_route)");
	offload_scene_must(explain(REPORT_TEXT, IN " tcp", NULL));
	assert_said("At r1 ingress: rewritten (loopback)");
	assert_said("At lo ingress: rewritten (here)");
	assert_null(strstr(offload_scene_said, "TTL less"));
}

static void test_too_big(void **state)
{
	(void)state;
	offload_scene_run("ip link set r2 mtu 1000");
	offload_scene_must(offload_scene_add(RULE, false));
	offload_scene_must(explain(REPORT_TEXT, IN, "r1"));
	assert_said("At r1 egress: left alone (too_big): ");
	assert_said(" (1280 bytes, the way out takes 1000)\n");
	offload_scene_must(explain(REPORT_JSON_LINE, IN, "r1"));
	assert_said("\"counts_ttl_down\":false,\"mtu\":1000}");
}

static void test_json(void **state)
{
	(void)state;
	offload_scene_must(offload_scene_add(RULE, false));
	offload_scene_must(explain(REPORT_JSON_LINE, IN, "r1"));
	assert_said("\"schema_version\":1");
	assert_said("\"rule\":{\"in\":\"" IN " on r1\",\"out\":\"10.0.2.1:5000 > "
		    "10.0.2.4:53\",");
	assert_said("\"nexthop_state\":\"usable\",\"packets\":0,\"bytes\":0}");
	assert_said("\"daemon\":\"none\"");
	assert_said("{\"interface\":\"r1\",\"side\":\"ingress\",\"reached\":true,"
		    "\"decision\":\"neighbour\",\"reason\":null,");
	assert_said("\"counts_ttl_down\":true,\"mtu\":1500}");
	offload_scene_must(explain(REPORT_JSON_LINE, IN " tcp", "r1"));
	assert_said("\"rule\":null");
	assert_said("\"decision\":\"up\",\"reason\":\"no_flow\",");
	assert_said("\"counts_ttl_down\":false,\"mtu\":null}");
}

static void test_taken_away(void **state)
{
	struct offload_host host;
	struct tc_link link;

	(void)state;
	host = offload_scene_host();
	link = offload_host_link(&host, offload_scene_ifindex("r1"), OFFLOAD_INGRESS);
	offload_scene_must(tc_link_detach(&link, problem));
	offload_host_close(&host);
	offload_scene_must(explain(REPORT_TEXT, IN, "r1"));
	assert_null(strstr(offload_scene_said, "At r1 ingress: left alone"));
	assert_said("At r1 egress: left alone (no_flow)");
}

static void test_refused(void **state)
{
	(void)state;
	assert_int_equal(explain(REPORT_TEXT, "10.0.0.1 > 10.0.0.2", NULL), -EINVAL);
	offload_scene_says("--explain '10.0.0.1 > 10.0.0.2'");
	assert_int_equal(explain(REPORT_TEXT, IN " on r1", "lo"), -EINVAL);
	offload_scene_says("contradict each other");
	assert_int_equal(explain(REPORT_TEXT, IN, "r9"), -ENODEV);
	assert_int_equal(explain(REPORT_TEXT, IN, "r2"), -ENOENT);
	offload_scene_says("r2: tc_offload is not attached there");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_each_place), TEST(test_one_place), TEST(test_packet_in_hand),
		TEST(test_states),     TEST(test_too_big),   TEST(test_json),
		TEST(test_taken_away), TEST(test_refused),
	};
	const char *reason = offload_scene_enter();
	int failed;

	if (reason) {
		printf("SKIP: %s\n", reason);
		return SCRATCH_SKIP;
	}
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	offload_scene_leave();
	return failed;
}
