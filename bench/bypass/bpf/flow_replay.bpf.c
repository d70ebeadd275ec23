// SPDX-License-Identifier: GPL-2.0-only
/* Makes the packet that the measured program has changed a new one, and enters that program. */
#include "flow_traffic.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} subject SEC(".maps");

SEC("xdp")
int flow_replay(struct xdp_md *ctx)
{
	long length = (void *)(long)ctx->data_end - (void *)(long)ctx->data;

	asm("" : "+r"(length)); /* or it is calculated with halves of pointers */
	if (length != settings.length && bpf_xdp_adjust_head(ctx, (int)(length - settings.length)))
		return XDP_ABORTED;
	if (flow_put(ctx))
		return XDP_ABORTED;
	bpf_tail_call_static(ctx, &subject, 0);
	return XDP_ABORTED;
}

char LICENSE[] SEC("license") = "GPL";
