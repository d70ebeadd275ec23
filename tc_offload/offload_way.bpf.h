/* SPDX-License-Identifier: GPL-2.0-only */
/* Is there a flow for the packet, and a way out for the flow? Nothing is written here. Kernel side only. */
#ifndef OFFLOAD_WAY_BPF_H
#define OFFLOAD_WAY_BPF_H

#include "offload_maps.bpf.h"
#include "offload_packet.bpf.h"

#define LOOPBACK_NET_IPV4 127

/* What becomes of the packet. */
struct offload_plan {
	struct flow_value *flow;
	const struct flow_nexthop *nexthop;
	const struct flow_way *way;
	__u32 out;     /* enum offload_out */
	__u32 one_hop; /* 1: TTL or hop limit loses one */
};

/* Has the packet come as the flow is expected? */
static __always_inline int came_right(const struct offload_packet *packet,
				      const struct flow_value *flow)
{
	if (flow->in_ifindex && flow->in_ifindex != offload_at.ifindex)
		return 0;
	if (flow->flags & FLOW_ANY_TAGS)
		return 1;
	return packet->vlan == flow->in_vlan[0] && !flow->in_vlan[1];
}

/* `family`, that of the key, is a constant. */
static __always_inline __u32 find_flow(const struct offload_packet *packet,
				       const struct flow_key *key, __u8 family,
				       struct offload_plan *plan)
{
	const struct offload_settings *settings =
		bpf_map_lookup_elem(&offload_setting, &only_entry);

	if (!settings)
		return OFFLOAD_UP_NO_MAP;
	if (!(settings->tables & 1U << FLOW_TABLE_STATIC))
		return OFFLOAD_UP_NO_FLOW;
	plan->flow = flow_find(key, FLOW_TABLE_STATIC, family);
	if (!plan->flow || plan->flow->flags & FLOW_DEAD)
		return OFFLOAD_UP_NO_FLOW;
	return came_right(packet, plan->flow) ? OFFLOAD_SEND : OFFLOAD_UP_WRONG_WAY_IN;
}

static __always_inline int is_loopback(const __be32 address[4], __u8 family)
{
	if (family == FLOW_IPV4)
		return *(const __u8 *)address == LOOPBACK_NET_IPV4;
	return !(address[0] | address[1] | address[2]) && address[3] == bpf_htonl(1);
}

/* Does either address belong to lo alone? */
static __always_inline int is_loopback_flow(const struct flow_value *flow, __u8 family)
{
	return is_loopback(flow->source, family) || is_loopback(flow->destination, family);
}

/* For this host: it goes on up from here, or arrives at lo, the only place where the stack lets loopback
 * addresses in. */
static __always_inline __u32 local_out(const struct flow_value *flow, __u8 family)
{
	if (offload_at.is_loopback)
		return OFFLOAD_OUT_HERE;
	if (offload_at.side == OFFLOAD_INGRESS && !is_loopback_flow(flow, family))
		return OFFLOAD_OUT_HERE;
	return OFFLOAD_OUT_LOOPBACK;
}

/* A neighbour's address that nobody follows may be old: then the kernel is asked for it. */
static __always_inline int is_followed(const struct flow_nexthop *nexthop)
{
	const struct offload_daemon *daemon;

	if (nexthop->flags & FLOW_NEXTHOP_MAC)
		return 1;
	daemon = bpf_map_lookup_elem(&offload_daemon, &only_entry);
	return daemon && daemon->alive_until > offload_now();
}

static __always_inline __u32 device_out(const struct offload_plan *plan)
{
	/* The kernel drops what is sent to a peer from egress. */
	if (plan->nexthop->flags & FLOW_NEXTHOP_PEER && offload_at.side == OFFLOAD_INGRESS)
		return OFFLOAD_OUT_PEER;
	if (plan->way->state != FLOW_WAY_USABLE || !is_followed(plan->nexthop))
		return plan->way->no_link_header ? OFFLOAD_OUT_DEVICE : OFFLOAD_OUT_NEIGHBOUR;
	return OFFLOAD_OUT_DEVICE;
}

/* The longest IP packet that it will be on the wire. */
static __always_inline __u32 longest(const struct __sk_buff *skb,
				     const struct offload_packet *packet)
{
	return skb->gso_size ? packet->payload - packet->network + skb->gso_size :
			       skb->len - packet->network;
}

/* OFFLOAD_SEND and all of the plan, or why the packet is left alone. */
static __always_inline __u32 find_way(const struct __sk_buff *skb,
				      const struct offload_packet *packet,
				      struct offload_plan *plan, __u8 family)
{
	__u32 index = plan->flow->nexthop, state;

	plan->nexthop = bpf_map_lookup_elem(&flow_nexthops, &index);
	if (!plan->nexthop)
		return OFFLOAD_UP_NO_MAP;
	plan->way = &plan->nexthop->way[plan->nexthop->current & 1];
	/* Whoever wrote it: a state that is none must not come to OFFLOAD_SEND. */
	state = plan->way->state & (FLOW_WAY_STATES - 1);
	plan->one_hop = 0;
	if (state == FLOW_WAY_LOCAL) {
		plan->out = local_out(plan->flow, family);
		return OFFLOAD_SEND;
	}
	if (state != FLOW_WAY_USABLE && state != FLOW_WAY_RESOLVING)
		return OFFLOAD_UP_WAY + state;
	/* What this host made leaves as it would have left; what leaves has been counted down already. */
	plan->one_hop = offload_at.side == OFFLOAD_INGRESS && !offload_at.is_loopback &&
			!(plan->flow->flags & FLOW_KEEP_TTL);
	if (plan->one_hop && packet->hops <= 1)
		return OFFLOAD_UP_TTL;
	if (longest(skb, packet) > plan->way->mtu)
		return OFFLOAD_UP_TOO_BIG;
	plan->out = device_out(plan);
	return OFFLOAD_SEND;
}

#endif
