// SPDX-License-Identifier: GPL-2.0-only
/* An exit hook that keeps its contract, with a map like that of subprogram_hits.bpf.c: entry 1 counts the
 * packets, entry 2 is the last note, entry 3 is left alone. */
#include "bpf/chain.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} hits SEC(".maps");

static __always_inline void set(__u32 entry, __u64 value)
{
	bpf_map_update_elem(&hits, &entry, &value, BPF_ANY);
}

SEC("xdp.frags")
int exit_hook_hits(struct xdp_md *ctx)
{
	const void *only_entry = (const void *)&ecbpf_program.only_entry;
	struct ecbpf_stats *stats = bpf_map_lookup_elem(&xdp_stats, only_entry);
	__u32 counted = 1;
	__u64 *count = bpf_map_lookup_elem(&hits, &counted);

	if (!stats || !count)
		return XDP_ABORTED;
	++*count;
	set(2, ecbpf_program.slot << 24 | stats->last.row << 16 | stats->last.reason << 8 |
		       stats->last.action);
	ecbpf_capture(ctx, stats->last.action);
	return stats->last.action;
}

char LICENSE[] SEC("license") = "GPL";
