/* SPDX-License-Identifier: GPL-2.0-only */
/* ICMP errors of rewritten packets (RFC 5508, section 4): the packet inside is one that left rewritten, and
 * becomes what its sender knows; so does the address that the error goes to. Kernel side only. */
#ifndef OFFLOAD_ICMP_BPF_H
#define OFFLOAD_ICMP_BPF_H

#include "offload_icmp_read.bpf.h"

static __always_inline int write_inside(struct __sk_buff *skb, const struct offload_error *error,
					const struct flow_value *flow, __u8 family)
{
	void *data = packet_begin(skb), *end = packet_end(skb);
	struct udphdr *ports = data + error->ports;
	struct ipv6hdr *ipv6 = data + error->inside;
	struct iphdr *ipv4 = data + error->inside;
	__u16 *field;

	if ((void *)(ports + 1) > end)
		return -1;
	field = inside_checksum(skb, error);
	if (field)
		*field = inside_becomes(*field, error, flow);
	if (family == FLOW_IPV4) {
		ipv4->saddr = flow->destination[0];
		ipv4->daddr = flow->source[0];
		ipv4->check = add_to_checksum(ipv4->check, flow->address_delta);
	} else {
		__builtin_memcpy(&ipv6->saddr, flow->destination, sizeof(flow->destination));
		__builtin_memcpy(&ipv6->daddr, flow->source, sizeof(flow->source));
	}
	ports->source = flow->destination_port;
	ports->dest = flow->source_port;
	return 0;
}

/* The addresses that the error leaves with, and what that adds to the sum of its IP header, or of its pseudo
 * header. */
static __always_inline void outer_addresses(const struct flow_value *flow,
					    const struct offload_error *error, __u32 addresses[8])
{
	if (error->from_peer)
		__builtin_memcpy(addresses, flow->source, sizeof(flow->source));
	__builtin_memcpy(addresses + 4, flow->destination, sizeof(flow->destination));
}

static __always_inline int write_error_ipv4(struct __sk_buff *skb,
					    const struct offload_packet *packet,
					    const struct offload_error *error,
					    const struct offload_plan *plan)
{
	const struct flow_value *flow = plan->flow;
	void *data = packet_begin(skb), *end = packet_end(skb);
	struct iphdr *ip = data + packet->network;
	__be32 source;
	__u64 delta;

	if ((void *)(ip + 1) > end)
		return -1;
	source = error->from_peer ? flow->source[0] : ip->saddr;
	delta = (__u64)source + (__u32)~ip->saddr + flow->destination[0] + (__u32)~ip->daddr;
	ip->check = add_to_checksum(ip->check,
				    checksum_fold(delta) + (plan->one_hop ? ONE_HOP_IPV4 : 0));
	ip->ttl -= plan->one_hop;
	ip->saddr = source;
	ip->daddr = flow->destination[0];
	return write_inside(skb, error, flow, FLOW_IPV4);
}

static __always_inline int write_error_ipv6(struct __sk_buff *skb,
					    const struct offload_packet *packet,
					    const struct offload_error *error,
					    const struct offload_plan *plan)
{
	void *data = packet_begin(skb), *end = packet_end(skb);
	struct ipv6hdr *ip = data + packet->network;
	__u32 before[8], after[8];
	__s64 delta;

	if ((void *)(ip + 1) > end)
		return -1;
	__builtin_memcpy(before, &ip->saddr, sizeof(before));
	__builtin_memcpy(after, before, sizeof(before));
	outer_addresses(plan->flow, error, after);
	delta = bpf_csum_diff(before, sizeof(before), after, sizeof(after), 0);
	if (bpf_l4_csum_replace(skb, packet->transport + ICMP_CHECKSUM, 0, delta,
				pseudo_flags(FLOW_IPV6)))
		return -1;
	data = packet_begin(skb);
	end = packet_end(skb);
	ip = data + packet->network;
	if ((void *)(ip + 1) > end)
		return -1;
	count_hop_ipv6(skb, ip, plan);
	__builtin_memcpy(&ip->saddr, after, sizeof(after));
	return write_inside(skb, error, plan->flow, FLOW_IPV6);
}

/* Turns the error into what it would be without a rewrite; 0, or -1: half done. */
static __always_inline int write_error(struct __sk_buff *skb, const struct offload_packet *packet,
				       struct offload_error *error, const struct offload_plan *plan,
				       __u8 family)
{
	__u32 field = packet->transport + ICMP_CHECKSUM;
	__u32 delta;

	error->inside = packet->transport + ICMP_HEADER;
	error->ports = error->inside +
		       (family == FLOW_IPV4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr));
	delta = error_delta(skb, error, plan->flow, family);
	if (bpf_l4_csum_replace(skb, field, 0, delta, 0))
		return -1;
	return family == FLOW_IPV4 ? write_error_ipv4(skb, packet, error, plan) :
				     write_error_ipv6(skb, packet, error, plan);
}

#endif
