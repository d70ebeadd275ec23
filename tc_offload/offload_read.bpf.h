/* SPDX-License-Identifier: GPL-2.0-only */
/* Which flow a packet belongs to. Nothing is written here. Kernel side only. */
#ifndef OFFLOAD_READ_BPF_H
#define OFFLOAD_READ_BPF_H

#include "offload_transport.bpf.h"

/* Types of errors about a packet (RFC 792, RFC 4443); <linux/icmp.h> cannot be included on the kernel side. */
#define UNREACHABLE_IPV4 3
#define TIME_EXCEEDED_IPV4 11
#define UNREACHABLE_IPV6 1
#define TIME_EXCEEDED_IPV6 3 /* and between them, 2, too big */

#define TO_THIS_HOST 0 /* skb->pkt_type, PACKET_HOST */
static __always_inline int is_icmp_error(__u8 type)
{
	return type == UNREACHABLE_IPV4 || type == TIME_EXCEEDED_IPV4;
}

static __always_inline int is_icmpv6_error(__u8 type)
{
	return type >= UNREACHABLE_IPV6 && type <= TIME_EXCEEDED_IPV6;
}

/* UDP, TCP, an error of theirs, or something else? `first` is the first byte behind the IP header. */
static __always_inline __u32 check_protocol(const struct offload_packet *packet, __u8 first)
{
	if (packet->protocol == IPPROTO_UDP || packet->protocol == IPPROTO_TCP)
		return OFFLOAD_SEND;
	if (packet->protocol == IPPROTO_ICMP && packet->family == FLOW_IPV4 && is_icmp_error(first))
		return OFFLOAD_ICMP_ERROR;
	if (packet->protocol == IPPROTO_ICMPV6 && packet->family == FLOW_IPV6 &&
	    is_icmpv6_error(first))
		return OFFLOAD_ICMP_ERROR;
	return OFFLOAD_UP_PROTOCOL;
}

static __always_inline __u32 read_ipv4(struct __sk_buff *skb, struct offload_packet *packet,
				       struct flow_key *key)
{
	__u32 transport = packet->network + sizeof(struct iphdr), total, up;
	void *data = packet_reach(skb, transport + sizeof(struct udphdr));
	const struct iphdr *ip;

	if (!data)
		return OFFLOAD_UP_MALFORMED;
	ip = data + packet->network;
	if (ip->version != 4 || ip->ihl < 5)
		return OFFLOAD_UP_MALFORMED;
	if (ip->ihl > 5)
		return OFFLOAD_UP_OPTIONS;
	if (ip->frag_off & bpf_htons(FRAGMENT_BITS))
		return OFFLOAD_UP_FRAGMENT;
	total = bpf_ntohs(ip->tot_len);
	if (!skb->gso_size && (total < sizeof(*ip) || total > skb->len - packet->network))
		return OFFLOAD_UP_MALFORMED;
	packet->end = packet->network + total;
	packet->transport = transport;
	packet->protocol = ip->protocol;
	packet->hops = ip->ttl;
	*key = (struct flow_key){ .family = FLOW_IPV4,
				  .source = { ip->saddr },
				  .destination = { ip->daddr } };
	up = check_protocol(packet, *(__u8 *)(ip + 1));
	if (up != OFFLOAD_SEND)
		return up;
	if (packet->protocol == IPPROTO_TCP) {
		data = packet_reach(skb, transport + sizeof(struct tcphdr));
		if (!data)
			return OFFLOAD_UP_MALFORMED;
	}
	return read_transport(skb, packet, key, data + transport, total - sizeof(*ip));
}

static __always_inline __u32 read_ipv6(struct __sk_buff *skb, struct offload_packet *packet,
				       struct flow_key *key)
{
	__u32 transport = packet->network + sizeof(struct ipv6hdr), length, up;
	void *data = packet_reach(skb, transport + sizeof(struct udphdr));
	const struct ipv6hdr *ip;

	if (!data)
		return OFFLOAD_UP_MALFORMED;
	ip = data + packet->network;
	if (ip->version != 6)
		return OFFLOAD_UP_MALFORMED;
	length = bpf_ntohs(ip->payload_len);
	if (!skb->gso_size && length > skb->len - transport)
		return OFFLOAD_UP_MALFORMED;
	packet->end = transport + length;
	packet->transport = transport;
	packet->protocol = ip->nexthdr;
	packet->hops = ip->hop_limit;
	*key = (struct flow_key){ .family = FLOW_IPV6 };
	__builtin_memcpy(key->source, &ip->saddr, sizeof(key->source));
	__builtin_memcpy(key->destination, &ip->daddr, sizeof(key->destination));
	up = check_protocol(packet, *(__u8 *)(ip + 1));
	if (up == OFFLOAD_UP_PROTOCOL &&
	    (ip->nexthdr == IPPROTO_HOPOPTS || ip->nexthdr == IPPROTO_ROUTING ||
	     ip->nexthdr == IPPROTO_DSTOPTS || ip->nexthdr == IPPROTO_AH))
		return OFFLOAD_UP_EXTENSION;
	if (ip->nexthdr == IPPROTO_FRAGMENT)
		return OFFLOAD_UP_FRAGMENT;
	if (up != OFFLOAD_SEND)
		return up;
	if (packet->protocol == IPPROTO_TCP) {
		data = packet_reach(skb, transport + sizeof(struct tcphdr));
		if (!data)
			return OFFLOAD_UP_MALFORMED;
	}
	return read_transport(skb, packet, key, data + transport, length);
}

/* OFFLOAD_SEND with the key it is looked up by, OFFLOAD_ICMP_ERROR, or why it is left alone. */
static __always_inline __u32 packet_read(struct __sk_buff *skb, struct offload_packet *packet,
					 struct flow_key *key)
{
	*packet = (struct offload_packet){ .network = offload_at.link_header };
	if (skb->vlan_present)
		packet->vlan = skb->vlan_tci & VLAN_ID_BITS;
	if (offload_at.side == OFFLOAD_INGRESS && skb->pkt_type != TO_THIS_HOST)
		return OFFLOAD_UP_OTHER_HOST;
	if (skb->protocol == bpf_htons(ETH_P_IP)) {
		packet->family = FLOW_IPV4;
		return read_ipv4(skb, packet, key);
	}
	if (skb->protocol != bpf_htons(ETH_P_IPV6))
		return OFFLOAD_UP_NOT_IP;
	packet->family = FLOW_IPV6;
	return read_ipv6(skb, packet, key);
}

#endif
