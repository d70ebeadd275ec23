// SPDX-License-Identifier: GPL-2.0-only
/* Where packets of the kernel's own paths end, at tc ingress of the server. */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

SEC("tc")
int drop_in_stack(struct __sk_buff *skb)
{
	(void)skb;
	return TC_ACT_SHOT;
}

char LICENSE[] SEC("license") = "GPL";
