// SPDX-License-Identifier: GPL-2.0-only
/* A later version of subprogram_hits.bpf.c: its state has another shape. */
#include "bpf/subprogram.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64[2]);
} hits SEC(".maps");

ECBPF_SUBPROGRAM(count_hits_for_ever)
{
	__u32 entry = 0;
	__u64 *counters = bpf_map_lookup_elem(&hits, &entry);

	if (counters)
		__sync_fetch_and_add(&counters[1], 1);
	return ecbpf_continue();
}

char LICENSE[] SEC("license") = "GPL";
