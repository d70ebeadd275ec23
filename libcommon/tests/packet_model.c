// SPDX-License-Identifier: GPL-2.0-only
#include "packet_model.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <string.h>

#include "abi/reasons.h"

/* Where the model is in the frame. */
struct position {
	size_t offset; /* of the next header */
	size_t ip_end; /* offset behind the last byte of the IP packet */
	int protocol;  /* number of the next header */
	bool fragment_seen;
};

static bool readable(const struct model_frame *frame, size_t offset, size_t size)
{
	return offset + size <= frame->readable;
}

static unsigned int get16(const struct model_frame *frame, size_t offset)
{
	return (unsigned int)frame->bytes[offset] << 8 | frame->bytes[offset + 1];
}

static void show_position(const struct position *position, struct parsed_packet *parsed)
{
	parsed->protocol = (__u8)position->protocol;
	parsed->at = (__u32)position->offset;
	parsed->left = (__u32)(position->ip_end - position->offset);
}

/* IEEE 802.1Q: a tag is a type of its own, then the tag control information. */
static int model_link(const struct model_frame *frame, struct parsed_packet *parsed)
{
	unsigned int types[4], tags = 0;

	if (frame->readable < 14)
		return ECBPF_REASON_SHORT_ETHERNET;
	types[0] = get16(frame, 12);
	while (types[tags] == 0x8100 || types[tags] == 0x88a8) {
		if (tags == 2)
			return ECBPF_REASON_MANY_TAGS;
		if (frame->readable < 14 + 4 * (tags + 1))
			return ECBPF_REASON_SHORT_ETHERNET;
		tags++;
		types[tags] = get16(frame, 12 + 4 * tags);
	}
	for (unsigned int i = 0; i < tags; i++)
		parsed->tci[i] = htons((__u16)get16(frame, 14 + 4 * i));
	parsed->link_length = (__u16)(14 + 4 * tags);
	parsed->tags = (__u8)tags;
	parsed->to_group = frame->bytes[0] & 1;
	parsed->ethertype = htons((__u16)types[tags]);
	return 0;
}

/* RFC 791. */
static int model_ipv4(const struct model_frame *frame, struct position *position,
		      struct parsed_packet *parsed)
{
	size_t start = position->offset, header, total;
	unsigned int fragment;

	if (!readable(frame, start, 20))
		return ECBPF_REASON_SHORT_IPV4;
	header = 4U * (frame->bytes[start] % 16);
	if (frame->bytes[start] / 16 != 4 || header < 20)
		return ECBPF_REASON_BAD_IPV4;
	if (!readable(frame, start, header))
		return ECBPF_REASON_SHORT_IPV4;
	total = get16(frame, start + 2);
	if (total < header || start + total > frame->length)
		return ECBPF_REASON_BAD_IPV4;
	position->offset = start + header;
	position->ip_end = start + total;
	position->protocol = frame->bytes[start + 9];
	fragment = get16(frame, start + 6) % 0x4000; /* without the reserved bit and DF */
	parsed->fragment_more = fragment / 0x2000;
	parsed->fragment_offset = (__u16)(fragment % 0x2000 * 8);
	parsed->fragment_kind = parsed->fragment_offset ? 2 : parsed->fragment_more;
	parsed->family = 4;
	return 0;
}

/* RFC 8200, and Linux's reading of RFC 2675 where the payload length is 0. */
static int model_ipv6(const struct model_frame *frame, struct position *position,
		      struct parsed_packet *parsed)
{
	size_t start = position->offset, payload;

	if (!readable(frame, start, 40))
		return ECBPF_REASON_SHORT_IPV6;
	payload = get16(frame, start + 4);
	if (frame->bytes[start] / 16 != 6 || start + 40 + payload > frame->length)
		return ECBPF_REASON_BAD_IPV6;
	position->offset = start + 40;
	position->protocol = frame->bytes[start + 6];
	position->ip_end = position->offset + payload;
	if (payload == 0 && position->protocol == 0)
		position->ip_end = frame->length;
	parsed->family = 6;
	return 0;
}

static int model_network(const struct model_frame *frame, struct position *position,
			 struct parsed_packet *parsed)
{
	int reason = ECBPF_REASON_NOT_IP;

	position->offset = parsed->link_length;
	if (parsed->ethertype == htons(0x0800))
		reason = model_ipv4(frame, position, parsed);
	else if (parsed->ethertype == htons(0x86dd))
		reason = model_ipv6(frame, position, parsed);
	if (reason)
		return reason;
	parsed->network_offset = parsed->link_length;
	memcpy(parsed->header_start, frame->bytes + parsed->link_length, 4);
	show_position(position, parsed);
	return 0;
}

/* How an extension header tells its length: bytes = base + unit * field. */
static const struct extension_rule {
	int number;
	unsigned int base, unit;
} extension_rules[] = {
	{ 0, 8, 8 },   /* hop-by-hop options, RFC 8200 4.3 */
	{ 43, 8, 8 },  /* routing, RFC 8200 4.4 */
	{ 44, 8, 0 },  /* fragment, RFC 8200 4.5 */
	{ 51, 8, 4 },  /* authentication header, RFC 4302 2.2 */
	{ 60, 8, 8 },  /* destination options, RFC 8200 4.6 */
	{ 135, 8, 8 }, /* mobility, RFC 6275 6.1.1 */
	{ 139, 8, 8 }, /* host identity protocol, RFC 7401 5.1 */
	{ 140, 8, 8 }, /* shim6, RFC 5533 5.1 */
};

static const struct extension_rule *find_rule(int number)
{
	for (size_t i = 0; i < sizeof(extension_rules) / sizeof(*extension_rules); i++) {
		if (extension_rules[i].number == number)
			return &extension_rules[i];
	}
	return NULL;
}

static void model_fragment(const struct model_frame *frame, const struct position *position,
			   struct parsed_packet *parsed)
{
	unsigned int field = get16(frame, position->offset + 2);

	parsed->fragment_offset = (__u16)(field / 8 * 8);
	parsed->fragment_more = field % 2;
	if (field / 8)
		parsed->fragment_kind = 2;
	else
		parsed->fragment_kind = field % 2 ? 1 : 3;
}

static int model_extension(const struct model_frame *frame, struct position *position,
			   const struct extension_rule *rule, struct parsed_packet *parsed)
{
	size_t length;

	if (!readable(frame, position->offset, 8) || position->offset + 8 > position->ip_end)
		return ECBPF_REASON_SHORT_EXTENSION;
	length = rule->base + rule->unit * frame->bytes[position->offset + 1];
	if (position->offset + length > position->ip_end)
		return ECBPF_REASON_SHORT_EXTENSION;
	if (rule->number == 44) {
		if (position->fragment_seen)
			return ECBPF_REASON_BAD_IPV6;
		position->fragment_seen = true;
		model_fragment(frame, position, parsed);
	}
	position->protocol = frame->bytes[position->offset];
	position->offset += length;
	return 0;
}

static int model_extensions(const struct model_frame *frame, struct position *position,
			    struct parsed_packet *parsed)
{
	struct parsed_packet found = *parsed;
	const struct extension_rule *rule;
	unsigned int count = 0;

	while (parsed->family == 6 && (rule = find_rule(position->protocol))) {
		int reason = ECBPF_REASON_LONG_CHAIN;

		if (found.fragment_kind == 2)
			break;
		if (count++ < 8)
			reason = model_extension(frame, position, rule, &found);
		if (reason)
			return reason;
	}
	*parsed = found;
	show_position(position, parsed);
	return 0;
}

/* Bytes of the fixed header: RFC 9293, 768, 3828, 9260, 4340 (with short sequence numbers), 792, 4443.
 * 0: not read. */
static size_t transport_size(const struct parsed_packet *parsed)
{
	switch (parsed->protocol) {
	case 6:
		return 20;
	case 17:
	case 136:
		return 8;
	case 132:
	case 33:
		return 12;
	case 1:
		return parsed->family == 4 ? 8 : 0;
	case 58:
		return parsed->family == 6 ? 8 : 0;
	}
	return 0;
}

static int model_transport(const struct model_frame *frame, const struct position *position,
			   struct parsed_packet *parsed)
{
	size_t size = transport_size(parsed), offset = position->offset;

	if (!size || parsed->fragment_kind == 2)
		return 0;
	if (offset + size > position->ip_end || !readable(frame, offset, size))
		return ECBPF_REASON_SHORT_TRANSPORT;
	parsed->transport_offset = (__u32)offset;
	if (parsed->protocol == 1 || parsed->protocol == 58) {
		parsed->transport_kind = 2;
		parsed->type = frame->bytes[offset];
		parsed->code = frame->bytes[offset + 1];
		return 0;
	}
	parsed->transport_kind = 1;
	parsed->source = htons((__u16)get16(frame, offset));
	parsed->destination = htons((__u16)get16(frame, offset + 2));
	return 0;
}

void packet_model(const struct model_frame *frame, struct parsed_packet *ret_parsed)
{
	struct parsed_packet *parsed = ret_parsed;
	struct position position = { 0 };

	memset(parsed, 0, sizeof(*parsed));
	parsed->stage = PARSED_LINK;
	parsed->outcome = (__u32)model_link(frame, parsed);
	if (!parsed->outcome) {
		parsed->stage = PARSED_NETWORK;
		parsed->outcome = (__u32)model_network(frame, &position, parsed);
	}
	if (!parsed->outcome) {
		parsed->stage = PARSED_EXTENSIONS;
		parsed->outcome = (__u32)model_extensions(frame, &position, parsed);
	}
	if (!parsed->outcome) {
		parsed->stage = PARSED_TRANSPORT;
		parsed->outcome = (__u32)model_transport(frame, &position, parsed);
	}
}
