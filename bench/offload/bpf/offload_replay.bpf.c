// SPDX-License-Identifier: GPL-2.0-only
/* Makes the packet that the measured program has changed what it was before, and enters that program. */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>
#include "bench/bypass/flow_layout.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct flow_template);
} template SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} subject SEC(".maps");

SEC("tc")
int offload_replay(struct __sk_buff *skb)
{
	void *frame = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	__u32 only_entry = 0;
	const struct flow_template *copy = bpf_map_lookup_elem(&template, &only_entry);
	__u64 *to = frame;

	if (!copy || frame + FLOW_FRAME_SIZE > end)
		return TC_ACT_STOLEN;
#pragma clang loop unroll(full)
	for (int i = 0; i < FLOW_FRAME_SIZE / 8; i++)
		to[i] = copy->word[i];
	bpf_tail_call_static(skb, &subject, 0);
	return TC_ACT_STOLEN;
}

char LICENSE[] SEC("license") = "GPL";
