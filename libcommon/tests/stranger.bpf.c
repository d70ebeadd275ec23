// SPDX-License-Identifier: GPL-2.0-only
/* Somebody's XDP program that knows nothing of the chain. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int stranger_transmit(struct xdp_md *ctx)
{
	(void)ctx;
	return XDP_TX;
}

char LICENSE[] SEC("license") = "GPL";
