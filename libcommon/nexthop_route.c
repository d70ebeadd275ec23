// SPDX-License-Identifier: GPL-2.0-only
#include "nexthops_internal.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "network_routes.h"

#define VLAN_ID 0xfff /* of a TCI */

static uint32_t fixed_index(enum network_route_kind kind)
{
	switch (kind) {
	case NETWORK_ROUTE_NONE:
		return FLOW_WAY_NO_ROUTE;
	case NETWORK_ROUTE_LOCAL:
		return FLOW_WAY_LOCAL;
	case NETWORK_ROUTE_ENCAPSULATED:
		return FLOW_WAY_OTHER;
	default:
		return FLOW_WAY_FORBIDDEN;
	}
}

/* The next hop of a route, without ways. */
static struct flow_nexthop value_of(const struct nexthops *nexthops,
				    const struct network_route *route,
				    const struct flow_key *leaves)
{
	const struct network_link *link = network_links_find(&nexthops->links, route->ifindex);
	struct flow_nexthop value = { .device = route->ifindex, .mtu = route->mtu };

	/* What has no link addresses needs one entry, not one for each destination. */
	if (link && !link->ethernet)
		return value;
	if (route->gateway_family) {
		value.family = route->gateway_family;
		memcpy(value.neighbour, route->gateway, sizeof(value.neighbour));
	} else {
		value.family = leaves->family;
		memcpy(value.neighbour, leaves->destination, sizeof(value.neighbour));
	}
	return value;
}

static void put_tags(struct flow_nexthop *value, const uint16_t vlan[2])
{
	value->flags |= FLOW_NEXTHOP_TAGS;
	memcpy(value->vlan, vlan, sizeof(value->vlan));
}

/* What is sent to a group is never sent on by us, whatever the routes say. */
static bool is_group(const struct flow_key *leaves)
{
	uint8_t first;

	memcpy(&first, leaves->destination, sizeof(first));
	return leaves->family == FLOW_IPV4 ? first >= 224 : first == 0xff;
}

static bool is_loopback(uint8_t family, const __be32 address[4])
{
	uint8_t first;

	memcpy(&first, address, sizeof(first));
	return family == FLOW_IPV4 ? first == IN_LOOPBACKNET :
				     IN6_IS_ADDR_LOOPBACK((const struct in6_addr *)address);
}

/* What it is routed by as it arrives: of a packet from lo, which never leaves this host so, what it leaves
 * with. */
static void put_source(const struct nexthop_question *question, struct flow_key *packet)
{
	const struct flow_key *arrives = &question->arrives;

	if (!arrives->family || is_loopback(arrives->family, arrives->source))
		return;
	memcpy(packet->source, arrives->source, sizeof(packet->source));
	packet->source_port = arrives->source_port;
}

/* At tc, what this host made has come by no device: to the routes it would be a martian there. */
static bool was_made_here(struct nexthops *nexthops, const struct nexthop_question *question,
			  const struct flow_key *packet)
{
	struct flow_nexthop source = { .device = question->in_ifindex, .family = packet->family };

	if (nexthops->maps.devices >= 0)
		return false;
	memcpy(source.neighbour, packet->source, sizeof(source.neighbour));
	return nexthop_is_local(nexthops, &source);
}

/* A fixed index, or FLOW_WAY_FIXED and the next hop in *ret_value. */
static uint32_t ask(struct nexthops *nexthops, const struct nexthop_question *question,
		    struct flow_nexthop *ret_value)
{
	struct network_route_question asked = { .packet = question->leaves,
						.mark = question->mark,
						.in_ifindex = question->in_ifindex };
	struct network_route route;

	if (is_group(&question->leaves))
		return FLOW_WAY_FORBIDDEN;
	/* Nothing that comes from elsewhere is routed there: the routes would say no. */
	if (is_loopback(question->leaves.family, question->leaves.destination))
		return FLOW_WAY_LOCAL;
	put_source(question, &asked.packet);
	if (asked.in_ifindex && was_made_here(nexthops, question, &asked.packet))
		asked.in_ifindex = 0;
	if (network_route_ask(&nexthops->socket, &asked, &route))
		return FLOW_WAY_UNRESOLVED;
	if (route.kind != NETWORK_ROUTE_UNICAST || !route.ifindex)
		return fixed_index(route.kind);
	*ret_value = value_of(nexthops, &route, &question->leaves);
	if (question->has_vlan)
		put_tags(ret_value, question->vlan);
	return FLOW_WAY_FIXED;
}

uint32_t nexthops_of_route(struct nexthops *nexthops, const struct nexthop_question *question)
{
	struct flow_nexthop value;
	uint32_t index = ask(nexthops, question, &value);

	return index == FLOW_WAY_FIXED ? nexthop_make(nexthops, &value) : index;
}

uint32_t nexthops_preview(struct nexthops *nexthops, const struct nexthop_question *question,
			  struct flow_nexthop *ret)
{
	struct flow_nexthop value;
	struct nexthop_answer answer;
	uint32_t index = ask(nexthops, question, &value);

	if (index != FLOW_WAY_FIXED)
		return index;
	answer = nexthop_look(nexthops, &value);
	nexthop_find_way(nexthops, &value, &answer, &value.way[0]);
	value.way[1] = value.way[0];
	*ret = value;
	return FLOW_WAY_FIXED;
}

/* The device above `ifindex` that takes off these tags; 0: there is none. */
static uint32_t vlan_device(const struct nexthops *nexthops, uint32_t ifindex,
			    const uint16_t vlan[2])
{
	const struct network_link *link = NULL;

	for (int i = 0; i < 2 && vlan[i]; i++) {
		link = network_links_vlan(&nexthops->links, ifindex, vlan[i]);
		if (!link)
			return 0;
		ifindex = link->ifindex;
	}
	return ifindex;
}

static const struct network_link *master_of(const struct nexthops *nexthops, uint32_t ifindex,
					    enum network_link_kind kind)
{
	const struct network_link *link = network_links_find(&nexthops->links, ifindex), *master;

	if (!link || !link->master)
		return NULL;
	master = network_links_find(&nexthops->links, link->master);
	return master && master->kind == kind ? master : NULL;
}

/* The bond instead of its slave, and above that the VLAN device, if it is known. */
static uint32_t upper_device(const struct nexthops *nexthops, uint32_t ifindex,
			     const uint16_t vlan[2])
{
	const struct network_link *bond = master_of(nexthops, ifindex, NETWORK_LINK_BOND);

	return vlan_device(nexthops, bond ? bond->ifindex : ifindex, vlan);
}

uint32_t nexthops_input_device(const struct nexthops *nexthops, uint32_t ifindex,
			       const uint16_t vlan[2])
{
	uint32_t device = upper_device(nexthops, ifindex, vlan);
	const struct network_link *bridge;

	if (!device)
		return ifindex;
	bridge = master_of(nexthops, device, NETWORK_LINK_BRIDGE);
	return bridge ? bridge->ifindex : device;
}

uint32_t nexthops_base_device(const struct nexthops *nexthops, uint32_t device)
{
	const struct network_link *base = nexthop_device_base(&nexthops->links, device);

	return base ? base->ifindex : 0;
}

uint32_t nexthops_of_link(struct nexthops *nexthops, uint32_t ifindex, uint8_t tags,
			  const uint16_t vlan[2], const uint8_t mac[6])
{
	const uint16_t ids[2] = { tags > 0 ? vlan[0] : 0, tags > 1 ? vlan[1] : 0 };
	struct flow_nexthop value = { .device = ifindex, .flags = FLOW_NEXTHOP_MAC };
	uint32_t device = tags ? vlan_device(nexthops, ifindex, ids) : ifindex;

	if (!network_links_find(&nexthops->links, ifindex))
		return FLOW_WAY_UNRESOLVED;
	memcpy(value.mac, mac, sizeof(value.mac));
	/* The VLAN device knows its MTU and the kind of its tags. */
	if (device)
		value.device = device;
	else
		put_tags(&value, ids);
	return nexthop_make(nexthops, &value);
}

bool nexthops_leaves_by(const struct nexthops *nexthops, uint32_t index, uint32_t ifindex,
			uint8_t tags, const uint16_t vlan[2], const uint8_t mac[6])
{
	const struct network_link *bond = master_of(nexthops, ifindex, NETWORK_LINK_BOND);
	const struct flow_nexthop *value = nexthops_get(nexthops, index);
	const struct network_link *base;
	const struct flow_way *way;

	if (!value)
		return false;
	way = &value->way[value->current];
	base = nexthop_device_base(&nexthops->links, value->device);
	if (way->ifindex != ifindex && (!bond || bond != base))
		return false;
	for (int i = 0; i < way->tags && i < tags; i++) {
		if ((ntohs(way->tag[i].tci) & VLAN_ID) != vlan[i])
			return false;
	}
	return way->state == FLOW_WAY_USABLE && way->tags == tags &&
	       !memcmp(way->destination_mac, mac, sizeof(way->destination_mac));
}
