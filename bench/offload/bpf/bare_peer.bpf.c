// SPDX-License-Identifier: GPL-2.0-only
/* Peer: bare_tc, but into the network namespace behind the veth. Its flows are those of a loaded bare_tc. */
#include <linux/pkt_cls.h>
#include "bench/bypass/bpf/bare_rewrite.bpf.h"

SEC("tc")
int bare_peer_ipv4(struct __sk_buff *skb)
{
	if (!bare_rewrite_ipv4((void *)(long)skb->data, (void *)(long)skb->data_end))
		return TC_ACT_OK;
	return bpf_redirect_peer(settings.ifindex, 0);
}

SEC("tc")
int bare_peer_ipv6(struct __sk_buff *skb)
{
	if (!bare_rewrite_ipv6((void *)(long)skb->data, (void *)(long)skb->data_end))
		return TC_ACT_OK;
	return bpf_redirect_peer(settings.ifindex, 0);
}

char LICENSE[] SEC("license") = "GPL";
