// SPDX-License-Identifier: GPL-2.0-only
/* The verbs that change and list flows: what they refuse, what packets meet afterwards, what is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "abi/nexthop.h"
#include "harness/scratch_bpffs.h"
#include "monotonic_clock.h"
#include "offload_change.h"
#include "offload_flow_list.h"
#include "offload_flows.h"
#include "offload_scene.h"

#define SECOND 1000000000ULL
#define IN "10.9.0.1:5000 > 10.0.1.1:53"
#define RULE IN " => 10.0.2.1:* > 10.0.2.4:*"

static struct problem *const problem = &offload_scene_problem;

static void assert_refused(const char *rule, int err, const char *says)
{
	uint32_t version = offload_scene_settings().static_version;

	assert_int_equal(offload_scene_add(rule, false), err);
	offload_scene_says(says);
	assert_null(strchr(problem->text, '\n'));
	assert_int_equal(offload_scene_settings().static_version, version);
	assert_int_equal(offload_scene_settings().tables, 0);
}

static void test_what_tc_cannot(void **state)
{
	(void)state;
	assert_refused(IN " vlan 5.7 => 10.0.2.1:* > 10.0.2.4:*", -EOPNOTSUPP,
		       "vlan 5.7: tc_offload sees packets with one VLAN tag at most");
	assert_refused(IN " => 10.0.2.1:* > 10.0.2.4:* via 10.0.2.4 vlan 6.8", -EOPNOTSUPP,
		       "vlan 6.8: tc_offload writes one VLAN tag at most");
	assert_refused(IN " => 10.0.2.1:* > 10.0.2.4:* via 10.0.2.4 dev lo peer", -EOPNOTSUPP,
		       "peer: lo is no veth");
	offload_scene_run("ip link add v0 type veth peer name v1");
	assert_refused(IN " => 10.0.2.1:* > 10.0.2.4:* via 10.0.2.4 dev v0 peer", -EOPNOTSUPP,
		       "the other end of v0 is in this network namespace");
	assert_refused(IN " => 10.0.2.1:* > 10.0.2.4:* via 10.0.2.4 dev r9 peer", -ENODEV, "r9");
	/* The first is what --both would have made. */
	assert_refused(IN " vlan 5.7 => 10.0.2.1:* > 10.0.2.4:* both", -EOPNOTSUPP, "vlan 5.7");
}

/* A process in a network namespace of its own, which it keeps until it is killed. */
static pid_t live_elsewhere(void)
{
	int ready[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		if (unshare(CLONE_NEWNET) < 0 || write(ready[1], "", 1) != 1)
			_exit(1);
		pause();
		_exit(0);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return pid;
}

static void test_what_tc_can(void **state)
{
	pid_t elsewhere = live_elsewhere();
	struct flow_value value;
	char line[128];

	(void)state;
	snprintf(line, sizeof(line), "ip link add r3 type veth peer name p3 netns %d", elsewhere);
	offload_scene_run(line);
	offload_scene_must(offload_scene_add(
		IN " udp vlan 5 => 10.0.2.1:* > 10.0.2.4:* via 10.0.2.4 vlan 6 keep-ttl\n" IN
		   " tcp vlan none => 10.0.2.1:* > 10.0.2.4:* via 10.0.2.4 dev r3 peer\n"
		   "[fd00:9::1]:1 > [fd00:1::1]:2 tcp on r1 => [fd00:2::1]:3 > [fd00:2::4]:4\n",
		false));
	assert_true(offload_scene_find(IN, &value));
	assert_int_equal(value.in_vlan[0], 5);
	assert_int_equal(value.flags, FLOW_NAT | FLOW_KEEP_TTL);
	assert_true(offload_scene_find(IN " tcp", &value));
	assert_int_equal(value.flags, FLOW_NAT);
	assert_int_equal(value.in_vlan[0], 0);
	assert_true(offload_scene_find("[fd00:9::1]:1 > [fd00:1::1]:2 tcp", &value));
	assert_int_equal(value.in_ifindex, offload_scene_ifindex("r1"));
	assert_int_equal(offload_scene_way("[fd00:9::1]:1 > [fd00:1::1]:2 tcp").ifindex,
			 offload_scene_ifindex("r2"));
	assert_int_equal(kill(elsewhere, SIGKILL), 0);
	assert_int_equal(waitpid(elsewhere, NULL, 0), elsewhere);
}

static void test_protocols(void **state)
{
	struct flow_rule_list rules = offload_scene_rules(RULE);
	struct offload_host host = offload_scene_host();
	struct offload_flows flows;
	struct flow_entry entry = { 0 };

	(void)state;
	offload_scene_must(offload_flows_open(&flows, &host, problem));
	rules.rules[0].key.protocol = 132;
	assert_int_equal(flows.flows.rules->accept(&flows, rules.rules, &entry, problem),
			 -EPROTONOSUPPORT);
	offload_scene_says("UDP and TCP only");
	flow_rule_list_free(&rules);
	offload_host_close(&host);
}

static int delete_flow(const char *in, bool both)
{
	FILE *stream = offload_scene_listen();
	int err = offload_change_flow_del(stream, offload_scene_bpffs(), in, both, problem);

	fclose(stream);
	return err;
}

static void test_packets_look_only_into_a_table_with_flows(void **state)
{
	struct offload_settings settings = offload_scene_settings();

	(void)state;
	assert_int_equal(settings.tables, 0);
	offload_scene_must(offload_scene_add(RULE, true));
	assert_non_null(strstr(offload_scene_said, "would add " IN));
	assert_memory_equal(&(struct offload_settings){ 0 }, &settings, sizeof(settings));
	offload_scene_must(offload_scene_add(RULE, false));
	assert_non_null(strstr(offload_scene_said, "added " IN));
	settings = offload_scene_settings();
	assert_int_equal(settings.tables, 1U << FLOW_TABLE_STATIC);
	assert_int_equal(settings.static_version, 1);
	assert_int_equal(offload_scene_way(IN).state, FLOW_WAY_USABLE);
	/* A failure changes nothing that was there. */
	assert_int_equal(offload_scene_add(RULE, false), -EEXIST);
	assert_int_equal(offload_scene_settings().tables, 1U << FLOW_TABLE_STATIC);
	offload_scene_must(delete_flow(IN, false));
	settings = offload_scene_settings();
	assert_int_equal(settings.tables, 0);
	assert_true(settings.static_version > 1);
}

static void test_both_or_none(void **state)
{
	struct flow_value value;

	(void)state;
	offload_scene_must(offload_scene_add(RULE " both", false));
	assert_true(offload_scene_find("10.0.2.4:53 > 10.0.2.1:5000", &value));
	offload_scene_must(delete_flow("10.0.2.4:53 > 10.0.2.1:5000", false));
	/* Its answers have gone: none of the two may go alone. */
	assert_int_equal(delete_flow(IN, true), -ENOENT);
	assert_true(offload_scene_find(IN, &value));
	assert_int_equal(offload_scene_add(RULE " both", false), -EEXIST);
	assert_false(offload_scene_find("10.0.2.4:53 > 10.0.2.1:5000", &value));
}

static int replace(const char *lines)
{
	struct flow_rule_list rules = offload_scene_rules(lines);
	FILE *stream = offload_scene_listen();
	int err = offload_change_flow_file(stream, offload_scene_bpffs(), &rules, problem);

	fclose(stream);
	flow_rule_list_free(&rules);
	return err;
}

static void test_file(void **state)
{
	struct flow_value value;

	(void)state;
	offload_scene_must(offload_scene_add(RULE, false));
	offload_scene_must(replace("10.9.0.2:1 > 10.0.1.1:2 => 10.0.2.1:* > 10.0.2.4:* both\n"));
	assert_non_null(strstr(offload_scene_said, "2 added, 0 stay, 1 removed"));
	assert_false(offload_scene_find(IN, &value));
	assert_true(offload_scene_find("10.9.0.2:1 > 10.0.1.1:2", &value));
	assert_int_equal(replace(IN " vlan 1.2 => 10.0.2.1:* > 10.0.2.4:*\n"), -EOPNOTSUPP);
	assert_true(offload_scene_find("10.9.0.2:1 > 10.0.1.1:2", &value));
	assert_int_equal(offload_scene_settings().tables, 1U << FLOW_TABLE_STATIC);
	offload_scene_must(replace("# none\n"));
	assert_int_equal(offload_scene_settings().tables, 0);
	assert_false(offload_scene_find("10.9.0.2:1 > 10.0.1.1:2", &value));
}

static void write_daemon(uint64_t alive_until)
{
	struct offload_host host = offload_scene_host();
	const struct offload_daemon daemon = { .alive_until = alive_until };

	offload_scene_must(offload_host_write_daemon(&host, &daemon, problem));
	offload_host_close(&host);
}

static bool is_followed(void)
{
	struct offload_host host = offload_scene_host();
	struct offload_flows flows;
	bool followed;

	offload_scene_must(offload_flows_open(&flows, &host, problem));
	followed = flows.flows.is_followed;
	offload_host_close(&host);
	return followed;
}

static void test_who_follows(void **state)
{
	(void)state;
	assert_false(is_followed());
	write_daemon(monotonic_clock_now() + 5 * SECOND);
	assert_true(is_followed());
	write_daemon(monotonic_clock_now());
	assert_false(is_followed());
}

static void test_for_this_host(void **state)
{
	(void)state;
	/* Loopback addresses are routed by nobody who comes from elsewhere. */
	offload_scene_must(offload_scene_add(
		"10.0.2.4:1234 > 10.0.2.1:1236 on r2 => 127.0.0.1:1236 > 127.0.0.1:1235", false));
	assert_int_equal(offload_scene_way("10.0.2.4:1234 > 10.0.2.1:1236").state, FLOW_WAY_LOCAL);
	assert_null(strstr(offload_scene_said, "up the stack"));
	offload_scene_must(
		offload_scene_add("127.0.0.1:1235 > 127.0.0.1:1236 => 10.0.2.1:1236 > 10.0.2.4:1234",
				  false));
	assert_int_equal(offload_scene_way("127.0.0.1:1235 > 127.0.0.1:1236").state,
			 FLOW_WAY_USABLE);
	offload_scene_must(offload_scene_add(
		"127.0.0.1:1235 > 127.0.0.1:1236 tcp on lo => 10.0.2.1:1236 > 10.0.2.4:1234",
		false));
	assert_int_equal(offload_scene_way("127.0.0.1:1235 > 127.0.0.1:1236 tcp").state,
			 FLOW_WAY_USABLE);
}

static void list(enum report_format format, const struct flow_listing_wish *wish)
{
	FILE *stream = offload_scene_listen();
	struct report *report = report_new(format, stream, OFFLOAD_TOOL, OFFLOAD_FLOWS_SCHEMA);

	offload_scene_must(offload_flow_list(report, offload_scene_bpffs(), wish, problem));
	assert_int_equal(report_finish(report), 0);
	fclose(stream);
}

static void test_list(void **state)
{
	const struct flow_listing_wish all = { 0 };
	struct flow_listing_wish one = { 0 };
	struct flow_rule rule;

	(void)state;
	list(REPORT_TEXT, &all);
	assert_non_null(strstr(offload_scene_said, "There are no flows"));
	offload_scene_must(offload_scene_add(RULE "\n" IN " tcp => *:* > 10.0.2.4:*", false));
	list(REPORT_JSON_LINE, &all);
	assert_non_null(strstr(offload_scene_said, "\"total\":2"));
	assert_non_null(strstr(offload_scene_said, "\"tool\":\"tc_offload\""));
	offload_scene_must(flow_rule_parse_in(IN, &rule, problem));
	one.key = &rule.key;
	list(REPORT_TEXT, &one);
	assert_non_null(strstr(offload_scene_said, "via 10.0.2.4 dev r2"));
	assert_null(strstr(offload_scene_said, "tcp"));
}

static void test_nothing_attached(void **state)
{
	const struct flow_listing_wish all = { 0 };

	(void)state;
	offload_scene_detach();
	assert_int_equal(offload_scene_add(RULE, false), -ENOENT);
	offload_scene_says("attached to no interface");
	assert_int_equal(offload_flow_list(NULL, offload_scene_bpffs(), &all, problem), -ENOENT);
}

#define TEST(name)                                                                                 \
	cmocka_unit_test_setup_teardown(name, offload_scene_set_up, offload_scene_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_tc_cannot), TEST(test_what_tc_can),
		TEST(test_protocols),      TEST(test_packets_look_only_into_a_table_with_flows),
		TEST(test_both_or_none),   TEST(test_file),
		TEST(test_who_follows),    TEST(test_for_this_host),
		TEST(test_list),           TEST(test_nothing_attached),
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
