/* SPDX-License-Identifier: GPL-2.0-only */
/* Writes the headers of a Packet Too Big in front of the datagram it quotes. Kernel side only. */
#ifndef XDP_FILTER_PACKET_TOO_BIG_WRITE_BPF_H
#define XDP_FILTER_PACKET_TOO_BIG_WRITE_BPF_H

#include "packet_too_big_reply.bpf.h"

static __always_inline int ptb_write_ipv4(struct xdp_md *ctx, const struct ptb_reply *reply,
					  __u64 frame_length)
{
	void *network = ptb_write_link(ctx, reply, frame_length, PTB_IPV4_GROWTH);
	struct iphdr *header = network;
	struct ptb_icmp *icmp;
	const struct iphdr *quoted;
	__u64 sum;

	if (!network)
		return -1;
	icmp = network + sizeof(*header);
	quoted = network + PTB_IPV4_GROWTH;
	*header = (struct iphdr){
		.version = 4,
		.ihl = 5,
		.tos = reply->traffic_class,
		.tot_len = bpf_htons(PTB_IPV4_GROWTH + reply->quote),
		.frag_off = bpf_htons(PTB_IPV4_DF),
		.ttl = reply->ttl,
		.protocol = IPPROTO_ICMP,
		.saddr = quoted->daddr,
		.daddr = quoted->saddr,
	};
	sum = checksum_add(0, header, icmp, sizeof(*header), sizeof(*header));
	header->check = ~checksum_fold(sum);
	*icmp = (struct ptb_icmp){
		.type = PTB_ICMP_TYPE,
		.code = PTB_ICMP_CODE,
		.mtu = bpf_htonl(reply->mtu),
	};
	sum = checksum_add(0, icmp, (void *)(long)ctx->data_end, sizeof(*icmp) + reply->quote,
			   sizeof(*icmp) + PTB_IPV4_QUOTE);
	icmp->checksum = ~checksum_fold(sum);
	return 0;
}

static __always_inline int ptb_write_ipv6(struct xdp_md *ctx, const struct ptb_reply *reply,
					  __u64 frame_length)
{
	void *network = ptb_write_link(ctx, reply, frame_length, PTB_IPV6_GROWTH);
	void *end = (void *)(long)ctx->data_end;
	const struct ipv6hdr *quoted;
	struct ipv6hdr *header = network;
	struct ptb_icmp *icmp;
	__u64 sum, size = sizeof(*icmp) + reply->quote;

	if (!network)
		return -1;
	icmp = network + sizeof(*header);
	quoted = network + PTB_IPV6_GROWTH;
	if ((void *)(quoted + 1) > end)
		return -1;
	header->version = 6;
	header->priority = reply->traffic_class >> 4;
	header->flow_lbl[0] = reply->traffic_class << 4;
	header->flow_lbl[1] = 0;
	header->flow_lbl[2] = 0;
	header->payload_len = bpf_htons(size);
	header->nexthdr = IPPROTO_ICMPV6;
	header->hop_limit = reply->ttl;
	header->saddr = quoted->daddr;
	header->daddr = quoted->saddr;
	*icmp = (struct ptb_icmp){ .type = PTB_ICMPV6_TYPE, .mtu = bpf_htonl(reply->mtu) };
	/* The pseudo header (RFC 8200 8.1): both addresses, length, next header. */
	sum = checksum_add(0, &header->saddr, icmp, 2 * sizeof(header->saddr),
			   2 * sizeof(header->saddr));
	sum += bpf_htonl(size) + (__u64)bpf_htonl(IPPROTO_ICMPV6);
	sum = checksum_add(sum, icmp, end, size, sizeof(*icmp) + PTB_IPV6_QUOTE);
	icmp->checksum = ~checksum_fold(sum);
	return 0;
}

/* Rewrites the frame. 0, or -1 where there is no room for that: the frame is as it was then. */
static __always_inline int ptb_write(struct xdp_md *ctx, const struct filter_config *config,
				     const struct packet *packet)
{
	struct ptb_reply reply = ptb_reply_plan(config, packet);

	return packet->family == PACKET_IPV4 ? ptb_write_ipv4(ctx, &reply, packet->frame_length) :
					       ptb_write_ipv6(ctx, &reply, packet->frame_length);
}

#endif
