// SPDX-License-Identifier: GPL-2.0-only
/* Peer: asks the kernel's routes for each packet, which is what xdp-forward does. IPv4 only. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define INTERNET 2 /* AF_INET */

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, __u32);
} bare_device SEC(".maps");

SEC("xdp")
int bare_fib(struct xdp_md *ctx)
{
	struct ethhdr *link = (void *)(long)ctx->data;
	struct iphdr *ip = (void *)(link + 1);
	struct bpf_fib_lookup route = { .family = INTERNET, .ifindex = ctx->ingress_ifindex };
	__u32 sum;

	if ((void *)(ip + 1) > (void *)(long)ctx->data_end ||
	    link->h_proto != bpf_htons(ETH_P_IP) || ip->ttl <= 1)
		return XDP_PASS;
	route.tos = ip->tos;
	route.l4_protocol = ip->protocol;
	route.tot_len = bpf_ntohs(ip->tot_len);
	route.ipv4_src = ip->saddr;
	route.ipv4_dst = ip->daddr;
	if (bpf_fib_lookup(ctx, &route, sizeof(route), 0) != BPF_FIB_LKUP_RET_SUCCESS)
		return XDP_PASS;
	sum = ip->check + bpf_htons(0x0100);
	ip->check = sum + (sum >= 0xffff);
	ip->ttl--;
	__builtin_memcpy(link->h_dest, route.dmac, ETH_ALEN);
	__builtin_memcpy(link->h_source, route.smac, ETH_ALEN);
	return bpf_redirect_map(&bare_device, route.ifindex, XDP_PASS);
}

char LICENSE[] SEC("license") = "GPL";
