// SPDX-License-Identifier: GPL-2.0-only
/* A subprogram that notes its visit and decides what it was told to. */
#include "bpf/subprogram.bpf.h"
#include "walk_exchange.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct walk_exchange);
} walk_exchange SEC(".maps");

ECBPF_SUBPROGRAM(walk_visitor)
{
	__u32 slot = ecbpf_program.slot, only_entry = 0;
	struct walk_exchange *exchange;
	struct walk_order *order;

	exchange = bpf_map_lookup_elem(&walk_exchange, &only_entry);
	if (!exchange || slot >= ECBPF_SLOT_COUNT)
		return ecbpf_abort(ECBPF_REASON_IMPOSSIBLE);
	exchange->visited[exchange->visits++ % WALK_VISITS] = slot;
	order = &exchange->order[slot];
	return order->is_final ? ecbpf_final(order->action, order->reason) : ecbpf_continue();
}

char LICENSE[] SEC("license") = "GPL";
