/* SPDX-License-Identifier: GPL-2.0-only */
/* Makes a frame what leaves: link header, tags, TTL, addresses, ports, checksums. Everything has been
 * decided before: nothing here can be refused but the room for a tag. Kernel side only. */
#ifndef BYPASS_FLOW_REWRITE_BPF_H
#define BYPASS_FLOW_REWRITE_BPF_H

#include <linux/udp.h>
#include "abi/flow.h"
#include "abi/nexthop.h"
#include "bpf/checksum.bpf.h"
#include "bpf/packet.bpf.h"

#define REWRITE_LINK_MASK 31 /* a link header has 14, 18 or 22 bytes */

/* The sum that one less in the upper byte of a word adds: the complement of 0x0100. */
#define REWRITE_ONE_HOP bpf_htons(0xfeff)

static __always_inline __u16 rewrite_sum(__u16 checksum, __u64 delta)
{
	return ~checksum_fold((__u16)~checksum + delta);
}

/* 0 is a checksum that is not there, and stays; one that comes to 0 is written 0xffff (RFC 768). */
static __always_inline void rewrite_udp(struct udphdr *udp, const struct flow_value *flow)
{
	__u16 checksum = udp->check;

	udp->source = flow->source_port;
	udp->dest = flow->destination_port;
	if (!checksum)
		return;
	checksum = rewrite_sum(checksum, (__u64)flow->address_delta + flow->port_delta);
	udp->check = checksum ? checksum : 0xffff;
}

static __always_inline int rewrite_ipv4(struct iphdr *ipv4, void *end,
					const struct flow_value *flow)
{
	struct udphdr *udp = (void *)(ipv4 + 1);

	if ((void *)(udp + 1) > end)
		return -1;
	ipv4->ttl--;
	ipv4->check = rewrite_sum(ipv4->check, (__u64)flow->address_delta + REWRITE_ONE_HOP);
	if (flow->flags & FLOW_NAT) {
		ipv4->saddr = flow->source[0];
		ipv4->daddr = flow->destination[0];
		rewrite_udp(udp, flow);
	}
	return 0;
}

static __always_inline int rewrite_ipv6(struct ipv6hdr *ipv6, void *end,
					const struct flow_value *flow)
{
	struct udphdr *udp = (void *)(ipv6 + 1);

	if ((void *)(udp + 1) > end)
		return -1;
	ipv6->hop_limit--;
	if (flow->flags & FLOW_NAT) {
		__builtin_memcpy(&ipv6->saddr, flow->source, sizeof(flow->source));
		__builtin_memcpy(&ipv6->daddr, flow->destination, sizeof(flow->destination));
		rewrite_udp(udp, flow);
	}
	return 0;
}

/* Tags and the ethertype behind them; 22 bytes are readable at `frame`. */
static __always_inline void rewrite_tags(void *frame, const struct flow_way *way, __be16 type)
{
	__be16 *word = frame + 2 * ETH_ALEN;

	if (way->tags) {
		word[0] = way->tag[0].type;
		word[1] = way->tag[0].tci;
		word += 2;
		if (way->tags == 2) {
			word[0] = way->tag[1].type;
			word[1] = way->tag[1].tci;
			word += 2;
		}
	}
	word[0] = type;
}

/* Both addresses, in words: the compiler takes bytes for bytes. */
static __always_inline void rewrite_macs(void *frame, const struct flow_way *way)
{
	const __u32 *from = (const void *)way->destination_mac;
	__u32 *to = frame;

	_Static_assert(__builtin_offsetof(struct flow_way, destination_mac) % 4 == 0 &&
			       __builtin_offsetof(struct flow_way, source_mac) ==
				       __builtin_offsetof(struct flow_way, destination_mac) + 6,
		       "three words");
	to[0] = from[0];
	to[1] = from[1];
	to[2] = from[2];
}

/* `link` is the length of the link header now, `family` a constant. 0, or -1: there is no room for
 * another tag, and the frame is as it was. */
static __always_inline int rewrite_room(struct xdp_md *ctx, const struct flow_way *way, __u32 link)
{
	int surplus = (int)link - ETH_HLEN - 4 * way->tags;

	return surplus ? bpf_xdp_adjust_head(ctx, surplus) : 0;
}

/* After rewrite_room(). `link_type` is the ethertype behind the tags, `tagged` 1 if there were or will be
 * tags. 0, or -1, which no frame that was checked before can come to. */
static __always_inline int rewrite_frame(struct xdp_md *ctx, const struct flow_value *flow,
					 const struct flow_way *way, enum packet_family family,
					 int tagged)
{
	void *frame = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end, *network;
	__u64 link = ETH_HLEN;

	/* Both families' headers are longer than two tags. */
	if (frame + ETH_HLEN + sizeof(struct iphdr) > end)
		return -1;
	rewrite_macs(frame, way);
	if (tagged) {
		link = (ETH_HLEN + 4 * way->tags) & REWRITE_LINK_MASK;
		rewrite_tags(frame, way,
			     family == PACKET_IPV4 ? bpf_htons(ETH_P_IP) : bpf_htons(ETH_P_IPV6));
	}
	network = frame + link;
	return family == PACKET_IPV4 ? rewrite_ipv4(network, end, flow) :
				       rewrite_ipv6(network, end, flow);
}

#endif
