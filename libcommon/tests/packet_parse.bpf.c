// SPDX-License-Identifier: GPL-2.0-only
/* Runs every stage of the parser and tells what it told. */
#include "bpf/packet.bpf.h"
#include "bpf/subprogram.bpf.h"
#include "packet_parse.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct parse_exchange);
} exchange SEC(".maps");

static __always_inline __u32 distance(const void *from, const void *to)
{
	__u64 bytes = (__u64)to;

	asm("%0 -= %1" : "+r"(bytes) : "r"(from));
	return bytes;
}

static __always_inline void note_link(struct parsed_packet *parsed, const struct packet *packet)
{
	parsed->link_length = packet->link.length;
	parsed->tags = packet->link.tags;
	parsed->to_group = packet_is_to_group(packet);
	parsed->ethertype = packet->link.type.wire;
	parsed->tci[0] = packet->link.tci[0];
	parsed->tci[1] = packet->link.tci[1];
}

/* What the network and the extension stage tell. */
static __always_inline void note_network(struct parsed_packet *parsed, const struct packet *packet,
					 const void *start)
{
	parsed->family = packet->family;
	parsed->protocol = packet->protocol.number;
	parsed->fragment_kind = packet->fragment.kind;
	parsed->fragment_more = packet->fragment.more;
	parsed->fragment_offset = packet->fragment.offset;
	parsed->left = packet->left;
	parsed->at = distance(start, packet->at);
	if (packet->family == PACKET_IPV4) {
		parsed->network_offset = distance(start, packet->ipv4);
		__builtin_memcpy(parsed->header_start, packet->ipv4, 4);
	} else {
		parsed->network_offset = distance(start, packet->ipv6);
		__builtin_memcpy(parsed->header_start, packet->ipv6, 4);
	}
}

static __always_inline void note_transport(struct parsed_packet *parsed,
					   const struct packet *packet, const void *start)
{
	parsed->transport_kind = packet->transport.kind;
	parsed->source = packet->transport.source;
	parsed->destination = packet->transport.destination;
	parsed->type = packet->transport.type;
	parsed->code = packet->transport.code;
	if (packet->transport.kind != PACKET_NO_TRANSPORT)
		parsed->transport_offset = distance(start, packet->transport.header);
}

static __always_inline enum packet_outcome parse(struct parsed_packet *parsed,
						 struct packet *packet)
{
	const void *start = packet->at;
	enum packet_outcome outcome;

	parsed->stage = PARSED_LINK;
	outcome = packet_read_link(packet);
	if (outcome)
		return outcome;
	note_link(parsed, packet);
	parsed->stage = PARSED_NETWORK;
	outcome = packet_read_network(packet);
	if (outcome)
		return outcome;
	note_network(parsed, packet, start);
	parsed->stage = PARSED_EXTENSIONS;
	outcome = packet_read_extensions(packet);
	if (outcome)
		return outcome;
	note_network(parsed, packet, start);
	parsed->stage = PARSED_TRANSPORT;
	outcome = packet_read_transport(packet);
	if (outcome)
		return outcome;
	note_transport(parsed, packet, start);
	return PACKET_OK;
}

ECBPF_SUBPROGRAM(packet_parse)
{
	struct packet packet = packet_open(ctx, ecbpf_program.frags);
	struct parse_exchange *shared;
	__u32 only_entry = 0, skip;

	shared = bpf_map_lookup_elem(&exchange, &only_entry);
	if (!shared)
		return ecbpf_abort(ECBPF_REASON_NO_MAP);
	skip = shared->skip;
	if (skip > sizeof(struct ethhdr))
		return ecbpf_abort(ECBPF_REASON_IMPOSSIBLE);
	packet.at += skip;
	packet.frame_length -= skip;
	shared->runs++;
	shared->readable = distance((void *)(long)ctx->data, packet.end) - skip;
	__builtin_memset(&shared->parsed, 0, sizeof(shared->parsed));
	shared->parsed.outcome = packet_reason(parse(&shared->parsed, &packet));
	return ecbpf_pass(shared->parsed.outcome);
}

char LICENSE[] SEC("license") = "GPL";
