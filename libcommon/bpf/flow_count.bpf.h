/* SPDX-License-Identifier: GPL-2.0-only */
/* A flow's counters: exact on many CPUs, and cheap on the one that its packets come to. Kernel side
 * only. */
#ifndef ECBPF_FLOW_COUNT_BPF_H
#define ECBPF_FLOW_COUNT_BPF_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "abi/flow.h"

/* Who may call a flow its own. In a map's value; taken once in a flow's life. */
struct flow_claim {
	struct bpf_spin_lock lock;
	__u32 unused;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct flow_claim);
} flow_claims SEC(".maps");

static __always_inline void flow_claim(struct flow_value *flow, __u32 home, __u64 now)
{
	__u32 only_entry = 0;
	struct flow_claim *claim = bpf_map_lookup_elem(&flow_claims, &only_entry);

	if (!claim)
		return;
	bpf_spin_lock(&claim->lock);
	if (!flow->home) {
		/* Some are in the table with what they were in another. */
		if (!flow->first)
			flow->first = now;
		flow->home = home;
	}
	bpf_spin_unlock(&claim->lock);
}

/* Counts packets, and all their bytes. */
static __always_inline void flow_count(struct flow_value *flow, __u64 packets, __u64 bytes,
				       __u64 now)
{
	__u32 home = bpf_get_smp_processor_id() + 1;

	if (!*(volatile __u32 *)&flow->home)
		flow_claim(flow, home, now);
	if (flow->home == home) {
		flow->home_counts.packets += packets;
		flow->home_counts.bytes += bytes;
		flow->home_counts.last = now;
		return;
	}
	__sync_fetch_and_add(&flow->other_counts.packets, packets);
	__sync_fetch_and_add(&flow->other_counts.bytes, bytes);
	flow->other_counts.last = now;
}

/* When it last had a packet, 0: never. */
static __always_inline __u64 flow_last(const struct flow_value *flow)
{
	__u64 home = flow->home_counts.last, other = flow->other_counts.last;

	return home > other ? home : other;
}

#endif
