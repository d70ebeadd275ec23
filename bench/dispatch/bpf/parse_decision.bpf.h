/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parsing slots of the benchmark decide on; the packets of the benchmark pass. */
#ifndef BENCH_PARSE_DECISION_BPF_H
#define BENCH_PARSE_DECISION_BPF_H

#include "bpf/chain.bpf.h"
#include "bpf/packet.bpf.h"

#define ONLY_ENTRY ((const void *)&ecbpf_program.only_entry)

/* What a root would write down for its slots. */
struct parse_record {
	__u8 outcome; /* enum packet_outcome */
	__u8 family;  /* enum packet_family */
	__u8 protocol;
	__u8 fragment; /* enum packet_fragment_kind */
	__be16 source;
	__be16 destination;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct parse_record);
} parse_records SEC(".maps");

static __always_inline void parse_fill(struct xdp_md *ctx, struct parse_record *record)
{
	struct packet packet = packet_open(ctx, 0);

	record->outcome = packet_read_all(&packet);
	record->family = packet.family;
	record->protocol = packet.protocol.number;
	record->fragment = packet.fragment.kind;
	record->source = packet.transport.source;
	record->destination = packet.transport.destination;
}

/* 1: to be dropped. */
static __always_inline int parse_decides(const struct parse_record *record)
{
	if (record->outcome || record->fragment == PACKET_LATER)
		return 1;
	if (record->family == PACKET_IPV6 && record->protocol == IPPROTO_ICMPV6)
		return 1;
	return record->protocol == IPPROTO_UDP && record->destination == bpf_htons(7777);
}

#endif
