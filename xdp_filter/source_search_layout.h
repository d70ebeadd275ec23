/* SPDX-License-Identifier: GPL-2.0-only */
/* The search part of a source list's image (source_layout.h): what leads from an address to the longest
 * prefix that holds it. Both sides include this.
 *
 * Longest match over prefixes is the same as asking in which range between the prefixes'
 * first and last addresses a key lies. The key is 64 bits: an IPv4 address (in the low 32 bits), or
 * the upper half of an IPv6 address and later, if prefixes longer than 64 are there, its lower half.
 * A link (32 bits: kind in the top two, index below) says where to go on:
 *
 *	VALUE   the answer: index 0 is "no prefix matches", else the cell's number + 1
 *	WINDOW  index is that of a 32-bit word of the image: a window header (numbers LEFT and RIGHT),
 *	        followed by 1 << (64 - RIGHT) links; go on with link (key << LEFT) >> RIGHT
 *	KEYS    index is that of a line, struct source_keys: go on with link[n], n being how many of
 *	        the ascending key[0..4] are at or below the key; unused keys are copies of the last one
 *	        that is used, and the links behind them of its link
 *	DENSE   (a link of kind KEYS with bit SOURCE_DENSE) index is that of a line, struct
 *	        source_dense, for 2^15 keys: the start and the end of up to 14 prefixes that follow one
 *	        another in the list, none inside another; if n of the ascending starts and ends
 *	        are at or below the low 15 bits of the key, an even n leads to the link `outside`, an
 *	        odd one to the value `first` + n / 2; unused ones are 0x8000, which no key reaches
 *	LOWER   the key from here on is the lower half of the address; index is that of two such
 *	        lines, for keys whose top bit is 0 and for those where it is 1
 *
 * The key and the keys of a line always have the same top bit, so that their order is the sign of
 * their difference: the root of IPv6 is a window as soon as there are two ranges, and so are what it
 * leads to and LOWER's two lines below the top bit. A root that is a window has its header in line 0
 * as well, which saves packets a step.
 *
 * A builder makes windows that split at least fourfold and keys otherwise, so that the way through
 * a half is at most SOURCE_WALK_LIMIT / 2 links long. */
#ifndef XDP_FILTER_SOURCE_SEARCH_LAYOUT_H
#define XDP_FILTER_SOURCE_SEARCH_LAYOUT_H

#include <linux/types.h>

#define SOURCE_LINE_SIZE 64
#define SOURCE_LINE_WORDS 16

#define SOURCE_LINK_KIND_SHIFT 30
#define SOURCE_LINK_INDEX 0x3fffffffU

enum source_link_kind {
	SOURCE_VALUE,
	SOURCE_WINDOW,
	SOURCE_KEYS,
	SOURCE_LOWER,
};

/* Window header: LEFT in bits 0..5, RIGHT in bits 8..13. */
#define SOURCE_WINDOW_NUMBER 0x3f
#define SOURCE_WINDOW_RIGHT_SHIFT 8
#define SOURCE_WIDTH_MAX 22 /* 64 - RIGHT */

#define SOURCE_DENSE 0x20000000U /* of links to lines, whose index has 26 bits */
#define SOURCE_LINE_INDEX 0x03ffffffU

#define SOURCE_KEY_COUNT 5
#define SOURCE_DENSE_BITS 15
#define SOURCE_DENSE_COUNT 28
#define SOURCE_DENSE_UNUSED 0x8000
#define SOURCE_WALK_LIMIT 24 /* links followed for one packet, both halves together */

struct source_keys {
	__u64 key[SOURCE_KEY_COUNT];
	__u32 link[SOURCE_KEY_COUNT + 1];
};

struct source_dense {
	__u32 first;   /* value */
	__u32 outside; /* link of kind VALUE */
	union {
		__u16 edge[SOURCE_DENSE_COUNT];
		__u64 four_edges[SOURCE_DENSE_COUNT / 4];
	};
};

_Static_assert(sizeof(struct source_keys) == SOURCE_LINE_SIZE, "keys and links fill a line");
_Static_assert(sizeof(struct source_dense) == SOURCE_LINE_SIZE, "edges fill a line");

#endif
