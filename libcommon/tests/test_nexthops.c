// SPDX-License-Identifier: GPL-2.0-only
/* Next hops as the daemon keeps them, in a network namespace of this test's own: where
 * the routes lead. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "network_scene.h"

static void test_neighbour_on_link(void **state)
{
	static const char *const destinations[] = { "10.0.1.2", "fd00:1::2" };

	(void)state;
	for (int i = 0; i < 2; i++) {
		uint32_t index = network_scene_made(destinations[i]);
		struct flow_way way = network_scene_usable(index);
		struct flow_nexthop value = network_scene_entry(&scene.maps, index);
		char text[NEXTHOPS_TEXT_SIZE], expected[NEXTHOPS_TEXT_SIZE];

		network_scene_expect(&way, 1);
		assert_int_equal(way.mtu, 1500);
		assert_true(network_scene_has_device(&scene.maps, way.ifindex));
		assert_false(network_scene_has_device(&scene.maps, if_nametoindex("r2")));
		assert_memory_equal(&value, nexthops_get(scene.nexthops, index), sizeof(value));
		assert_int_equal(network_scene_ask(destinations[i]), index);
		snprintf(expected, sizeof(expected), "via %s dev r1 lladdr 02:00:00:00:01:02",
			 destinations[i]);
		assert_string_equal(nexthops_text(scene.nexthops, index, text), expected);
	}
	assert_false(network_scene_shows("ip neigh show", "PERMANENT"));
	assert_true(network_scene_shows("ip neigh show to 10.0.1.2", "extern_learn"));
}

static void test_gateway(void **state)
{
	uint32_t index, other;
	struct flow_way way;

	(void)state;
	network_scene_run("ip route add 10.9.0.0/16 via 10.0.2.2");
	network_scene_run("ip route add 10.8.0.0/16 via 10.0.2.2 mtu 1200");
	network_scene_run("ip route add 10.7.0.0/16 via 10.0.2.2 mtu lock 9000");
	network_scene_run("ip route add 10.6.0.0/16 via inet6 fd00:2::2 dev r2");
	network_scene_run("ip route add fd09::/16 via fd00:2::2 mtu 1280");
	index = network_scene_made("10.9.0.1");
	way = network_scene_usable(index);
	network_scene_expect(&way, 2);
	assert_int_equal(network_scene_ask("10.9.77.1"), index);
	assert_int_equal(network_scene_ask("10.0.2.2"), index);
	other = network_scene_made("10.8.0.1");
	assert_int_not_equal(other, index);
	assert_int_equal(network_scene_usable(other).mtu, 1200);
	assert_int_equal(network_scene_usable(network_scene_made("10.7.0.1")).mtu, 1500);
	way = network_scene_usable(network_scene_made("10.6.0.1"));
	network_scene_expect(&way, 2);
	way = network_scene_usable(network_scene_made("fd09::1"));
	network_scene_expect(&way, 2);
	assert_int_equal(way.mtu, 1280);
}

static void test_without_next_hop(void **state)
{
	char text[NEXTHOPS_TEXT_SIZE];

	(void)state;
	network_scene_run("ip route add blackhole 10.3.0.0/24");
	network_scene_run("ip route add unreachable 10.3.1.0/24");
	network_scene_run("ip route add prohibit 10.3.2.0/24");
	network_scene_run("ip route add blackhole fd03::/64");
	network_scene_run("ip route add prohibit fd03:1::/64");
	network_scene_run("ip route add local 192.0.2.0/24 dev lo");
	assert_int_equal(network_scene_ask("203.0.113.1"), FLOW_WAY_NO_ROUTE);
	assert_int_equal(network_scene_ask("2001:db8::1"), FLOW_WAY_NO_ROUTE);
	assert_int_equal(network_scene_ask("10.0.1.1"), FLOW_WAY_LOCAL);
	assert_int_equal(network_scene_ask("192.0.2.77"), FLOW_WAY_LOCAL);
	assert_int_equal(network_scene_ask("fd00:1::1"), FLOW_WAY_LOCAL);
	assert_int_equal(network_scene_ask("10.0.1.255"), FLOW_WAY_FORBIDDEN);
	assert_int_equal(network_scene_ask("224.0.0.5"), FLOW_WAY_FORBIDDEN);
	assert_int_equal(network_scene_ask("10.3.0.1"), FLOW_WAY_FORBIDDEN);
	assert_int_equal(network_scene_ask("10.3.1.1"), FLOW_WAY_FORBIDDEN);
	assert_int_equal(network_scene_ask("10.3.2.1"), FLOW_WAY_FORBIDDEN);
	assert_int_equal(network_scene_ask("fd03::1"), FLOW_WAY_FORBIDDEN);
	assert_int_equal(network_scene_ask("fd03:1::1"), FLOW_WAY_FORBIDDEN);
	assert_null(nexthops_get(scene.nexthops, FLOW_WAY_LOCAL));
	assert_null(nexthops_get(scene.nexthops, FLOW_NEXTHOP_LIMIT));
	assert_string_equal(nexthops_text(scene.nexthops, FLOW_WAY_LOCAL, text), "local");
	assert_string_equal(nexthops_text(scene.nexthops, 4711, text), "unused");
}

static void test_input_device(void **state)
{
	struct nexthop_question question = { .leaves = network_scene_flow("10.0.2.2"),
					     .in_ifindex = if_nametoindex("r1") };
	uint32_t index;

	(void)state;
	network_scene_address("10.0.1.2", question.leaves.source);
	index = nexthops_of_route(scene.nexthops, &question);
	assert_int_equal(index, network_scene_ask("10.0.2.2"));
	/* As it arrives counts, not as it leaves: with masquerade that is an address of ours. */
	question.arrives = question.leaves;
	network_scene_address("10.0.2.1", question.leaves.source);
	assert_int_equal(nexthops_of_route(scene.nexthops, &question), index);
	network_scene_run("ip route add blackhole 10.0.2.2");
	assert_int_equal(nexthops_of_route(scene.nexthops, &question), FLOW_WAY_FORBIDDEN);
	network_scene_run("ip route del blackhole 10.0.2.2");
	question.arrives.family = 0;
	assert_int_equal(nexthops_of_route(scene.nexthops, &question), FLOW_WAY_FORBIDDEN);
	network_scene_address("10.0.1.2", question.leaves.source);
	network_scene_run("echo 0 >/proc/sys/net/ipv4/ip_forward");
	network_scene_await_routes(scene.nexthops);
	assert_int_equal(nexthops_of_route(scene.nexthops, &question), FLOW_WAY_FORBIDDEN);
}

static void test_policy_rules(void **state)
{
	struct nexthop_question question = { .leaves = network_scene_flow("10.0.1.2"),
					     .mark = 0x10 };
	struct flow_way way;

	(void)state;
	network_scene_run("ip route add default via 10.0.2.2 table 100");
	network_scene_run("ip -6 route add default via fd00:2::2 table 100");
	network_scene_run("ip rule add fwmark 0x10 lookup 100");
	network_scene_run("ip -6 rule add from fd00::9 lookup 100");
	network_scene_await_routes(scene.nexthops);
	way = network_scene_usable(nexthops_of_route(scene.nexthops, &question));
	network_scene_expect(&way, 2);
	way = network_scene_usable(network_scene_made("10.0.1.2"));
	network_scene_expect(&way, 1);
	way = network_scene_usable(network_scene_made("fd00:1::2"));
	network_scene_expect(&way, 2);
	/* By source, whatever the device; without one the mark decides. */
	network_scene_run("ip rule add from 10.0.0.9 lookup 100");
	way = network_scene_usable(network_scene_made("10.0.1.2"));
	network_scene_expect(&way, 2);
	network_scene_run("ip rule del from 10.0.0.9 lookup 100");
	network_scene_run("ip rule del fwmark 0x10 lookup 100");
	network_scene_await_routes(scene.nexthops);
	way = network_scene_usable(nexthops_of_route(scene.nexthops, &question));
	network_scene_expect(&way, 1);
}

static void test_route_moves(void **state)
{
	struct flow_way way;
	struct nexthops_news news;

	(void)state;
	network_scene_run("ip route add 10.9.0.0/16 via 10.0.1.2");
	/* As a kernel does that is told to save its breath. */
	network_scene_run("echo 0 >/proc/sys/net/ipv4/nexthop_compat_mode");
	network_scene_run("ip nexthop add id 1 via 10.0.1.2 dev r1");
	network_scene_run("ip route add 10.8.0.0/16 nhid 1");
	way = network_scene_usable(network_scene_made("10.9.0.1"));
	network_scene_expect(&way, 1);
	network_scene_follow(scene.nexthops, &news);
	network_scene_run("ip route replace 10.9.0.0/16 via 10.0.2.2");
	network_scene_await_routes(scene.nexthops);
	way = network_scene_usable(network_scene_made("10.9.0.1"));
	network_scene_expect(&way, 2);
	way = network_scene_usable(network_scene_made("10.8.0.1"));
	network_scene_expect(&way, 1);
	network_scene_follow(scene.nexthops, &news);
	network_scene_run("ip nexthop replace id 1 via 10.0.2.2 dev r2");
	network_scene_await_routes(scene.nexthops);
	way = network_scene_usable(network_scene_made("10.8.0.1"));
	network_scene_expect(&way, 2);
}

static void test_entries_are_freed(void **state)
{
	bool used[FLOW_NEXTHOP_LIMIT] = { false };
	uint32_t gone = network_scene_made("10.0.1.2"), stays = network_scene_made("10.0.2.2");
	const struct flow_nexthop nothing = { 0 };
	struct flow_nexthop value;

	(void)state;
	(void)network_scene_usable(gone);
	(void)network_scene_usable(stays);
	used[stays] = true;
	nexthops_keep(scene.nexthops, used, false);
	value = network_scene_entry(&scene.maps, gone);
	assert_memory_equal(&value, &nothing, sizeof(value));
	assert_null(nexthops_get(scene.nexthops, gone));
	assert_non_null(nexthops_get(scene.nexthops, stays));
	assert_false(network_scene_shows("ip neigh show to 10.0.1.2", "extern_learn"));
	assert_true(network_scene_shows("ip neigh show to 10.0.1.2", "02:00:00:00:01:02"));
	assert_true(network_scene_shows("ip neigh show to 10.0.2.2", "extern_learn"));
	assert_int_equal(network_scene_ask("10.0.1.2"), gone);
	(void)network_scene_usable(gone);
	assert_int_equal(nexthops_release_neighbours(&(struct problem){ 0 }), 0);
	assert_false(network_scene_shows("ip neigh show", "extern_learn"));
}

static void test_restart(void **state)
{
	uint32_t index = network_scene_made("10.0.1.2"), down = network_scene_made("10.0.2.2");
	struct flow_nexthop before, after;

	(void)state;
	(void)network_scene_usable(index);
	(void)network_scene_usable(down);
	before = network_scene_entry(&scene.maps, index);
	nexthops_close(scene.nexthops);
	after = network_scene_entry(&scene.maps, index);
	assert_memory_equal(&before, &after, sizeof(before));
	network_scene_at(2, "ip link set n2 down");
	network_scene_open();
	after = network_scene_entry(&scene.maps, index);
	assert_memory_equal(&before, &after, sizeof(before));
	assert_int_equal(network_scene_ask("10.0.1.2"), index);
	(void)network_scene_await(scene.nexthops, &scene.maps, down, FLOW_WAY_LINK_DOWN);
}

static void test_seen_leaving(void **state)
{
	const uint16_t none[2] = { 0 }, tagged[2] = { 5, 7 };
	const uint32_t r1 = if_nametoindex("r1");
	uint8_t mac[6];
	uint32_t index;
	struct flow_way way;

	(void)state;
	network_scene_mac(1, true, mac);
	index = nexthops_of_link(scene.nexthops, r1, 0, none, mac);
	way = network_scene_usable(index);
	network_scene_expect(&way, 1);
	assert_int_equal(nexthops_of_link(scene.nexthops, r1, 0, none, mac), index);
	assert_true(nexthops_leaves_by(scene.nexthops, index, r1, 0, none, mac));
	assert_false(nexthops_leaves_by(scene.nexthops, index, if_nametoindex("r2"), 0, none, mac));
	assert_false(nexthops_leaves_by(scene.nexthops, index, r1, 1, tagged, mac));
	mac[5]++;
	assert_false(nexthops_leaves_by(scene.nexthops, index, r1, 0, none, mac));
	index = nexthops_of_link(scene.nexthops, r1, 2, tagged, mac);
	way = network_scene_usable(index);
	assert_int_equal(way.tags, 2);
	assert_int_equal(way.tag[0].tci, htons(5));
	assert_int_equal(way.tag[1].tci, htons(7));
	assert_true(nexthops_leaves_by(scene.nexthops, index, r1, 2, tagged, mac));
	assert_int_equal(nexthops_of_link(scene.nexthops, 4711, 0, none, mac), FLOW_WAY_UNRESOLVED);
	assert_int_equal(nexthops_input_device(scene.nexthops, r1, none), r1);
	assert_int_equal(nexthops_input_device(scene.nexthops, r1, tagged), r1);
}

static void test_bridge(void **state)
{
	const uint16_t none[2] = { 0 };

	(void)state;
	if (!network_scene_try("ip link add b0 type bridge"))
		skip();
	network_scene_run("ip link set r1 master b0");
	network_scene_run("ip link set b0 up");
	network_scene_await_routes(scene.nexthops);
	assert_int_equal(nexthops_input_device(scene.nexthops, if_nametoindex("r1"), none),
			 if_nametoindex("b0"));
	network_scene_run("ip link set r1 nomaster");
	network_scene_await_routes(scene.nexthops);
	assert_int_equal(nexthops_input_device(scene.nexthops, if_nametoindex("r1"), none),
			 if_nametoindex("r1"));
	(void)network_scene_usable(network_scene_made("10.0.1.2"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_neighbour_on_link, network_scene_set_up,
						network_scene_tear_down),
		cmocka_unit_test_setup_teardown(test_gateway, network_scene_set_up,
						network_scene_tear_down),
		cmocka_unit_test_setup_teardown(test_without_next_hop, network_scene_set_up,
						network_scene_tear_down),
		cmocka_unit_test_setup_teardown(test_input_device, network_scene_set_up,
						network_scene_tear_down),
		cmocka_unit_test_setup_teardown(test_policy_rules, network_scene_set_up,
						network_scene_tear_down),
		cmocka_unit_test_setup_teardown(test_route_moves, network_scene_set_up,
						network_scene_tear_down),
		cmocka_unit_test_setup_teardown(test_entries_are_freed, network_scene_set_up,
						network_scene_tear_down),
		cmocka_unit_test_setup_teardown(test_restart, network_scene_set_up,
						network_scene_tear_down),
		cmocka_unit_test_setup_teardown(test_seen_leaving, network_scene_set_up,
						network_scene_tear_down),
		cmocka_unit_test_setup_teardown(test_bridge, network_scene_set_up,
						network_scene_tear_down),
	};
	const char *reason = network_scene_enter();

	if (reason) {
		printf("SKIP: %s\n", reason);
		return SCENE_SKIP;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
