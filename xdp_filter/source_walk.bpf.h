/* SPDX-License-Identifier: GPL-2.0-only */
/* The walk through a source list (source_layout.h), from a root to the cell that an address leads to.
 * Kernel side only. */
#ifndef XDP_FILTER_SOURCE_WALK_BPF_H
#define XDP_FILTER_SOURCE_WALK_BPF_H

#include "filter_maps.bpf.h"

/* What the walk looks for. Host byte order. */
struct source_key {
	__u64 key;   /* IPv4 address, or the upper half of an IPv6 address */
	__u64 lower; /* the other half */
};

/* A list, with its first block at hand. */
struct source_list_view {
	void *list;
	struct source_block *first;
};

/* Lists of up to some ten thousand prefixes are searched in the first block. Others need lookups, and
 * each is a call, as the kernel does not inline them for maps whose size may change. */
static __always_inline union source_line *source_line(const struct source_list_view *view,
						      __u32 line)
{
	__u32 number = line / SOURCE_BLOCK_LINES;
	struct source_block *block = view->first;

	if (number) {
		block = bpf_map_lookup_elem(view->list, &number);
		if (!block)
			return 0;
	}
	return &block->line[line % SOURCE_BLOCK_LINES];
}

/* The link of a window at `index` whose header is `window`. 0, which is "no prefix matches", for
 * what cannot be. */
static __always_inline __u32 source_window_link(const struct source_list_view *view, __u32 index,
						__u32 window, __u64 key)
{
	union source_line *line;

	key <<= window & SOURCE_WINDOW_NUMBER;
	key >>= window >> SOURCE_WINDOW_RIGHT_SHIFT & SOURCE_WINDOW_NUMBER;
	index += 1 + key;
	line = source_line(view, index / SOURCE_LINE_WORDS);
	return line ? line->word[index % SOURCE_LINE_WORDS] : 0;
}

static __always_inline __u32 source_window(const struct source_list_view *view, __u32 index)
{
	union source_line *line = source_line(view, index / SOURCE_LINE_WORDS);

	return line ? line->word[index % SOURCE_LINE_WORDS] : 0;
}

/* Arithmetic: a branch would be mispredicted for every other packet, and the verifier would follow
 * both ways. */
static __always_inline __u32 source_keys_link(const struct source_list_view *view, __u32 index,
					      __u64 key)
{
	union source_line *line = source_line(view, index);
	__u64 rank = SOURCE_KEY_COUNT;

	if (!line)
		return 0;
#pragma clang loop unroll(full)
	for (int i = 0; i < SOURCE_KEY_COUNT; i++)
		rank -= (key - line->keys.key[i]) >> 63;
	asm("" : "+r"(rank)); /* the verifier knows the bounds of what it sees next, not of this */
	return rank <= SOURCE_KEY_COUNT ? line->keys.link[rank] : 0;
}

/* Compares four edges at once: in each 16 bits, the top one is left if the key is not below the
 * edge. */
static __always_inline __u32 source_dense_link(const struct source_list_view *view, __u32 index,
					       __u64 key)
{
	const __u64 each = 0x0001000100010001, top = 0x8000800080008000;
	union source_line *line = source_line(view, index);
	__u64 count = 0;

	if (!line)
		return 0;
	key = (key & ((1 << SOURCE_DENSE_BITS) - 1)) * each | top;
#pragma clang loop unroll(full)
	for (int i = 0; i < SOURCE_DENSE_COUNT / 4; i++)
		count += (key - line->dense.four_edges[i] & top) >> SOURCE_DENSE_BITS;
	count = count * each >> 48;
	return count & 1 ? (line->dense.first + (count >> 1)) & SOURCE_LINK_INDEX :
			   line->dense.outside;
}

/* Number + 1 of the cell that the address leads to, 0: none. */
static __always_inline __u32 source_walk(const struct source_list_view *view,
					 const struct source_root *root,
					 const struct source_key *address)
{
	__u64 key = address->key;
	__u32 link = root->link;

	if (link >> SOURCE_LINK_KIND_SHIFT == SOURCE_WINDOW)
		link = source_window_link(view, link & SOURCE_LINK_INDEX, root->window, key);

#pragma clang loop unroll(disable)
	for (int i = 0; i <= SOURCE_WALK_LIMIT; i++) {
		__u32 kind = link >> SOURCE_LINK_KIND_SHIFT;
		__u32 index = link & SOURCE_LINK_INDEX;

		if (kind == SOURCE_VALUE)
			return index;
		if (kind == SOURCE_WINDOW) {
			link = source_window_link(view, index, source_window(view, index), key);
			continue;
		}
		if (kind == SOURCE_LOWER) {
			key = address->lower;
			index += key >> 63;
		}
		if (index & SOURCE_DENSE)
			link = source_dense_link(view, index & SOURCE_LINE_INDEX, key);
		else
			link = source_keys_link(view, index & SOURCE_LINE_INDEX, key);
	}
	return 0;
}

#endif
