// SPDX-License-Identifier: GPL-2.0-only
/* IPv4: RFC 791, with what RFC 1122, 1812 and 3514 say about its fields. */
#include "filter_model_packet.h"

static const char *const martians[] = {
	"127.0.0.0/8", /* RFC 1122 3.2.1.3 (g) */
	"224.0.0.0/4", /* multicast is never a source: RFC 1112 7.2 */
	"240.0.0.0/4", /* reserved, and the limited broadcast: RFC 1112 4, RFC 1122 3.2.1.3 (c) */
	NULL,
};
static const char *const this_network[] = { "0.0.0.0/8", NULL }; /* RFC 1122 3.2.1.3 (b) */
static const char *const this_host[] = { "0.0.0.0/32", NULL };   /* (a): while it has no address */

/* The fixed header is there. Where the packet ends, if that can be. */
static uint32_t read_lengths(struct model_packet *packet)
{
	const uint8_t *header = packet->frame->bytes + packet->network;
	size_t length = 4U * (header[0] % 16), total = model_get16(header + 2);

	if (length < 20)
		return ECBPF_REASON_BAD_IPV4;
	if (packet->network + length > packet->frame->linear)
		return ECBPF_REASON_SHORT_IPV4;
	if (total < length || packet->network + total > packet->frame->length)
		return ECBPF_REASON_BAD_IPV4;
	packet->header_end = packet->network + length;
	packet->payload = packet->header_end;
	packet->end = packet->network + total;
	return 0;
}

static int check_header(struct model_packet *packet)
{
	const uint8_t *header = packet->frame->bytes + packet->network;
	size_t length = packet->header_end - packet->network;
	int found = MODEL_NEXT_STEP;

	if (length > 20)
		found = model_finds(packet, FILTER_CHECK_OPTIONS, FILTER_REASON_OPTIONS);
	if (!found && header[6] >= 0x80)
		found = model_finds(packet, FILTER_CHECK_EVIL, FILTER_REASON_EVIL);
	if (!found && model_checksum(header, length, 0))
		found = model_finds(packet, FILTER_CHECK_CHECKSUM, FILTER_REASON_CHECKSUM);
	if (!found && model_same_addresses(packet))
		found = model_finds(packet, FILTER_CHECK_SAME, FILTER_REASON_SAME_IPV4);
	if (!found && (model_is_in(packet, packet->source, martians) ||
		       (model_is_in(packet, packet->source, this_network) &&
			!model_is_in(packet, packet->source, this_host))))
		found = model_finds(packet, FILTER_CHECK_MARTIAN, FILTER_REASON_MARTIAN_IPV4);
	return found;
}

static void read_fragment(struct model_packet *packet)
{
	const uint8_t *header = packet->frame->bytes + packet->network;
	unsigned int field = model_get16(header + 6);
	bool more = field & 0x2000;

	packet->protocol = header[9];
	packet->fragment_offset = 8U * (field % 0x2000);
	if (packet->fragment_offset)
		packet->fragment = MODEL_LATER;
	else
		packet->fragment = more ? MODEL_FIRST : MODEL_WHOLE;
}

int model_ipv4(struct model_packet *packet)
{
	const uint8_t *header = packet->frame->bytes + packet->network;
	uint32_t reason;
	int found;

	if (packet->network + 20 > packet->frame->linear) {
		found = model_finds(packet, FILTER_CHECK_LENGTH, ECBPF_REASON_SHORT_IPV4);
		return found ? found : MODEL_GOES_ON;
	}
	if (header[0] / 16 != 4) {
		found = model_finds(packet, FILTER_CHECK_VERSION, FILTER_REASON_VERSION_IPV4);
		return found ? found : MODEL_GOES_ON;
	}
	packet->source = header + 12;
	packet->destination = header + 16;
	packet->address_size = 4;
	found = model_source_list(packet);
	if (found)
		return found;
	reason = read_lengths(packet);
	if (reason) {
		found = model_finds(packet, FILTER_CHECK_LENGTH, reason);
		return found ? found : MODEL_GOES_ON;
	}
	found = check_header(packet);
	read_fragment(packet);
	return found;
}
