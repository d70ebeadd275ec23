/* SPDX-License-Identifier: GPL-2.0-only */
/* What the peers do to a packet: looks its tuple up in a hash and rewrites addresses, ports, TTL, MAC
 * addresses and checksums. None of the checks that a router needs but those for the right packet. */
#ifndef BENCH_BARE_REWRITE_BPF_H
#define BENCH_BARE_REWRITE_BPF_H

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "bench/bypass/flow_layout.h"

#define BARE_ONE_HOP bpf_htons(0xfeff) /* what one less in the upper byte of a word adds to a sum */

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, struct bare_key_ipv4);
	__type(value, struct bare_value_ipv4);
} bare_flows_ipv4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, struct bare_key_ipv6);
	__type(value, struct bare_value_ipv6);
} bare_flows_ipv6 SEC(".maps");

const volatile struct bare_settings settings SEC(".rodata.bare") = { 0 };

static __always_inline __u16 bare_sum(__u16 checksum, __u32 delta)
{
	__u32 sum = (__u16)~checksum + delta;

	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

static __always_inline void bare_common(struct ethhdr *link, struct udphdr *udp,
					const struct bare_ports *ports)
{
	__u32 *macs = (void *)link;
	__u16 checksum = udp->check;

	macs[0] = ports->macs[0];
	macs[1] = ports->macs[1];
	macs[2] = ports->macs[2];
	udp->source = ports->source;
	udp->dest = ports->destination;
	if (!checksum)
		return;
	checksum = bare_sum(checksum, (__u32)ports->address_delta + ports->port_delta);
	udp->check = checksum ? checksum : 0xffff;
}

/* 1: rewritten. */
static __always_inline int bare_rewrite_ipv4(void *data, void *end)
{
	struct ethhdr *link = data;
	struct iphdr *ip = (void *)(link + 1);
	struct udphdr *udp = (void *)(ip + 1);
	const struct bare_value_ipv4 *value;
	struct bare_key_ipv4 key;

	if ((void *)(udp + 1) > end || link->h_proto != bpf_htons(ETH_P_IP) || ip->ihl != 5 ||
	    ip->protocol != IPPROTO_UDP || ip->ttl <= 1)
		return 0;
	key = (struct bare_key_ipv4){ ip->saddr, ip->daddr, udp->source, udp->dest };
	value = bpf_map_lookup_elem(&bare_flows_ipv4, &key);
	if (!value)
		return 0;
	ip->ttl--;
	ip->check = bare_sum(ip->check, (__u32)value->ports.address_delta + BARE_ONE_HOP);
	ip->saddr = value->source;
	ip->daddr = value->destination;
	bare_common(link, udp, &value->ports);
	return 1;
}

static __always_inline int bare_rewrite_ipv6(void *data, void *end)
{
	struct ethhdr *link = data;
	struct ipv6hdr *ip = (void *)(link + 1);
	struct udphdr *udp = (void *)(ip + 1);
	const struct bare_value_ipv6 *value;
	struct bare_key_ipv6 key;

	if ((void *)(udp + 1) > end || link->h_proto != bpf_htons(ETH_P_IPV6) ||
	    ip->nexthdr != IPPROTO_UDP || ip->hop_limit <= 1)
		return 0;
	__builtin_memcpy(key.source, &ip->saddr, sizeof(key.source));
	__builtin_memcpy(key.destination, &ip->daddr, sizeof(key.destination));
	key.source_port = udp->source;
	key.destination_port = udp->dest;
	value = bpf_map_lookup_elem(&bare_flows_ipv6, &key);
	if (!value)
		return 0;
	ip->hop_limit--;
	__builtin_memcpy(&ip->saddr, value->source, sizeof(value->source));
	__builtin_memcpy(&ip->daddr, value->destination, sizeof(value->destination));
	bare_common(link, udp, &value->ports);
	return 1;
}

#endif
