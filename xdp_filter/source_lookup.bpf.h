/* SPDX-License-Identifier: GPL-2.0-only */
/* Looks a source address up in the list that packets meet now, and counts the hit. Kernel side only. */
#ifndef XDP_FILTER_SOURCE_LOOKUP_BPF_H
#define XDP_FILTER_SOURCE_LOOKUP_BPF_H

#include <bpf/bpf_endian.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include "source_walk.bpf.h"

enum source_answer {
	SOURCE_ANSWER_DROP = SOURCE_DROP,
	SOURCE_ANSWER_ALLOW = SOURCE_ALLOW,
	SOURCE_ANSWER_NONE,   /* not on the list */
	SOURCE_ANSWER_NO_MAP, /* the list is gone: someone emptied source_lists */
};

static __always_inline struct source_cell *
source_cell(const struct source_list_view *view, const struct source_header *header, __u32 number)
{
	__u32 copy = bpf_get_smp_processor_id() & header->copy_mask;
	union source_line *line;

	line = source_line(view, header->cells + copy * header->cell_lines + number / 2);
	return line ? &line->cell[number & 1] : 0;
}

static __always_inline int source_has_expired(const struct source_cell *cell)
{
	return cell->expires && cell->expires <= bpf_ktime_get_boot_ns();
}

/* Counts the hit in the cell, or in that of the next covering prefix that has not expired. */
static __always_inline enum source_answer source_hit(const struct source_list_view *view,
						     const struct source_header *header,
						     __u32 number, __u64 frame_length)
{
#pragma clang loop unroll(disable)
	for (int i = 0; number && i < SOURCE_NESTING_LIMIT; i++) {
		struct source_cell *cell = source_cell(view, header, number - 1);

		if (!cell)
			break;
		if (source_has_expired(cell)) {
			number = cell->parent;
			continue;
		}
		__sync_fetch_and_add(&cell->packets, 1);
		__sync_fetch_and_add(&cell->bytes, frame_length);
		return cell->action == SOURCE_ALLOW ? SOURCE_ANSWER_ALLOW : SOURCE_ANSWER_DROP;
	}
	return SOURCE_ANSWER_NONE;
}

/* The longest prefix that holds the address decides, and counts the packet. */
static __always_inline enum source_answer source_lookup(const struct source_key *address,
							int is_ipv6, __u64 frame_length)
{
	struct source_list_view view = { .list = bpf_map_lookup_elem(&source_lists,
								     FILTER_ONLY_ENTRY) };
	const struct source_header *header;
	__u32 number;

	if (!view.list)
		return SOURCE_ANSWER_NO_MAP;
	view.first = bpf_map_lookup_elem(view.list, FILTER_ONLY_ENTRY);
	if (!view.first)
		return SOURCE_ANSWER_NO_MAP;
	header = &view.first->line[0].header;
	number = source_walk(&view, &header->root[is_ipv6], address);
	return number ? source_hit(&view, header, number, frame_length) : SOURCE_ANSWER_NONE;
}

static __always_inline struct source_key source_key_ipv4(const struct iphdr *header)
{
	return (struct source_key){ .key = bpf_ntohl(header->saddr) };
}

/* Addresses in packets are not aligned to eight bytes. */
static __always_inline struct source_key source_key_ipv6(const struct ipv6hdr *header)
{
	const __be32 *word = header->saddr.in6_u.u6_addr32;

	return (struct source_key){
		.key = (__u64)bpf_ntohl(word[0]) << 32 | bpf_ntohl(word[1]),
		.lower = (__u64)bpf_ntohl(word[2]) << 32 | bpf_ntohl(word[3]),
	};
}

#endif
