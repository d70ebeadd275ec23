// SPDX-License-Identifier: GPL-2.0-only
/* The filter: drops malformed packets, listed sources and, where asked to, fragments. Never looks
 * at ports. What it does not drop continues to the next slot. */
#include "bpf/packet.bpf.h"
#include "bpf/subprogram.bpf.h"
#include "xdp_filter.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct filter_config);
} filter_config SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, FILTER_LIST_SIZE);
	__type(key, struct filter_ipv4_key);
	__type(value, struct filter_drop);
} drop_ipv4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, FILTER_LIST_SIZE);
	__type(key, struct filter_ipv6_key);
	__type(value, struct filter_drop);
} drop_ipv6 SEC(".maps");

static __always_inline int is_listed_ipv4(const struct iphdr *header)
{
	struct filter_ipv4_key key = { .prefix_length = 32 };

	__builtin_memcpy(key.address, &header->saddr, sizeof(key.address));
	return bpf_map_lookup_elem(&drop_ipv4, &key) != 0;
}

static __always_inline int is_listed_ipv6(const struct ipv6hdr *header)
{
	struct filter_ipv6_key key = { .prefix_length = 128 };

	__builtin_memcpy(key.address, &header->saddr, sizeof(key.address));
	return bpf_map_lookup_elem(&drop_ipv6, &key) != 0;
}

static __always_inline struct ecbpf_verdict decide_source(const struct packet *packet)
{
	if (packet->family == PACKET_IPV4 && is_listed_ipv4(packet->ipv4))
		return ecbpf_drop(FILTER_REASON_SOURCE_IPV4);
	if (packet->family == PACKET_IPV6 && is_listed_ipv6(packet->ipv6))
		return ecbpf_drop(FILTER_REASON_SOURCE_IPV6);
	return ecbpf_continue();
}

/* Drops with `reason` if fragments are to be dropped now. */
static __always_inline struct ecbpf_verdict decide_fragment(__u32 reason)
{
	const struct filter_config *config;
	__u32 only_entry = 0;

	config = bpf_map_lookup_elem(&filter_config, &only_entry);
	if (!config)
		return ecbpf_abort(ECBPF_REASON_NO_MAP);
	return config->frags_drop ? ecbpf_drop(reason) : ecbpf_continue();
}

static __always_inline int is_fragment(const struct packet *packet)
{
	return packet->fragment.kind == PACKET_FIRST || packet->fragment.kind == PACKET_LATER;
}

/* After the network stage. Whole packets do not even read the configuration. */
static __always_inline struct ecbpf_verdict decide_fragmentation(struct packet *packet)
{
	enum packet_outcome outcome = packet_read_extensions(packet);

	if (outcome == PACKET_LONG_CHAIN)
		return decide_fragment(ECBPF_REASON_LONG_CHAIN);
	if (outcome)
		return ecbpf_drop(packet_reason(outcome));
	if (!is_fragment(packet))
		return ecbpf_continue();
	return decide_fragment(packet->family == PACKET_IPV4 ? FILTER_REASON_FRAGMENT_IPV4 :
							       FILTER_REASON_FRAGMENT_IPV6);
}

ECBPF_SUBPROGRAM(xdp_filter)
{
	struct packet packet = packet_open(ctx, ecbpf_program.frags);
	enum packet_outcome outcome = packet_read_link(&packet);
	struct ecbpf_verdict verdict;

	if (!outcome)
		outcome = packet_read_network(&packet);
	if (outcome == PACKET_NOT_IP)
		return ecbpf_continue();
	if (outcome)
		return ecbpf_drop(packet_reason(outcome));
	verdict = decide_source(&packet);
	return verdict.is_final ? verdict : decide_fragmentation(&packet);
}

char LICENSE[] SEC("license") = "GPL";
