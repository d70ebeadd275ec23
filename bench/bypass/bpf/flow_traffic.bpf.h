/* SPDX-License-Identifier: GPL-2.0-only */
/* Writes a packet of a random flow over whatever the packet in hand is: all of its headers, because
 * frames come back as the last hop left them. Right in every checksum. */
#ifndef BENCH_FLOW_TRAFFIC_BPF_H
#define BENCH_FLOW_TRAFFIC_BPF_H

#include <linux/bpf.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "bench/bypass/flow_layout.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct flow_template);
} template SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} random_state SEC(".maps");

const volatile struct flow_traffic settings SEC(".rodata.traffic") = { 0 };

static __always_inline __u16 flow_checksum(__u64 sum, __be32 word)
{
	sum += (word & 0xffff) + (word >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

static __always_inline void flow_put_ipv4(struct iphdr *ip, struct udphdr *udp, __be32 source)
{
	__u16 checksum = flow_checksum(settings.udp_rest, source);

	ip->saddr = source;
	ip->check = flow_checksum(settings.ip_rest, source);
	udp->check = checksum ? checksum : 0xffff;
}

static __always_inline void flow_put_ipv6(struct ipv6hdr *ip, struct udphdr *udp, __be32 source)
{
	__u16 checksum = flow_checksum(settings.udp_rest, source);

	ip->saddr.in6_u.u6_addr32[3] = source;
	udp->check = checksum ? checksum : 0xffff;
}

/* The last 32 bits of the source of a random flow. A multiplication instead of a modulo. */
static __always_inline __be32 flow_random(__u64 *state)
{
	*state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
	return bpf_htonl(settings.first + (__u32)((*state >> 32) * settings.count >> 32));
}

/* 0, or -1: the frame is too short. */
static __always_inline int flow_put(struct xdp_md *ctx)
{
	void *frame = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	void *network = frame + settings.link;
	__u32 only_entry = 0;
	const struct flow_template *copy = bpf_map_lookup_elem(&template, &only_entry);
	__u64 *state = bpf_map_lookup_elem(&random_state, &only_entry), *to = frame;
	struct udphdr *udp;

	if (!copy || !state || frame + FLOW_FRAME_SIZE > end)
		return -1;
#pragma clang loop unroll(full)
	for (int i = 0; i < FLOW_FRAME_SIZE / 8; i++)
		to[i] = copy->word[i];
	udp = network + (settings.is_ipv6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr));
	if ((void *)(udp + 1) > end)
		return -1;
	if (settings.is_ipv6)
		flow_put_ipv6(network, udp, flow_random(state));
	else
		flow_put_ipv4(network, udp, flow_random(state));
	return 0;
}

#endif
