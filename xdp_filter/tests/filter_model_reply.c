// SPDX-License-Identifier: GPL-2.0-only
/* Fragments, and Packet Too Big in answer to them: RFC 792 and 1191, RFC 4443 and 8201; when there
 * must be none: RFC 1122 3.2.2, RFC 1812 4.3.2.7, RFC 4443 2.4. */
#include "filter_model_packet.h"

#include <linux/bpf.h>
#include <string.h>

#define TCP 6
#define QUOTE_LIMIT_IPV4 (576 - 20 - 8)  /* RFC 1812 4.3.2.3 */
#define QUOTE_LIMIT_IPV6 (1280 - 40 - 8) /* RFC 4443 2.4 (c) */
#define MTU_LEAST_IPV4 68                /* RFC 791 */
#define MTU_LEAST_IPV6 1280              /* RFC 8200 5 */

/* Cannot be the source of an answer, nor its destination. */
static const char *const no_host_ipv4[] = { "0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/3", NULL };
static const char *const no_host_ipv6[] = { "::/128", "::1/128", "ff00::/8", "::ffff:0:0/96",
					    NULL };

static uint32_t counter_of(const struct model_packet *packet, uint32_t ipv4, uint32_t ipv6)
{
	return packet->family == 4 ? ipv4 : ipv6;
}

bool model_fragments_unwanted(const struct model_packet *packet)
{
	const struct filter_model *model = packet->model;
	uint8_t policy =
		packet->family == 4 ? model->config.fragments_ipv4 : model->config.fragments_ipv6;

	if (policy != FILTER_FRAGMENTS_DROP_UNLESS_LOCAL)
		return policy == FILTER_FRAGMENTS_DROP;
	for (size_t i = 0; i < model->local_count; i++) {
		if (model_prefix_holds(&model->locals[i], packet->family, packet->destination))
			return false;
	}
	return true;
}

/* Bytes of the fixed transport header: RFC 9293, 768, 3828, 9260, 4340 (with short sequence numbers),
 * 792, 4443. */
static size_t transport_size(const struct model_packet *packet)
{
	switch (packet->protocol) {
	case TCP:
		return 20;
	case 17:
	case 136:
		return 8;
	case 132:
	case 33:
		return 12;
	case 1:
		return packet->family == 4 ? 8 : 0;
	case 58:
		return packet->family == 6 ? 8 : 0;
	}
	return 0;
}

static bool is_tiny(const struct model_packet *packet)
{
	return packet->end - packet->payload < transport_size(packet);
}

int model_fragments(struct model_packet *packet)
{
	uint64_t *counter = packet->model->counter;
	uint32_t reason;

	if (packet->fragment == MODEL_WHOLE)
		return MODEL_GOES_ON;
	if (packet->fragment == MODEL_FIRST) {
		counter[counter_of(packet, FILTER_COUNT_FIRST_IPV4, FILTER_COUNT_FIRST_IPV6)]++;
		if (is_tiny(packet))
			counter[counter_of(packet, FILTER_COUNT_TINY_IPV4,
					   FILTER_COUNT_TINY_IPV6)]++;
	} else {
		counter[counter_of(packet, FILTER_COUNT_LATER_IPV4, FILTER_COUNT_LATER_IPV6)]++;
		if (packet->protocol == TCP && packet->fragment_offset < transport_size(packet))
			counter[counter_of(packet, FILTER_COUNT_OVERLAP_IPV4,
					   FILTER_COUNT_OVERLAP_IPV6)]++;
	}
	if (!model_fragments_unwanted(packet))
		return MODEL_GOES_ON;
	if (packet->fragment == MODEL_FIRST && packet->model->config.ptb_interval) {
		int sent = model_packet_too_big(packet);

		if (sent)
			return sent;
	}
	reason = counter_of(packet, FILTER_REASON_FRAGMENT_IPV4, FILTER_REASON_FRAGMENT_IPV6);
	counter[reason]++;
	return (int)reason;
}

static bool is_icmp_error(const struct model_packet *packet)
{
	unsigned int type = packet->frame->bytes[packet->payload];

	if (packet->family == 4 && packet->protocol == 1)
		return type == 3 || type == 4 || type == 5 || type == 11 || type == 12 || type > 18;
	if (packet->family == 6 && packet->protocol == 58)
		return type < 128 || type == 137;
	return false;
}

static bool is_forbidden(const struct model_packet *packet)
{
	const char *const *no_host = packet->family == 4 ? no_host_ipv4 : no_host_ipv6;
	const uint8_t *frame = packet->frame->bytes, *header = frame + packet->network;
	size_t payload = packet->end - packet->payload;

	if (frame[0] % 2 || frame[6] % 2)
		return true;
	if (model_is_in(packet, packet->destination, no_host) ||
	    model_is_in(packet, packet->source, no_host) || model_same_addresses(packet))
		return true;
	if (packet->family == 4 && model_checksum(header, packet->header_end - packet->network, 0))
		return true;
	if (packet->family == 6 && model_get16(header + 4) == 0)
		return true;
	if (payload == 0 || payload % 8 || is_tiny(packet))
		return true;
	/* The least quote that tells its receiver anything: headers and 64 bits (RFC 792). */
	if (packet->payload + 8 > packet->frame->linear)
		return true;
	return is_icmp_error(packet);
}

static void put16(uint8_t *bytes, unsigned int value)
{
	bytes[0] = (uint8_t)(value / 256);
	bytes[1] = (uint8_t)value;
}

/* As much of the datagram as the RFCs let an answer quote. */
static size_t quotable(const struct model_packet *packet)
{
	size_t limit = packet->family == 4 ? QUOTE_LIMIT_IPV4 : QUOTE_LIMIT_IPV6;
	size_t length = packet->end - packet->network;

	return length < limit ? length : limit;
}

static size_t quote_length(const struct model_packet *packet)
{
	size_t linear = packet->frame->linear - packet->network;

	return quotable(packet) <= linear ? quotable(packet) : linear / 4 * 4;
}

static unsigned int mtu(const struct model_packet *packet, unsigned int least)
{
	unsigned int mtu = packet->model->config.ptb_mtu;

	if (!mtu)
		mtu = (unsigned int)(packet->end - packet->network);
	return mtu < least ? least : mtu;
}

static size_t put_ipv4(const struct model_packet *packet, uint8_t *ip)
{
	size_t quote = quote_length(packet);
	uint8_t *icmp = ip + 20;

	memset(ip, 0, 28);
	ip[0] = 0x45;
	ip[1] = (uint8_t)(4 * packet->model->config.ptb_dscp);
	put16(ip + 2, (unsigned int)(28 + quote));
	ip[6] = 0x40;
	ip[8] = packet->model->config.ptb_ttl;
	ip[9] = 1;
	memcpy(ip + 12, packet->destination, 4);
	memcpy(ip + 16, packet->source, 4);
	put16(ip + 10, model_checksum(ip, 20, 0));
	icmp[0] = 3;
	icmp[1] = 4;
	put16(icmp + 6, mtu(packet, MTU_LEAST_IPV4));
	memcpy(icmp + 8, packet->frame->bytes + packet->network, quote);
	put16(icmp + 2, model_checksum(icmp, 8 + quote, 0));
	return 28 + quote;
}

static size_t put_ipv6(const struct model_packet *packet, uint8_t *ip)
{
	size_t quote = quote_length(packet);
	unsigned int traffic_class = 4U * packet->model->config.ptb_dscp;
	uint8_t *icmp = ip + 40, pseudo_header[40] = { 0 };

	memset(ip, 0, 48);
	put16(ip, 0x6000 + 16 * traffic_class);
	put16(ip + 4, (unsigned int)(8 + quote));
	ip[6] = 58;
	ip[7] = packet->model->config.ptb_ttl;
	memcpy(ip + 8, packet->destination, 16);
	memcpy(ip + 24, packet->source, 16);
	icmp[0] = 2;
	put16(icmp + 6, mtu(packet, MTU_LEAST_IPV6));
	memcpy(icmp + 8, packet->frame->bytes + packet->network, quote);
	/* RFC 8200 8.1 */
	memcpy(pseudo_header, ip + 8, 32);
	put16(pseudo_header + 34, (unsigned int)(8 + quote));
	pseudo_header[39] = 58;
	put16(icmp + 2,
	      model_checksum(icmp, 8 + quote, 0xffff - model_checksum(pseudo_header, 40, 0)));
	return 48 + quote;
}

static void put_reply(const struct model_packet *packet)
{
	uint8_t *reply = packet->answer->reply;
	const uint8_t *frame = packet->frame->bytes;

	memcpy(reply, frame, packet->network);
	memcpy(reply, frame + 6, 6);
	memcpy(reply + 6, frame, 6);
	packet->answer->length = packet->network;
	packet->answer->length += packet->family == 4 ? put_ipv4(packet, reply + packet->network) :
							put_ipv6(packet, reply + packet->network);
	packet->answer->action = XDP_TX;
}

/* For an unwanted first fragment: the reason of a drop with answer, or 0. */
int model_packet_too_big(struct model_packet *packet)
{
	uint64_t *counter = packet->model->counter;
	uint32_t reason = counter_of(packet, FILTER_REASON_PTB_IPV4, FILTER_REASON_PTB_IPV6);

	if (is_forbidden(packet)) {
		counter[FILTER_COUNT_PTB_REFUSED]++;
		return 0;
	}
	if (!packet->model->token) {
		counter[FILTER_COUNT_PTB_LIMITED]++;
		return 0;
	}
	if (!packet->model->room) {
		counter[FILTER_COUNT_PTB_NO_ROOM]++;
		return 0;
	}
	put_reply(packet);
	counter[reason]++;
	return (int)reason;
}
