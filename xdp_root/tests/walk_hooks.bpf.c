// SPDX-License-Identifier: GPL-2.0-only
/* An exit hook that keeps its contract, and a capture hook; both note their visit. */
#include "bpf/chain.bpf.h"
#include "walk_exchange.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct walk_exchange);
} walk_exchange SEC(".maps");

/* The action that this copy of the capture hook is for. */
const volatile __u32 captured_action;

static __always_inline struct walk_exchange *visit(__u8 who)
{
	struct walk_exchange *exchange;
	__u32 only_entry = 0;

	exchange = bpf_map_lookup_elem(&walk_exchange, &only_entry);
	if (exchange)
		exchange->visited[exchange->visits++ % WALK_VISITS] = who;
	return exchange;
}

SEC("xdp.frags")
int walk_exit(struct xdp_md *ctx)
{
	struct walk_exchange *exchange = visit(WALK_EXIT);
	struct ecbpf_stats *stats;
	__u32 only_entry = 0;

	stats = bpf_map_lookup_elem(&xdp_stats, &only_entry);
	if (!exchange || !stats)
		return XDP_ABORTED;
	exchange->exit_note = stats->last;
	ecbpf_capture(ctx, stats->last.action);
	return stats->last.action;
}

SEC("xdp.frags")
int walk_capture(struct xdp_md *ctx)
{
	struct walk_exchange *exchange = visit(WALK_CAPTURE + captured_action);
	struct ecbpf_stats *stats;
	__u32 only_entry = 0;

	(void)ctx;
	stats = bpf_map_lookup_elem(&xdp_stats, &only_entry);
	if (exchange && stats)
		exchange->capture_note = stats->last;
	return captured_action;
}

char LICENSE[] SEC("license") = "GPL";
