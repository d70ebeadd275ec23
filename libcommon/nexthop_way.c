// SPDX-License-Identifier: GPL-2.0-only
#include "nexthop_way.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/neighbour.h>
#include <string.h>

#define TAGS_MAX 2
#define TAG_SIZE 4
/* VLAN devices above each other; more than two cannot be sent to anyway. */
#define DEPTH_MAX 8

struct nexthop_answer nexthop_answer_of(const struct network_neighbour *neighbour,
					const struct nexthop_answer *before)
{
	struct nexthop_answer answer = { .state = FLOW_WAY_RESOLVING };
	const unsigned int known =
		NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE | NUD_PERMANENT | NUD_NOARP;

	if (neighbour->state & known && neighbour->has_mac) {
		answer.state = FLOW_WAY_USABLE;
		memcpy(answer.mac, neighbour->mac, sizeof(answer.mac));
	} else if (neighbour->state & NUD_FAILED) {
		answer.state = FLOW_WAY_UNREACHABLE;
	} else if (neighbour->state & NUD_INCOMPLETE && before->state == FLOW_WAY_UNREACHABLE) {
		answer.state = FLOW_WAY_UNREACHABLE;
	}
	return answer;
}

struct network_link *nexthop_device_base(const struct network_links *links, uint32_t device)
{
	struct network_link *link = network_links_find(links, device);

	for (int depth = 0; link && link->kind == NETWORK_LINK_VLAN; depth++)
		link = depth < DEPTH_MAX ? network_links_find(links, link->lower) : NULL;
	return link;
}

bool nexthop_device_running(const struct network_links *links, uint32_t device)
{
	const struct network_link *link = network_links_find(links, device);

	for (int depth = 0; link && link->running && depth < DEPTH_MAX; depth++) {
		if (link->kind != NETWORK_LINK_VLAN)
			return link->kind != NETWORK_LINK_BOND || link->running_slave;
		/* A lower device in another network namespace is not ours to look at. */
		if (!link->lower)
			return true;
		link = network_links_find(links, link->lower);
	}
	return false;
}

/* A bond with several senders chooses among them itself, where it takes redirected frames. */
static const struct network_link *sender_of(const struct network_links *links,
					    const struct network_link *base)
{
	if (base->kind != NETWORK_LINK_BOND || (base->transmit && !base->active_slave))
		return base;
	return network_links_find(links, base->running_slave);
}

/* How the VLAN devices above `base` (or above the bond it belongs to) tag this id. */
static __be16 type_of(const struct network_links *links, const struct network_link *base,
		      uint16_t vlan_id)
{
	const struct network_link *vlan = network_links_vlan(links, base->ifindex, vlan_id);

	if (!vlan && base->master)
		vlan = network_links_vlan(links, base->master, vlan_id);
	return vlan ? vlan->vlan_type : htons(ETH_P_8021Q);
}

static void put_named_tags(const struct network_links *links, const struct network_link *base,
			   const struct flow_nexthop *entry, struct flow_way *way)
{
	for (int i = 0; i < TAGS_MAX && entry->vlan[i]; i++) {
		way->tag[i].type = i ? htons(ETH_P_8021Q) : type_of(links, base, entry->vlan[0]);
		way->tag[i].tci = htons(entry->vlan[i]);
		way->tags++;
	}
}

/* From the bottom up they are outermost first: the last one met goes in front. False: too many. */
static bool put_device_tags(const struct network_links *links, uint32_t device,
			    struct flow_way *way)
{
	const struct network_link *link = network_links_find(links, device);

	for (; link && link->kind == NETWORK_LINK_VLAN;
	     link = network_links_find(links, link->lower)) {
		if (way->tags == TAGS_MAX)
			return false;
		way->tag[1] = way->tag[0];
		way->tag[0].type = link->vlan_type;
		way->tag[0].tci = htons((uint16_t)(link->vlan_id | link->vlan_pcp << 13));
		way->tags++;
	}
	return true;
}

static uint32_t smaller_mtu(uint32_t route, uint32_t device)
{
	return route && route < device ? route : device;
}

void nexthop_way_find(const struct network_links *links, const struct flow_nexthop *entry,
		      const struct nexthop_answer *answer, struct flow_way *ret_way)
{
	const struct network_link *link = network_links_find(links, entry->device);
	const struct network_link *base = nexthop_device_base(links, entry->device), *sender;

	*ret_way = (struct flow_way){ .state = FLOW_WAY_LINK_DOWN };
	if (!link)
		return;
	ret_way->mtu = smaller_mtu(entry->mtu, link->mtu);
	memcpy(ret_way->source_mac, link->mac, sizeof(link->mac));
	memcpy(ret_way->destination_mac, answer->mac, sizeof(answer->mac));
	if (!nexthop_device_running(links, entry->device))
		return;
	ret_way->state = FLOW_WAY_NO_TRANSMIT;
	sender = base ? sender_of(links, base) : NULL;
	if (!sender)
		return;
	ret_way->ifindex = sender->ifindex;
	if (entry->flags & FLOW_NEXTHOP_TAGS)
		put_named_tags(links, base, entry, ret_way);
	else if (!put_device_tags(links, entry->device, ret_way))
		return;
	/* From XDP a device takes frames as long as its MTU allows with one tag, not with two. */
	ret_way->mtu = smaller_mtu(ret_way->mtu, sender->mtu + TAG_SIZE - TAG_SIZE * ret_way->tags);
	if (!link->ethernet || !sender->ethernet)
		return;
	if (answer->state != FLOW_WAY_USABLE)
		ret_way->state = answer->state;
	else if (sender->transmit && sender->ifindex < FLOW_DEVICE_LIMIT)
		ret_way->state = FLOW_WAY_USABLE;
}

void nexthop_way_find_at_tc(const struct network_links *links, const struct flow_nexthop *entry,
			    const struct nexthop_answer *answer, struct flow_way *ret_way)
{
	const struct network_link *link = network_links_find(links, entry->device);

	*ret_way = (struct flow_way){ .state = FLOW_WAY_LINK_DOWN };
	if (!link)
		return;
	ret_way->ifindex = link->ifindex;
	ret_way->mtu = smaller_mtu(entry->mtu, link->mtu);
	ret_way->no_link_header = !link->ethernet;
	memcpy(ret_way->source_mac, link->mac, sizeof(link->mac));
	memcpy(ret_way->destination_mac, answer->mac, sizeof(answer->mac));
	if (entry->flags & FLOW_NEXTHOP_TAGS)
		put_named_tags(links, link, entry, ret_way);
	if (nexthop_device_running(links, entry->device))
		ret_way->state = link->ethernet ? answer->state : FLOW_WAY_USABLE;
}
