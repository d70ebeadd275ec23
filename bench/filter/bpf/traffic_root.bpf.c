// SPDX-License-Identifier: GPL-2.0-only
/* Gives the packet its next source and enters the program that is measured. */
#include "traffic.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} subject SEC(".maps");

SEC("xdp")
int traffic_root(struct xdp_md *ctx)
{
	const struct traffic_source *source = traffic_next();

	if (!source || traffic_put(ctx, source))
		return XDP_ABORTED;
	bpf_tail_call_static(ctx, &subject, 0);
	return XDP_ABORTED;
}

char LICENSE[] SEC("license") = "GPL";
