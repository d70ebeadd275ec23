// SPDX-License-Identifier: GPL-2.0-only
/* Makes the frame what it was before the measured program answered it, and enters that program. The
 * answer is the frame with a longer head. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "bench/measure/traffic_layout.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct frame);
} template SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} subject SEC(".maps");

SEC("xdp")
int restore_root(struct xdp_md *ctx)
{
	__u32 only_entry = 0;
	const struct frame *copy = bpf_map_lookup_elem(&template, &only_entry);
	__u16 *frame;
	long length;

	if (!copy)
		return XDP_ABORTED;
	length = (void *)(long)ctx->data_end - (void *)(long)ctx->data;
	asm("" : "+r"(length)); /* or it is calculated with halves of pointers */
	if (bpf_xdp_adjust_head(ctx, (int)(length - copy->length)))
		return XDP_ABORTED;
	frame = (void *)(long)ctx->data;
#pragma clang loop unroll(full)
	for (int i = 0; i < FRAME_HEAD / 2; i++) {
		if ((void *)(frame + i + 1) > (void *)(long)ctx->data_end)
			break;
		frame[i] = ((const __u16 *)copy->bytes)[i];
	}
	bpf_tail_call_static(ctx, &subject, 0);
	return XDP_ABORTED;
}

char LICENSE[] SEC("license") = "GPL";
