// SPDX-License-Identifier: GPL-2.0-only
/* Next hops behind VLAN devices and bonds, where the kernel has them, in a network namespace of this test's
 * own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <net/if.h>
#include <stdio.h>

#include "network_scene.h"

/* The router's VLAN 5 (802.1ad) and in it 7, the neighbour's too. */
static void make_vlans(void)
{
	network_scene_run("ip link add link r1 name r1.5 type vlan protocol 802.1ad id 5");
	network_scene_run("ip link add link r1.5 name r1.5.7 type vlan id 7 egress-qos-map 0:3");
	network_scene_run("ip address add 10.1.5.1/24 dev r1.5");
	network_scene_run("ip address add 10.1.7.1/24 dev r1.5.7");
	network_scene_run("ip link set r1.5 up");
	network_scene_run("ip link set r1.5.7 up");
	network_scene_at(1, "ip link add link n1 name n1.5 type vlan protocol 802.1ad id 5");
	network_scene_at(1, "ip link add link n1.5 name n1.5.7 type vlan id 7");
	network_scene_at(1, "ip address add 10.1.5.2/24 dev n1.5");
	network_scene_at(1, "ip address add 10.1.7.2/24 dev n1.5.7");
	network_scene_at(1, "ip link set n1.5 up");
	network_scene_at(1, "ip link set n1.5.7 up");
	network_scene_await_routes(scene.nexthops);
}

static void test_vlan_devices(void **state)
{
	const uint16_t outer[2] = { 5, 0 }, both[2] = { 5, 7 };
	uint32_t r1 = if_nametoindex("r1"), index;
	struct flow_way way;
	uint8_t mac[6];

	(void)state;
	if (!network_scene_try("ip link add link r1 name probe type vlan id 99"))
		skip();
	make_vlans();
	index = network_scene_ask("10.1.5.2");
	way = network_scene_await(scene.nexthops, &scene.maps, index, FLOW_WAY_USABLE);
	assert_int_equal(way.ifindex, r1);
	assert_int_equal(way.tags, 1);
	assert_int_equal(way.tag[0].type, htons(ETH_P_8021AD));
	assert_int_equal(way.tag[0].tci, htons(5));
	index = network_scene_ask("10.1.7.2");
	way = network_scene_await(scene.nexthops, &scene.maps, index, FLOW_WAY_USABLE);
	assert_int_equal(way.ifindex, r1);
	assert_int_equal(way.tags, 2);
	assert_int_equal(way.tag[1].type, htons(ETH_P_8021Q));
	assert_int_equal(way.tag[1].tci, htons(7 | 3 << 13));
	network_scene_mac(1, true, mac);
	assert_memory_equal(way.destination_mac, mac, 6);
	assert_true(nexthops_leaves_by(scene.nexthops, index, r1, 2, both, mac));
	assert_int_equal(nexthops_input_device(scene.nexthops, r1, outer), if_nametoindex("r1.5"));
	assert_int_equal(nexthops_input_device(scene.nexthops, r1, both), if_nametoindex("r1.5.7"));
	assert_int_equal(nexthops_base_device(scene.nexthops, if_nametoindex("r1.5.7")), r1);
	way = network_scene_await(scene.nexthops, &scene.maps,
				  nexthops_of_link(scene.nexthops, r1, 1, outer, mac),
				  FLOW_WAY_USABLE);
	assert_int_equal(way.tag[0].type, htons(ETH_P_8021AD));
	network_scene_run("ip link set r1.5 down");
	(void)network_scene_await(scene.nexthops, &scene.maps, index, FLOW_WAY_LINK_DOWN);
	network_scene_run("ip link set r1.5 up");
	network_scene_run("ip link set r1.5.7 up");
	(void)network_scene_await(scene.nexthops, &scene.maps, index, FLOW_WAY_USABLE);
	network_scene_at(1, "ip link set n1 down");
	(void)network_scene_await(scene.nexthops, &scene.maps, index, FLOW_WAY_LINK_DOWN);
}

static void test_bond(void **state)
{
	const uint16_t none[2] = { 0 };
	uint32_t r1 = if_nametoindex("r1"), r2 = if_nametoindex("r2"), index;
	uint8_t mac[6] = { 2, 0, 0, 0, 3, 3 };
	struct flow_way way;

	(void)state;
	if (!network_scene_try("ip link add bond7 type bond mode active-backup miimon 20"))
		skip();
	for (int i = 1; i <= 2; i++) {
		network_scene_run("ip address flush dev r%d", i);
		network_scene_run("ip link set r%d down", i);
		network_scene_run("ip link set r%d master bond7", i);
	}
	network_scene_run("ip address add 10.1.9.1/24 dev bond7");
	network_scene_run("ip link set bond7 up");
	network_scene_run("ip neigh add 10.1.9.2 lladdr 02:00:00:00:03:03 dev bond7 nud permanent");
	network_scene_await_routes(scene.nexthops);
	index = network_scene_ask("10.1.9.2");
	way = network_scene_await(scene.nexthops, &scene.maps, index, FLOW_WAY_USABLE);
	assert_true(way.ifindex == r1 || way.ifindex == r2);
	assert_int_equal(nexthops_input_device(scene.nexthops, r1, none), if_nametoindex("bond7"));
	assert_int_equal(nexthops_base_device(scene.nexthops, if_nametoindex("bond7")),
			 if_nametoindex("bond7"));
	assert_true(nexthops_leaves_by(scene.nexthops, index, r1, 0, none, mac));
	assert_true(nexthops_leaves_by(scene.nexthops, index, r2, 0, none, mac));
	/* The other one takes over. */
	network_scene_at(way.ifindex == r1 ? 1 : 2, "ip link set n%d down",
			 way.ifindex == r1 ? 1 : 2);
	for (int i = 0; i < 300; i++) {
		struct flow_nexthop value = network_scene_entry(&scene.maps, index);
		struct nexthops_news news = { 0 };

		if (value.way[value.current].state == FLOW_WAY_USABLE &&
		    value.way[value.current].ifindex == r1 + r2 - way.ifindex)
			return;
		network_scene_round(scene.nexthops, &news);
	}
	fail();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_vlan_devices, network_scene_set_up,
						network_scene_tear_down),
		cmocka_unit_test_setup_teardown(test_bond, network_scene_set_up,
						network_scene_tear_down),
	};
	const char *reason = network_scene_enter();

	if (!reason && !network_scene_try("ip link add link v0 name probe type vlan id 9") &&
	    !network_scene_try("ip link add probe type bond"))
		reason = "this kernel has neither VLAN devices nor bonds";
	if (reason) {
		printf("SKIP: %s\n", reason);
		return SCENE_SKIP;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
