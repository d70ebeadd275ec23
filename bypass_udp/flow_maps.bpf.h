/* SPDX-License-Identifier: GPL-2.0-only */
/* The tables of flows (abi/flow.h). Kernel side only. */
#ifndef BYPASS_FLOW_MAPS_BPF_H
#define BYPASS_FLOW_MAPS_BPF_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "bypass_udp.h"

/* Without preallocation: memory as it is used, and elements in the kernel's large pages. */
struct flow_table_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, BYPASS_STATIC_DEFAULT);
	__type(key, struct flow_key);
	__type(value, struct flow_value);
} static_flows SEC(".maps"), learned_flows SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, FLOW_TABLE_COUNT);
	__type(key, __u32);
	__array(values, struct flow_table_map);
} flow_tables SEC(".maps") = {
	.values = {
		[FLOW_TABLE_STATIC] = &static_flows,
		[FLOW_TABLE_LEARNED] = &learned_flows,
	},
};

/* The flow in one of the tables, NULL: not there. */
static __always_inline struct flow_value *flow_find(const struct flow_key *key, __u32 table)
{
	void *flows = bpf_map_lookup_elem(&flow_tables, &table);

	return flows ? bpf_map_lookup_elem(flows, key) : NULL;
}

#endif
