/* SPDX-License-Identifier: GPL-2.0-only */
/* Fragments: what kind they are, and whether the policy wants them. Kernel side only. */
#ifndef XDP_FILTER_FRAGMENTS_BPF_H
#define XDP_FILTER_FRAGMENTS_BPF_H

#include "bpf/packet.bpf.h"
#include "filter_maps.bpf.h"

static __always_inline int fragment_is_to_local(const struct packet *packet)
{
	if (packet->family == PACKET_IPV4) {
		struct filter_ipv4_key key = { .prefix_length = 32 };

		__builtin_memcpy(key.address, &packet->ipv4->daddr, sizeof(key.address));
		return bpf_map_lookup_elem(&local_ipv4, &key) != 0;
	}
	struct filter_ipv6_key key = { .prefix_length = 128 };

	__builtin_memcpy(key.address, &packet->ipv6->daddr, sizeof(key.address));
	return bpf_map_lookup_elem(&local_ipv6, &key) != 0;
}

/* 1 if a fragment to this packet's destination is to be dropped. */
static __always_inline int fragment_is_unwanted(const struct filter_config *config,
						const struct packet *packet)
{
	__u8 policy =
		packet->family == PACKET_IPV4 ? config->fragments_ipv4 : config->fragments_ipv6;

	if (policy == FILTER_FRAGMENTS_DROP)
		return 1;
	return policy == FILTER_FRAGMENTS_DROP_UNLESS_LOCAL && !fragment_is_to_local(packet);
}

/* Bytes of the fixed transport header; 0 where there is none that anybody needs whole. */
static __always_inline __u64 fragment_transport_minimum(const struct packet *packet)
{
	switch (packet->protocol.number) {
	case IPPROTO_TCP:
		return PACKET_TCP_MINIMUM;
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
		return PACKET_UDP_MINIMUM;
	case IPPROTO_SCTP:
		return PACKET_SCTP_MINIMUM;
	case IPPROTO_DCCP:
		return PACKET_DCCP_MINIMUM;
	case IPPROTO_ICMP:
		return packet->family == PACKET_IPV4 ? PACKET_ICMP_MINIMUM : 0;
	case IPPROTO_ICMPV6:
		return packet->family == PACKET_IPV6 ? PACKET_ICMP_MINIMUM : 0;
	default:
		return 0;
	}
}

static __always_inline int fragment_is_tiny(const struct packet *packet)
{
	return packet->left < fragment_transport_minimum(packet);
}

/* RFC 1858: a later fragment that would overwrite part of the TCP header of the first. */
static __always_inline int fragment_overlaps(const struct packet *packet)
{
	return packet->protocol.number == IPPROTO_TCP &&
	       packet->fragment.offset < PACKET_TCP_MINIMUM;
}

static __always_inline void fragment_count(const struct packet *packet)
{
	__u32 first =
		packet->family == PACKET_IPV4 ? FILTER_COUNT_FIRST_IPV4 : FILTER_COUNT_FIRST_IPV6;

	if (packet->fragment.kind == PACKET_FIRST) {
		filter_count(first);
		if (fragment_is_tiny(packet))
			filter_count(first + FILTER_COUNT_TINY_IPV4 - FILTER_COUNT_FIRST_IPV4);
		return;
	}
	filter_count(first + FILTER_COUNT_LATER_IPV4 - FILTER_COUNT_FIRST_IPV4);
	if (fragment_overlaps(packet))
		filter_count(first + FILTER_COUNT_OVERLAP_IPV4 - FILTER_COUNT_FIRST_IPV4);
}

_Static_assert(FILTER_COUNT_OVERLAP_IPV6 - FILTER_COUNT_FIRST_IPV6 ==
		       FILTER_COUNT_OVERLAP_IPV4 - FILTER_COUNT_FIRST_IPV4,
	       "the counters of both families are in one order");

#endif
