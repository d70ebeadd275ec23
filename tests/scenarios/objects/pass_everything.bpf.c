// SPDX-License-Identifier: GPL-2.0-only
/* What the peer of a veth needs for XDP_TX, and somebody else's XDP program. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int pass_everything(struct xdp_md *ctx)
{
	(void)ctx;
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
