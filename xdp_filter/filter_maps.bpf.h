/* SPDX-License-Identifier: GPL-2.0-only */
/* The filter's private maps (xdp_filter.h, source_layout.h). Kernel side only. */
#ifndef XDP_FILTER_MAPS_BPF_H
#define XDP_FILTER_MAPS_BPF_H

#include "bpf/chain_maps.bpf.h"
#include "bpf/token_bucket.bpf.h"
#include "source_layout.h"
#include "xdp_filter.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct filter_config);
} filter_config SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct filter_counters);
} filter_counters SEC(".maps");

/* The list a filter starts with: zeros, the empty list. A value of struct source_block by another name:
 * kernels up to 6.1 let maps with and without BTF take each other's place only if the value is no
 * struct. */
typedef __u32 source_list_value[SOURCE_BLOCK_SIZE / sizeof(__u32)];

struct source_list_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE | BPF_F_INNER_MAP);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, source_list_value);
} source_list SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, struct source_list_map);
} source_lists SEC(".maps") = { .values = { &source_list } };

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, FILTER_LOCAL_SIZE);
	__type(key, struct filter_ipv4_key);
	__type(value, __u8);
} local_ipv4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, FILTER_LOCAL_SIZE);
	__type(key, struct filter_ipv6_key);
	__type(value, __u8);
} local_ipv6 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct token_bucket);
} ptb_bucket SEC(".maps");

_Static_assert(sizeof(struct token_bucket) == sizeof(struct filter_ptb_bucket), "one layout");

/* One packet's work. `monitor` is read once: a packet that is looked at in monitor mode is left alone
 * to the end. */
struct filter_run {
	struct xdp_md *ctx;
	const struct filter_config *config;
	__u8 monitor;
};

/* The key of every map here that has one entry. */
#define FILTER_ONLY_ENTRY ((const void *)&ecbpf_program.only_entry)

static __always_inline void filter_count(__u32 counter)
{
	struct filter_counters *counters = bpf_map_lookup_elem(&filter_counters, FILTER_ONLY_ENTRY);

	if (counters && counter < FILTER_COUNTER_LIMIT)
		counters->packets[counter]++;
}

#endif
