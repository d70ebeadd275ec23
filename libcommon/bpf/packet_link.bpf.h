/* SPDX-License-Identifier: GPL-2.0-only */
/* Link stage of the parser: Ethernet and up to two VLAN tags. See packet.bpf.h. A tag the network
 * card has stripped is not in the frame and not seen. */
#ifndef ECBPF_PACKET_LINK_BPF_H
#define ECBPF_PACKET_LINK_BPF_H

#include "packet_struct.bpf.h"

struct packet_vlan_tag {
	__be16 tci;
	__be16 type; /* of what follows */
};

static __always_inline int packet_is_tag(struct packet_ethertype type)
{
	return type.wire == bpf_htons(ETH_P_8021Q) || type.wire == bpf_htons(ETH_P_8021AD);
}

/* Fills packet.link. Outcomes: OK, SHORT_ETHERNET, MANY_TAGS (a third tag is announced). */
static __always_inline enum packet_outcome packet_read_link(struct packet *packet)
{
	struct ethhdr *header = packet->at;

	if ((void *)(header + 1) > packet->end)
		return PACKET_SHORT_ETHERNET;
	packet->at = header + 1;
	packet->link.header = header;
	packet->link.length = sizeof(*header);
	/* Not header->h_proto: the struct is packed, and would be read byte by byte. */
	packet->link.type.wire = *((__be16 *)packet->at - 1);
#pragma clang loop unroll(full)
	for (int i = 0; i < PACKET_TAG_LIMIT; i++) {
		struct packet_vlan_tag *tag = packet->at;

		if (!packet_is_tag(packet->link.type))
			return PACKET_OK;
		if ((void *)(tag + 1) > packet->end)
			return PACKET_SHORT_ETHERNET;
		packet->at = tag + 1;
		packet->link.length += sizeof(*tag);
		packet->link.tags++;
		packet->link.tci[i] = tag->tci;
		packet->link.type.wire = tag->type;
	}
	return packet_is_tag(packet->link.type) ? PACKET_MANY_TAGS : PACKET_OK;
}

/* For large programs: makes the verifier forget how many tags there were, else it follows everything
 * behind the link stage three times, once for each length of the link header. Takes the pointers from
 * `ctx` again, so link.header must be checked against the end before it is used. */
static __always_inline void packet_merge_links(struct packet *packet, struct xdp_md *ctx)
{
	void *start = (void *)(long)ctx->data;
	__u64 length = packet->link.length;

	/* Adds nothing, but what the verifier does not see to be nothing. */
	asm("%0 += %1\n\t%0 -= %1" : "+r"(length) : "r"(packet->frame_length));
	packet->link.length = length & 31;
	packet->link.header = start;
	packet->at = start + packet->link.length;
	packet->end = (void *)(long)ctx->data_end;
}

/* 1 if the frame's destination is a group address: broadcast or multicast. After the link stage. */
static __always_inline int packet_is_to_group(const struct packet *packet)
{
	return packet->link.header->h_dest[0] & 1;
}

#endif
