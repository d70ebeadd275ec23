// SPDX-License-Identifier: GPL-2.0-only
/* Next hops as the daemon keeps them, in a network namespace of this test's own: what packets find in the
 * map after links and neighbours have changed. */
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
#include <time.h>

#include "network_scene.h"
#include "nexthops_internal.h"

static void await_text(uint32_t index, const char *part)
{
	time_t until = time(NULL) + SCENE_PATIENCE / 1000;
	struct nexthops_news news = { 0 };
	char text[NEXTHOPS_TEXT_SIZE];

	while (!strstr(nexthops_text(scene.nexthops, index, text), part)) {
		if (time(NULL) > until)
			fail_msg("%s instead of %s", text, part);
		network_scene_round(scene.nexthops, &news);
	}
}

static void await_mac(uint32_t index, const char *mac)
{
	await_text(index, mac);
	(void)network_scene_usable(index);
}

static void test_mac_changes(void **state)
{
	static const char *const families[] = { "ipv4", "ipv6" };
	uint32_t index4, index6;

	(void)state;
	for (int i = 0; i < 2; i++) {
		char directory[64];

		snprintf(directory, sizeof(directory), "/proc/sys/net/%s/neigh/r1", families[i]);
		network_scene_run("cd %s; echo 0 >locktime; "
				  "echo 100 >retrans_time_ms; echo 300 >base_reachable_time_ms; "
				  "echo 0 >delay_first_probe_time",
				  directory);
	}
	index4 = network_scene_made("10.0.1.2");
	index6 = network_scene_made("fd00:1::2");
	(void)network_scene_usable(index4);
	(void)network_scene_usable(index6);
	network_scene_at(1, "ip link set n1 address 02:00:00:00:01:77");
	await_mac(index4, "02:00:00:00:01:77");
	await_mac(index6, "02:00:00:00:01:77");
}

static void test_mac_is_announced(void **state)
{
	uint32_t index4 = network_scene_made("10.0.1.2"), index6 = network_scene_made("fd00:1::2");

	(void)state;
	network_scene_run("echo 0 >/proc/sys/net/ipv4/neigh/r1/locktime");
	network_scene_at(1, "sh -c 'echo 1 >/proc/sys/net/ipv4/conf/n1/arp_notify'");
	network_scene_at(1, "sh -c 'echo 1 >/proc/sys/net/ipv6/conf/n1/ndisc_notify'");
	(void)network_scene_usable(index4);
	(void)network_scene_usable(index6);
	network_scene_at(1, "ip link set n1 address 02:00:00:00:01:78");
	await_mac(index4, "02:00:00:00:01:78");
	await_mac(index6, "02:00:00:00:01:78");
}

static void test_carrier_flap(void **state)
{
	uint32_t index4 = network_scene_made("10.0.1.2"), index6 = network_scene_made("fd00:1::2");

	(void)state;
	(void)network_scene_usable(index4);
	(void)network_scene_usable(index6);
	network_scene_at(1, "ip link set n1 down");
	(void)network_scene_await(scene.nexthops, &scene.maps, index4, FLOW_WAY_LINK_DOWN);
	(void)network_scene_await(scene.nexthops, &scene.maps, index6, FLOW_WAY_LINK_DOWN);
	network_scene_at(1, "ip link set n1 up");
	network_scene_at(1, "ip address add fd00:1::2/64 dev n1 nodad");
	(void)network_scene_usable(index4);
	(void)network_scene_usable(index6);
	assert_true(network_scene_shows("ip neigh show to 10.0.1.2", "extern_learn"));
	assert_true(network_scene_shows("ip neigh show to fd00:1::2", "extern_learn"));
}

static void test_neighbour_deleted(void **state)
{
	uint32_t index = network_scene_made("10.0.1.2");
	struct nexthops_news news;

	(void)state;
	(void)network_scene_usable(index);
	network_scene_follow(scene.nexthops, &news);
	network_scene_run("ip neigh del 10.0.1.2 dev r1");
	network_scene_follow(scene.nexthops, &news);
	(void)network_scene_usable(index);
	assert_true(network_scene_shows("ip neigh show to 10.0.1.2", "extern_learn"));
	if (scene.nexthops->keep.means != NEIGHBOUR_KEEP_MANAGED)
		return;
	/* A change without our flags takes them away. */
	network_scene_run("ip neigh replace 10.0.1.2 lladdr 02:00:00:00:01:02 dev r1 nud stale");
	network_scene_follow(scene.nexthops, &news);
	assert_true(network_scene_shows("ip neigh show to 10.0.1.2", "extern_learn"));
}

static void test_namespace_deleted(void **state)
{
	uint32_t index = network_scene_made("10.0.1.2"), ifindex = if_nametoindex("r1");
	char expected[NEXTHOPS_TEXT_SIZE];

	(void)state;
	(void)network_scene_usable(index);
	network_scene_delete(1);
	(void)network_scene_await(scene.nexthops, &scene.maps, index, FLOW_WAY_LINK_DOWN);
	/* First it loses its carrier, then it goes. */
	snprintf(expected, sizeof(expected), "dev #%u", ifindex);
	await_text(index, expected);
	assert_false(network_scene_has_device(&scene.maps, ifindex));
	(void)network_scene_await(scene.nexthops, &scene.maps, index, FLOW_WAY_LINK_DOWN);
}

static void test_silent_neighbour(void **state)
{
	uint32_t index = network_scene_made("10.0.1.99");

	(void)state;
	network_scene_run("echo 100 >/proc/sys/net/ipv4/neigh/r1/retrans_time_ms");
	(void)network_scene_await(scene.nexthops, &scene.maps, index, FLOW_WAY_UNREACHABLE);
	network_scene_at(1, "ip address add 10.0.1.99/24 dev n1");
	(void)network_scene_usable(index);
}

static void test_operators_neighbour(void **state)
{
	bool used[FLOW_NEXTHOP_LIMIT] = { false };
	uint32_t index;

	(void)state;
	network_scene_run("ip neigh add 10.0.1.7 lladdr 02:00:00:00:07:07 dev r1 nud permanent");
	network_scene_run("ip neigh add 10.0.1.8 lladdr 02:00:00:00:07:08 dev r1 extern_learn");
	index = network_scene_made("10.0.1.7");
	await_mac(index, "02:00:00:00:07:07");
	await_mac(network_scene_made("10.0.1.8"), "02:00:00:00:07:08");
	network_scene_run(
		"ip neigh replace 10.0.1.7 lladdr 02:00:00:00:07:09 dev r1 nud permanent");
	await_mac(index, "02:00:00:00:07:09");
	assert_true(network_scene_shows("ip neigh show to 10.0.1.7", "PERMANENT"));
	nexthops_keep(scene.nexthops, used, false);
	assert_true(network_scene_shows("ip neigh show to 10.0.1.7", "PERMANENT"));
	assert_true(network_scene_shows("ip neigh show to 10.0.1.8", "extern_learn"));
}

static void test_own_address(void **state)
{
	uint32_t index = network_scene_made("10.0.1.2");

	(void)state;
	(void)network_scene_usable(index);
	network_scene_run("ip address add 10.0.1.2/32 dev r2");
	(void)network_scene_await(scene.nexthops, &scene.maps, index, FLOW_WAY_LOCAL);
	assert_false(network_scene_shows("ip neigh show to 10.0.1.2", "extern_learn"));
	network_scene_run("ip address del 10.0.1.2/32 dev r2");
	(void)network_scene_usable(index);
}

/* A kernel from 6.3 on tells when a device begins to take frames. */
static void test_transmit_changes(void **state)
{
	struct flow_way way;
	uint32_t index;

	(void)state;
	if (!scene.nexthops->transmit.family)
		skip();
	network_scene_neighbour(3, false);
	network_scene_await_routes(scene.nexthops);
	index = network_scene_made("10.0.3.2");
	way = network_scene_await(scene.nexthops, &scene.maps, index, FLOW_WAY_NO_TRANSMIT);
	network_scene_expect(&way, 3);
	network_scene_at(3, "ethtool -K n3 gro on");
	way = network_scene_usable(index);
	network_scene_expect(&way, 3);
	assert_true(network_scene_has_device(&scene.maps, way.ifindex));
	network_scene_at(3, "ethtool -K n3 gro off");
	(void)network_scene_await(scene.nexthops, &scene.maps, index, FLOW_WAY_NO_TRANSMIT);
}

static void test_no_transmit(void **state)
{
	uint32_t index;

	(void)state;
	network_scene_run("ip tuntap add t0 mode tun");
	network_scene_run("ip link set t0 up");
	network_scene_run("ip route add 10.4.0.0/24 dev t0");
	network_scene_run("ip route add 10.4.1.0/24 dev lo");
	network_scene_await_routes(scene.nexthops);
	index = network_scene_made("10.4.1.1");
	(void)network_scene_await(scene.nexthops, &scene.maps, index, FLOW_WAY_NO_TRANSMIT);
	/* One for all destinations. */
	assert_int_equal(network_scene_ask("10.4.1.2"), index);
}

static void test_news_lost(void **state)
{
	uint32_t moved = network_scene_made("10.0.1.2"), down = network_scene_made("10.0.2.2");
	struct nexthops_news news;
	const int size = 1;

	(void)state;
	(void)network_scene_usable(moved);
	(void)network_scene_usable(down);
	network_scene_follow(scene.nexthops, &news);
	assert_int_equal(setsockopt(scene.nexthops->watch.changes, SOL_SOCKET, SO_RCVBUF, &size,
				    sizeof(size)),
			 0);
	network_scene_run("for i in $(seq 200); do echo route add 10.200.$i.0/24 dev lo; done | "
			  "ip -batch -");
	network_scene_run(
		"ip neigh replace 10.0.1.2 lladdr 02:00:00:00:01:55 dev r1 nud permanent");
	network_scene_at(2, "ip link set n2 down");
	network_scene_follow(scene.nexthops, &news);
	assert_true(news.routes_changed);
	(void)network_scene_await(scene.nexthops, &scene.maps, down, FLOW_WAY_LINK_DOWN);
	await_mac(moved, "02:00:00:00:01:55");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_mac_changes, network_scene_set_up,
						network_scene_tear_down),
		cmocka_unit_test_setup_teardown(test_mac_is_announced, network_scene_set_up,
						network_scene_tear_down),
		cmocka_unit_test_setup_teardown(test_carrier_flap, network_scene_set_up,
						network_scene_tear_down),
		cmocka_unit_test_setup_teardown(test_neighbour_deleted, network_scene_set_up,
						network_scene_tear_down),
		cmocka_unit_test_setup_teardown(test_namespace_deleted, network_scene_set_up,
						network_scene_tear_down),
		cmocka_unit_test_setup_teardown(test_silent_neighbour, network_scene_set_up,
						network_scene_tear_down),
		cmocka_unit_test_setup_teardown(test_operators_neighbour, network_scene_set_up,
						network_scene_tear_down),
		cmocka_unit_test_setup_teardown(test_own_address, network_scene_set_up,
						network_scene_tear_down),
		cmocka_unit_test_setup_teardown(test_no_transmit, network_scene_set_up,
						network_scene_tear_down),
		cmocka_unit_test_setup_teardown(test_transmit_changes, network_scene_set_up,
						network_scene_tear_down),
		cmocka_unit_test_setup_teardown(test_news_lost, network_scene_set_up,
						network_scene_tear_down),
	};
	const char *reason = network_scene_enter();

	if (reason) {
		printf("SKIP: %s\n", reason);
		return SCENE_SKIP;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
