// SPDX-License-Identifier: GPL-2.0-only
/* A program for the exit hook. It counts in a map of its own, and so that the scenarios see by their packets
 * whether it runs, it breaks its contract for UDP port 9: what passed is dropped. */
#include "udp_port.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} exit_frames SEC(".maps");

SEC("xdp.frags")
int exit_hook_of_the_scenarios(struct xdp_md *ctx)
{
	const void *only_entry = (const void *)&ecbpf_program.only_entry;
	struct ecbpf_stats *stats = bpf_map_lookup_elem(&xdp_stats, only_entry);
	__u64 *count = bpf_map_lookup_elem(&exit_frames, only_entry);

	if (!stats || !count)
		return XDP_ABORTED;
	__sync_fetch_and_add(count, 1);
	if (udp_port(ctx) == 9)
		return XDP_DROP;
	ecbpf_capture(ctx, stats->last.action);
	return stats->last.action;
}

char LICENSE[] SEC("license") = "GPL";
