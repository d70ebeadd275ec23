/* SPDX-License-Identifier: GPL-2.0-only */
/* The source list as packets meet it: 64-byte lines in the blocks of one array map, written once, then
 * published as a whole in source_lists[0]. Both sides include this. A block is an entry of the map;
 * a packet looks a block up once, so that a list which fits one costs one lookup.
 *
 *	line 0          struct source_header
 *	search lines    what the walk reads (source_search_layout.h)
 *	cells           struct source_cell, two a line: what packets count and the expiry
 *	entries         struct source_entry, packed: prefix, tag; user side only
 *	tags            their texts, each with its terminator; user side only
 *
 * Numbers are in host byte order, addresses in network byte order. A line of zeros is an empty list.
 */
#ifndef XDP_FILTER_SOURCE_LAYOUT_H
#define XDP_FILTER_SOURCE_LAYOUT_H

#include "source_search_layout.h"

#define SOURCE_BLOCK_LINES 4096
#define SOURCE_BLOCK_SIZE (SOURCE_BLOCK_LINES * SOURCE_LINE_SIZE)

#define SOURCE_LIST_MAX (1U << 22) /* prefixes of one family */
#define SOURCE_TAG_MAX 63          /* bytes */

#define SOURCE_NESTING_LIMIT 129 /* cells looked at for one packet */

enum source_action {
	SOURCE_DROP,
	SOURCE_ALLOW,
};

/* What a packet finds at the end of the walk. If the entry has expired, its place is taken by the
 * next shorter prefix that covers it. */
struct source_cell {
	__u64 packets; /* added to atomically */
	__u64 bytes;   /* of whole frames, Ethernet header included */
	__u64 expires; /* CLOCK_BOOTTIME, nanoseconds; 0: never */
	__u32 parent;  /* number + 1 of the covering entry's cell; 0: none */
	__u32 action;  /* enum source_action */
};

enum source_origin {
	SOURCE_FROM_COMMAND, /* an operator's --drop or --allow */
	SOURCE_FROM_CONFIG,  /* a list file that the configuration names */
};

/* Entry i has cell i. IPv4 before IPv6, by address, shorter prefixes first; each prefix once. */
struct source_entry {
	__u8 address[16]; /* host bits 0; IPv4 in the first four */
	__u8 length;
	__u8 family;     /* 4 or 6 */
	__u8 action;     /* enum source_action, as in the cell */
	__u8 origin;     /* enum source_origin */
	__u32 tag;       /* where in the tags its text begins; byte 0 is the empty text */
	__u64 load_time; /* CLOCK_REALTIME, nanoseconds */
};

/* To let many CPUs count the same entry without sharing a cache line, cells may be there 2^n times:
 * copy c of cell i is at line cells + c * cell_lines, and a CPU counts in copy (its number &
 * copy_mask). Every copy carries expiry, parent and action; an entry's hits are the sum. */
struct source_root {
	__u32 link;
	__u32 window; /* its header, where the link is one to a window */
};

struct source_header {
	struct source_root root[2]; /* of IPv4, of IPv6 */
	__u32 cells;                /* line of the first cell */
	__u32 cell_lines;           /* of one copy */
	__u32 copy_mask;
	__u32 entries; /* line of the first entry */
	__u32 entry_count;
	__u32 entry_count_ipv4; /* the first ones */
	__u32 tags;             /* line of the first tag's text */
	__u32 tags_size;        /* bytes */
	__u32 lines;            /* of the whole image; 0 in a list that was never written */
	__u32 unused[3];
};

union source_line {
	struct source_header header;
	struct source_keys keys;
	struct source_dense dense;
	struct source_cell cell[2];
	__u32 word[SOURCE_LINE_WORDS];
};

/* Value of the map. */
struct source_block {
	union source_line line[SOURCE_BLOCK_LINES];
};

_Static_assert(sizeof(struct source_cell) == SOURCE_LINE_SIZE / 2, "two cells fill a line");
_Static_assert(sizeof(struct source_entry) == 32, "layout of the image is ABI");
_Static_assert(sizeof(struct source_header) == SOURCE_LINE_SIZE, "the header fills a line");
_Static_assert(sizeof(union source_line) == SOURCE_LINE_SIZE, "a line is a line");

#endif
