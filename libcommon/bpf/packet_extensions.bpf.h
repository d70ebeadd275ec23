/* SPDX-License-Identifier: GPL-2.0-only */
/* Extension stage of the parser: the chain of headers between IPv6 and the transport. See
 * packet.bpf.h. Headers are followed in any order and number up to PACKET_EXTENSION_LIMIT; their
 * options are not looked at. ESP and "no next header" end the chain like a transport does. */
#ifndef ECBPF_PACKET_EXTENSIONS_BPF_H
#define ECBPF_PACKET_EXTENSIONS_BPF_H

#include "packet_struct.bpf.h"

#define PACKET_MOBILITY 135
#define PACKET_HIP 139
#define PACKET_SHIM6 140

#define PACKET_IPV6_OFFSET 0xfff8 /* of the fragment header's field, in host byte order: bytes */
#define PACKET_IPV6_MORE 1

/* Every extension header has at least these eight bytes. */
struct packet_extension {
	__u8 next;
	__u8 length;     /* units and bias depend on the protocol; reserved in a fragment header */
	__be16 fragment; /* in a fragment header: offset and flags */
	__be32 rest;
};

/* What the walk has learned about fragmentation. */
struct packet_fragment_walk {
	__u64 headers; /* fragment headers seen */
	__u64 field;   /* of the fragment header, network byte order */
	__u64 seen;    /* bit (number % 64) of every header: no two of them share one */
	__u64 repeats; /* the bits of those that came too often */
};

/* Two masks: a packet without extensions pays one shift and one test. */
static __always_inline int packet_is_extension(struct packet_protocol protocol)
{
	const __u64 from_0 = 1ULL << IPPROTO_HOPOPTS | 1ULL << IPPROTO_ROUTING |
			     1ULL << IPPROTO_FRAGMENT | 1ULL << IPPROTO_AH |
			     1ULL << IPPROTO_DSTOPTS;
	const __u64 from_128 = 1ULL << (PACKET_MOBILITY - 128) | 1ULL << (PACKET_HIP - 128) |
			       1ULL << (PACKET_SHIM6 - 128);

	if (protocol.number < 64)
		return from_0 >> protocol.number & 1;
	if (protocol.number >= 128 && protocol.number < 192)
		return from_128 >> (protocol.number - 128) & 1;
	return 0;
}

/* 1 if the numbers are equal, else 0. Arithmetic instead of a branch keeps one path through the
 * loop for the verifier, which otherwise follows every combination of kinds of header. */
static __always_inline __u64 packet_is_number(struct packet_protocol protocol, __u64 number)
{
	__u64 difference = protocol.number ^ number;

	asm("%0 += -1\n\t%0 >>= 63" : "+r"(difference));
	return difference;
}

/* Bytes of a header that is not a fragment header: in AH the field counts 4-byte units less two,
 * elsewhere 8-byte units less one. */
static __always_inline __u64 packet_extension_length(struct packet_protocol protocol, __u64 field)
{
	__u64 is_ah = packet_is_number(protocol, IPPROTO_AH);
	__u64 half = (field + 1 + is_ah) << 2;

	return half + (half & (is_ah - 1));
}

/* RFC 8200 4.1: each at most once, Destination Options at most twice. The bit behind theirs, which
 * is no header's, is set when they come for the second time. */
static __always_inline void packet_note_extension(struct packet_protocol protocol,
						  struct packet_fragment_walk *walk)
{
	__u64 bit = 1ULL << (protocol.number & 63);
	__u64 again = walk->seen & bit;

	bit <<= packet_is_number(protocol, IPPROTO_DSTOPTS) & !!again;
	walk->repeats |= walk->seen & bit;
	walk->seen |= bit;
}

/* Moves behind the extension header at the cursor. */
static __always_inline enum packet_outcome packet_read_extension(struct packet *packet,
								 struct packet_fragment_walk *walk)
{
	struct packet_extension *header = packet->at;
	__u64 is_fragment, length;

	if ((void *)(header + 1) > packet->end)
		return PACKET_SHORT_EXTENSION;
	is_fragment = packet_is_number(packet->protocol, IPPROTO_FRAGMENT);
	length = packet_extension_length(packet->protocol, header->length & (is_fragment - 1));
	if (packet->left < length)
		return PACKET_SHORT_EXTENSION;
	packet_note_extension(packet->protocol, walk);
	walk->headers += is_fragment;
	walk->field |= header->fragment & -is_fragment;
	packet->protocol.number = header->next;
	packet->at = (void *)header + length;
	packet->left -= length;
	return walk->headers > 1 ? PACKET_BAD_IPV6 : PACKET_OK;
}

static __always_inline void packet_note_ipv6_fragment(struct packet *packet,
						      const struct packet_fragment_walk *walk)
{
	__u16 field = bpf_ntohs(walk->field);

	if (!walk->headers)
		return;
	packet->fragment.offset = field & PACKET_IPV6_OFFSET;
	packet->fragment.more = field & PACKET_IPV6_MORE;
	if (packet->fragment.offset)
		packet->fragment.kind = PACKET_LATER;
	else
		packet->fragment.kind = packet->fragment.more ? PACKET_FIRST : PACKET_ATOMIC;
}

/* Follows the chain to the transport, to its end, or up to a later fragment's header: what follows
 * that is the middle of something. Fills .fragment, .protocol, .left, .repeats. Does nothing in IPv4,
 * where AH is a protocol like any other. Outcomes: OK, SHORT_EXTENSION (packet or frame ends inside an
 * extension header), LONG_CHAIN, BAD_IPV6 (a second fragment header). After packet_read_network().
 * A multi-buffer frame whose linear part ends inside the chain is SHORT_EXTENSION as well. */
static __always_inline enum packet_outcome packet_read_extensions(struct packet *packet)
{
	struct packet_fragment_walk walk = { 0 };

	if (packet->family != PACKET_IPV6)
		return PACKET_OK;
#pragma clang loop unroll(disable)
	for (int i = 0; packet_is_extension(packet->protocol); i++) {
		enum packet_outcome outcome;

		if (i == PACKET_EXTENSION_LIMIT)
			return PACKET_LONG_CHAIN;
		outcome = packet_read_extension(packet, &walk);
		if (outcome)
			return outcome;
		if (walk.field & bpf_htons(PACKET_IPV6_OFFSET))
			break;
	}
	packet->repeats = !!walk.repeats;
	packet_note_ipv6_fragment(packet, &walk);
	return PACKET_OK;
}

#endif
