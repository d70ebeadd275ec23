// SPDX-License-Identifier: GPL-2.0-only
#include "filter_model_packet.h"

#include <arpa/inet.h>
#include <assert.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

unsigned int model_get16(const uint8_t *bytes)
{
	return 256U * bytes[0] + bytes[1];
}

unsigned int model_checksum(const uint8_t *bytes, size_t length, unsigned long start)
{
	unsigned long sum = start;

	for (size_t i = 0; i + 1 < length; i += 2)
		sum += model_get16(bytes + i);
	if (length % 2)
		sum += 256U * bytes[length - 1];
	/* Sixteen bits in ones' complement are a remainder of 65535, except that a sum of something
	 * is never written as 0. */
	if (sum)
		sum = (sum - 1) % 0xffff + 1;
	return (unsigned int)(0xffff - sum);
}

bool model_prefix_holds(const struct model_prefix *prefix, int family, const uint8_t *address)
{
	if (prefix->family != family)
		return false;
	for (unsigned int bit = 0; bit < prefix->length; bit++) {
		unsigned int differing = prefix->address[bit / 8] ^ address[bit / 8];

		if (differing >> (7 - bit % 8) & 1)
			return false;
	}
	return true;
}

void model_read_prefix(const char *text, struct model_prefix *ret_prefix)
{
	char address[64];
	const char *slash = strchr(text, '/');

	assert(slash && (size_t)(slash - text) < sizeof(address));
	memcpy(address, text, (size_t)(slash - text));
	address[slash - text] = 0;
	*ret_prefix = (struct model_prefix){ .family = strchr(text, ':') ? 6 : 4,
					     .length = (unsigned int)atoi(slash + 1) };
	if (inet_pton(ret_prefix->family == 4 ? AF_INET : AF_INET6, address, ret_prefix->address) !=
	    1)
		assert(!"an address");
}

bool model_is_in(const struct model_packet *packet, const uint8_t *address,
		 const char *const *prefixes)
{
	for (; *prefixes; prefixes++) {
		struct model_prefix prefix;

		model_read_prefix(*prefixes, &prefix);
		if (model_prefix_holds(&prefix, packet->family, address))
			return true;
	}
	return false;
}

int model_finds(struct model_packet *packet, enum filter_check check, uint32_t reason)
{
	uint8_t knob = packet->model->config.check[check];

	if (knob == FILTER_KNOB_PASS)
		return MODEL_NEXT_STEP;
	packet->model->counter[reason]++;
	return knob == FILTER_KNOB_DROP ? (int)reason : MODEL_NEXT_STEP;
}

bool model_same_addresses(const struct model_packet *packet)
{
	return !memcmp(packet->source, packet->destination, packet->address_size);
}

int model_source_list(struct model_packet *packet)
{
	uint32_t reason =
		packet->family == 4 ? FILTER_REASON_SOURCE_IPV4 : FILTER_REASON_SOURCE_IPV6;
	struct filter_model *model = packet->model;
	struct model_source *longest = NULL;

	for (size_t i = 0; i < model->source_count; i++) {
		struct model_source *source = &model->sources[i];

		if (!source->expired &&
		    model_prefix_holds(&source->prefix, packet->family, packet->source) &&
		    (!longest || source->prefix.length > longest->prefix.length))
			longest = source;
	}
	if (!longest)
		return MODEL_NEXT_STEP;
	longest->packets++;
	longest->bytes += packet->frame->length;
	if (longest->allow)
		return MODEL_NEXT_STEP;
	model->counter[reason]++;
	return (int)reason;
}

/* A check has found something behind which there is nothing to read. */
static int finds_the_end(struct model_packet *packet, uint32_t reason)
{
	int found = model_finds(packet, FILTER_CHECK_FRAME, reason);

	return found ? found : MODEL_GOES_ON;
}

static bool is_tag(unsigned int type)
{
	return type == 0x8100 || type == 0x88a8;
}

/* IEEE 802.3 and 802.1Q. */
static int read_link(struct model_packet *packet)
{
	const struct filter_frame *frame = packet->frame;
	size_t type_at = 12;
	unsigned int type;

	if (frame->linear < 14)
		return finds_the_end(packet, ECBPF_REASON_SHORT_ETHERNET);
	while (is_tag(model_get16(frame->bytes + type_at))) {
		if (type_at == 12 + 2 * 4)
			return finds_the_end(packet, ECBPF_REASON_MANY_TAGS);
		type_at += 4;
		if (frame->linear < type_at + 2)
			return finds_the_end(packet, ECBPF_REASON_SHORT_ETHERNET);
	}
	type = model_get16(frame->bytes + type_at);
	if (type != 0x0800 && type != 0x86dd)
		return MODEL_GOES_ON;
	packet->network = type_at + 2;
	packet->family = type == 0x0800 ? 4 : 6;
	return MODEL_NEXT_STEP;
}

static int decide(struct model_packet *packet)
{
	int result = read_link(packet);

	if (result == MODEL_NEXT_STEP)
		result = packet->family == 4 ? model_ipv4(packet) : model_ipv6(packet);
	if (result == MODEL_NEXT_STEP)
		result = model_fragments(packet);
	return result;
}

void filter_model_decide(struct filter_model *model, const struct filter_frame *frame,
			 struct filter_answer *ret_answer)
{
	struct model_packet packet = { .model = model, .frame = frame, .answer = ret_answer };
	int result;

	ret_answer->action = XDP_DROP;
	ret_answer->length = frame->length;
	result = decide(&packet);
	ret_answer->reason = (uint32_t)result;
	if (result > 0 && !model->config.monitor)
		return;
	ret_answer->action = XDP_PASS;
	ret_answer->reason = 0;
	ret_answer->length = frame->length;
}
