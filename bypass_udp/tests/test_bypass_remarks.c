// SPDX-License-Identifier: GPL-2.0-only
/* What is wrong is said, with what to type; what is right is not complained about. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "bypass_remarks.h"
#include "crafted_state.h"

static int begin(void **state)
{
	static struct bypass_state crafted;

	crafted = crafted_state();
	*state = &crafted;
	return 0;
}

static int end(void **state)
{
	bypass_state_free(*state);
	return 0;
}

static void test_nothing_wrong(void **state)
{
	struct bypass_state *crafted = *state;

	crafted->host.nexthops[1].state = FLOW_WAY_USABLE;
	bypass_remarks_host(&crafted->host);
	bypass_remarks_interface(&crafted->interfaces[0], &crafted->host);
	assert_int_equal(crafted->host.daemon_state, BYPASS_DAEMON_RUNNING);
	assert_int_equal(crafted->host.remarks.disagreement_count, 0);
	assert_int_equal(crafted->host.remarks.note_count, 0);
	assert_int_equal(crafted->interfaces[0].remarks.disagreement_count, 0);
	assert_int_equal(crafted->interfaces[0].remarks.note_count, 0);
}

static void test_nothing_attached(void **state)
{
	struct bypass_state *crafted = *state;

	bypass_state_free(crafted);
	bypass_remarks_host(&crafted->host);
	assert_int_equal(crafted->host.remarks.disagreement_count, 0);
	assert_int_equal(crafted->host.remarks.note_count, 0);
}

static void test_silent_daemon(void **state)
{
	struct bypass_host_state *host = &((struct bypass_state *)*state)->host;

	host->now = host->daemon.alive_until + 1;
	bypass_remarks_host(host);
	assert_int_equal(host->daemon_state, BYPASS_DAEMON_SILENT);
	assert_non_null(crafted_disagreement(&host->remarks, "4711"));
	assert_non_null(crafted_disagreement(&host->remarks, "bypass_udp --run"));
	assert_non_null(crafted_disagreement(&host->remarks, " 5 s ago"));
}

/* Learned flows are left behind by a daemon that ended. */
static void test_no_daemon(void **state)
{
	struct bypass_host_state *host = &((struct bypass_state *)*state)->host;

	host->daemon = (struct bypass_daemon){ 0 };
	bypass_remarks_host(host);
	assert_int_equal(host->daemon_state, BYPASS_DAEMON_NONE);
	assert_non_null(crafted_disagreement(&host->remarks, "the 10 learned flows"));
	host->remarks = (struct bypass_remarks){ 0 };
	host->tables[FLOW_TABLE_LEARNED][FLOW_FAMILY_IPV4].flows = 0;
	host->tables[FLOW_TABLE_LEARNED][FLOW_FAMILY_IPV6].flows = 0;
	bypass_remarks_host(host);
	assert_int_equal(host->remarks.disagreement_count, 0);
	assert_non_null(crafted_note(&host->remarks, "bypass_udp --run"));
}

static void test_ended_daemon(void **state)
{
	struct bypass_host_state *host = &((struct bypass_state *)*state)->host;

	host->daemon.pid = 0;
	host->now = host->daemon.alive_until + CRAFTED_SECOND;
	bypass_remarks_host(host);
	assert_int_equal(host->daemon_state, BYPASS_DAEMON_NONE);
}

static void test_host_notes(void **state)
{
	struct bypass_host_state *host = &((struct bypass_state *)*state)->host;

	host->tables[FLOW_TABLE_LEARNED][FLOW_FAMILY_IPV4].flows = 1020; /* and 4 of IPv6 */
	host->tables[FLOW_TABLE_STATIC][FLOW_FAMILY_IPV6].flows = 65536;
	host->ledger.refused = 17;
	host->settings.learn = 0;
	bypass_remarks_host(host);
	assert_non_null(crafted_note(&host->remarks, "17 did so far"));
	assert_non_null(crafted_note(&host->remarks, "--max-learned"));
	assert_non_null(crafted_note(&host->remarks, "static IPv6 table is full"));
	assert_non_null(crafted_note(&host->remarks, "1 flow goes up the stack"));
	assert_non_null(crafted_note(&host->remarks, "via 10.0.0.2 dev eth1"));
	assert_non_null(crafted_note(&host->remarks, "--learn on"));
	assert_int_equal(host->remarks.disagreement_count, 0);
}

/* More to say than there is room for. */
static void test_many_ways(void **state)
{
	struct bypass_host_state *host = &((struct bypass_state *)*state)->host;
	struct bypass_nexthop_use uses[40], *before = host->nexthops;

	for (size_t i = 0; i < 40; i++)
		uses[i] = before[1];
	host->nexthops = uses;
	host->nexthop_count = 40;
	bypass_remarks_host(host);
	host->nexthops = before;
	host->nexthop_count = 2;
	assert_int_equal(host->remarks.note_count, BYPASS_DISAGREEMENTS);
}

static void check_interface(struct bypass_state *crafted, const char *disagreement)
{
	struct bypass_interface_state *interface = &crafted->interfaces[0];

	interface->remarks = (struct bypass_remarks){ 0 };
	bypass_remarks_interface(interface, &crafted->host);
	assert_int_equal(interface->remarks.disagreement_count, 1);
	assert_non_null(crafted_disagreement(&interface->remarks, disagreement));
	*interface = crafted->interfaces[1];
}

static void test_sick_interfaces(void **state)
{
	struct bypass_state *crafted = *state;
	struct bypass_interface_state *interface = &crafted->interfaces[0];

	interface->has_root = false;
	check_interface(crafted, "xdp_root_loader --attach");
	interface->place.slot.program_id = 0;
	check_interface(crafted, "emptied by someone else");
	interface->config.ifindex = 77;
	check_interface(crafted, "index 77");
	interface->mac[5] = 9;
	check_interface(crafted, "link address has changed");
	interface->is_observed = false;
	check_interface(crafted, "observer");
}

/* Who learns nothing needs no observer. */
static void test_needless_observer(void **state)
{
	struct bypass_state *crafted = *state;

	crafted->interfaces[0].is_observed = false;
	crafted->host.settings.learn = 0;
	crafted->host.tables[FLOW_TABLE_LEARNED][FLOW_FAMILY_IPV4].flows = 0;
	crafted->host.tables[FLOW_TABLE_LEARNED][FLOW_FAMILY_IPV6].flows = 0;
	bypass_remarks_interface(&crafted->interfaces[0], &crafted->host);
	assert_int_equal(crafted->interfaces[0].remarks.disagreement_count, 0);
	crafted->host.settings.mark_mask = 1;
	check_interface(crafted, "observer");
}

static void test_interface_notes(void **state)
{
	struct bypass_state *crafted = *state;
	struct bypass_interface_state *interface = &crafted->interfaces[0];

	interface->config.monitor = 1;
	interface->lost = 55;
	bypass_remarks_interface(interface, &crafted->host);
	assert_int_equal(interface->remarks.disagreement_count, 0);
	assert_non_null(crafted_note(&interface->remarks, "monitor mode"));
	assert_non_null(crafted_note(&interface->remarks, "lost 55 frames"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_nothing_wrong),     TEST(test_nothing_attached),
		TEST(test_silent_daemon),     TEST(test_no_daemon),
		TEST(test_ended_daemon),      TEST(test_host_notes),
		TEST(test_many_ways),         TEST(test_sick_interfaces),
		TEST(test_needless_observer), TEST(test_interface_notes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
