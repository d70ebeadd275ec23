/* SPDX-License-Identifier: GPL-2.0-only */
/* Packet Too Big: who may be told that a fragment did not arrive (RFC 1122 3.2.2, RFC 1812 4.3.2,
 * RFC 1191, RFC 4443 2.4 and 3.2, RFC 8201), and how often. The reply itself is built in
 * packet_too_big_write.bpf.h. Kernel side only. */
#ifndef XDP_FILTER_PACKET_TOO_BIG_BPF_H
#define XDP_FILTER_PACKET_TOO_BIG_BPF_H

#include "fragments.bpf.h"
#include "header_checks.bpf.h"
#include "packet_too_big_write.bpf.h"

#define PTB_ICMP_TYPES 18 /* the last type whose meaning an RFC of ICMP's own gives */
#define PTB_ICMPV6_FIRST_QUERY 128
#define PTB_QUOTED_TRANSPORT 8 /* bytes behind the headers that a quote must have (RFC 792) */

/* Addresses that are no host's. For destinations as for sources: no 0.0.0.0 and no :: either. */
static __always_inline int ptb_is_no_host_ipv4(__be32 address)
{
	return !address || header_ipv4_is_martian(address);
}

static __always_inline int ptb_is_no_host_ipv6(const struct in6_addr *address)
{
	const __be32 *word = address->in6_u.u6_addr32;

	return !(word[0] | word[1] | word[2] | word[3]) || header_ipv6_is_martian(address);
}

/* Is the fragment part of an ICMP error, which must never be answered with another? What cannot be read
 * is taken for one. */
static __always_inline int ptb_is_icmp_error(const struct packet *packet)
{
	const __u64 errors = 1 << 3 | 1 << 4 | 1 << 5 | 1 << 11 | 1 << 12;
	__u8 type;

	if (packet->at + PTB_QUOTED_TRANSPORT > packet->end)
		return 1;
	type = *(const __u8 *)packet->at;
	if (packet->family == PACKET_IPV4)
		return packet->protocol.number == IPPROTO_ICMP &&
		       (type > PTB_ICMP_TYPES || errors >> type & 1);
	return packet->protocol.number == IPPROTO_ICMPV6 &&
	       (type < PTB_ICMPV6_FIRST_QUERY || type == 137 /* redirect */);
}

static __always_inline int ptb_is_forbidden_ipv4(const struct packet *packet)
{
	const struct iphdr *header = packet->ipv4;

	return ptb_is_no_host_ipv4(header->saddr) || ptb_is_no_host_ipv4(header->daddr) ||
	       header->saddr == header->daddr || header_ipv4_sum(packet) != 0xffff;
}

static __always_inline int ptb_is_forbidden_ipv6(const struct packet *packet)
{
	const struct ipv6hdr *header = packet->ipv6;

	return !header->payload_len || ptb_is_no_host_ipv6(&header->saddr) ||
	       ptb_is_no_host_ipv6(&header->daddr) ||
	       header_ipv6_is_same(&header->saddr, &header->daddr);
}

/* May a first fragment be answered at all? */
static __always_inline int ptb_is_forbidden(const struct packet *packet)
{
	const struct ethhdr *link = packet->link.header;

	if ((void *)(link + 1) > packet->end || (link->h_dest[0] | link->h_source[0]) & 1)
		return 1;
	/* Only the last fragment may have a length that is no multiple of 8. */
	if (!packet->left || packet->left & 7 || fragment_is_tiny(packet))
		return 1;
	if (ptb_is_icmp_error(packet))
		return 1;
	return packet->family == PACKET_IPV4 ? ptb_is_forbidden_ipv4(packet) :
					       ptb_is_forbidden_ipv6(packet);
}

/* Answers a first fragment that is dropped, if that is wanted, allowed and due. 1: the frame is the
 * answer now (in monitor mode: would be). */
static __always_inline int ptb_answer(const struct filter_run *run, const struct packet *packet)
{
	struct token_bucket *bucket;
	__u64 interval = run->config->ptb_interval;

	if (!interval)
		return 0;
	if (ptb_is_forbidden(packet)) {
		filter_count(FILTER_COUNT_PTB_REFUSED);
		return 0;
	}
	bucket = bpf_map_lookup_elem(&ptb_bucket, FILTER_ONLY_ENTRY);
	if (!bucket || !token_bucket_take(bucket, interval, FILTER_PTB_PATIENCE, run->monitor)) {
		filter_count(FILTER_COUNT_PTB_LIMITED);
		return 0;
	}
	if (!run->monitor && ptb_write(run->ctx, run->config, packet)) {
		filter_count(FILTER_COUNT_PTB_NO_ROOM);
		return 0;
	}
	return 1;
}

#endif
