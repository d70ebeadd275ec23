// SPDX-License-Identifier: GPL-2.0-only
/* The filter's own lookup, by itself. */
#include "lookup.bpf.h"
#include "xdp_filter/source_lookup.bpf.h"

static __always_inline int found_ipv4(const struct iphdr *header)
{
	struct source_key key = source_key_ipv4(header);

	return source_lookup(&key, 0, 64) == SOURCE_ANSWER_DROP;
}

static __always_inline int found_ipv6(const struct ipv6hdr *header)
{
	struct source_key key = source_key_ipv6(header);

	return source_lookup(&key, 1, 64) == SOURCE_ANSWER_DROP;
}

LOOKUP_PROGRAM(lookup_ipv4, struct iphdr, found_ipv4)
LOOKUP_PROGRAM(lookup_ipv6, struct ipv6hdr, found_ipv6)

char LICENSE[] SEC("license") = "GPL";
