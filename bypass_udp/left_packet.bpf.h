/* SPDX-License-Identifier: GPL-2.0-only */
/* A packet at tc egress, as it leaves: its tuple and its link header. Kernel side only. */
#ifndef BYPASS_LEFT_PACKET_BPF_H
#define BYPASS_LEFT_PACKET_BPF_H

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "abi/flow.h"
#include "bypass_udp.h"

#define LEFT_FRAGMENT 0x3fff /* more fragments, or an offset */
#define LEFT_VLAN_ID 0xfff

static __always_inline void left_add_tag(struct bypass_event *event, __u32 tci)
{
	if (event->tags)
		event->vlan[1] = tci & LEFT_VLAN_ID;
	else
		event->vlan[0] = tci & LEFT_VLAN_ID;
	event->tags++;
}

/* Fills event->tags and .vlan, outermost first, the one that the card will write included. Returns the
 * length of the link header and its ethertype, or 0. */
static __always_inline __u32 left_read_link(struct __sk_buff *skb, struct bypass_event *event,
					    __be16 *ret_type)
{
	__u32 at = ETH_HLEN;
	struct {
		__u8 destination[6];
		__u8 source[6];
		__be16 type;
	} link;

	if (bpf_skb_load_bytes(skb, 0, &link, sizeof(link)))
		return 0;
	__builtin_memcpy(event->destination_mac, link.destination, ETH_ALEN);
	__builtin_memcpy(event->source_mac, link.source, ETH_ALEN);
	if (skb->vlan_present)
		left_add_tag(event, skb->vlan_tci);
#pragma clang loop unroll(full)
	for (int i = 0; i < 2; i++) {
		__be16 tag[2];

		if (link.type != bpf_htons(ETH_P_8021Q) && link.type != bpf_htons(ETH_P_8021AD))
			break;
		if (event->tags >= 2 || bpf_skb_load_bytes(skb, at, tag, sizeof(tag)))
			return 0;
		left_add_tag(event, bpf_ntohs(tag[0]));
		link.type = tag[1];
		at += sizeof(tag);
	}
	*ret_type = link.type;
	return at;
}

static __always_inline int left_read_ports(struct __sk_buff *skb, struct flow_key *key, __u32 at)
{
	__be16 ports[2];

	if (bpf_skb_load_bytes(skb, at, ports, sizeof(ports)))
		return -1;
	key->source_port = ports[0];
	key->destination_port = ports[1];
	key->protocol = IPPROTO_UDP;
	return 0;
}

static __always_inline int left_read_ipv4(struct __sk_buff *skb, struct flow_key *key, __u32 at)
{
	struct iphdr ipv4;

	if (bpf_skb_load_bytes(skb, at, &ipv4, sizeof(ipv4)) || *(__u8 *)&ipv4 != 0x45 ||
	    ipv4.protocol != IPPROTO_UDP || ipv4.frag_off & bpf_htons(LEFT_FRAGMENT))
		return -1;
	key->family = FLOW_IPV4;
	key->source[0] = ipv4.saddr;
	key->destination[0] = ipv4.daddr;
	return left_read_ports(skb, key, at + sizeof(ipv4));
}

static __always_inline int left_read_ipv6(struct __sk_buff *skb, struct flow_key *key, __u32 at)
{
	struct ipv6hdr ipv6;

	if (bpf_skb_load_bytes(skb, at, &ipv6, sizeof(ipv6)) || ipv6.nexthdr != IPPROTO_UDP)
		return -1;
	key->family = FLOW_IPV6;
	__builtin_memcpy(key->source, &ipv6.saddr, sizeof(key->source));
	__builtin_memcpy(key->destination, &ipv6.daddr, sizeof(key->destination));
	return left_read_ports(skb, key, at + sizeof(ipv6));
}

/* 0: `event` (zeros before) tells of a whole UDP packet without options, in all but kind. */
static __always_inline int left_packet_read(struct __sk_buff *skb, struct bypass_event *event)
{
	__be16 type = 0;
	__u32 at = left_read_link(skb, event, &type);

	if (!at)
		return -1;
	event->ifindex = skb->ifindex;
	event->in_ifindex = skb->ingress_ifindex;
	event->mark = skb->mark;
	if (type == bpf_htons(ETH_P_IP))
		return left_read_ipv4(skb, &event->key, at);
	return type == bpf_htons(ETH_P_IPV6) ? left_read_ipv6(skb, &event->key, at) : -1;
}

#endif
