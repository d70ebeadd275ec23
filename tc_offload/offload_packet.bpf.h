/* SPDX-License-Identifier: GPL-2.0-only */
/* A packet at tc: where it is, and what is known about it. Kernel side only. */
#ifndef OFFLOAD_PACKET_BPF_H
#define OFFLOAD_PACKET_BPF_H

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "tc_offload.h"

#define FRAGMENT_BITS 0x3fff /* more fragments, and the offset (RFC 791) */
#define VLAN_ID_BITS 0xfff

/* Nothing keeps the packet from being rewritten. */
#define OFFLOAD_SEND OFFLOAD_UP_COUNT
/* An ICMP error, which has a way of its own. */
#define OFFLOAD_ICMP_ERROR (OFFLOAD_UP_COUNT + 1)

const volatile struct offload_at offload_at = { .link_header = ETH_HLEN };

/* What is known about the packet in hand. Its key is apart from it: what a helper is given the address of
 * stays in memory, with everything else of its struct. */
struct offload_packet {
	__u32 network;   /* offset of the IP header */
	__u32 transport; /* offset of what follows it */
	__u32 payload;   /* offset of what follows the UDP or TCP header */
	__u32 end;       /* offset of what follows the IP packet: padding, or nothing */
	__u32 vlan;      /* id of its tag, 0: none */
	__u8 family;     /* FLOW_IPV4 or FLOW_IPV6 */
	__u8 protocol;
	__u8 hops;       /* TTL or hop limit */
	__u8 zero_check; /* 1: UDP without a checksum */
};

/* Where the packet is. To the compiler the context's fields are 32 bits wide, and a copy of so many is no pointer
 * any more to the verifier: the barriers keep it from making one. */
static __always_inline void *packet_begin(const struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data;

	asm volatile("" : "+r"(data));
	return data;
}

static __always_inline void *packet_end(const struct __sk_buff *skb)
{
	void *end = (void *)(long)skb->data_end;

	asm volatile("" : "+r"(end));
	return end;
}

/* Makes `end` bytes readable where they are. NULL: there are not that many. */
static __always_inline void *packet_reach(struct __sk_buff *skb, __u32 end)
{
	void *data = packet_begin(skb);

	if (data + end <= packet_end(skb))
		return data;
	if (bpf_skb_pull_data(skb, end))
		return NULL;
	data = packet_begin(skb);
	return data + end <= packet_end(skb) ? data : NULL;
}

#endif
