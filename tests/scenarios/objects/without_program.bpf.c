// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("socket")
int no_xdp_program(struct __sk_buff *skb)
{
	return skb->len > 0;
}

char LICENSE[] SEC("license") = "GPL";
