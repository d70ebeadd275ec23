// SPDX-License-Identifier: GPL-2.0-only
/* What a status reads from a host of its own: places, what others have there, and what has been taken away. */
#include "offload_status.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "attached_host.h"
#include "flow_rule_list.h"
#include "interface.h"
#include "load_time.h"
#include "log.h"
#include "offload_change.h"
#include "offload_remarks.h"
#include "offload_state.h"

#define SECOND UINT64_C(1000000000)

static struct offload_state state;

/* Of these interfaces, "": of all. */
static int read_state(const char *interfaces)
{
	struct interface_list list = { 0 };
	int err;

	offload_state_free(&state);
	if (*interfaces)
		assert_int_equal(interface_list_add(&list, interfaces, NULL), 0);
	err = offload_state_read(&state, attached_host_bpffs(), &list, &attached_host_problem);
	interface_list_free(&list);
	return err;
}

static int tear_down(void **unused)
{
	offload_state_free(&state);
	return attached_host_tear_down(unused);
}

static size_t disagreements(void)
{
	size_t count = offload_remarks_disagreements(&state.host.remarks);

	for (size_t i = 0; i < state.place_count; i++)
		count += offload_remarks_disagreements(&state.places[i].remarks);
	return count;
}

static void nothing_attached_is_an_answer(void **unused)
{
	(void)unused;
	attached_host_must(read_state(""));
	assert_false(state.host.is_there);
	assert_int_equal(state.place_count, 0);
	attached_host_must(read_state("all"));
	assert_int_equal(read_state("o0"), -ENOENT);
}

static void places_are_read_in_order(void **unused)
{
	uint64_t now = load_time_now();

	(void)unused;
	attached_host_must(attached_host_attach("o1", OFFLOAD_AT_EGRESS));
	attached_host_must(attached_host_attach("o0", OFFLOAD_AT_BOTH));
	attached_host_must(read_state(""));
	assert_true(state.host.is_there);
	assert_int_equal(state.place_count, 3);
	assert_string_equal(state.places[0].name, "o0");
	assert_int_equal(state.places[0].place.side, OFFLOAD_INGRESS);
	assert_int_equal(state.places[1].place.side, OFFLOAD_EGRESS);
	assert_string_equal(state.places[2].name, "o1");
	for (int i = 0; i < 3; i++) {
		assert_in_range(state.places[i].loaded_at, now - SECOND, now + 60 * SECOND);
		assert_int_not_equal(state.places[i].place.state.program_id, 0);
		assert_int_equal(state.places[i].others.count, 0);
	}
	assert_int_equal(disagreements(), 0);
	attached_host_must(read_state("o1"));
	assert_int_equal(state.place_count, 1);
	assert_int_equal(state.places[0].place.side, OFFLOAD_EGRESS);
	assert_int_equal(read_state("o1,nowhere"), -ENOENT);
	attached_host_told("nowhere: tc_offload is not attached; run: tc_offload --attach");
	assert_int_equal(state.place_count, 1);
	attached_host_must(attached_host_detach("o0,o1", OFFLOAD_AT_BOTH));
}

static void interfaces_have_other_names(void **unused)
{
	(void)unused;
	attached_host_must(attached_host_attach("o0", OFFLOAD_AT_INGRESS));
	attached_host_run("ip link property add dev o0 altname uplink-to-the-world");
	/* Names of options are shorter than alternative names may be. */
	attached_host_run("ip link property add dev o0 altname uplink");
	attached_host_must(read_state("uplink"));
	assert_string_equal(state.places[0].name, "o0");
	attached_host_must(attached_host_detach("o0", OFFLOAD_AT_BOTH));
}

static void foreign_ones_are_beside_ours(void **unused)
{
	(void)unused;
	attached_host_must(attached_host_attach("o0", OFFLOAD_AT_BOTH));
	/* Where there is no tcx ours has it already. */
	attached_host_run("tc qdisc add dev o0 clsact 2>/dev/null || true");
	attached_host_run("tc filter add dev o0 ingress prio 7 protocol ip u32 match u32 0 0");
	attached_host_must(read_state(""));
	assert_int_not_equal(state.places[0].others.count, 0);
	assert_string_equal(state.places[0].others.programs[0].name, "u32");
	assert_int_equal(state.places[1].others.count, 0);
	assert_int_equal(disagreements(), 0);
	attached_host_must(attached_host_detach("o0", OFFLOAD_AT_BOTH));
}

static void a_clsact_filter_of_ours_is_ours(void **unused)
{
	(void)unused;
	attached_host_must(attached_host_attach("o0", OFFLOAD_AT_EGRESS));
	attached_host_clsact("o0", OFFLOAD_INGRESS);
	attached_host_must(read_state(""));
	assert_int_equal(state.place_count, 2);
	assert_int_equal(state.places[0].place.state.kind, TC_LINK_CLSACT);
	assert_int_equal(state.places[0].others.count, 0);
	attached_host_run("tc filter del dev o0 ingress");
	attached_host_must(read_state(""));
	assert_int_equal(offload_remarks_disagreements(&state.places[0].remarks), 1);
	assert_int_equal(offload_remarks_disagreements(&state.places[1].remarks), 0);
	attached_host_must(attached_host_detach("o0", OFFLOAD_AT_BOTH));
}

static void what_somebody_took_away_disagrees(void **unused)
{
	(void)unused;
	attached_host_must(attached_host_attach("o0,o1", OFFLOAD_AT_INGRESS));
	attached_host_force("o0", OFFLOAD_INGRESS);
	attached_host_must(read_state(""));
	assert_int_equal(state.place_count, 2);
	assert_int_equal(disagreements(), 1);
	assert_int_equal(offload_remarks_disagreements(&state.places[0].remarks), 1);
	assert_int_equal(state.places[0].loaded_at, 0);
	attached_host_must(attached_host_attach("o0", OFFLOAD_AT_INGRESS));
	attached_host_must(read_state(""));
	assert_int_equal(disagreements(), 0);
	attached_host_must(attached_host_detach("o0,o1", OFFLOAD_AT_BOTH));
}

static void a_pin_that_somebody_removed_disagrees(void **unused)
{
	(void)unused;
	attached_host_must(attached_host_attach("o0,o1", OFFLOAD_AT_INGRESS));
	attached_host_run("rm -f %s/ingress_link_* %s/ingress_program_*", attached_host_path(""),
			  attached_host_path(""));
	attached_host_must(read_state(""));
	assert_int_equal(state.place_count, 2);
	assert_int_equal(disagreements(), 2);
	attached_host_must(attached_host_detach("o0,o1", OFFLOAD_AT_BOTH));
}

static void an_interface_that_has_gone_disagrees(void **unused)
{
	(void)unused;
	attached_host_must(attached_host_attach("o0,o1", OFFLOAD_AT_INGRESS));
	attached_host_run("ip link del o0");
	attached_host_must(read_state(""));
	assert_int_equal(disagreements(), 1);
	assert_true(state.places[0].is_gone);
	assert_int_equal(state.places[0].name[0], '#');
	attached_host_must(attached_host_detach("o1", OFFLOAD_AT_BOTH));
}

static void add_flow(const char *text)
{
	struct flow_rule_list rules = { 0 };
	struct flow_rule rule;
	FILE *nowhere = fopen("/dev/null", "w");

	assert_non_null(nowhere);
	attached_host_must(flow_rule_parse(text, &rule, &attached_host_problem));
	attached_host_must(flow_rule_list_add(&rules, &rule, &attached_host_problem));
	attached_host_must(offload_change_flow_add(nowhere, attached_host_bpffs(), &rules, false,
						   &attached_host_problem));
	flow_rule_list_free(&rules);
	fclose(nowhere);
}

/* Only those of IPv4 that end here have to do with the sysctls. */
static void flows_are_counted(void **unused)
{
	(void)unused;
	attached_host_must(attached_host_attach("o0", OFFLOAD_AT_INGRESS));
	attached_host_run("ip link set lo up");
	attached_host_run("ip address add 10.0.2.3/24 dev o0");
	attached_host_run("ip address add 7f00::1/128 dev lo nodad");
	add_flow("10.0.2.4:1 > 10.0.2.3:2 => 10.0.2.4:1 > 10.0.2.3:3");
	add_flow("10.0.2.4:1 > 10.0.2.3:4 => 10.0.2.9:1 > 10.0.2.4:3 dev o0 mac 02:00:00:00:00:01");
	add_flow("[::1]:1 > [::1]:4 => [::1]:1 > [::1]:5");
	attached_host_must(read_state(""));
	assert_int_equal(state.host.tables[FLOW_FAMILY_IPV4].flows, 2);
	assert_int_equal(state.host.tables[FLOW_FAMILY_IPV6].flows, 1);
	assert_int_equal(state.host.tables[FLOW_FAMILY_IPV6].capacity, 65536);
	assert_int_equal(state.host.nexthop_count, 2);
	assert_int_equal(state.host.nexthops[0].state, FLOW_WAY_LOCAL);
	assert_int_equal(state.host.nexthops[0].flows, 2);
	assert_int_equal(state.host.nexthops[1].flows, 1);
	assert_non_null(strstr(state.host.nexthops[1].text, "dev o0"));
	assert_int_equal(state.host.loopback_flows, 0);
	/* Neither what leaves, nor IPv6 with such a byte. */
	add_flow("127.0.0.1:1 > 127.0.0.1:4 => 127.0.0.1:1 > 10.0.2.4:3 dev o0 mac "
		 "02:00:00:00:00:01");
	add_flow("[::1]:2 > [::1]:4 => [7f00::1]:1 > [7f00::1]:5");
	attached_host_must(read_state(""));
	assert_int_equal(state.host.nexthops[0].flows, 3);
	assert_int_equal(state.host.loopback_flows, 0);
	add_flow("10.0.2.4:1 > 10.0.2.3:5 => 127.0.0.1:1235 > 127.0.0.1:1236");
	attached_host_must(read_state(""));
	assert_int_equal(state.host.loopback_flows, 1);
	assert_int_equal(state.host.sysctl[0], 0);
	attached_host_must(attached_host_detach("o0", OFFLOAD_AT_BOTH));
}

#define STATUS_TEST(name) cmocka_unit_test_setup_teardown(name, attached_host_set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STATUS_TEST(nothing_attached_is_an_answer),
		STATUS_TEST(places_are_read_in_order),
		STATUS_TEST(interfaces_have_other_names),
		STATUS_TEST(foreign_ones_are_beside_ours),
		STATUS_TEST(a_clsact_filter_of_ours_is_ours),
		STATUS_TEST(what_somebody_took_away_disagrees),
		STATUS_TEST(a_pin_that_somebody_removed_disagrees),
		STATUS_TEST(an_interface_that_has_gone_disagrees),
		STATUS_TEST(flows_are_counted),
	};
	const char *reason = attached_host_enter();
	int failed;

	log_open("test_offload_status", false);
	if (reason) {
		printf("SKIP: %s\n", reason);
		return ATTACHED_HOST_SKIP;
	}
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	attached_host_leave();
	return failed;
}
