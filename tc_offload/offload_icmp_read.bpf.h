/* SPDX-License-Identifier: GPL-2.0-only */
/* The packet inside an ICMP error (RFC 5508, section 4): one that left rewritten, by its answers' flow. Kernel side
 * only. */
#ifndef OFFLOAD_ICMP_READ_BPF_H
#define OFFLOAD_ICMP_READ_BPF_H

#include "offload_rewrite.bpf.h"

/* What of the packet inside must be there: its IP header and eight bytes (RFC 792). */
#define INSIDE_TRANSPORT 8
#define INSIDE_TCP_CHECKSUM 18 /* as much of TCP as its checksum needs */
#define ICMP_HEADER 8
#define ICMP_CHECKSUM 2 /* its offset, in both families */

/* The error in hand. */
struct offload_error {
	__u32 inside;          /* offset of the IP header inside */
	__u32 ports;           /* offset of the UDP or TCP header inside */
	__u32 from_peer;       /* 1: it was sent by the packet's own destination */
	__u8 protocol;         /* of the packet inside */
	__u8 has_tcp_checksum; /* 1: enough of it is there */
};

/* Makes the packet inside readable from `ports` on: as far as TCP's checksum if it is there. NULL: not even what
 * must be. */
static __always_inline void *reach_inside(struct __sk_buff *skb,
					  const struct offload_packet *packet,
					  struct offload_error *error, __u32 ports)
{
	error->has_tcp_checksum = packet->end >= ports + INSIDE_TCP_CHECKSUM;
	if (error->has_tcp_checksum)
		return packet_reach(skb, ports + INSIDE_TCP_CHECKSUM);
	return packet->end >= ports + INSIDE_TRANSPORT ?
		       packet_reach(skb, ports + INSIDE_TRANSPORT) :
		       NULL;
}

static __always_inline __u32 read_inside_ipv4(struct __sk_buff *skb,
					      const struct offload_packet *packet,
					      struct offload_error *error, struct flow_key *key)
{
	__u32 inside = packet->transport + ICMP_HEADER;
	__u32 ports = inside + sizeof(struct iphdr);
	void *data = reach_inside(skb, packet, error, ports);
	const struct iphdr *ip, *outer;
	const struct udphdr *udp;

	if (!data)
		return OFFLOAD_UP_ICMP_UNSURE;
	outer = data + packet->network;
	ip = data + inside;
	udp = data + ports;
	if (ip->version != 4 || ip->ihl != 5 || ip->frag_off & bpf_htons(FRAGMENT_BITS) ||
	    ip->saddr != outer->daddr)
		return OFFLOAD_UP_ICMP_UNSURE;
	error->inside = inside;
	error->ports = ports;
	error->protocol = ip->protocol;
	error->from_peer = outer->saddr == ip->daddr;
	*key = (struct flow_key){ .family = FLOW_IPV4,
				  .protocol = ip->protocol,
				  .source = { ip->daddr },
				  .destination = { ip->saddr },
				  .source_port = udp->dest,
				  .destination_port = udp->source };
	return OFFLOAD_SEND;
}

static __always_inline int same_ipv6(const struct in6_addr *one, const struct in6_addr *other)
{
	const __u32 *a = (const void *)one, *b = (const void *)other;

	return a[0] == b[0] && a[1] == b[1] && a[2] == b[2] && a[3] == b[3];
}

static __always_inline __u32 read_inside_ipv6(struct __sk_buff *skb,
					      const struct offload_packet *packet,
					      struct offload_error *error, struct flow_key *key)
{
	__u32 inside = packet->transport + ICMP_HEADER;
	__u32 ports = inside + sizeof(struct ipv6hdr);
	void *data = reach_inside(skb, packet, error, ports);
	const struct ipv6hdr *ip, *outer;
	const struct udphdr *udp;

	if (!data)
		return OFFLOAD_UP_ICMP_UNSURE;
	outer = data + packet->network;
	ip = data + inside;
	udp = data + ports;
	if (ip->version != 6 || !same_ipv6(&ip->saddr, &outer->daddr))
		return OFFLOAD_UP_ICMP_UNSURE;
	error->inside = inside;
	error->ports = ports;
	error->protocol = ip->nexthdr;
	error->from_peer = same_ipv6(&outer->saddr, &ip->daddr);
	*key = (struct flow_key){ .family = FLOW_IPV6,
				  .protocol = ip->nexthdr,
				  .source_port = udp->dest,
				  .destination_port = udp->source };
	__builtin_memcpy(key->source, &ip->daddr, sizeof(key->source));
	__builtin_memcpy(key->destination, &ip->saddr, sizeof(key->destination));
	return OFFLOAD_SEND;
}

/* The checksum inside; NULL: it is not there, or says that there is none. TCP has its own beyond the first
 * eight bytes. */
static __always_inline __u16 *inside_checksum(struct __sk_buff *skb,
					      const struct offload_error *error)
{
	void *data = packet_begin(skb), *end = packet_end(skb);
	int is_udp = error->protocol == IPPROTO_UDP;
	__u16 *field = data + error->ports +
		       (is_udp ? __builtin_offsetof(struct udphdr, check) :
				 __builtin_offsetof(struct tcphdr, check));

	if ((void *)(field + 1) > end || (is_udp ? !*field : !error->has_tcp_checksum))
		return NULL;
	return field;
}

/* What it was before the packet was rewritten; 0 stands for none in UDP, so that it was 0xffff (RFC 768). */
static __always_inline __u16 inside_becomes(__u16 checksum, const struct offload_error *error,
					    const struct flow_value *flow)
{
	checksum = add_to_checksum(checksum, (__u64)flow->address_delta + flow->port_delta);
	return !checksum && error->protocol == IPPROTO_UDP ? 0xffff : checksum;
}

/* What the ICMP checksum has to gain: the words behind it that change, but for the addresses of an IPv4
 * header and its checksum, which make up for each other. */
static __always_inline __u32 error_delta(struct __sk_buff *skb, const struct offload_error *error,
					 const struct flow_value *flow, __u8 family)
{
	__u64 delta = flow->port_delta;
	const __u16 *field = inside_checksum(skb, error);

	if (family == FLOW_IPV6)
		delta += flow->address_delta;
	if (field)
		delta += inside_becomes(*field, error, flow) + (__u16) ~*field;
	return checksum_fold(delta);
}

#endif
