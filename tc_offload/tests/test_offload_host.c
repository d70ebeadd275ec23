// SPDX-License-Identifier: GPL-2.0-only
/* The directory that the places of a network namespace share: made, opened, listed, counted, tidied. */
#include "offload_host.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "abi/nexthop.h"
#include "abi/pin_names.h"
#include "attached_host.h"

#define must attached_host_must

static struct problem *const problem = &attached_host_problem;

static int set_up(void **state)
{
	char base[BPFFS_PATH_SIZE];
	int err = attached_host_set_up(state);

	bpffs_join(base, attached_host_bpffs(), ECBPF_PIN_BASE);
	assert_int_equal(bpffs_make_directory(base), 0);
	return err;
}

static void create(void)
{
	must(offload_host_create(attached_host_bpffs(), 100, problem));
}

static void tidy(void)
{
	must(offload_host_tidy(attached_host_bpffs(), problem));
}

static uint32_t room_of(int map)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);

	assert_int_equal(bpf_obj_get_info_by_fd(map, &info, &size), 0);
	return info.max_entries;
}

static void what_is_made_is_whole(void **state)
{
	static const char *const pins[] = { "tables_ipv4",   "static_ipv4",     "learned_ipv4",
					    "tables_ipv6",   "static_ipv6",     "learned_ipv6",
					    "flow_nexthops", "offload_setting", "offload_daemon",
					    "flow_claims",   "offload_sysctls", "offload_edit" };
	const size_t count = sizeof(pins) / sizeof(*pins);
	struct flow_nexthop nexthop;
	struct offload_host host;

	(void)state;
	create();
	for (size_t i = 0; i < count; i++) {
		char name[64];

		snprintf(name, sizeof(name), "/%s", pins[i]);
		assert_true(bpffs_exists(attached_host_path(name)));
	}
	assert_int_equal(attached_host_pins(), count + 1);
	assert_int_equal(offload_host_create(attached_host_bpffs(), 100, problem), -EEXIST);
	host = attached_host_open();
	for (int family = 0; family < FLOW_FAMILY_COUNT; family++) {
		assert_int_equal(room_of(host.flows.table[family][FLOW_TABLE_STATIC]), 100);
		assert_int_equal(room_of(host.flows.table[family][FLOW_TABLE_LEARNED]), 1);
	}
	for (__u32 i = 0; i <= FLOW_WAY_FIXED; i++) {
		assert_int_equal(bpf_map_lookup_elem(host.fd[OFFLOAD_NEXTHOPS], &i, &nexthop), 0);
		assert_int_equal(nexthop.device, 0);
		assert_int_equal(nexthop.way[0].state, i % FLOW_WAY_FIXED);
		assert_int_equal(nexthop.way[1].state, i % FLOW_WAY_FIXED);
	}
	offload_host_close(&host);
}

static void what_is_written_is_read(void **state)
{
	const struct offload_settings settings = { 1, 7 };
	const struct offload_daemon daemon = { .alive_until = 5, .pid = 6 };
	const struct offload_sysctls sysctls = { { { 1, -3 }, { 0, 4 } } };
	struct offload_settings settings_read;
	struct offload_daemon daemon_read;
	struct offload_sysctls sysctls_read;
	struct offload_host host;

	(void)state;
	create();
	host = attached_host_open();
	must(offload_host_write_settings(&host, &settings, problem));
	must(offload_host_write_daemon(&host, &daemon, problem));
	must(offload_host_write_sysctls(&host, &sysctls, problem));
	must(offload_host_read_settings(&host, &settings_read, problem));
	must(offload_host_read_daemon(&host, &daemon_read, problem));
	must(offload_host_read_sysctls(&host, &sysctls_read, problem));
	assert_memory_equal(&settings, &settings_read, sizeof(settings));
	assert_memory_equal(&daemon, &daemon_read, sizeof(daemon));
	assert_memory_equal(&sysctls, &sysctls_read, sizeof(sysctls));
	offload_host_close(&host);
}

static void a_static_flow_is_noticed(void **state)
{
	const struct flow_entry flow = { .key = { .family = FLOW_IPV6, .protocol = 17 } };
	struct offload_host host;

	(void)state;
	create();
	host = attached_host_open();
	assert_false(offload_host_has_static(&host));
	must(flow_tables_add(&host.flows, FLOW_TABLE_STATIC, &flow, 1, problem));
	assert_true(offload_host_has_static(&host));
	offload_host_close(&host);
}

static void without_one_nothing_is_opened(void **state)
{
	struct offload_host host;

	(void)state;
	assert_int_equal(offload_host_open(&host, attached_host_bpffs(), problem), -ENOENT);
	attached_host_told("attached to no interface of this network namespace");
	offload_host_close(&host);
}

static void one_of_another_version_is_refused(void **state)
{
	int other = bpf_map_create(BPF_MAP_TYPE_ARRAY, "other", 4, 12, 1, NULL);
	struct offload_host host;
	char path[BPFFS_PATH_SIZE + 64];

	(void)state;
	create();
	snprintf(path, sizeof(path), "%s", attached_host_path("/offload_daemon"));
	must(bpffs_unpin(path, problem));
	assert_int_equal(offload_host_open(&host, attached_host_bpffs(), problem), -EPROTO);
	attached_host_told("offload_daemon is gone");
	offload_host_close(&host);
	must(bpffs_pin(other, path, problem));
	close(other);
	assert_int_equal(offload_host_open(&host, attached_host_bpffs(), problem), -EPROTO);
	attached_host_told("12");
	offload_host_close(&host);
}

static void places_are_listed_with_what_is_there(void **state)
{
	struct offload_place *places;
	struct offload_host host;
	size_t count;

	(void)state;
	must(attached_host_attach("o0", OFFLOAD_AT_BOTH));
	must(attached_host_attach("o1", OFFLOAD_AT_EGRESS));
	attached_host_force("o1", OFFLOAD_EGRESS);
	host = attached_host_open();
	must(offload_host_places(&host, &places, &count, problem));
	assert_int_equal(count, 3);
	for (size_t i = 0; i < count; i++) {
		bool is_gone = places[i].ifindex == if_nametoindex("o1");

		assert_int_equal(places[i].state.kind == TC_LINK_NONE, is_gone);
		assert_int_equal(places[i].state.program_id == 0, is_gone);
		if (is_gone)
			assert_int_equal(places[i].side, OFFLOAD_EGRESS);
	}
	free(places);
	offload_host_close(&host);
}

static void without_tcx_the_tc_command_shows_it(void **state)
{
	(void)state;
	create();
	attached_host_clsact("o0", OFFLOAD_EGRESS);
	assert_int_equal(attached_host_state("o0", OFFLOAD_EGRESS).kind, TC_LINK_CLSACT);
	assert_int_equal(attached_host_places(), 1);
	assert_true(attached_host_shows("tc filter show dev o0 egress", "tc_offload"));
	assert_true(attached_host_shows("tc filter show dev o0 egress", "pref 3787 "));
	tidy();
	assert_int_equal(attached_host_places(), 1);
	must(attached_host_detach("o0", OFFLOAD_AT_BOTH));
	assert_int_equal(attached_host_pins(), 0);
	assert_false(attached_host_shows("tc qdisc show dev o0", "clsact"));
}

static void both_sides_of_lo_share_a_qdisc(void **state)
{
	(void)state;
	create();
	attached_host_clsact("lo", OFFLOAD_INGRESS);
	attached_host_clsact("lo", OFFLOAD_EGRESS);
	assert_true(attached_host_shows("tc filter show dev lo ingress", "tc_offload"));
	assert_true(attached_host_shows("tc filter show dev lo egress", "tc_offload"));
	must(attached_host_detach("lo", OFFLOAD_AT_INGRESS));
	assert_false(attached_host_shows("tc filter show dev lo ingress", "tc_offload"));
	assert_true(attached_host_shows("tc filter show dev lo egress", "tc_offload"));
	must(attached_host_detach("lo", OFFLOAD_AT_EGRESS));
	assert_false(attached_host_shows("tc qdisc show dev lo", "clsact"));
	assert_int_equal(attached_host_pins(), 0);
}

/* As a command does before it makes a qdisc; tells where, as attached_host_path(). */
static const char *leave_mark(const char *interface)
{
	int mark = bpf_map_create(BPF_MAP_TYPE_ARRAY, "mark", 4, 4, 1, NULL);
	const char *path;
	char name[32];

	snprintf(name, sizeof(name), "/clsact_%u", if_nametoindex(interface));
	path = attached_host_path(name);
	must(bpffs_pin(mark, path, problem));
	close(mark);
	return path;
}

static void a_qdisc_that_a_killed_command_left_goes(void **state)
{
	const char *mark;

	(void)state;
	must(attached_host_attach("o1", OFFLOAD_AT_INGRESS));
	mark = leave_mark("o0");
	attached_host_run("tc qdisc add dev o0 clsact");
	assert_int_equal(attached_host_places(), 1);
	tidy();
	assert_false(attached_host_shows("tc qdisc show dev o0", "clsact"));
	assert_false(bpffs_exists(mark));
	assert_int_equal(attached_host_places(), 1);
}

static void counters_are_the_sum_of_all_processors(void **state)
{
	struct offload_cpu sum;
	struct offload_host host;

	(void)state;
	must(attached_host_attach("lo", OFFLOAD_AT_INGRESS));
	host = attached_host_open();
	for (int cpu = 0; cpu < 2; cpu++) {
		attached_host_run("taskset -c %ld ping -c 2 -i 0.01 127.0.0.1 >/dev/null",
				  cpu % sysconf(_SC_NPROCESSORS_ONLN));
		must(offload_host_counters(&host, 1, OFFLOAD_INGRESS, &sum, problem));
		/* Neither question nor answer is UDP or TCP. */
		assert_int_equal(sum.up[OFFLOAD_UP_PROTOCOL], 4 * (cpu + 1));
		assert_int_equal(sum.sent[OFFLOAD_OUT_HERE], 0);
	}
	assert_int_equal(offload_host_counters(&host, 1, OFFLOAD_EGRESS, &sum, problem), -ENOENT);
	attached_host_told("egress_cpu_1");
	offload_host_close(&host);
}

static void tidy_keeps_what_is_in_use(void **state)
{
	size_t pins;

	(void)state;
	must(attached_host_attach("o0,o1", OFFLOAD_AT_BOTH));
	pins = attached_host_pins();
	tidy();
	assert_int_equal(attached_host_pins(), pins);
	assert_int_equal(bpffs_make_directory(attached_host_path("_new")), 0);
	tidy();
	assert_int_equal(attached_host_pins(), pins);
	attached_host_force("o0", OFFLOAD_INGRESS);
	tidy();
	assert_int_equal(attached_host_places(), 3);
}

static void tidy_removes_what_nobody_uses(void **state)
{
	(void)state;
	create();
	tidy();
	assert_int_equal(attached_host_pins(), 0);
	tidy();
}

static void neighbours_are_left_to_themselves(void **state)
{
	const char *show = "ip neigh show dev o0";

	(void)state;
	attached_host_run("ip address add 10.0.0.1/24 dev o0");
	must(attached_host_attach("o0", OFFLOAD_AT_INGRESS));
	attached_host_run(
		"ip neigh add 10.0.0.2 lladdr 02:00:00:00:00:09 dev o0 nud reachable extern_learn "
		"protocol 236");
	tidy();
	assert_true(attached_host_shows(show, "extern_learn"));
	must(attached_host_detach("o0", OFFLOAD_AT_BOTH));
	assert_true(attached_host_shows(show, "02:00:00:00:00:09 STALE"));
}

static int hold_namespace(void)
{
	int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

/* Waits until the kernel has taken down a namespace that nobody holds any more: pins of its links tell. */
static void tidy_until_pins(size_t wanted)
{
	for (int i = 0; i < 1000 && attached_host_pins() != wanted; i++) {
		tidy();
		usleep(10000); /* poll interval */
	}
	assert_int_equal(attached_host_pins(), wanted);
}

static void another_namespace_keeps_its_own(void **state)
{
	int first = hold_namespace();
	size_t pins;

	(void)state;
	must(attached_host_attach("lo", OFFLOAD_AT_INGRESS));
	pins = attached_host_pins();
	attached_host_renew();
	tidy();
	assert_int_equal(attached_host_pins(), pins);
	must(attached_host_attach("lo", OFFLOAD_AT_INGRESS));
	assert_int_equal(attached_host_pins(), 2 * pins);
	must(attached_host_detach("lo", OFFLOAD_AT_INGRESS));
	assert_int_equal(attached_host_pins(), pins);
	assert_int_equal(setns(first, CLONE_NEWNET), 0);
	close(first);
	assert_int_equal(attached_host_places(), 1);
	must(attached_host_detach("lo", OFFLOAD_AT_INGRESS));
	assert_int_equal(attached_host_pins(), 0);
}

static void a_namespace_that_has_gone_leaves_nothing(void **state)
{
	char aside[BPFFS_PATH_SIZE + 64];
	size_t pins;

	(void)state;
	must(attached_host_attach("lo", OFFLOAD_AT_BOTH));
	if (attached_host_state("lo", OFFLOAD_INGRESS).kind != TC_LINK_TCX)
		return;
	pins = attached_host_pins();
	snprintf(aside, sizeof(aside), "%s", attached_host_path("_new"));
	assert_int_equal(bpffs_make_directory(aside), 0);
	assert_int_equal(attached_host_pins(), pins + 1);
	attached_host_renew();
	tidy();
	assert_false(bpffs_exists(aside));
	tidy_until_pins(0);
}

static void what_cannot_be_told_of_another_namespace_stays(void **state)
{
	const struct offload_sysctls was_set = { { { 1, 0 }, { 0, 0 } } };
	int first = hold_namespace(), second;
	struct offload_host host;
	size_t pins;

	(void)state;
	must(attached_host_attach("o0", OFFLOAD_AT_INGRESS));
	host = attached_host_open();
	must(offload_host_write_sysctls(&host, &was_set, problem));
	offload_host_close(&host);
	attached_host_run("ip link del o0");
	pins = attached_host_pins();
	attached_host_renew();
	tidy();
	assert_int_equal(attached_host_pins(), pins);
	assert_int_equal(setns(first, CLONE_NEWNET), 0);
	tidy();
	assert_int_equal(attached_host_pins(), 0);
	create();
	attached_host_clsact("o1", OFFLOAD_INGRESS);
	pins = attached_host_pins();
	attached_host_renew();
	tidy();
	assert_int_equal(attached_host_pins(), pins);
	second = hold_namespace();
	/* Killed between the qdisc and the filter. */
	create();
	leave_mark("o1");
	pins = attached_host_pins();
	attached_host_renew();
	tidy();
	assert_int_equal(attached_host_pins(), pins);
	close(first);
	close(second);
}

/* The kernel uses an inode again. */
static void what_a_namespace_before_has_left_is_cleared(void **state)
{
	char old[BPFFS_PATH_SIZE + 64];

	(void)state;
	must(attached_host_attach("lo,o0", OFFLOAD_AT_BOTH));
	snprintf(old, sizeof(old), "%s", attached_host_path(""));
	attached_host_force("lo", OFFLOAD_INGRESS);
	attached_host_force("lo", OFFLOAD_EGRESS);
	attached_host_run("ip link del o0");
	attached_host_renew();
	must(bpffs_rename(old, attached_host_path(""), problem));
	must(attached_host_attach("o1", OFFLOAD_AT_INGRESS));
	assert_int_equal(attached_host_places(), 1);
	must(attached_host_detach("o1", OFFLOAD_AT_INGRESS));
	assert_int_equal(attached_host_pins(), 0);
}

static void an_interface_in_another_namespace_is_no_place_of_ours(void **state)
{
	int first = hold_namespace(), second;

	(void)state;
	must(attached_host_attach("o0", OFFLOAD_AT_BOTH));
	attached_host_renew();
	attached_host_run("ip link del o0");
	second = hold_namespace();
	assert_int_equal(setns(first, CLONE_NEWNET), 0);
	attached_host_run("ip link set o0 netns /proc/%d/fd/%d", getpid(), second);
	tidy();
	assert_int_equal(attached_host_pins(), 0);
	close(first);
	close(second);
}

#define HOST_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, attached_host_tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		HOST_TEST(what_is_made_is_whole),
		HOST_TEST(what_is_written_is_read),
		HOST_TEST(a_static_flow_is_noticed),
		HOST_TEST(without_one_nothing_is_opened),
		HOST_TEST(one_of_another_version_is_refused),
		HOST_TEST(places_are_listed_with_what_is_there),
		HOST_TEST(without_tcx_the_tc_command_shows_it),
		HOST_TEST(both_sides_of_lo_share_a_qdisc),
		HOST_TEST(a_qdisc_that_a_killed_command_left_goes),
		HOST_TEST(counters_are_the_sum_of_all_processors),
		HOST_TEST(tidy_keeps_what_is_in_use),
		HOST_TEST(tidy_removes_what_nobody_uses),
		HOST_TEST(neighbours_are_left_to_themselves),
		HOST_TEST(another_namespace_keeps_its_own),
		HOST_TEST(a_namespace_that_has_gone_leaves_nothing),
		HOST_TEST(what_cannot_be_told_of_another_namespace_stays),
		HOST_TEST(what_a_namespace_before_has_left_is_cleared),
		HOST_TEST(an_interface_in_another_namespace_is_no_place_of_ours),
	};
	const char *reason = attached_host_enter();
	int failed;

	if (reason) {
		printf("SKIP: %s\n", reason);
		return ATTACHED_HOST_SKIP;
	}
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	attached_host_leave();
	return failed;
}
