// SPDX-License-Identifier: GPL-2.0-only
/* Counts in flows drawn at random, as bypass_udp does for packets, and keeps a second account. The first
 * byte of the packet is the table. */
#include "bpf/flow_count.bpf.h"
#include "bpf/flow_maps.bpf.h"
#include "flow_hammer.h"

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, HAMMER_FLOWS);
	__type(key, __u32);
	__type(value, struct hammer_hits);
} hammer_hits SEC(".maps");

/* At times, gives others time to take the flow away. */
static __always_inline __u64 hold(void)
{
	__u64 begin = bpf_ktime_get_ns(), now = begin;
	__u64 enough = bpf_get_prandom_u32() % 16 ? 0 : HAMMER_HOLD;

	for (int i = 0; i < 10000 && now - begin < enough; i++)
		now = bpf_ktime_get_ns();
	return now;
}

SEC("xdp") int flow_hammer(struct xdp_md *ctx)
{
	void *end = (void *)(long)ctx->data_end;
	const __u8 *table = (void *)(long)ctx->data;
	__u32 number = bpf_get_prandom_u32() % HAMMER_FLOWS;
	struct flow_key key = hammer_key(number);
	struct hammer_hits *hits = bpf_map_lookup_elem(&hammer_hits, &number);
	__u64 length = 60 + number;
	struct flow_value *flow;

	if ((void *)(table + 1) > end || !hits)
		return XDP_ABORTED;
	flow = flow_find(&key, *table, key.family);
	if (!flow || flow->flags & FLOW_DEAD)
		return XDP_PASS;
	flow_count(flow, 1, length, hold());
	hits->packets++;
	hits->bytes += length;
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
