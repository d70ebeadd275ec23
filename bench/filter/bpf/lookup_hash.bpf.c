// SPDX-License-Identifier: GPL-2.0-only
/* Peer: the per-CPU hash of exact addresses that xdp-filter looks sources up in, by itself. */
#include "lookup.bpf.h"

struct address_ipv6 {
	__u32 word[4];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} sources_ipv4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 1);
	__type(key, struct address_ipv6);
	__type(value, __u64);
} sources_ipv6 SEC(".maps");

static __always_inline int count(__u64 *hits)
{
	if (!hits)
		return 0;
	++*hits;
	return 1;
}

static __always_inline int found_ipv4(const struct iphdr *header)
{
	__u32 key = header->saddr;

	return count(bpf_map_lookup_elem(&sources_ipv4, &key));
}

static __always_inline int found_ipv6(const struct ipv6hdr *header)
{
	struct address_ipv6 key;

	__builtin_memcpy(&key, &header->saddr, sizeof(key));
	return count(bpf_map_lookup_elem(&sources_ipv6, &key));
}

LOOKUP_PROGRAM(lookup_ipv4, struct iphdr, found_ipv4)
LOOKUP_PROGRAM(lookup_ipv6, struct ipv6hdr, found_ipv6)

char LICENSE[] SEC("license") = "GPL";
