/* SPDX-License-Identifier: GPL-2.0-only */
/* Is it a packet that a flow can have? Fills the run and the key. Kernel side only. */
#ifndef BYPASS_PACKET_BPF_H
#define BYPASS_PACKET_BPF_H

#include <linux/udp.h>
#include "bypass_run.bpf.h"

/* Types of errors (RFC 792, RFC 4443); <linux/icmp.h> cannot be included on the kernel side. */
#define ICMP_IS_ERROR (1U << 3 | 1U << 4 | 1U << 5 | 1U << 11 | 1U << 12)
#define ICMPV6_IS_ERROR (1U << 1 | 1U << 2 | 1U << 3 | 1U << 4)

static __always_inline int is_for_us(const struct packet *packet,
				     const struct bypass_config *config)
{
	const __be16 *to = (const void *)packet->link.header->h_dest;
	const __u16 *own = (const void *)config->mac;

	return *(const __u32 *)to == *(const __u32 *)own && to[2] == own[2];
}

static __always_inline __u32 check_udp(struct bypass_run *run, struct flow_key *key,
				       struct packet *packet)
{
	const struct udphdr *udp = packet->at;

	if (packet_read_ports(packet, PACKET_UDP_MINIMUM))
		return BYPASS_UP_MALFORMED;
	/* Both ports at once. */
	*(__u32 *)&key->source_port = *(const __u32 *)udp;
	run->zero_check = packet->family == PACKET_IPV6 && !udp->check;
	return BYPASS_SEND;
}

static __always_inline __u32 check_icmp(struct packet *packet)
{
	__u32 errors, type;

	if (packet_read_icmp(packet))
		return BYPASS_UP_MALFORMED;
	errors = packet->family == PACKET_IPV6 ? ICMPV6_IS_ERROR : ICMP_IS_ERROR;
	type = packet->transport.type;
	return type < 32 && errors >> type & 1 ? BYPASS_UP_ICMP_ERROR : BYPASS_UP_NOT_UDP;
}

/* Protocol, family and the unused rest of a key: one word. */
static __always_inline void key_begin(struct flow_key *key, __u8 family)
{
	*(__u32 *)&key->protocol = bpf_htonl((__u32)IPPROTO_UDP << 24 | (__u32)family << 16);
}

static __always_inline __u32 check_ipv4(struct bypass_run *run, struct flow_key *key,
					struct packet *packet)
{
	const struct iphdr *ipv4 = packet->ipv4;

	if (packet_read_ipv4(packet))
		return BYPASS_UP_MALFORMED;
	if (packet->fragment.kind != PACKET_WHOLE)
		return BYPASS_UP_FRAGMENT;
	if (*(const __u8 *)ipv4 != 0x45)
		return BYPASS_UP_OPTIONS;
	if (packet->protocol.number != IPPROTO_UDP)
		return packet->protocol.number == IPPROTO_ICMP ? check_icmp(packet) :
								 BYPASS_UP_NOT_UDP;
	key_begin(key, FLOW_IPV4);
	key->source[0] = ipv4->saddr;
	key->source[1] = key->source[2] = key->source[3] = 0;
	key->destination[0] = ipv4->daddr;
	key->destination[1] = key->destination[2] = key->destination[3] = 0;
	run->hops = ipv4->ttl;
	run->length = packet->left + sizeof(*ipv4);
	return check_udp(run, key, packet);
}

static __always_inline __u32 check_next_header(struct packet *packet)
{
	switch (packet->protocol.number) {
	case IPPROTO_FRAGMENT:
		return BYPASS_UP_FRAGMENT;
	case IPPROTO_HOPOPTS:
	case IPPROTO_ROUTING:
	case IPPROTO_AH:
	case IPPROTO_DSTOPTS:
	case IPPROTO_MH:
		return BYPASS_UP_EXTENSION;
	case IPPROTO_ICMPV6:
		return check_icmp(packet);
	default:
		return BYPASS_UP_NOT_UDP;
	}
}

static __always_inline __u32 check_ipv6(struct bypass_run *run, struct flow_key *key,
					struct packet *packet)
{
	const struct ipv6hdr *ipv6 = packet->ipv6;

	if (packet_read_ipv6(packet))
		return BYPASS_UP_MALFORMED;
	if (packet->protocol.number != IPPROTO_UDP)
		return check_next_header(packet);
	key_begin(key, FLOW_IPV6);
	__builtin_memcpy(key->source, &ipv6->saddr, sizeof(key->source));
	__builtin_memcpy(key->destination, &ipv6->daddr, sizeof(key->destination));
	run->hops = ipv6->hop_limit;
	run->length = packet->left + sizeof(*ipv6);
	return check_udp(run, key, packet);
}

#endif
