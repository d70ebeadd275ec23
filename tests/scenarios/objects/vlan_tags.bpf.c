// SPDX-License-Identifier: GPL-2.0-only
/* Puts a host behind one or two VLAN tags where the kernel has no VLAN interfaces: what it sends gets
 * tags, what comes loses them. For tc, with TX VLAN offload off. */
#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <linux/if_ether.h>

SEC("tc")
int push_one(struct __sk_buff *skb)
{
	return bpf_skb_vlan_push(skb, bpf_htons(ETH_P_8021Q), 100) ? 2 : 0;
}

SEC("tc")
int push_two(struct __sk_buff *skb)
{
	if (bpf_skb_vlan_push(skb, bpf_htons(ETH_P_8021Q), 100))
		return 2;
	return bpf_skb_vlan_push(skb, bpf_htons(ETH_P_8021AD), 200) ? 2 : 0;
}

SEC("tc")
int pop_one(struct __sk_buff *skb)
{
	return bpf_skb_vlan_pop(skb) ? 2 : 0;
}

SEC("tc")
int pop_two(struct __sk_buff *skb)
{
	long err = bpf_skb_vlan_pop(skb);

	if (!err)
		err = bpf_skb_vlan_pop(skb);
	return err ? 2 : 0;
}

char LICENSE[] SEC("license") = "GPL";
