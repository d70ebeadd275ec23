/* SPDX-License-Identifier: GPL-2.0-only */
/* Packets of a flow as they come and as they have to leave, each built from scratch, and what the program needs
 * to make one of the other. */
#ifndef TC_OFFLOAD_TESTS_OFFLOAD_FRAMES_H
#define TC_OFFLOAD_TESTS_OFFLOAD_FRAMES_H

#include "harness/packet_build.h"
#include "offload_subject.h"

#define FRAMES_NEXTHOP 40000 /* the next hop of frames_flow() */

struct frame_tuple {
	const char *source, *destination;
	uint16_t source_port, destination_port;
};

/* Everything that a packet has beside its addresses and ports. */
struct frame_row {
	bool ipv6;
	uint8_t protocol; /* 0: UDP */
	uint8_t ttl;      /* 0: 64 */
	uint16_t id;
	uint16_t tag_type; /* 0: no tag */
	uint16_t tci;
	uint32_t payload;
	bool zero_checksum; /* UDP has none */
};

struct flow_key frames_key(const struct frame_row *row, const struct frame_tuple *tuple);
void frames_build(struct packet_builder *ret_builder, const struct frame_row *row,
		  const struct frame_tuple *tuple);
/* The checksum of a packet of frames_build() without extension headers. */
uint8_t *frames_checksum(struct packet_builder *builder, const struct frame_row *row);

/* What comes as the one leaves as the other, on the next hop FRAMES_NEXTHOP, with all tags. */
void frames_flow(const struct offload_subject *subject, const struct frame_row *row,
		 const struct frame_tuple *in, const struct frame_tuple *out, uint16_t flags);
/* That next hop: its MAC address was named, it is the way's. */
void frames_way(const struct offload_subject *subject, const struct flow_way *way);

#endif
