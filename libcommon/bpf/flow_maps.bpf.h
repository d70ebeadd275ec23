/* SPDX-License-Identifier: GPL-2.0-only */
/* The tables of flows (abi/flow.h). Kernel side only. */
#ifndef ECBPF_FLOW_MAPS_BPF_H
#define ECBPF_FLOW_MAPS_BPF_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "abi/flow.h"

/* Without preallocation: memory as it is used, and elements in the kernel's large pages. */
struct flow_table_ipv4 {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, FLOW_TABLE_DEFAULT);
	__type(key, struct flow_key_ipv4);
	__type(value, struct flow_value);
} static_ipv4 SEC(".maps"), learned_ipv4 SEC(".maps");

struct flow_table_ipv6 {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, FLOW_TABLE_DEFAULT);
	__type(key, struct flow_key);
	__type(value, struct flow_value);
} static_ipv6 SEC(".maps"), learned_ipv6 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, FLOW_TABLE_COUNT);
	__type(key, __u32);
	__array(values, struct flow_table_ipv4);
} tables_ipv4 SEC(".maps") = {
	.values = {
		[FLOW_TABLE_STATIC] = &static_ipv4,
		[FLOW_TABLE_LEARNED] = &learned_ipv4,
	},
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, FLOW_TABLE_COUNT);
	__type(key, __u32);
	__array(values, struct flow_table_ipv6);
} tables_ipv6 SEC(".maps") = {
	.values = {
		[FLOW_TABLE_STATIC] = &static_ipv6,
		[FLOW_TABLE_LEARNED] = &learned_ipv6,
	},
};

/* The flow in one of the tables, NULL: not there. `family`, that of the key, is a constant where it counts:
 * then the compiler makes nothing of an IPv4 key but the 16 bytes. */
static __always_inline struct flow_value *flow_find(const struct flow_key *key, __u32 table,
						    __u8 family)
{
	void *flows;

	if (family == FLOW_IPV4) {
		struct flow_key_ipv4 narrow = flow_key_narrow(key);

		flows = bpf_map_lookup_elem(&tables_ipv4, &table);
		return flows ? bpf_map_lookup_elem(flows, &narrow) : NULL;
	}
	flows = bpf_map_lookup_elem(&tables_ipv6, &table);
	return flows ? bpf_map_lookup_elem(flows, key) : NULL;
}

#endif
