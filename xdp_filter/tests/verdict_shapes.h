/* SPDX-License-Identifier: GPL-2.0-only */
/* Shapes of IP packets, and what the filter must decide about them. */
#ifndef XDP_FILTER_TESTS_VERDICT_SHAPES_H
#define XDP_FILTER_TESTS_VERDICT_SHAPES_H

#include "harness/packet_build.h"

/* Extension headers of a shape, in order, one letter each: h hop-by-hop, r routing, d destination,
 * a AH, m mobility, i HIP, s shim6; fragment headers: F first, M middle, L last, A atomic. */
struct verdict_shape {
	const char *name;
	__u8 family; /* 4 or 6 */
	__u8 option_words;
	__u16 fragment; /* of the IPv4 header */
	const char *extensions;
	__u8 protocol;
	__u32 reason_pass; /* when fragments pass; 0: the packet continues */
	__u32 reason_drop; /* when fragments are to be dropped */
};

extern const struct verdict_shape verdict_shapes[];
extern const size_t verdict_shape_count;

/* Builds the whole frame; `tags` is 0, 1 or 2. */
void verdict_shape_build(const struct verdict_shape *shape, const char *source, int tags,
			 struct packet_builder *builder);

/* Where the IP header of such a frame begins, and where ends what the filter has to read of it. */
__u32 verdict_shape_network(int tags);
__u32 verdict_shape_header_end(const struct verdict_shape *shape, int tags);
__u32 verdict_shape_chain_end(const struct verdict_shape *shape, int tags);

#endif
