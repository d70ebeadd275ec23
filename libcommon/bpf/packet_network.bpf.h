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

/* Fills .family, .ipv4, .protocol, .fragment, .left; moves behind the options. Outcomes: OK,
 * SHORT_IPV4 (frame ends inside the header or its options), BAD_IPV4 (version not 4, header length
 * below 20, total length below the header's or beyond the frame; 0, as the kernel writes for
 * IPv4 aggregates above 64 KiB, is below too). For frames whose ethertype is IPv4. */
static __always_inline enum packet_outcome packet_read_ipv4(struct packet *packet)
{
	struct iphdr *header = packet->at;
	__u64 first_byte, length, total;

	if ((void *)(header + 1) > packet->end)
		return PACKET_SHORT_IPV4;
	packet->family = PACKET_IPV4;
	packet->ipv4 = header;
	packet->protocol.number = header->protocol;
	packet->at = header + 1;
	first_byte = *(__u8 *)header;
	length = sizeof(*header);
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

/* Fills .family, .ipv6, .protocol, .left. Outcomes: OK, SHORT_IPV6, BAD_IPV6 (version not 6, payload
 * length beyond the frame). Payload length 0 before a hop-by-hop header says "jumbo payload": the
 * packet then ends with the frame, as the kernel takes it; the jumbo option is not looked for.
 * For frames whose ethertype is IPv6. */
static __always_inline enum packet_outcome packet_read_ipv6(struct packet *packet)
{
	struct ipv6hdr *header = packet->at;
	__u64 available, payload;

	if ((void *)(header + 1) > packet->end)
		return PACKET_SHORT_IPV6;
	packet->family = PACKET_IPV6;
	packet->ipv6 = header;
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

/* Whichever the ethertype says, else NOT_IP. */
static __always_inline enum packet_outcome packet_read_network(struct packet *packet)
{
	if (packet->link.type.wire == bpf_htons(ETH_P_IP))
		return packet_read_ipv4(packet);
	if (packet->link.type.wire == bpf_htons(ETH_P_IPV6))
		return packet_read_ipv6(packet);
	return PACKET_NOT_IP;
}

#endif
