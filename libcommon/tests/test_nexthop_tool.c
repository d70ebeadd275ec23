// SPDX-License-Identifier: GPL-2.0-only
/* Next hops as a tool makes them, beside a daemon, in a network namespace of this test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "network_scene.h"

static struct problem problem;
static struct network_maps maps;
static struct nexthops *tool;

static struct nexthops *open_as(enum nexthops_role role)
{
	struct nexthops *nexthops;

	assert_int_equal(nexthops_open(&nexthops, maps.nexthops, maps.devices, role, &problem), 0);
	return nexthops;
}

static int set_up(void **state)
{
	(void)state;
	network_scene_renew();
	network_scene_neighbour(1, true);
	network_scene_neighbour(2, true);
	maps = network_scene_maps();
	tool = open_as(NEXTHOPS_TOOL);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	nexthops_close(tool);
	network_scene_close_maps(&maps);
	return 0;
}

static uint32_t ask(const char *destination)
{
	struct nexthop_question question = { .leaves = network_scene_flow(destination) };
	uint32_t index = nexthops_of_route(tool, &question);

	assert_in_range(index, NEXTHOPS_TOOL_FIRST, FLOW_NEXTHOP_LIMIT - 1);
	return index;
}

/* Waits long enough for a busy machine; returns the neighbours without an answer. */
static unsigned int wait_for(unsigned int milliseconds)
{
	unsigned int silent;

	assert_int_equal(nexthops_wait(tool, milliseconds, &silent, &problem), 0);
	return silent;
}

static bool in_map(uint32_t index)
{
	return network_scene_entry(&maps, index).device;
}

static void test_resolves_once(void **state)
{
	uint32_t index4 = ask("10.0.1.2"), index6 = ask("fd00:2::2");
	struct flow_nexthop value;

	(void)state;
	/* Packets and the daemon see it when it is finished. */
	assert_false(in_map(index4));
	assert_int_equal(ask("10.0.1.2"), index4);
	assert_int_equal(wait_for(SCENE_PATIENCE), 0);
	value = network_scene_entry(&maps, index4);
	assert_int_equal(value.way[value.current].state, FLOW_WAY_USABLE);
	assert_true(network_scene_has_device(&maps, if_nametoindex("r1")));
	value = network_scene_entry(&maps, index6);
	assert_int_equal(value.way[value.current].state, FLOW_WAY_USABLE);
	assert_int_equal(value.way[0].ifindex, if_nametoindex("r2"));
	assert_true(network_scene_shows("ip neigh show to 10.0.1.2", "extern_learn"));
	/* The next command finds them. */
	nexthops_close(tool);
	tool = open_as(NEXTHOPS_TOOL);
	assert_int_equal(ask("10.0.1.2"), index4);
	assert_int_equal(ask("fd00:2::2"), index6);
}

static void test_silent_neighbour(void **state)
{
	uint32_t index = ask("10.0.1.99");
	struct flow_nexthop value;

	(void)state;
	assert_int_equal(wait_for(100), 1);
	value = network_scene_entry(&maps, index);
	assert_int_equal(value.way[value.current].state, FLOW_WAY_RESOLVING);
	/* Without a daemon nobody brings that entry up to date: a later command makes another. */
	nexthops_close(tool);
	tool = open_as(NEXTHOPS_TOOL);
	assert_int_not_equal(ask("10.0.1.99"), index);
}

static void test_given_up(void **state)
{
	(void)state;
	(void)ask("10.0.1.2");
	assert_true(network_scene_shows("ip neigh show", "extern_learn"));
	nexthops_close(tool);
	tool = open_as(NEXTHOPS_TOOL);
	assert_false(network_scene_shows("ip neigh show", "extern_learn"));
	assert_false(in_map(NEXTHOPS_TOOL_FIRST));
}

/* The daemon takes over what a tool made, and frees it. */
static void test_beside_daemon(void **state)
{
	bool used[FLOW_NEXTHOP_LIMIT] = { false };
	struct nexthops *daemon = open_as(NEXTHOPS_DAEMON);
	uint32_t index = ask("10.0.1.2"), silent = ask("10.0.1.99");
	struct nexthop_question question = { .leaves = network_scene_flow("10.0.1.2") };
	struct flow_way way;
	uint32_t of_daemon;

	(void)state;
	(void)wait_for(100);
	/* What changed until the daemon heard of the entry is made up for at once. */
	network_scene_run(
		"ip neigh replace 10.0.1.99 lladdr 02:00:00:00:01:99 dev r1 nud permanent");
	assert_int_equal(nexthops_reread(daemon, &problem), 0);
	way = network_scene_entry(&maps, silent).way[network_scene_entry(&maps, silent).current];
	assert_int_equal(way.destination_mac[5], 0x99);
	network_scene_run("ip neigh del 10.0.1.99 dev r1");
	network_scene_at(1, "ip address add 10.0.1.99/24 dev n1");
	(void)network_scene_await(daemon, &maps, silent, FLOW_WAY_USABLE);
	network_scene_run(
		"ip neigh replace 10.0.1.2 lladdr 02:00:00:00:01:44 dev r1 nud permanent");
	network_scene_at(1, "ip link set n1 down");
	(void)network_scene_await(daemon, &maps, index, FLOW_WAY_LINK_DOWN);
	network_scene_at(1, "ip link set n1 up");
	way = network_scene_await(daemon, &maps, index, FLOW_WAY_USABLE);
	assert_int_equal(way.destination_mac[5], 0x44);
	/* Its own half, so that neither frees what the other uses. */
	of_daemon = nexthops_of_route(daemon, &question);
	assert_in_range(of_daemon, NEXTHOPS_DAEMON_FIRST, NEXTHOPS_TOOL_FIRST - 1);
	nexthops_keep(daemon, used, false);
	assert_true(in_map(index));
	assert_false(in_map(of_daemon));
	used[silent] = true;
	nexthops_keep(daemon, used, true);
	assert_false(in_map(index));
	assert_true(in_map(silent));
	nexthops_close(daemon);
}

/* A tool alone frees its half only. */
static void test_tool_frees(void **state)
{
	bool used[FLOW_NEXTHOP_LIMIT] = { false };
	struct nexthop_question question = { .leaves = network_scene_flow("10.0.2.2") };
	struct nexthops *daemon = open_as(NEXTHOPS_DAEMON);
	uint32_t of_daemon = nexthops_of_route(daemon, &question), index;

	(void)state;
	(void)network_scene_await(daemon, &maps, of_daemon, FLOW_WAY_USABLE);
	nexthops_close(daemon);
	nexthops_close(tool);
	tool = open_as(NEXTHOPS_TOOL);
	index = ask("10.0.2.2");
	assert_int_equal(wait_for(SCENE_PATIENCE), 0);
	nexthops_keep(tool, used, true);
	assert_false(in_map(index));
	assert_true(in_map(of_daemon));
	assert_true(network_scene_shows("ip neigh show to 10.0.2.2", "extern_learn"));
	/* And the daemon notices. */
	index = ask("10.0.1.2");
	(void)wait_for(SCENE_PATIENCE);
	daemon = open_as(NEXTHOPS_DAEMON);
	assert_non_null(nexthops_get(daemon, index));
	nexthops_keep(tool, used, true);
	assert_int_equal(nexthops_reread(daemon, &problem), 0);
	assert_null(nexthops_get(daemon, index));
	nexthops_close(daemon);
}

static void test_preview(void **state)
{
	struct nexthop_question question = { .leaves = network_scene_flow("10.0.1.2"),
					     .has_vlan = true,
					     .vlan = { 5, 7 } };
	struct flow_nexthop value;

	(void)state;
	assert_int_equal(nexthops_preview(tool, &question, &value), FLOW_WAY_FIXED);
	assert_int_equal(value.device, if_nametoindex("r1"));
	assert_int_equal(value.way[value.current].state, FLOW_WAY_RESOLVING);
	assert_int_equal(value.way[0].tags, 2);
	assert_false(network_scene_shows("ip neigh show", "extern_learn"));
	question.leaves = network_scene_flow("10.0.1.1");
	assert_int_equal(nexthops_preview(tool, &question, &value), FLOW_WAY_LOCAL);
	assert_int_equal(wait_for(0), 0);
	assert_false(in_map(NEXTHOPS_TOOL_FIRST));
}

static struct nexthop_wish wish_of(const char *device, const char *via)
{
	struct nexthop_wish wish = { .has_via = via };

	snprintf(wish.device, sizeof(wish.device), "%s", device ? device : "");
	if (via) {
		wish.via_family = strchr(via, ':') ? FLOW_IPV6 : FLOW_IPV4;
		network_scene_address(via, wish.via);
	}
	return wish;
}

static uint32_t named(const struct nexthop_wish *wish, const char *destination)
{
	struct flow_key leaves = network_scene_flow(destination);
	uint32_t index = 0;
	int err = nexthops_named(tool, wish, &leaves, &index, &problem);

	if (err)
		fail_msg("%s", problem.text);
	return index;
}

static void expect_text(uint32_t index, const char *expected)
{
	char text[NEXTHOPS_TEXT_SIZE];

	(void)wait_for(SCENE_PATIENCE);
	assert_string_equal(nexthops_text(tool, index, text), expected);
}

static void test_named(void **state)
{
	struct nexthop_wish wish = wish_of(NULL, "10.0.2.2");
	static const uint8_t mac[6] = { 2, 0, 0, 0, 9, 9 };

	(void)state;
	network_scene_run("ip route add 10.9.0.0/16 via 10.0.1.2 mtu 1300");
	expect_text(named(&wish, "203.0.113.1"), "via 10.0.2.2 dev r2 lladdr 02:00:00:00:02:02");
	wish = wish_of("r1", NULL);
	expect_text(named(&wish, "10.9.0.1"),
		    "via 10.0.1.2 dev r1 lladdr 02:00:00:00:01:02 mtu 1300");
	wish = wish_of(NULL, NULL);
	wish.has_vlan = true;
	wish.vlan[0] = 12;
	expect_text(named(&wish, "10.9.0.1"),
		    "via 10.0.1.2 dev r1 lladdr 02:00:00:00:01:02 vlan 12 mtu 1300");
	assert_int_equal(named(&wish, "10.0.1.1"), FLOW_WAY_LOCAL);
	wish = wish_of("r1", "fd00:1::2");
	wish.has_vlan = true;
	expect_text(named(&wish, "2001:db8::1"),
		    "via fd00:1::2 dev r1 lladdr 02:00:00:00:01:02 vlan none");
	wish = wish_of("r1", NULL);
	wish.has_mac = wish.has_vlan = true;
	memcpy(wish.mac, mac, sizeof(mac));
	wish.vlan[0] = 3;
	wish.vlan[1] = 4;
	expect_text(named(&wish, "203.0.113.1"), "dev r1 lladdr 02:00:00:00:09:09 vlan 3.4");
}

static void refused(struct nexthop_wish wish, const char *destination, int expected,
		    const char *text)
{
	struct flow_key leaves = network_scene_flow(destination);
	uint32_t index = 77;

	problem = (struct problem){ 0 };
	assert_int_equal(nexthops_named(tool, &wish, &leaves, &index, &problem), expected);
	assert_string_equal(problem.text, text);
	assert_int_equal(index, 77);
}

static void test_named_refusals(void **state)
{
	struct nexthop_wish wish = wish_of("r1", NULL);

	(void)state;
	network_scene_run("ip route add 10.9.0.0/16 via 10.0.1.2");
	refused(wish_of("r9", NULL), "10.0.1.2", -ENODEV, "dev r9: there is no such interface");
	refused(wish_of(NULL, "10.0.1.1"), "10.0.2.2", -EINVAL,
		"via 10.0.1.1: an address of this host");
	refused(wish_of("r2", "fd00:1::1"), "fd00::3", -EINVAL,
		"via fd00:1::1: an address of this host");
	refused(wish_of("r1", "10.0.1.2"), "fd00:1::2", -EINVAL,
		"via 10.0.1.2: not of the family of the flow");
	refused(wish_of(NULL, "203.0.113.1"), "10.0.2.2", -EHOSTUNREACH,
		"via 203.0.113.1: no route leads there; name its device: dev DEVICE");
	refused(wish_of(NULL, "10.9.0.1"), "10.0.2.2", -EHOSTUNREACH,
		"via 10.9.0.1: not on a network of this host (the way there is via 10.0.1.2)");
	refused(wish_of("r2", NULL), "2001:db8::1", -EHOSTUNREACH,
		"dev r2: no route to 2001:db8::1 leads through it; name the next hop: via ADDRESS");
	wish.has_mac = true;
	refused(wish, "10.0.1.2", -EINVAL, "mac 00:00:00:00:00:00: not the address of one host");
	wish.mac[0] = 1;
	refused(wish, "10.0.1.2", -EINVAL, "mac 01:00:00:00:00:00: not the address of one host");
	wish.device[0] = '\0';
	refused(wish, "10.0.1.2", -EINVAL,
		"a MAC address needs the device that leads to it: dev DEVICE");
	network_scene_run("ip tuntap add t0 mode tun");
	nexthops_close(tool);
	tool = open_as(NEXTHOPS_TOOL);
	refused(wish_of("t0", NULL), "10.0.1.2", -EINVAL,
		"dev t0: has no MAC addresses, frames cannot be sent to it");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_resolves_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_silent_neighbour, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_given_up, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_beside_daemon, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_tool_frees, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_preview, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_named, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_named_refusals, set_up, tear_down),
	};
	const char *reason = network_scene_enter();

	if (reason) {
		printf("SKIP: %s\n", reason);
		return SCENE_SKIP;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
