// SPDX-License-Identifier: GPL-2.0-only
/* A subprogram with state of its own; its name is longer than the kernel keeps. */
#include "bpf/subprogram.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} hits SEC(".maps");

ECBPF_SUBPROGRAM(count_hits_for_ever)
{
	__u32 entry = ecbpf_program.frags;
	__u64 *counter = bpf_map_lookup_elem(&hits, &entry);

	if (counter)
		__sync_fetch_and_add(counter, 1);
	return ecbpf_continue();
}

char LICENSE[] SEC("license") = "GPL";
