// SPDX-License-Identifier: GPL-2.0-only
/* Peer: the kernel's LPM trie. What is found is counted, as in the filter. */
#include "lookup.bpf.h"

struct key_ipv4 {
	__u32 length;
	__u32 address;
};

struct key_ipv6 {
	__u32 length;
	__u32 address[4];
};

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1);
	__type(key, struct key_ipv4);
	__type(value, __u64);
} sources_ipv4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1);
	__type(key, struct key_ipv6);
	__type(value, __u64);
} sources_ipv6 SEC(".maps");

static __always_inline int count(__u64 *hits)
{
	if (!hits)
		return 0;
	__sync_fetch_and_add(hits, 1);
	return 1;
}

static __always_inline int found_ipv4(const struct iphdr *header)
{
	struct key_ipv4 key = { 32, header->saddr };

	return count(bpf_map_lookup_elem(&sources_ipv4, &key));
}

static __always_inline int found_ipv6(const struct ipv6hdr *header)
{
	struct key_ipv6 key = { .length = 128 };

	__builtin_memcpy(key.address, &header->saddr, sizeof(key.address));
	return count(bpf_map_lookup_elem(&sources_ipv6, &key));
}

LOOKUP_PROGRAM(lookup_ipv4, struct iphdr, found_ipv4)
LOOKUP_PROGRAM(lookup_ipv6, struct ipv6hdr, found_ipv6)

char LICENSE[] SEC("license") = "GPL";
