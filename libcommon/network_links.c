// SPDX-License-Identifier: GPL-2.0-only
#include "network_links.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "network_attributes.h"

/* A dump that meets a change is begun again this often. */
#define DUMP_TRIES 100

static void read_vlan(struct network_link *link, const struct nlattr *data)
{
	const struct nlattr *of[IFLA_VLAN_PROTOCOL + 1], *mapping;
	struct ifla_vlan_qos_mapping qos;

	network_nested(data, of, IFLA_VLAN_PROTOCOL + 1);
	link->vlan_id = network_u16(of[IFLA_VLAN_ID]);
	if (!network_bytes(of[IFLA_VLAN_PROTOCOL], &link->vlan_type, sizeof(link->vlan_type)))
		link->vlan_type = htons(ETH_P_8021Q);
	if (!of[IFLA_VLAN_EGRESS_QOS])
		return;
	mnl_attr_for_each_nested(mapping, of[IFLA_VLAN_EGRESS_QOS])
	{
		if (network_bytes(mapping, &qos, sizeof(qos)) && qos.from == 0)
			link->vlan_pcp = qos.to & 7;
	}
}

static void read_bond(struct network_link *link, const struct nlattr *data)
{
	const struct nlattr *of[IFLA_BOND_ACTIVE_SLAVE + 1];

	network_nested(data, of, IFLA_BOND_ACTIVE_SLAVE + 1);
	link->active_slave = network_u32(of[IFLA_BOND_ACTIVE_SLAVE]);
}

static void read_bond_slave(struct network_link *link, const struct nlattr *data)
{
	const struct nlattr *of[IFLA_BOND_SLAVE_MII_STATUS + 1];

	network_nested(data, of, IFLA_BOND_SLAVE_MII_STATUS + 1);
	/* Both are 0 (BOND_STATE_ACTIVE, BOND_LINK_UP) for one that may send. */
	link->bond_active = of[IFLA_BOND_SLAVE_STATE] && !network_u8(of[IFLA_BOND_SLAVE_STATE]) &&
			    !network_u8(of[IFLA_BOND_SLAVE_MII_STATUS]);
}

static void read_kind(struct network_link *link, const struct nlattr *info, uint32_t lower)
{
	const struct nlattr *of[IFLA_INFO_SLAVE_DATA + 1];

	network_nested(info, of, IFLA_INFO_SLAVE_DATA + 1);
	if (network_text_is(of[IFLA_INFO_KIND], "vlan")) {
		link->kind = NETWORK_LINK_VLAN;
		link->lower = lower;
		read_vlan(link, of[IFLA_INFO_DATA]);
	} else if (network_text_is(of[IFLA_INFO_KIND], "bond")) {
		link->kind = NETWORK_LINK_BOND;
		read_bond(link, of[IFLA_INFO_DATA]);
	} else if (network_text_is(of[IFLA_INFO_KIND], "bridge")) {
		link->kind = NETWORK_LINK_BRIDGE;
	}
	if (network_text_is(of[IFLA_INFO_SLAVE_KIND], "bond"))
		read_bond_slave(link, of[IFLA_INFO_SLAVE_DATA]);
}

bool network_link_read(const struct nlmsghdr *message, struct network_link *ret_link)
{
	const unsigned int running = IFF_UP | IFF_RUNNING | IFF_LOWER_UP;
	const struct ifinfomsg *header = mnl_nlmsg_get_payload(message);
	const struct nlattr *of[IFLA_LINK_NETNSID + 1];

	if (message->nlmsg_type != RTM_NEWLINK && message->nlmsg_type != RTM_DELLINK)
		return false;
	/* A port that leaves a bridge is told as a link of family AF_BRIDGE that goes. */
	if (mnl_nlmsg_get_payload_len(message) < sizeof(*header) ||
	    header->ifi_family != AF_UNSPEC || header->ifi_index <= 0)
		return false;
	network_attributes(message, sizeof(*header), of, IFLA_LINK_NETNSID + 1);
	/* Wireless devices tell events of theirs in messages that hold little else. */
	if (!of[IFLA_MTU])
		return false;
	*ret_link = (struct network_link){
		.ifindex = (uint32_t)header->ifi_index,
		.mtu = network_u32(of[IFLA_MTU]),
		.master = network_u32(of[IFLA_MASTER]),
		.running = (header->ifi_flags & running) == running,
		.no_arp = header->ifi_flags & IFF_NOARP,
	};
	network_text(of[IFLA_IFNAME], ret_link->name, sizeof(ret_link->name));
	ret_link->ethernet = header->ifi_type == ARPHRD_ETHER &&
			     network_bytes(of[IFLA_ADDRESS], ret_link->mac, 6);
	read_kind(ret_link, of[IFLA_LINKINFO],
		  of[IFLA_LINK_NETNSID] ? 0 : network_u32(of[IFLA_LINK]));
	return true;
}

bool network_link_same(const struct network_link *a, const struct network_link *b)
{
	return a->ifindex == b->ifindex && !strcmp(a->name, b->name) && a->kind == b->kind &&
	       a->mtu == b->mtu && a->master == b->master &&
	       !memcmp(a->mac, b->mac, sizeof(a->mac)) && a->ethernet == b->ethernet &&
	       a->running == b->running && a->no_arp == b->no_arp &&
	       a->bond_active == b->bond_active && a->lower == b->lower &&
	       a->vlan_id == b->vlan_id && a->vlan_type == b->vlan_type &&
	       a->vlan_pcp == b->vlan_pcp && a->active_slave == b->active_slave;
}

static struct network_link **bucket_of(const struct network_links *links, uint32_t ifindex)
{
	return (struct network_link **)&links->buckets[ifindex % NETWORK_LINK_BUCKETS];
}

struct network_link *network_links_find(const struct network_links *links, uint32_t ifindex)
{
	struct network_link *link = *bucket_of(links, ifindex);

	while (link && link->ifindex != ifindex)
		link = link->next;
	return link;
}

struct network_link *network_links_take(struct network_links *links,
					const struct network_link *link)
{
	struct network_link *found = network_links_find(links, link->ifindex);
	struct network_link kept = { 0 };

	if (found) {
		kept = *found;
	} else {
		struct network_link **bucket = bucket_of(links, link->ifindex);

		found = calloc(1, sizeof(*found));
		if (!found)
			return NULL;
		kept.next = *bucket;
		*bucket = found;
	}
	*found = *link;
	found->next = kept.next;
	found->transmit = kept.transmit;
	found->in_devices = kept.in_devices;
	found->running_slave = kept.running_slave;
	found->seen = true;
	return found;
}

void network_links_remove(struct network_links *links, uint32_t ifindex)
{
	struct network_link **place = bucket_of(links, ifindex), *link;

	while (*place && (*place)->ifindex != ifindex)
		place = &(*place)->next;
	link = *place;
	if (!link)
		return;
	*place = link->next;
	free(link);
}

void network_links_free(struct network_links *links)
{
	struct network_link *link;

	for (size_t i = 0; i < NETWORK_LINK_BUCKETS; i++) {
		while ((link = links->buckets[i])) {
			links->buckets[i] = link->next;
			free(link);
		}
	}
}

static int take_link(const struct nlmsghdr *message, void *context)
{
	struct network_link link;

	if (!network_link_read(message, &link))
		return MNL_CB_OK;
	if (network_links_take(context, &link))
		return MNL_CB_OK;
	errno = ENOMEM;
	return MNL_CB_ERROR;
}

static int dump(struct network_links *links, struct network_socket *socket)
{
	struct network_message message;
	struct nlmsghdr *request = network_request(&message, RTM_GETLINK, NLM_F_DUMP);
	struct ifinfomsg *header = mnl_nlmsg_put_extra_header(request, sizeof(*header));

	header->ifi_family = AF_UNSPEC;
	mnl_attr_put_u32(request, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	return network_ask(socket, request, take_link, links);
}

int network_links_load(struct network_links *links, struct network_socket *socket)
{
	int err = -EINTR;

	for (int tries = 0; err == -EINTR && tries < DUMP_TRIES; tries++) {
		for (size_t i = 0; i < NETWORK_LINK_BUCKETS; i++) {
			for (struct network_link *link = links->buckets[i]; link; link = link->next)
				link->seen = false;
		}
		err = dump(links, socket);
	}
	for (size_t i = 0; !err && i < NETWORK_LINK_BUCKETS; i++) {
		struct network_link *link = links->buckets[i], *next;

		for (; link; link = next) {
			next = link->next;
			if (!link->seen)
				network_links_remove(links, link->ifindex);
		}
	}
	network_links_settle(links);
	return err;
}

/* Of several the one the bond names, else the first, so that it stays the same one. */
static void settle_slave(const struct network_links *links, const struct network_link *slave)
{
	struct network_link *bond = network_links_find(links, slave->master);

	if (!bond || bond->kind != NETWORK_LINK_BOND || !slave->running || !slave->bond_active)
		return;
	if (bond->active_slave && bond->active_slave != slave->ifindex)
		return;
	if (!bond->running_slave || slave->ifindex < bond->running_slave)
		bond->running_slave = slave->ifindex;
}

void network_links_settle(struct network_links *links)
{
	struct network_link *link;

	for (size_t i = 0; i < NETWORK_LINK_BUCKETS; i++) {
		for (link = links->buckets[i]; link; link = link->next)
			link->running_slave = 0;
	}
	for (size_t i = 0; i < NETWORK_LINK_BUCKETS; i++) {
		for (link = links->buckets[i]; link; link = link->next) {
			if (link->master)
				settle_slave(links, link);
		}
	}
}

struct network_link *network_links_vlan(const struct network_links *links, uint32_t lower,
					uint16_t vlan_id)
{
	for (size_t i = 0; i < NETWORK_LINK_BUCKETS; i++) {
		for (struct network_link *link = links->buckets[i]; link; link = link->next) {
			if (link->kind == NETWORK_LINK_VLAN && link->lower == lower &&
			    link->vlan_id == vlan_id)
				return link;
		}
	}
	return NULL;
}
