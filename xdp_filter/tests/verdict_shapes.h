/* SPDX-License-Identifier: GPL-2.0-only */
/* IP packets by what is special about them. */
#ifndef XDP_FILTER_TESTS_VERDICT_SHAPES_H
#define XDP_FILTER_TESTS_VERDICT_SHAPES_H

#include "harness/packet_build.h"

#define VERDICT_PATCHES 3

/* A byte changed by hand after everything else; at 0, value 0: none. */
struct verdict_patch {
	__u16 at; /* from the IP header on */
	__u8 value;
};

/* Extension headers, in order, one letter each: h hop-by-hop, r routing, d destination, a AH, m
 * mobility, i HIP, s shim6; fragment headers: F first, M middle, L last, A atomic, O at offset 8, P
 * at 16, Q at 24. */
struct verdict_shape {
	__u8 family; /* 4 or 6 */
	__u8 option_words;
	__u16 fragment;                   /* of the IPv4 header */
	const char *extensions;           /* NULL: none */
	const char *source, *destination; /* NULL: those of packet_build.h */
	__u8 protocol;                    /* 0: UDP */
	__u8 no_header;                   /* 1: the payload follows the IP header and its chain */
	__u8 type;                        /* of an ICMP message */
	__u8 group;                       /* 1: to a group of Ethernet addresses; 2: from one */
	__u16 payload;                    /* bytes; 0: twelve, unless there is no header either */
	__u16 padding;                    /* bytes behind the packet */
	__u8 jumbo;                       /* 1: IPv6's payload length is 0 */
	struct verdict_patch patch[VERDICT_PATCHES];
};

#define VERDICT_MF 0x2000
#define VERDICT_DF 0x4000
#define VERDICT_EVIL 0x8000

/* Builds the whole frame; `tags` is 0 to 3, `source` NULL: that of the shape. */
void verdict_shape_build(const struct verdict_shape *shape, const char *source, int tags,
			 struct packet_builder *builder);

/* Where the IP header of such a frame begins. */
__u32 verdict_shape_network(int tags);

#endif
