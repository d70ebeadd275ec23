// SPDX-License-Identifier: GPL-2.0-only
/* Links as the kernel tells them, in messages made by hand: also of devices that this kernel lacks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "network_links.h"
#include "network_transmit.h"

#define RUNNING (IFF_UP | IFF_RUNNING | IFF_LOWER_UP)

static struct network_message message;

static struct nlmsghdr *begin(int type, unsigned char family, unsigned int flags)
{
	const uint8_t mac[6] = { 2, 0, 0, 0, 0, 7 };
	struct nlmsghdr *link = network_request(&message, type, 0);
	struct ifinfomsg *header = mnl_nlmsg_put_extra_header(link, sizeof(*header));

	header->ifi_family = family;
	header->ifi_type = ARPHRD_ETHER;
	header->ifi_index = 7;
	header->ifi_flags = flags;
	mnl_attr_put_strz(link, IFLA_IFNAME, "eth7");
	mnl_attr_put(link, IFLA_ADDRESS, sizeof(mac), mac);
	return link;
}

static struct network_link read_back(struct nlmsghdr *link)
{
	struct network_link found;

	mnl_attr_put_u32(link, IFLA_MTU, 1500);
	assert_true(network_link_read(link, &found));
	return found;
}

static void test_plain(void **state)
{
	struct network_link link = read_back(begin(RTM_NEWLINK, AF_UNSPEC, RUNNING));

	(void)state;
	assert_int_equal(link.ifindex, 7);
	assert_string_equal(link.name, "eth7");
	assert_int_equal(link.kind, NETWORK_LINK_OTHER);
	assert_int_equal(link.mtu, 1500);
	assert_int_equal(link.mac[5], 7);
	assert_true(link.ethernet && link.running && !link.no_arp);
	assert_false(read_back(begin(RTM_NEWLINK, AF_UNSPEC, IFF_UP | IFF_RUNNING)).running);
	assert_false(read_back(begin(RTM_NEWLINK, AF_UNSPEC, IFF_UP | IFF_LOWER_UP)).running);
	assert_true(read_back(begin(RTM_NEWLINK, AF_UNSPEC, IFF_NOARP)).no_arp);
}

/* What would be mistaken for a link that comes or goes. */
static void test_other_messages(void **state)
{
	struct network_link found;
	struct nlmsghdr *link = begin(RTM_DELLINK, AF_BRIDGE, RUNNING);

	(void)state;
	mnl_attr_put_u32(link, IFLA_MTU, 1500);
	assert_false(network_link_read(link, &found));
	assert_false(network_link_read(begin(RTM_NEWLINK, AF_UNSPEC, RUNNING), &found));
	link = begin(RTM_NEWROUTE, AF_UNSPEC, RUNNING);
	mnl_attr_put_u32(link, IFLA_MTU, 1500);
	assert_false(network_link_read(link, &found));
}

static struct nlmsghdr *begin_kind(const char *kind, struct nlattr **info, struct nlattr **data)
{
	struct nlmsghdr *link = begin(RTM_NEWLINK, AF_UNSPEC, RUNNING);

	mnl_attr_put_u32(link, IFLA_LINK, 3);
	*info = mnl_attr_nest_start(link, IFLA_LINKINFO);
	mnl_attr_put_strz(link, IFLA_INFO_KIND, kind);
	*data = mnl_attr_nest_start(link, IFLA_INFO_DATA);
	return link;
}

static struct network_link end_kind(struct nlmsghdr *link, struct nlattr *info, struct nlattr *data)
{
	mnl_attr_nest_end(link, data);
	mnl_attr_nest_end(link, info);
	return read_back(link);
}

static void test_vlan(void **state)
{
	const struct ifla_vlan_qos_mapping mappings[] = { { 1, 2 }, { 0, 5 }, { 3, 4 } };
	struct nlattr *info, *data, *qos;
	struct nlmsghdr *message_of = begin_kind("vlan", &info, &data);
	struct network_link link;

	(void)state;
	mnl_attr_put_u16(message_of, IFLA_VLAN_ID, 4000);
	mnl_attr_put_u16(message_of, IFLA_VLAN_PROTOCOL, htons(ETH_P_8021AD));
	qos = mnl_attr_nest_start(message_of, IFLA_VLAN_EGRESS_QOS);
	for (int i = 0; i < 3; i++)
		mnl_attr_put(message_of, IFLA_VLAN_QOS_MAPPING, sizeof(*mappings), &mappings[i]);
	mnl_attr_nest_end(message_of, qos);
	link = end_kind(message_of, info, data);
	assert_int_equal(link.kind, NETWORK_LINK_VLAN);
	assert_int_equal(link.lower, 3);
	assert_int_equal(link.vlan_id, 4000);
	assert_int_equal(link.vlan_type, htons(ETH_P_8021AD));
	assert_int_equal(link.vlan_pcp, 5);
	message_of = begin_kind("vlan", &info, &data);
	mnl_attr_put_u16(message_of, IFLA_VLAN_ID, 1);
	mnl_attr_nest_end(message_of, data);
	mnl_attr_nest_end(message_of, info);
	mnl_attr_put_u32(message_of, IFLA_LINK_NETNSID, 0);
	link = read_back(message_of);
	assert_int_equal(link.lower, 0);
	assert_int_equal(link.vlan_type, htons(ETH_P_8021Q));
}

static void test_bond(void **state)
{
	struct nlattr *info, *data;
	struct nlmsghdr *message_of = begin_kind("bond", &info, &data);
	struct network_link link;

	(void)state;
	mnl_attr_put_u32(message_of, IFLA_BOND_ACTIVE_SLAVE, 12);
	link = end_kind(message_of, info, data);
	assert_int_equal(link.kind, NETWORK_LINK_BOND);
	assert_int_equal(link.active_slave, 12);
	for (uint8_t i = 0; i < 4; i++) {
		message_of = begin(RTM_NEWLINK, AF_UNSPEC, RUNNING);
		mnl_attr_put_u32(message_of, IFLA_MASTER, 9);
		info = mnl_attr_nest_start(message_of, IFLA_LINKINFO);
		mnl_attr_put_strz(message_of, IFLA_INFO_SLAVE_KIND, "bond");
		data = mnl_attr_nest_start(message_of, IFLA_INFO_SLAVE_DATA);
		mnl_attr_put_u8(message_of, IFLA_BOND_SLAVE_STATE, i & 1);
		mnl_attr_put_u8(message_of, IFLA_BOND_SLAVE_MII_STATUS, i & 2);
		link = end_kind(message_of, info, data);
		assert_int_equal(link.master, 9);
		assert_int_equal(link.bond_active, i == 0);
	}
}

static void test_kept(void **state)
{
	struct network_links links = { 0 };
	struct network_link first = { .ifindex = 5, .mtu = 1 };
	struct network_link second = { .ifindex = 5 + NETWORK_LINK_BUCKETS, .mtu = 2 };
	struct network_link *link;

	(void)state;
	link = network_links_take(&links, &first);
	link->transmit = link->in_devices = true;
	network_links_take(&links, &second);
	first.mtu = 3;
	network_links_take(&links, &first);
	link = network_links_find(&links, 5);
	assert_true(link->mtu == 3 && link->transmit && link->in_devices);
	assert_true(network_link_same(link, &first));
	first.mac[5]++;
	assert_false(network_link_same(link, &first));
	assert_int_equal(network_links_find(&links, second.ifindex)->mtu, 2);
	network_links_remove(&links, 5);
	network_links_remove(&links, 5);
	assert_null(network_links_find(&links, 5));
	assert_non_null(network_links_find(&links, second.ifindex));
	network_links_free(&links);
}

static void test_drivers(void **state)
{
	static const char *const able[] = { "atlantic", "ena",       "i40e", "ice",       "igb",
					    "ixgbe",    "mlx5_core", "veth", "virtio_net" };
	static const char *const unable[] = { "", "aaa", "bridge", "802.1Q VLAN Support", "zzz" };

	(void)state;
	for (size_t i = 0; i < sizeof(able) / sizeof(*able); i++)
		assert_true(network_transmit_driver(able[i]));
	for (size_t i = 0; i < sizeof(unable) / sizeof(*unable); i++)
		assert_false(network_transmit_driver(unable[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain), cmocka_unit_test(test_other_messages),
		cmocka_unit_test(test_vlan),  cmocka_unit_test(test_bond),
		cmocka_unit_test(test_kept),  cmocka_unit_test(test_drivers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
