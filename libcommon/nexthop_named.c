// SPDX-License-Identifier: GPL-2.0-only
#include "nexthops_internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "network_address.h"
#include "network_routes.h"

static const char *address_text(uint8_t family, const __be32 address[4],
				char ret_text[INET6_ADDRSTRLEN])
{
	return inet_ntop(network_family(family), address, ret_text, INET6_ADDRSTRLEN);
}

static int ask(struct nexthops *nexthops, const struct network_route_question *question,
	       struct network_route *ret_route, struct problem *problem)
{
	int err = network_route_ask(&nexthops->socket, question, ret_route);

	return err ? problem_errno(problem, err, "cannot ask the kernel for a route") : 0;
}

static int find_device(const struct nexthops *nexthops, const struct nexthop_wish *wish,
		       uint32_t *ret_device, struct problem *problem)
{
	const struct network_link *link;
	uint32_t ifindex;

	*ret_device = 0;
	if (!wish->device[0])
		return 0;
	if (interface_index(wish->device, &ifindex))
		return problem_set(problem, -ENODEV, "dev %s: there is no such interface",
				   wish->device);
	link = network_links_find(&nexthops->links, ifindex);
	if (!link)
		return problem_set(problem, -ENODEV, "dev %s: came into being just now; try again",
				   wish->device);
	if (!link->ethernet && (nexthops->maps.devices >= 0 || wish->has_mac))
		return problem_set(problem, -EINVAL,
				   "dev %s: has no MAC addresses, frames cannot be sent to it",
				   wish->device);
	*ret_device = ifindex;
	return 0;
}

static int name_mac(const struct nexthop_wish *wish, struct flow_nexthop *value,
		    struct problem *problem)
{
	static const uint8_t zeros[6];

	if (!value->device)
		return problem_set(problem, -EINVAL,
				   "a MAC address needs the device that leads to it: dev DEVICE");
	if (wish->mac[0] & 1 || !memcmp(wish->mac, zeros, sizeof(zeros)))
		return problem_set(problem, -EINVAL,
				   "mac %02x:%02x:%02x:%02x:%02x:%02x: not the address of one host",
				   wish->mac[0], wish->mac[1], wish->mac[2], wish->mac[3],
				   wish->mac[4], wish->mac[5]);
	value->flags |= FLOW_NEXTHOP_MAC;
	memcpy(value->mac, wish->mac, sizeof(value->mac));
	return 0;
}

static int name_via(struct nexthops *nexthops, const struct nexthop_wish *wish,
		    const struct flow_key *leaves, struct flow_nexthop *value,
		    struct problem *problem)
{
	struct network_route_question question = { .packet.family = wish->via_family,
						   .any_source = true };
	char text[INET6_ADDRSTRLEN], gateway[INET6_ADDRSTRLEN];
	struct network_route route;
	int err;

	(void)address_text(wish->via_family, wish->via, text);
	if (wish->via_family != leaves->family)
		return problem_set(problem, -EINVAL, "via %s: not of the family of the flow", text);
	memcpy(question.packet.destination, wish->via, sizeof(wish->via));
	value->family = wish->via_family;
	memcpy(value->neighbour, wish->via, sizeof(value->neighbour));
	if (nexthop_is_local(nexthops, value))
		return problem_set(problem, -EINVAL, "via %s: an address of this host", text);
	if (value->device)
		return 0;
	err = ask(nexthops, &question, &route, problem);
	if (err)
		return err;
	if (route.kind != NETWORK_ROUTE_UNICAST)
		return problem_set(problem, -EHOSTUNREACH,
				   "via %s: no route leads there; name its device: dev DEVICE",
				   text);
	if (route.gateway_family)
		return problem_set(problem, -EHOSTUNREACH,
				   "via %s: not on a network of this host (the way there is via %s)",
				   text,
				   address_text(route.gateway_family, route.gateway, gateway));
	value->device = route.ifindex;
	return 0;
}

/* What the routes say if only this device counts. */
static int name_device(struct nexthops *nexthops, const struct nexthop_wish *wish,
		       const struct flow_key *leaves, struct flow_nexthop *value,
		       struct problem *problem)
{
	struct network_route_question question = { .packet = *leaves,
						   .out_ifindex = value->device };
	char text[INET6_ADDRSTRLEN];
	struct network_route route;
	int err = ask(nexthops, &question, &route, problem);

	if (err)
		return err;
	if (route.kind != NETWORK_ROUTE_UNICAST || route.ifindex != value->device)
		return problem_set(problem, -EHOSTUNREACH,
				   "dev %s: no route to %s leads through it; name the next hop: via "
				   "ADDRESS",
				   wish->device,
				   address_text(leaves->family, leaves->destination, text));
	value->mtu = route.mtu;
	value->family = route.gateway_family ? route.gateway_family : leaves->family;
	memcpy(value->neighbour, route.gateway_family ? route.gateway : leaves->destination,
	       sizeof(value->neighbour));
	return 0;
}

static int full(struct problem *problem)
{
	return problem_set(problem, -ENOSPC, "all %u next hops are in use",
			   FLOW_NEXTHOP_LIMIT - NEXTHOPS_TOOL_FIRST);
}

static int take_routed(struct nexthops *nexthops, const struct nexthop_wish *wish,
		       const struct flow_key *leaves, uint32_t *ret_index, struct problem *problem)
{
	struct nexthop_question question = { .leaves = *leaves, .has_vlan = wish->has_vlan };
	uint32_t index;

	memcpy(question.vlan, wish->vlan, sizeof(question.vlan));
	index = nexthops_of_route(nexthops, &question);
	if (index == FLOW_WAY_UNRESOLVED)
		return full(problem);
	*ret_index = index;
	return 0;
}

int nexthops_named(struct nexthops *nexthops, const struct nexthop_wish *wish,
		   const struct flow_key *leaves, uint32_t *ret_index, struct problem *problem)
{
	struct flow_nexthop value = { 0 };
	uint32_t index;
	int err = find_device(nexthops, wish, &value.device, problem);

	if (err)
		return err;
	if (!value.device && !wish->has_via && !wish->has_mac)
		return take_routed(nexthops, wish, leaves, ret_index, problem);
	if (wish->has_mac)
		err = name_mac(wish, &value, problem);
	else if (wish->has_via)
		err = name_via(nexthops, wish, leaves, &value, problem);
	else
		err = name_device(nexthops, wish, leaves, &value, problem);
	if (err)
		return err;
	if (wish->peer)
		value.flags |= FLOW_NEXTHOP_PEER;
	if (wish->has_vlan) {
		value.flags |= FLOW_NEXTHOP_TAGS;
		memcpy(value.vlan, wish->vlan, sizeof(value.vlan));
	}
	index = nexthop_make(nexthops, &value);
	if (index == FLOW_WAY_UNRESOLVED)
		return full(problem);
	*ret_index = index;
	return 0;
}
