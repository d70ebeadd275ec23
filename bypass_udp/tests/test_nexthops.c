// SPDX-License-Identifier: GPL-2.0-only
/* Next hops as the daemon keeps them, in a network namespace of this test's own: what packets find in the
 * map after the network has changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "network_scene.h"
#include "nexthops_internal.h"

static struct problem problem;
static struct network_maps maps;
static struct nexthops *nexthops;

static void open_daemon(void)
{
	assert_int_equal(nexthops_open(&nexthops, maps.nexthops, maps.devices, NEXTHOPS_DAEMON,
				       &problem),
			 0);
}

/* A router with two neighbours, and the daemon's next hops. */
static int set_up(void **state)
{
	(void)state;
	network_scene_renew();
	network_scene_neighbour(1, true);
	network_scene_neighbour(2, true);
	maps = network_scene_maps();
	open_daemon();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	nexthops_close(nexthops);
	network_scene_close_maps(&maps);
	return 0;
}

static uint32_t ask(const char *destination)
{
	struct nexthop_question question = { .leaves = network_scene_flow(destination) };

	return nexthops_of_route(nexthops, &question);
}

static uint32_t ask_made(const char *destination)
{
	uint32_t index = ask(destination);

	assert_in_range(index, NEXTHOPS_DAEMON_FIRST, NEXTHOPS_TOOL_FIRST - 1);
	return index;
}

static struct flow_way usable(uint32_t index)
{
	return network_scene_await(nexthops, &maps, index, FLOW_WAY_USABLE);
}

/* The way leads to neighbour `number`. */
static void expect_way(const struct flow_way *way, unsigned int number)
{
	uint8_t source[6], destination[6];
	char name[16];

	snprintf(name, sizeof(name), "r%u", number);
	network_scene_mac(number, false, source);
	network_scene_mac(number, true, destination);
	assert_int_equal(way->ifindex, if_nametoindex(name));
	assert_memory_equal(way->source_mac, source, 6);
	assert_memory_equal(way->destination_mac, destination, 6);
	assert_int_equal(way->tags, 0);
}

static void test_neighbour_on_link(void **state)
{
	static const char *const destinations[] = { "10.0.1.2", "fd00:1::2" };

	(void)state;
	for (int i = 0; i < 2; i++) {
		uint32_t index = ask_made(destinations[i]);
		struct flow_way way = usable(index);
		struct flow_nexthop value = network_scene_entry(&maps, index);
		char text[NEXTHOPS_TEXT_SIZE], expected[NEXTHOPS_TEXT_SIZE];

		expect_way(&way, 1);
		assert_int_equal(way.mtu, 1500);
		assert_true(network_scene_has_device(&maps, way.ifindex));
		assert_false(network_scene_has_device(&maps, if_nametoindex("r2")));
		assert_memory_equal(&value, nexthops_get(nexthops, index), sizeof(value));
		assert_int_equal(ask(destinations[i]), index);
		snprintf(expected, sizeof(expected), "via %s dev r1 lladdr 02:00:00:00:01:02",
			 destinations[i]);
		assert_string_equal(nexthops_text(nexthops, index, text), expected);
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
	index = ask_made("10.9.0.1");
	way = usable(index);
	expect_way(&way, 2);
	assert_int_equal(ask("10.9.77.1"), index);
	assert_int_equal(ask("10.0.2.2"), index);
	other = ask_made("10.8.0.1");
	assert_int_not_equal(other, index);
	assert_int_equal(usable(other).mtu, 1200);
	assert_int_equal(usable(ask_made("10.7.0.1")).mtu, 1500);
	way = usable(ask_made("10.6.0.1"));
	expect_way(&way, 2);
	way = usable(ask_made("fd09::1"));
	expect_way(&way, 2);
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
	assert_int_equal(ask("203.0.113.1"), FLOW_WAY_NO_ROUTE);
	assert_int_equal(ask("2001:db8::1"), FLOW_WAY_NO_ROUTE);
	assert_int_equal(ask("10.0.1.1"), FLOW_WAY_LOCAL);
	assert_int_equal(ask("192.0.2.77"), FLOW_WAY_LOCAL);
	assert_int_equal(ask("fd00:1::1"), FLOW_WAY_LOCAL);
	assert_int_equal(ask("10.0.1.255"), FLOW_WAY_FORBIDDEN);
	assert_int_equal(ask("224.0.0.5"), FLOW_WAY_FORBIDDEN);
	assert_int_equal(ask("10.3.0.1"), FLOW_WAY_FORBIDDEN);
	assert_int_equal(ask("10.3.1.1"), FLOW_WAY_FORBIDDEN);
	assert_int_equal(ask("10.3.2.1"), FLOW_WAY_FORBIDDEN);
	assert_int_equal(ask("fd03::1"), FLOW_WAY_FORBIDDEN);
	assert_int_equal(ask("fd03:1::1"), FLOW_WAY_FORBIDDEN);
	assert_null(nexthops_get(nexthops, FLOW_WAY_LOCAL));
	assert_null(nexthops_get(nexthops, FLOW_NEXTHOP_LIMIT));
	assert_string_equal(nexthops_text(nexthops, FLOW_WAY_LOCAL, text), "local");
	assert_string_equal(nexthops_text(nexthops, 4711, text), "unused");
}

/* The kernel's own packets may go where a stranger's may not. */
static void test_input_device(void **state)
{
	struct nexthop_question question = { .leaves = network_scene_flow("10.0.2.2"),
					     .in_ifindex = if_nametoindex("r1") };
	uint32_t index;

	(void)state;
	network_scene_address("10.0.1.2", question.leaves.source);
	index = nexthops_of_route(nexthops, &question);
	assert_int_equal(index, ask("10.0.2.2"));
	/* As it arrives counts, not as it leaves: with masquerade that is an address of ours. */
	question.arrives = question.leaves;
	network_scene_address("10.0.2.1", question.leaves.source);
	assert_int_equal(nexthops_of_route(nexthops, &question), index);
	question.arrives.family = 0;
	assert_int_equal(nexthops_of_route(nexthops, &question), FLOW_WAY_FORBIDDEN);
	network_scene_address("10.0.1.2", question.leaves.source);
	network_scene_run("echo 0 >/proc/sys/net/ipv4/ip_forward");
	network_scene_await_routes(nexthops);
	assert_int_equal(nexthops_of_route(nexthops, &question), FLOW_WAY_FORBIDDEN);
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
	network_scene_await_routes(nexthops);
	way = usable(nexthops_of_route(nexthops, &question));
	expect_way(&way, 2);
	way = usable(ask_made("10.0.1.2"));
	expect_way(&way, 1);
	way = usable(ask_made("fd00:1::2"));
	expect_way(&way, 2);
	/* By source, whatever the device; without one the mark decides. */
	network_scene_run("ip rule add from 10.0.0.9 lookup 100");
	way = usable(ask_made("10.0.1.2"));
	expect_way(&way, 2);
	network_scene_run("ip rule del from 10.0.0.9 lookup 100");
	network_scene_run("ip rule del fwmark 0x10 lookup 100");
	network_scene_await_routes(nexthops);
	way = usable(nexthops_of_route(nexthops, &question));
	expect_way(&way, 1);
}

static void test_route_moves(void **state)
{
	struct flow_way way;
	struct nexthops_news news;

	(void)state;
	network_scene_run("ip route add 10.9.0.0/16 via 10.0.1.2");
	network_scene_run("ip nexthop add id 1 via 10.0.1.2 dev r1");
	network_scene_run("ip route add 10.8.0.0/16 nhid 1");
	way = usable(ask_made("10.9.0.1"));
	expect_way(&way, 1);
	network_scene_follow(nexthops, &news);
	network_scene_run("ip route replace 10.9.0.0/16 via 10.0.2.2");
	network_scene_await_routes(nexthops);
	way = usable(ask_made("10.9.0.1"));
	expect_way(&way, 2);
	way = usable(ask_made("10.8.0.1"));
	expect_way(&way, 1);
	network_scene_follow(nexthops, &news);
	network_scene_run("ip nexthop replace id 1 via 10.0.2.2 dev r2");
	network_scene_await_routes(nexthops);
	way = usable(ask_made("10.8.0.1"));
	expect_way(&way, 2);
}

static void await_mac(uint32_t index, const char *mac)
{
	char text[NEXTHOPS_TEXT_SIZE];
	struct nexthops_news news = { 0 };

	for (int i = 0; i < 300; i++) {
		if (strstr(nexthops_text(nexthops, index, text), mac))
			break;
		network_scene_round(nexthops, &news);
	}
	assert_non_null(strstr(nexthops_text(nexthops, index, text), mac));
	(void)usable(index);
}

/* Nobody tells the router; it finds out by asking, because the kernel keeps the neighbour. */
static void test_mac_changes(void **state)
{
	static const char *const families[] = { "ipv4", "ipv6" };
	uint32_t index4, index6;

	(void)state;
	for (int i = 0; i < 2; i++) {
		char directory[64];

		snprintf(directory, sizeof(directory), "/proc/sys/net/%s/neigh/r1", families[i]);
		network_scene_run("cd %s; echo 200 >interval_probe_time_ms; echo 0 >locktime; "
				  "echo 100 >retrans_time_ms; echo 300 >base_reachable_time_ms; "
				  "echo 0 >delay_first_probe_time",
				  directory);
	}
	index4 = ask_made("10.0.1.2");
	index6 = ask_made("fd00:1::2");
	(void)usable(index4);
	(void)usable(index6);
	network_scene_at(1, "ip link set n1 address 02:00:00:00:01:77");
	await_mac(index4, "02:00:00:00:01:77");
	await_mac(index6, "02:00:00:00:01:77");
}

static void test_mac_is_announced(void **state)
{
	uint32_t index4 = ask_made("10.0.1.2"), index6 = ask_made("fd00:1::2");

	(void)state;
	network_scene_run("echo 0 >/proc/sys/net/ipv4/neigh/r1/locktime");
	network_scene_at(1, "sh -c 'echo 1 >/proc/sys/net/ipv4/conf/n1/arp_notify'");
	network_scene_at(1, "sh -c 'echo 1 >/proc/sys/net/ipv6/conf/n1/ndisc_notify'");
	(void)usable(index4);
	(void)usable(index6);
	network_scene_at(1, "ip link set n1 address 02:00:00:00:01:78");
	await_mac(index4, "02:00:00:00:01:78");
	await_mac(index6, "02:00:00:00:01:78");
}

static void test_carrier_flap(void **state)
{
	uint32_t index4 = ask_made("10.0.1.2"), index6 = ask_made("fd00:1::2");

	(void)state;
	(void)usable(index4);
	(void)usable(index6);
	network_scene_at(1, "ip link set n1 down");
	(void)network_scene_await(nexthops, &maps, index4, FLOW_WAY_LINK_DOWN);
	(void)network_scene_await(nexthops, &maps, index6, FLOW_WAY_LINK_DOWN);
	network_scene_at(1, "ip link set n1 up");
	network_scene_at(1, "ip address add fd00:1::2/64 dev n1 nodad");
	(void)usable(index4);
	(void)usable(index6);
	assert_true(network_scene_shows("ip neigh show to 10.0.1.2", "extern_learn"));
	assert_true(network_scene_shows("ip neigh show to fd00:1::2", "extern_learn"));
}

static void test_neighbour_deleted(void **state)
{
	uint32_t index = ask_made("10.0.1.2");
	struct nexthops_news news;

	(void)state;
	(void)usable(index);
	network_scene_follow(nexthops, &news);
	network_scene_run("ip neigh del 10.0.1.2 dev r1");
	network_scene_follow(nexthops, &news);
	(void)usable(index);
	assert_true(network_scene_shows("ip neigh show to 10.0.1.2", "extern_learn"));
	/* A change without our flags takes them away. */
	network_scene_run("ip neigh replace 10.0.1.2 lladdr 02:00:00:00:01:02 dev r1 nud stale");
	network_scene_follow(nexthops, &news);
	assert_true(network_scene_shows("ip neigh show to 10.0.1.2", "extern_learn"));
}

static void test_namespace_deleted(void **state)
{
	uint32_t index = ask_made("10.0.1.2"), ifindex = if_nametoindex("r1");
	char text[NEXTHOPS_TEXT_SIZE], expected[NEXTHOPS_TEXT_SIZE];

	(void)state;
	(void)usable(index);
	network_scene_delete(1);
	(void)network_scene_await(nexthops, &maps, index, FLOW_WAY_LINK_DOWN);
	assert_false(network_scene_has_device(&maps, ifindex));
	snprintf(expected, sizeof(expected), "via 10.0.1.2 dev #%u", ifindex);
	assert_string_equal(nexthops_text(nexthops, index, text), expected);
}

static void test_silent_neighbour(void **state)
{
	uint32_t index = ask_made("10.0.1.99");

	(void)state;
	network_scene_run("echo 100 >/proc/sys/net/ipv4/neigh/r1/retrans_time_ms");
	(void)network_scene_await(nexthops, &maps, index, FLOW_WAY_UNREACHABLE);
	network_scene_at(1, "ip address add 10.0.1.99/24 dev n1");
	(void)usable(index);
}

/* An operator's entry is used, followed, and left as it is. */
static void test_operators_neighbour(void **state)
{
	bool used[FLOW_NEXTHOP_LIMIT] = { false };
	uint32_t index;

	(void)state;
	network_scene_run("ip neigh add 10.0.1.7 lladdr 02:00:00:00:07:07 dev r1 nud permanent");
	network_scene_run("ip neigh add 10.0.1.8 lladdr 02:00:00:00:07:08 dev r1 extern_learn");
	index = ask_made("10.0.1.7");
	await_mac(index, "02:00:00:00:07:07");
	await_mac(ask_made("10.0.1.8"), "02:00:00:00:07:08");
	network_scene_run(
		"ip neigh replace 10.0.1.7 lladdr 02:00:00:00:07:09 dev r1 nud permanent");
	await_mac(index, "02:00:00:00:07:09");
	assert_true(network_scene_shows("ip neigh show to 10.0.1.7", "PERMANENT"));
	nexthops_keep(nexthops, used, false);
	assert_true(network_scene_shows("ip neigh show to 10.0.1.7", "PERMANENT"));
	assert_true(network_scene_shows("ip neigh show to 10.0.1.8", "extern_learn"));
}

static void test_entries_are_freed(void **state)
{
	bool used[FLOW_NEXTHOP_LIMIT] = { false };
	uint32_t gone = ask_made("10.0.1.2"), stays = ask_made("10.0.2.2");
	const struct flow_nexthop nothing = { 0 };
	struct flow_nexthop value;

	(void)state;
	(void)usable(gone);
	(void)usable(stays);
	used[stays] = true;
	nexthops_keep(nexthops, used, false);
	value = network_scene_entry(&maps, gone);
	assert_memory_equal(&value, &nothing, sizeof(value));
	assert_null(nexthops_get(nexthops, gone));
	assert_non_null(nexthops_get(nexthops, stays));
	assert_false(network_scene_shows("ip neigh show to 10.0.1.2", "extern_learn"));
	assert_true(network_scene_shows("ip neigh show to 10.0.1.2", "02:00:00:00:01:02"));
	assert_true(network_scene_shows("ip neigh show to 10.0.2.2", "extern_learn"));
	assert_int_equal(ask("10.0.1.2"), gone);
	(void)usable(gone);
	assert_int_equal(nexthops_release_neighbours(&problem), 0);
	assert_false(network_scene_shows("ip neigh show", "extern_learn"));
}

static void test_own_address(void **state)
{
	uint32_t index = ask_made("10.0.1.2");

	(void)state;
	(void)usable(index);
	network_scene_run("ip address add 10.0.1.2/32 dev r2");
	(void)network_scene_await(nexthops, &maps, index, FLOW_WAY_LOCAL);
	assert_false(network_scene_shows("ip neigh show to 10.0.1.2", "extern_learn"));
	network_scene_run("ip address del 10.0.1.2/32 dev r2");
	(void)usable(index);
}

static void test_transmit(void **state)
{
	uint32_t index;
	struct flow_way way;

	(void)state;
	network_scene_neighbour(3, false);
	network_scene_await_routes(nexthops);
	index = ask_made("10.0.3.2");
	way = network_scene_await(nexthops, &maps, index, FLOW_WAY_NO_TRANSMIT);
	expect_way(&way, 3);
	network_scene_at(3, "ethtool -K n3 gro on");
	way = usable(index);
	expect_way(&way, 3);
	assert_true(network_scene_has_device(&maps, way.ifindex));
	network_scene_at(3, "ethtool -K n3 gro off");
	(void)network_scene_await(nexthops, &maps, index, FLOW_WAY_NO_TRANSMIT);
	network_scene_run("ip tuntap add t0 mode tun");
	network_scene_run("ip link set t0 up");
	network_scene_run("ip route add 10.4.0.0/24 dev t0");
	network_scene_run("ip route add 10.4.1.0/24 dev lo");
	network_scene_await_routes(nexthops);
	index = ask_made("10.4.1.1");
	(void)network_scene_await(nexthops, &maps, index, FLOW_WAY_NO_TRANSMIT);
	/* One for all destinations. */
	assert_int_equal(ask("10.4.1.2"), index);
}

static void test_restart(void **state)
{
	uint32_t index = ask_made("10.0.1.2"), down = ask_made("10.0.2.2");
	struct flow_nexthop before, after;

	(void)state;
	(void)usable(index);
	(void)usable(down);
	before = network_scene_entry(&maps, index);
	nexthops_close(nexthops);
	after = network_scene_entry(&maps, index);
	assert_memory_equal(&before, &after, sizeof(before));
	network_scene_at(2, "ip link set n2 down");
	open_daemon();
	after = network_scene_entry(&maps, index);
	assert_memory_equal(&before, &after, sizeof(before));
	assert_int_equal(ask("10.0.1.2"), index);
	(void)network_scene_await(nexthops, &maps, down, FLOW_WAY_LINK_DOWN);
}

/* More is told than the socket holds. */
static void test_news_lost(void **state)
{
	uint32_t moved = ask_made("10.0.1.2"), down = ask_made("10.0.2.2");
	struct nexthops_news news;
	const int size = 1;

	(void)state;
	(void)usable(moved);
	(void)usable(down);
	network_scene_follow(nexthops, &news);
	assert_int_equal(setsockopt(nexthops->watch.changes, SOL_SOCKET, SO_RCVBUF, &size,
				    sizeof(size)),
			 0);
	network_scene_run("for i in $(seq 200); do echo route add 10.200.$i.0/24 dev lo; done | "
			  "ip -batch -");
	network_scene_run(
		"ip neigh replace 10.0.1.2 lladdr 02:00:00:00:01:55 dev r1 nud permanent");
	network_scene_at(2, "ip link set n2 down");
	network_scene_follow(nexthops, &news);
	assert_true(news.routes_changed);
	(void)network_scene_await(nexthops, &maps, down, FLOW_WAY_LINK_DOWN);
	await_mac(moved, "02:00:00:00:01:55");
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
	index = nexthops_of_link(nexthops, r1, 0, none, mac);
	way = usable(index);
	expect_way(&way, 1);
	assert_int_equal(nexthops_of_link(nexthops, r1, 0, none, mac), index);
	assert_true(nexthops_leaves_by(nexthops, index, r1, 0, none, mac));
	assert_false(nexthops_leaves_by(nexthops, index, if_nametoindex("r2"), 0, none, mac));
	assert_false(nexthops_leaves_by(nexthops, index, r1, 1, tagged, mac));
	mac[5]++;
	assert_false(nexthops_leaves_by(nexthops, index, r1, 0, none, mac));
	index = nexthops_of_link(nexthops, r1, 2, tagged, mac);
	way = usable(index);
	assert_int_equal(way.tags, 2);
	assert_int_equal(way.tag[0].tci, htons(5));
	assert_int_equal(way.tag[1].tci, htons(7));
	assert_true(nexthops_leaves_by(nexthops, index, r1, 2, tagged, mac));
	assert_int_equal(nexthops_of_link(nexthops, 4711, 0, none, mac), FLOW_WAY_UNRESOLVED);
	assert_int_equal(nexthops_input_device(nexthops, r1, none), r1);
	assert_int_equal(nexthops_input_device(nexthops, r1, tagged), r1);
}

static void test_bridge(void **state)
{
	const uint16_t none[2] = { 0 };

	(void)state;
	if (!network_scene_try("ip link add b0 type bridge"))
		skip();
	network_scene_run("ip link set r1 master b0");
	network_scene_run("ip link set b0 up");
	network_scene_await_routes(nexthops);
	assert_int_equal(nexthops_input_device(nexthops, if_nametoindex("r1"), none),
			 if_nametoindex("b0"));
	network_scene_run("ip link set r1 nomaster");
	network_scene_await_routes(nexthops);
	assert_int_equal(nexthops_input_device(nexthops, if_nametoindex("r1"), none),
			 if_nametoindex("r1"));
	(void)usable(ask_made("10.0.1.2"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_neighbour_on_link, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_gateway, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_without_next_hop, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_input_device, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_policy_rules, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_route_moves, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_mac_changes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_mac_is_announced, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_carrier_flap, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_neighbour_deleted, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_namespace_deleted, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_silent_neighbour, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_operators_neighbour, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_entries_are_freed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_own_address, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_transmit, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_restart, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_news_lost, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_seen_leaving, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_bridge, set_up, tear_down),
	};
	const char *reason = network_scene_enter();

	if (reason) {
		printf("SKIP: %s\n", reason);
		return SCENE_SKIP;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
