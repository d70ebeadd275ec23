// SPDX-License-Identifier: GPL-2.0-only
/* Peer: the least that a program can do which rewrites known flows. */
#include "bare_rewrite.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} bare_device SEC(".maps");

static __always_inline int bare_send(int is_rewritten)
{
	if (!is_rewritten)
		return XDP_PASS;
	return settings.transmit ? XDP_TX : bpf_redirect_map(&bare_device, 0, XDP_PASS);
}

SEC("xdp")
int bare_flow_ipv4(struct xdp_md *ctx)
{
	return bare_send(bare_rewrite_ipv4((void *)(long)ctx->data, (void *)(long)ctx->data_end));
}

SEC("xdp")
int bare_flow_ipv6(struct xdp_md *ctx)
{
	return bare_send(bare_rewrite_ipv6((void *)(long)ctx->data, (void *)(long)ctx->data_end));
}

char LICENSE[] SEC("license") = "GPL";
