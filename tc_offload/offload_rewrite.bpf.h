/* SPDX-License-Identifier: GPL-2.0-only */
/* Makes a packet what leaves: checksums, addresses, ports, TTL. Everything has been decided
 * before. Kernel side only.
 *
 * What the checksum field holds depends on who is going to finish it, which only the helper knows: of a
 * packet made here (CHECKSUM_PARTIAL) the uncomplemented sum of the pseudo header, which ports are no part
 * of; else the checksum itself. All else can be written directly: what a header's own checksum makes up for
 * does not change the sum over the packet that a device may have delivered (CHECKSUM_COMPLETE). */
#ifndef OFFLOAD_REWRITE_BPF_H
#define OFFLOAD_REWRITE_BPF_H

#include "bpf/checksum.bpf.h"
#include "offload_way.bpf.h"

#ifndef BPF_F_IPV6
#define BPF_F_IPV6 (1ULL << 7)
#endif

/* The sum that one less in the upper byte of a word adds: the complement of 0x0100. */
#define ONE_HOP_IPV4 ((__u16)~bpf_htons(0x0100))
#define ONE_HOP_IPV6 ((__u16)~bpf_htons(0x0001)) /* the same in the lower byte */

static __always_inline __u16 add_to_checksum(__u16 checksum, __u64 delta)
{
	return ~checksum_fold((__u16)~checksum + delta);
}

/* Flags for the pseudo header's part of a UDP or TCP checksum: 0 is none, in UDP over IPv4, and stays. Without
 * BPF_F_IPV6 the helper changes the device's sum for addresses in IPv6 too, where no header checksum makes up
 * for them. */
static __always_inline __u64 pseudo_flags(__u8 family)
{
	return BPF_F_PSEUDO_HDR |
	       (family == FLOW_IPV6 && offload_at.has_ipv6_flag ? BPF_F_IPV6 : 0);
}

/* 0, or a negative errno: then nothing has been written. */
static __always_inline int rewrite_checksum(struct __sk_buff *skb,
					    const struct offload_packet *packet,
					    const struct flow_value *flow, __u8 family)
{
	int is_udp = packet->protocol == IPPROTO_UDP;
	__u32 field = packet->transport + (is_udp ? __builtin_offsetof(struct udphdr, check) :
						    __builtin_offsetof(struct tcphdr, check));
	__u64 zero_stays = is_udp ? BPF_F_MARK_MANGLED_0 : 0;
	int err;

	/* Nothing in the packet makes up for the ports, then. */
	if (packet->zero_check) {
		bpf_csum_update(skb, flow->port_delta);
		return 0;
	}
	err = bpf_l4_csum_replace(skb, field, 0, flow->address_delta,
				  pseudo_flags(family) | zero_stays);
	return err ? err : bpf_l4_csum_replace(skb, field, 0, flow->port_delta, zero_stays);
}

/* No header checksum makes up for the hop limit. */
static __always_inline void count_hop_ipv6(struct __sk_buff *skb, struct ipv6hdr *ipv6,
					   const struct offload_plan *plan)
{
	if (!plan->one_hop)
		return;
	ipv6->hop_limit--;
	bpf_csum_update(skb, ONE_HOP_IPV6);
}

static __always_inline int rewrite_network(struct __sk_buff *skb,
					   const struct offload_packet *packet,
					   const struct offload_plan *plan, __u8 family)
{
	const struct flow_value *flow = plan->flow;
	void *network = packet_begin(skb) + packet->network;
	struct ipv6hdr *ipv6 = network;
	struct iphdr *ipv4 = network;
	struct udphdr *ports;

	/* The longer of the two: a TCP or UDP header is behind it. */
	if ((void *)(ipv4 + 1) + sizeof(*ports) > packet_end(skb))
		return -1;
	if (family == FLOW_IPV4) {
		ipv4->ttl -= plan->one_hop;
		ipv4->check =
			add_to_checksum(ipv4->check, (__u64)flow->address_delta +
							     (plan->one_hop ? ONE_HOP_IPV4 : 0));
		ipv4->saddr = flow->source[0];
		ipv4->daddr = flow->destination[0];
		ports = (void *)(ipv4 + 1);
	} else {
		if ((void *)(ipv6 + 1) + sizeof(*ports) > packet_end(skb))
			return -1;
		count_hop_ipv6(skb, ipv6, plan);
		__builtin_memcpy(&ipv6->saddr, flow->source, sizeof(flow->source));
		__builtin_memcpy(&ipv6->daddr, flow->destination, sizeof(flow->destination));
		ports = (void *)(ipv6 + 1);
	}
	ports->source = flow->source_port;
	ports->dest = flow->destination_port;
	return 0;
}

#endif
