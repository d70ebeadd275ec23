// SPDX-License-Identifier: GPL-2.0-only
/* Another program than subprogram_hits.bpf.c, that happens to call its map the same. */
#include "bpf/subprogram.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} hits SEC(".maps");

ECBPF_SUBPROGRAM(other_hits)
{
	__u32 entry = 3;

	return bpf_map_lookup_elem(&hits, &entry) ? ecbpf_continue() :
						    ecbpf_abort(ECBPF_REASON_NO_MAP);
}

char LICENSE[] SEC("license") = "GPL";
