// SPDX-License-Identifier: GPL-2.0-only
/* Peer: the same at tc ingress. Packets carry whole checksums here, so no helper need keep them. */
#include <linux/pkt_cls.h>
#include "bare_rewrite.bpf.h"

SEC("tc")
int bare_tc_ipv4(struct __sk_buff *skb)
{
	if (!bare_rewrite_ipv4((void *)(long)skb->data, (void *)(long)skb->data_end))
		return TC_ACT_OK;
	return bpf_redirect(settings.ifindex, 0);
}

SEC("tc")
int bare_tc_ipv6(struct __sk_buff *skb)
{
	if (!bare_rewrite_ipv6((void *)(long)skb->data, (void *)(long)skb->data_end))
		return TC_ACT_OK;
	return bpf_redirect(settings.ifindex, 0);
}

char LICENSE[] SEC("license") = "GPL";
