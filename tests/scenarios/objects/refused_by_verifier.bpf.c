// SPDX-License-Identifier: GPL-2.0-only
/* Reads the packet without a look at its end. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int refused_by_verifier(struct xdp_md *ctx)
{
	return *(__u8 *)(long)ctx->data == 7 ? XDP_DROP : XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
