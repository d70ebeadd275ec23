// SPDX-License-Identifier: GPL-2.0-only
/* From links and a neighbour to a way, with links made by hand: also those that this kernel lacks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/neighbour.h>
#include <string.h>

#include "abi/flow.h"
#include "nexthop_way.h"

enum { ETH0 = 2, ETH1, VLAN5, VLAN5_7, VLAN5_7_9, BOND, BOND_VLAN, TUN, ELSEWHERE };

static struct network_links links;
static const struct nexthop_answer answered = { FLOW_WAY_USABLE, { 2, 0, 0, 0, 9, 9 } };

static struct network_link *add(uint32_t ifindex, struct network_link link)
{
	struct network_link *added;

	link.ifindex = ifindex;
	link.mac[0] = 2;
	link.mac[5] = (uint8_t)ifindex;
	added = network_links_take(&links, &link);
	assert_non_null(added);
	added->transmit = link.transmit;
	return added;
}

static int set_up(void **state)
{
	const struct network_link ethernet = {
		.ethernet = true, .running = true, .mtu = 1500, .transmit = true
	};
	struct network_link link = ethernet;

	(void)state;
	add(ETH0, ethernet);
	add(ETH1, ethernet);
	link.transmit = false;
	link.kind = NETWORK_LINK_VLAN;
	link.lower = ETH0;
	link.vlan_id = 5;
	link.vlan_type = htons(ETH_P_8021AD);
	add(VLAN5, link);
	link.lower = VLAN5;
	link.vlan_id = 7;
	link.vlan_type = htons(ETH_P_8021Q);
	link.vlan_pcp = 3;
	link.mtu = 1496;
	add(VLAN5_7, link);
	link.lower = VLAN5_7;
	add(VLAN5_7_9, link);
	link.lower = 0;
	add(ELSEWHERE, link);
	link = ethernet;
	link.kind = NETWORK_LINK_BOND;
	link.transmit = false;
	add(BOND, link);
	link.kind = NETWORK_LINK_VLAN;
	link.lower = BOND;
	link.vlan_id = 8;
	link.vlan_type = htons(ETH_P_8021Q);
	add(BOND_VLAN, link);
	link = (struct network_link){ .running = true, .mtu = 1400, .transmit = true };
	add(TUN, link);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	network_links_free(&links);
	return 0;
}

static struct network_link *at(uint32_t ifindex)
{
	return network_links_find(&links, ifindex);
}

static struct flow_way way_of(uint32_t device)
{
	const struct flow_nexthop entry = { .device = device, .family = FLOW_IPV4 };
	struct flow_way way;

	network_links_settle(&links);
	memset(&way, 0xff, sizeof(way));
	nexthop_way_find(&links, &entry, &answered, &way);
	return way;
}

static void test_plain(void **state)
{
	struct flow_way way = way_of(ETH0);
	const struct flow_way expected = {
		.ifindex = ETH0,
		.mtu = 1500,
		.state = FLOW_WAY_USABLE,
		.destination_mac = { 2, 0, 0, 0, 9, 9 },
		.source_mac = { 2, 0, 0, 0, 0, ETH0 },
	};

	(void)state;
	assert_memory_equal(&way, &expected, sizeof(way));
	at(ETH0)->running = false;
	assert_int_equal(way_of(ETH0).state, FLOW_WAY_LINK_DOWN);
	assert_int_equal(way_of(VLAN5_7).state, FLOW_WAY_LINK_DOWN);
	assert_int_equal(way_of(4711).state, FLOW_WAY_LINK_DOWN);
	assert_int_equal(way_of(TUN).state, FLOW_WAY_NO_TRANSMIT);
	assert_int_equal(way_of(ELSEWHERE).state, FLOW_WAY_NO_TRANSMIT);
	at(ETH1)->transmit = false;
	way = way_of(ETH1);
	assert_int_equal(way.state, FLOW_WAY_NO_TRANSMIT);
	assert_int_equal(way.ifindex, ETH1);
	assert_memory_equal(way.destination_mac, answered.mac, 6);
}

/* flow_devices is an array. */
static void test_ifindex_limit(void **state)
{
	const struct network_link ethernet = {
		.ethernet = true, .running = true, .mtu = 1500, .transmit = true
	};
	struct flow_way way;

	(void)state;
	add(FLOW_DEVICE_LIMIT - 1, ethernet);
	add(FLOW_DEVICE_LIMIT, ethernet);
	assert_int_equal(way_of(FLOW_DEVICE_LIMIT - 1).state, FLOW_WAY_USABLE);
	way = way_of(FLOW_DEVICE_LIMIT);
	assert_int_equal(way.state, FLOW_WAY_NO_TRANSMIT);
	assert_int_equal(way.ifindex, FLOW_DEVICE_LIMIT);
}

static void test_vlan_devices(void **state)
{
	struct flow_way way = way_of(VLAN5);

	(void)state;
	assert_int_equal(way.state, FLOW_WAY_USABLE);
	assert_int_equal(way.ifindex, ETH0);
	assert_int_equal(way.source_mac[5], VLAN5);
	assert_int_equal(way.tags, 1);
	assert_int_equal(way.tag[0].type, htons(ETH_P_8021AD));
	assert_int_equal(way.tag[0].tci, htons(5));
	way = way_of(VLAN5_7);
	assert_int_equal(way.ifindex, ETH0);
	assert_int_equal(way.mtu, 1496);
	assert_int_equal(way.tags, 2);
	assert_int_equal(way.tag[0].type, htons(ETH_P_8021AD));
	assert_int_equal(way.tag[0].tci, htons(5));
	assert_int_equal(way.tag[1].type, htons(ETH_P_8021Q));
	assert_int_equal(way.tag[1].tci, htons(7 | 3 << 13));
	assert_int_equal(way_of(VLAN5_7_9).state, FLOW_WAY_NO_TRANSMIT);
	at(VLAN5)->running = false;
	assert_int_equal(way_of(VLAN5_7).state, FLOW_WAY_LINK_DOWN);
	network_links_remove(&links, ETH0);
	at(VLAN5)->running = true;
	assert_int_equal(way_of(VLAN5_7).state, FLOW_WAY_LINK_DOWN);
	/* Devices above each other in a ring do not end the search for ever. */
	at(VLAN5)->lower = VLAN5_7;
	assert_int_not_equal(way_of(VLAN5_7).state, FLOW_WAY_USABLE);
}

static void test_named_tags(void **state)
{
	struct flow_nexthop entry = { .device = VLAN5_7,
				      .flags = FLOW_NEXTHOP_TAGS,
				      .vlan = { 5, 6 } };
	struct flow_way way;

	(void)state;
	nexthop_way_find(&links, &entry, &answered, &way);
	assert_int_equal(way.state, FLOW_WAY_USABLE);
	assert_int_equal(way.tags, 2);
	/* As the VLAN device of that id does it; else the usual kind. */
	assert_int_equal(way.tag[0].type, htons(ETH_P_8021AD));
	assert_int_equal(way.tag[0].tci, htons(5));
	assert_int_equal(way.tag[1].type, htons(ETH_P_8021Q));
	assert_int_equal(way.tag[1].tci, htons(6));
	memset(entry.vlan, 0, sizeof(entry.vlan));
	nexthop_way_find(&links, &entry, &answered, &way);
	assert_int_equal(way.tags, 0);
	entry.vlan[0] = 9;
	nexthop_way_find(&links, &entry, &answered, &way);
	assert_int_equal(way.tag[0].type, htons(ETH_P_8021Q));
}

static void test_bonds(void **state)
{
	struct network_link *slaves[] = { at(ETH0), at(ETH1) };

	(void)state;
	assert_int_equal(way_of(BOND).state, FLOW_WAY_LINK_DOWN);
	for (int i = 0; i < 2; i++) {
		slaves[i]->master = BOND;
		slaves[i]->bond_active = true;
	}
	assert_int_equal(way_of(BOND).ifindex, ETH0);
	assert_int_equal(way_of(BOND).source_mac[5], BOND);
	assert_int_equal(way_of(BOND_VLAN).ifindex, ETH0);
	assert_int_equal(way_of(BOND_VLAN).tag[0].tci, htons(8));
	at(ETH0)->running = false;
	assert_int_equal(way_of(BOND_VLAN).ifindex, ETH1);
	at(ETH0)->running = true;
	at(BOND)->active_slave = ETH1;
	assert_int_equal(way_of(BOND).ifindex, ETH1);
	at(ETH1)->bond_active = false;
	assert_int_equal(way_of(BOND).state, FLOW_WAY_LINK_DOWN);
	/* Several send: the bond spreads, if it takes redirected frames. */
	at(ETH1)->bond_active = true;
	at(BOND)->active_slave = 0;
	at(BOND)->transmit = true;
	assert_int_equal(way_of(BOND).ifindex, BOND);
	at(BOND)->active_slave = ETH1;
	assert_int_equal(way_of(BOND).ifindex, ETH1);
}

static void test_mtu(void **state)
{
	struct flow_nexthop entry = { .device = ETH0, .mtu = 1300 };
	struct flow_way way;

	(void)state;
	nexthop_way_find(&links, &entry, &answered, &way);
	assert_int_equal(way.mtu, 1300);
	entry.mtu = 9000;
	nexthop_way_find(&links, &entry, &answered, &way);
	assert_int_equal(way.mtu, 1500);
}

static void test_answers(void **state)
{
	static const struct {
		uint16_t nud;
		bool has_mac;
		uint8_t before, expected;
	} cases[] = {
		{ NUD_REACHABLE, true, FLOW_WAY_RESOLVING, FLOW_WAY_USABLE },
		{ NUD_STALE, true, FLOW_WAY_RESOLVING, FLOW_WAY_USABLE },
		{ NUD_DELAY, true, FLOW_WAY_RESOLVING, FLOW_WAY_USABLE },
		{ NUD_PROBE, true, FLOW_WAY_UNREACHABLE, FLOW_WAY_USABLE },
		{ NUD_PERMANENT, true, FLOW_WAY_RESOLVING, FLOW_WAY_USABLE },
		{ NUD_NOARP, true, FLOW_WAY_RESOLVING, FLOW_WAY_USABLE },
		{ NUD_NOARP, false, FLOW_WAY_RESOLVING, FLOW_WAY_RESOLVING },
		{ NUD_REACHABLE, false, FLOW_WAY_USABLE, FLOW_WAY_RESOLVING },
		{ NUD_INCOMPLETE, false, FLOW_WAY_RESOLVING, FLOW_WAY_RESOLVING },
		{ NUD_INCOMPLETE, false, FLOW_WAY_USABLE, FLOW_WAY_RESOLVING },
		{ NUD_INCOMPLETE, false, FLOW_WAY_UNREACHABLE, FLOW_WAY_UNREACHABLE },
		{ NUD_FAILED, false, FLOW_WAY_RESOLVING, FLOW_WAY_UNREACHABLE },
		{ NUD_FAILED, true, FLOW_WAY_USABLE, FLOW_WAY_UNREACHABLE },
		{ NUD_NONE, false, FLOW_WAY_USABLE, FLOW_WAY_RESOLVING },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct network_neighbour neighbour = { .state = cases[i].nud,
							     .has_mac = cases[i].has_mac,
							     .mac = { 1, 2, 3, 4, 5, 6 } };
		const struct nexthop_answer before = { .state = cases[i].before };
		struct nexthop_answer answer = nexthop_answer_of(&neighbour, &before);

		assert_int_equal(answer.state, cases[i].expected);
		if (answer.state == FLOW_WAY_USABLE)
			assert_memory_equal(answer.mac, neighbour.mac, 6);
	}
}

static void test_unanswered(void **state)
{
	const struct flow_nexthop entry = { .device = ETH0 };
	const uint8_t states[] = { FLOW_WAY_RESOLVING, FLOW_WAY_UNREACHABLE, FLOW_WAY_LOCAL };
	struct flow_way way;

	(void)state;
	for (size_t i = 0; i < sizeof(states); i++) {
		const struct nexthop_answer answer = { .state = states[i] };

		nexthop_way_find(&links, &entry, &answer, &way);
		assert_int_equal(way.state, states[i]);
	}
}

/* From tc the device sends, as the stack would have it: tags, slaves and what XDP can do are its own affair. */
static void test_at_tc(void **state)
{
	struct flow_nexthop entry = { .device = VLAN5_7_9, .mtu = 1450 };
	const struct nexthop_answer resolving = { .state = FLOW_WAY_RESOLVING };
	struct flow_way way;

	(void)state;
	nexthop_way_find_at_tc(&links, &entry, &answered, &way);
	assert_int_equal(way.state, FLOW_WAY_USABLE);
	assert_int_equal(way.ifindex, VLAN5_7_9);
	assert_int_equal(way.tags, 0);
	assert_int_equal(way.mtu, 1450);
	assert_int_equal(way.no_link_header, 0);
	assert_memory_equal(way.destination_mac, answered.mac, 6);
	assert_int_equal(way.source_mac[5], VLAN5_7_9);
	nexthop_way_find_at_tc(&links, &entry, &resolving, &way);
	assert_int_equal(way.state, FLOW_WAY_RESOLVING);
	entry = (struct flow_nexthop){ .device = BOND, .flags = FLOW_NEXTHOP_TAGS, .vlan = { 6 } };
	nexthop_way_find_at_tc(&links, &entry, &answered, &way);
	assert_int_equal(way.state, FLOW_WAY_LINK_DOWN);
	network_links_find(&links, BOND)->running_slave = ETH1;
	nexthop_way_find_at_tc(&links, &entry, &answered, &way);
	assert_int_equal(way.state, FLOW_WAY_USABLE);
	assert_int_equal(way.ifindex, BOND);
	assert_int_equal(way.tags, 1);
	assert_int_equal(way.tag[0].tci, htons(6));
	entry = (struct flow_nexthop){ .device = TUN };
	nexthop_way_find_at_tc(&links, &entry, &resolving, &way);
	assert_int_equal(way.state, FLOW_WAY_USABLE);
	assert_int_equal(way.no_link_header, 1);
	assert_int_equal(way.mtu, 1400);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_plain, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_ifindex_limit, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_vlan_devices, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_named_tags, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_bonds, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_mtu, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_at_tc, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_unanswered, set_up, tear_down),
		cmocka_unit_test(test_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
