// SPDX-License-Identifier: GPL-2.0-only
/* Two XDP programs, the second in a section that libbpf does not know, and one that is none. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int first(struct xdp_md *ctx)
{
	(void)ctx;
	return XDP_DROP;
}

SEC("prog")
int second(struct xdp_md *ctx)
{
	(void)ctx;
	return XDP_PASS;
}

SEC("socket")
int no_xdp(struct __sk_buff *skb)
{
	(void)skb;
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
