/* SPDX-License-Identifier: GPL-2.0-only */
/* The way out of a packet: its link header, and who takes it. Kernel side only. */
#ifndef OFFLOAD_SEND_BPF_H
#define OFFLOAD_SEND_BPF_H

#include "offload_way.bpf.h"

#define LOOPBACK_IFINDEX 1 /* in every network namespace */

/* The link header of what leaves; of what arrives at lo, zeros. */
static __always_inline int write_link(struct __sk_buff *skb, const struct flow_way *way, __u32 out)
{
	struct ethhdr *link = packet_begin(skb);

	if ((void *)(link + 1) > packet_end(skb))
		return -1;
	if (out == OFFLOAD_OUT_LOOPBACK) {
		__builtin_memset(link, 0, 2 * ETH_ALEN);
	} else {
		__builtin_memcpy(link->h_dest, way->destination_mac, ETH_ALEN);
		__builtin_memcpy(link->h_source, way->source_mac, ETH_ALEN);
	}
	link->h_proto = skb->protocol;
	return 0;
}

/* Takes a tag away and makes room for a link header, where the way out wants it so. The packet is still what
 * it was to whoever sees it next if this fails: 0 or a negative errno. */
static __always_inline int make_ready(struct __sk_buff *skb, struct offload_packet *packet,
				      __u32 out)
{
	int err = 0;

	if (out == OFFLOAD_OUT_HERE)
		return 0;
	if (!offload_at.link_header) {
		err = bpf_skb_change_head(skb, ETH_HLEN, 0);
		if (!err) {
			packet->network += ETH_HLEN;
			packet->transport += ETH_HLEN;
		}
	} else if (skb->vlan_present) {
		err = bpf_skb_vlan_pop(skb);
	}
	return err;
}

static __always_inline int send_to_neighbour(const struct offload_plan *plan)
{
	const struct flow_nexthop *nexthop = plan->nexthop;
	struct bpf_redir_neigh neighbour = {
		.nh_family = nexthop->family == FLOW_IPV4 ? 2 : 10, /* AF_INET, AF_INET6 */
	};

	__builtin_memcpy(neighbour.ipv6_nh, nexthop->neighbour, sizeof(neighbour.ipv6_nh));
	return bpf_redirect_neigh(plan->way->ifindex, &neighbour, sizeof(neighbour), 0);
}

/* Sends what has been rewritten: the program's return value. */
static __always_inline int send(struct __sk_buff *skb, const struct offload_plan *plan)
{
	const struct flow_way *way = plan->way;

	if (plan->out == OFFLOAD_OUT_HERE)
		return TC_ACT_UNSPEC;
	if (write_link(skb, way, plan->out))
		return TC_ACT_SHOT;
	if (plan->out == OFFLOAD_OUT_LOOPBACK)
		return bpf_redirect(LOOPBACK_IFINDEX, BPF_F_INGRESS);
	if (way->tags && bpf_skb_vlan_push(skb, way->tag[0].type, bpf_ntohs(way->tag[0].tci)))
		return TC_ACT_SHOT;
	if (plan->out == OFFLOAD_OUT_PEER)
		return bpf_redirect_peer(way->ifindex, 0);
	if (plan->out == OFFLOAD_OUT_NEIGHBOUR)
		return send_to_neighbour(plan);
	return bpf_redirect(way->ifindex, 0);
}

#endif
