/* SPDX-License-Identifier: GPL-2.0-only */
/* What a Packet Too Big is made of, and the room for it: the datagram stays where it is, as the quote,
 * cut to what the RFCs allow; new headers go in front. Kernel side only. */
#ifndef XDP_FILTER_PACKET_TOO_BIG_REPLY_BPF_H
#define XDP_FILTER_PACKET_TOO_BIG_REPLY_BPF_H

#include "bpf/checksum.bpf.h"
#include "bpf/packet.bpf.h"
#include "filter_maps.bpf.h"

/* Destination Unreachable, fragmentation needed (RFC 792, RFC 1191), and Packet Too Big (RFC 4443
 * 3.2). <linux/icmp.h> wants libc's headers. */
#define PTB_ICMP_TYPE 3
#define PTB_ICMP_CODE 4
#define PTB_ICMPV6_TYPE 2

struct ptb_icmp {
	__u8 type;
	__u8 code;
	__sum16 checksum;
	__be32 mtu; /* in IPv4 only the lower half, the upper one is 0 */
};

#define PTB_IPV4_GROWTH (sizeof(struct iphdr) + sizeof(struct ptb_icmp))
#define PTB_IPV6_GROWTH (sizeof(struct ipv6hdr) + sizeof(struct ptb_icmp))
/* Quotes: the whole reply is at most 576 bytes (RFC 1812 4.3.2.3) or 1280 (RFC 4443 3.2). */
#define PTB_IPV4_QUOTE (576 - PTB_IPV4_GROWTH)
#define PTB_IPV6_QUOTE (1280 - PTB_IPV6_GROWTH)
#define PTB_IPV4_FLOOR 68   /* RFC 791 */
#define PTB_IPV6_FLOOR 1280 /* RFC 8200 */
#define PTB_LINK_MAX (sizeof(struct ethhdr) + PACKET_TAG_LIMIT * sizeof(struct packet_vlan_tag))
#define PTB_IPV4_DF 0x4000

/* What of the packet the reply needs after its pointers have ended. */
struct ptb_reply {
	__u64 link;  /* bytes in front of the network header */
	__u64 quote; /* bytes of the datagram that are kept */
	__u32 mtu;
	__u8 traffic_class;
	__u8 ttl;
};

static __always_inline struct ptb_reply ptb_reply_plan(const struct filter_config *config,
						       const struct packet *packet)
{
	int is_ipv4 = packet->family == PACKET_IPV4;
	void *network = is_ipv4 ? (void *)packet->ipv4 : (void *)packet->ipv6;
	__u64 length = is_ipv4 ? bpf_ntohs(packet->ipv4->tot_len) :
				 bpf_ntohs(packet->ipv6->payload_len) + sizeof(struct ipv6hdr);
	__u64 limit = is_ipv4 ? PTB_IPV4_QUOTE : PTB_IPV6_QUOTE;
	__u32 floor = is_ipv4 ? PTB_IPV4_FLOOR : PTB_IPV6_FLOOR;
	__u64 linear = packet->end - network;
	struct ptb_reply reply = {
		.link = packet->link.length,
		.quote = length < limit ? length : limit,
		.mtu = config->ptb_mtu ? config->ptb_mtu : length,
		.traffic_class = config->ptb_dscp << 2,
		.ttl = config->ptb_ttl,
	};

	if (reply.quote > linear)
		reply.quote = linear & ~3ULL; /* the checksum takes four bytes at a time */
	if (reply.mtu < floor)
		reply.mtu = floor;
	return reply;
}

/* Makes room for `growth` bytes and puts the link header, its addresses swapped, in front. Returns
 * where the network header goes, with `growth` + 20 bytes readable behind it; NULL: no room. */
static __always_inline void *ptb_write_link(struct xdp_md *ctx, const struct ptb_reply *reply,
					    __u64 frame_length, __u64 growth)
{
	__u64 kept = reply->link + reply->quote;
	void *data, *end, *network;
	struct ethhdr *from, *to;

	if (bpf_xdp_adjust_head(ctx, -(int)growth))
		return 0;
	if (kept < frame_length && bpf_xdp_adjust_tail(ctx, (int)(kept - frame_length))) {
		/* Hooks are to see the frame that was dropped. */
		bpf_xdp_adjust_head(ctx, (int)growth);
		return 0;
	}
	data = (void *)(long)ctx->data;
	end = (void *)(long)ctx->data_end;
	if (data + growth + PTB_LINK_MAX > end)
		return 0;
	to = data;
	from = data + growth;
	__builtin_memcpy(to->h_dest, from->h_source, ETH_ALEN);
	__builtin_memcpy(to->h_source, from->h_dest, ETH_ALEN);
	/* Tags and ethertype; what is too much is overwritten by the network header. */
	__builtin_memcpy((void *)to + 2 * ETH_ALEN, (void *)from + 2 * ETH_ALEN,
			 PTB_LINK_MAX - 2 * ETH_ALEN);
	network = data + (reply->link & 31);
	return network + growth + sizeof(struct iphdr) > end ? 0 : network;
}

#endif
