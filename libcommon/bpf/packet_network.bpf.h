/* SPDX-License-Identifier: GPL-2.0-only */
/* Network stage of the parser: IPv4 with options, IPv6's fixed header. See packet.bpf.h. Header
 * checksums and addresses are not judged. */
#ifndef ECBPF_PACKET_NETWORK_BPF_H
#define ECBPF_PACKET_NETWORK_BPF_H

#include "packet_struct.bpf.h"

#define PACKET_IPV4_MORE 0x2000   /* in host byte order */
#define PACKET_IPV4_OFFSET 0x1fff /* units of 8 bytes */

static __always_inline void packet_note_ipv4_fragment(struct packet *packet)
{
	__u16 field = bpf_ntohs(packet->ipv4->frag_off);

	packet->fragment.offset = (field & PACKET_IPV4_OFFSET) << 3;
	packet->fragment.more = !!(field & PACKET_IPV4_MORE);
	packet->fragment.kind = field & PACKET_IPV4_OFFSET ? PACKET_LATER : PACKET_FIRST;
}

/* Are the fixed headers there? Fills .family, and .ipv4 or .ipv6. Outcomes: OK, SHORT_IPV4, SHORT_IPV6,
 * NOT_IP. What the headers say, their version included, is not looked at. After
 * packet_read_link(). */
static __always_inline enum packet_outcome packet_read_fixed(struct packet *packet)
{
	if (packet->link.type.wire == bpf_htons(ETH_P_IP)) {
		packet->ipv4 = packet->at;
		if ((void *)(packet->ipv4 + 1) > packet->end)
			return PACKET_SHORT_IPV4;
		packet->family = PACKET_IPV4;
		return PACKET_OK;
	}
	if (packet->link.type.wire != bpf_htons(ETH_P_IPV6))
		return PACKET_NOT_IP;
	packet->ipv6 = packet->at;
	if ((void *)(packet->ipv6 + 1) > packet->end)
		return PACKET_SHORT_IPV6;
	packet->family = PACKET_IPV6;
	return PACKET_OK;
}

/* Fills .protocol, .fragment, .left; moves behind the options. Outcomes: OK, SHORT_IPV4 (frame ends
 * inside the options), BAD_IPV4 (version not 4, header length below 20, total length below the
 * header's or beyond the frame; 0, as the kernel writes for IPv4 aggregates above 64 KiB, is below
 * too). */
static __always_inline enum packet_outcome packet_read_ipv4(struct packet *packet)
{
	struct iphdr *header = packet->ipv4;
	__u64 first_byte = *(__u8 *)header, length = sizeof(*header), total;

	packet->protocol.number = header->protocol;
	packet->at = header + 1;
	if (first_byte != 0x45) { /* version 4 without options */
		if (first_byte < 0x45 || first_byte > 0x4f)
			return PACKET_BAD_IPV4;
		length = (first_byte & 0xf) << 2;
		packet->at = (void *)header + length;
		if (packet->at > packet->end)
			return PACKET_SHORT_IPV4;
	}
	total = bpf_ntohs(header->tot_len);
	if (total < length || total > packet->frame_length - packet->link.length)
		return PACKET_BAD_IPV4;
	packet->left = total - length;
	if (header->frag_off & bpf_htons(PACKET_IPV4_MORE | PACKET_IPV4_OFFSET))
		packet_note_ipv4_fragment(packet);
	return PACKET_OK;
}

/* Fills .protocol, .left. Outcomes: OK, BAD_IPV6 (version not 6, payload length beyond the frame).
 * Payload length 0 before a hop-by-hop header says "jumbo payload": the packet then ends with the
 * frame, as the kernel takes it; the jumbo option is not looked for. */
static __always_inline enum packet_outcome packet_read_ipv6(struct packet *packet)
{
	struct ipv6hdr *header = packet->ipv6;
	__u64 available, payload;

	packet->protocol.number = header->nexthdr;
	packet->at = header + 1;
	available = packet->frame_length - packet->link.length - sizeof(*header);
	payload = bpf_ntohs(header->payload_len);
	if ((*(__u8 *)header & 0xf0) != 0x60 || payload > available)
		return PACKET_BAD_IPV6;
	packet->left = payload;
	if (!payload && header->nexthdr == IPPROTO_HOPOPTS)
		packet->left = available;
	return PACKET_OK;
}

/* What the header of .family says. After packet_read_fixed(). */
static __always_inline enum packet_outcome packet_read_header(struct packet *packet)
{
	return packet->family == PACKET_IPV4 ? packet_read_ipv4(packet) : packet_read_ipv6(packet);
}

/* The two steps in one. Whatever the outcome, .family tells whether .ipv4 or .ipv6 is there. */
static __always_inline enum packet_outcome packet_read_network(struct packet *packet)
{
	enum packet_outcome outcome = packet_read_fixed(packet);

	return outcome ? outcome : packet_read_header(packet);
}

#endif
