// SPDX-License-Identifier: GPL-2.0-only
/* Makes live frames: a whole header each time, because pages come back as the last hop left them. */
#include "traffic.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct traffic_frame);
} template SEC(".maps");

SEC("xdp")
int hop_generator(struct xdp_md *ctx)
{
	__u64 *frame = (void *)(long)ctx->data;
	__u32 only_entry = 0;
	const struct traffic_frame *copy = bpf_map_lookup_elem(&template, &only_entry);
	const struct traffic_source *source = traffic_next();

	if (!copy || !source || (void *)(frame + 8) > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
#pragma clang loop unroll(full)
	for (int i = 0; i < 8; i++)
		frame[i] = copy->word[i];
	if (traffic_put(ctx, source))
		return XDP_ABORTED;
	return settings.ifindex ? bpf_redirect(settings.ifindex, 0) : XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
