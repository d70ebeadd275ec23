// SPDX-License-Identifier: GPL-2.0-only
/* Peer: the least a packet can cost that leaves through the port it came from. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int bounce(struct xdp_md *ctx)
{
	(void)ctx;
	return XDP_TX;
}

char LICENSE[] SEC("license") = "GPL";
