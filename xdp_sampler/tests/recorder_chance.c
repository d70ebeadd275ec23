// SPDX-License-Identifier: GPL-2.0-only
#include "recorder_chance.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define PICK(chance, array) ((array)[chance_below(chance, COUNT(array))])

enum { FIXED_SOURCE_PORT = 1, FIXED_DESTINATION_PORT = 2, FIXED_PROTOCOL = 4 };

struct shape {
	uint8_t source_length, destination_length, fixed;
};

/* xorshift64* */
uint32_t chance_below(uint64_t *chance, uint32_t limit)
{
	*chance ^= *chance >> 12;
	*chance ^= *chance << 25;
	*chance ^= *chance >> 27;
	return (uint32_t)(((*chance * 0x2545f4914f6cdd1d) >> 32) * limit >> 32);
}

/* Few values at the beginning, where short prefixes end, and any at the end. */
static void chance_address(uint64_t *chance, int family, uint8_t ret_address[16])
{
	static const uint8_t bytes[] = { 10, 10, 10, 11, 138, 255 };
	static const uint8_t ends[] = { 0, 1, 2, 3, 128, 254, 255 };
	unsigned int size = family == 4 ? 4 : 16;

	memset(ret_address, 0, 16);
	for (unsigned int i = 0; i < size; i++)
		ret_address[i] = i < size - 1 ? PICK(chance, bytes) : PICK(chance, ends);
	/* Long prefixes would never be met if all sixteen bytes were drawn. */
	if (family == 6)
		memset(ret_address + 2, (int)chance_below(chance, 2), 12);
}

static uint16_t chance_port(uint64_t *chance)
{
	static const uint16_t ports[] = { 53, 80, 80, 443, 0x3500, 1, 65535 };

	return PICK(chance, ports);
}

static uint8_t chance_protocol(uint64_t *chance)
{
	static const uint8_t protocols[] = { 6,   6,  6,   17, 17, 17, 1, 58,
					     132, 33, 136, 47, 59, 60, 44 };

	return PICK(chance, protocols);
}

static void cut(uint8_t *address, unsigned int length)
{
	for (unsigned int bit = length; bit < 128; bit++)
		address[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
}

static void fill_filter(uint64_t *chance, int family, struct shape shape,
			struct recorder_filter *ret_filter)
{
	*ret_filter = (struct recorder_filter){ .family = (uint8_t)family };
	if (family) {
		ret_filter->source_length = shape.source_length;
		ret_filter->destination_length = shape.destination_length;
		chance_address(chance, family, ret_filter->source);
		chance_address(chance, family, ret_filter->destination);
		cut(ret_filter->source, shape.source_length);
		cut(ret_filter->destination, shape.destination_length);
	}
	if (shape.fixed & FIXED_SOURCE_PORT)
		ret_filter->source_port = htons(chance_port(chance));
	if (shape.fixed & FIXED_DESTINATION_PORT)
		ret_filter->destination_port = htons(chance_port(chance));
	if (shape.fixed & FIXED_PROTOCOL)
		ret_filter->protocol = chance_protocol(chance);
}

static uint8_t chance_length(uint64_t *chance, uint32_t shortest, uint32_t longest)
{
	if (!chance_below(chance, 3))
		return 0;
	if (!chance_below(chance, 4))
		return (uint8_t)longest;
	return (uint8_t)(shortest + chance_below(chance, longest - shortest));
}

static struct shape chance_shape(uint64_t *chance, const struct chance_recorders *how, int family)
{
	uint32_t longest = family == 4 ? 32 : 128;

	return (struct shape){ chance_length(chance, how->shortest, longest),
			       chance_length(chance, how->shortest, longest),
			       (uint8_t)chance_below(chance, 8) };
}

static void fill_options(uint64_t *chance, const struct chance_recorders *how,
			 struct recorder *recorder)
{
	static const uint32_t lengths[] = { 64, 65, 128, 129, 300, 1500, RECORDER_FULL };

	recorder->priority = chance_below(chance, how->priorities);
	recorder->capture_length = PICK(chance, lengths);
	if (!how->limits)
		return;
	if (!chance_below(chance, 4))
		recorder->limit = 1 + chance_below(chance, 200);
	if (!chance_below(chance, 4))
		recorder->expires = chance_below(chance, 2) ? 1 : recorder_expiry(3600);
}

void chance_set(uint64_t *chance, const struct chance_recorders *how, struct recorder_set *set)
{
	struct shape shapes[2][RECORDER_MASK_LIMIT];

	assert_true(how->masks + (how->any ? 8 : 0) <= RECORDER_MASK_LIMIT);
	for (uint32_t i = 0; i < 2 * how->masks; i++)
		shapes[i % 2][i / 2] = chance_shape(chance, how, i % 2 ? 6 : 4);
	while (set->count < how->count) {
		int family = chance_below(chance, 2) ? 6 : 4, err;
		struct shape shape = shapes[family == 6][chance_below(chance, how->masks)];
		struct recorder recorder = recorder_usual();

		if (how->any && !chance_below(chance, 12)) {
			family = 0;
			shape = (struct shape){ .fixed = (uint8_t)chance_below(chance, 8) };
		}
		fill_filter(chance, family, shape, &recorder.filter);
		fill_options(chance, how, &recorder);
		err = recorder_set_add(set, &recorder, NULL, NULL);
		assert_true(!err || err == -EEXIST);
	}
}

static void add_link(uint64_t *chance, struct packet_builder *builder)
{
	static const uint8_t tags[] = { 0, 0, 0, 0, 1, 1, 2, 2, 3 };

	build_ethernet(builder);
	for (int left = PICK(chance, tags); left; left--)
		build_vlan(builder, chance_below(chance, 2) ? ETH_P_8021Q : ETH_P_8021AD,
			   (__u16)chance_below(chance, 65536));
}

static void add_ipv4(uint64_t *chance, struct packet_builder *builder)
{
	static const uint16_t fragments[] = { 0, 0, 0, 0, 0x4000, 0x2000, 1, 0x2001, 0x1fff };
	char source[INET6_ADDRSTRLEN], destination[INET6_ADDRSTRLEN];
	uint8_t address[16];
	struct build_ipv4 header = {
		.source = source,
		.destination = destination,
		.option_words = (__u8)(chance_below(chance, 4) ? 0 : chance_below(chance, 11)),
		.fragment = PICK(chance, fragments),
	};

	chance_address(chance, 4, address);
	inet_ntop(AF_INET, address, source, sizeof(source));
	chance_address(chance, 4, address);
	inet_ntop(AF_INET, address, destination, sizeof(destination));
	build_ipv4(builder, &header);
}

static void add_extension(uint64_t *chance, struct packet_builder *builder)
{
	static const uint8_t numbers[] = { 0, 43, 51, 60, 60, 135, 139, 140 };
	static const uint16_t offsets[] = { 0, 0, 0, 0, 8, 65528 };
	uint8_t number = PICK(chance, numbers);
	uint32_t units = 1 + chance_below(chance, 3);

	if (!chance_below(chance, 3))
		build_ipv6_fragment(builder, PICK(chance, offsets), (int)chance_below(chance, 2),
				    7);
	else
		build_extension(builder, number, number == 51 ? 4 * units + 4 : 8 * units);
}

static void add_ipv6(uint64_t *chance, struct packet_builder *builder)
{
	static const uint8_t chains[] = { 0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 4, 7, 8, 9, 10 };
	char source[INET6_ADDRSTRLEN], destination[INET6_ADDRSTRLEN];
	uint8_t address[16];
	struct build_ipv6 header = { .source = source,
				     .destination = destination,
				     .jumbo = !chance_below(chance, 40) };

	chance_address(chance, 6, address);
	inet_ntop(AF_INET6, address, source, sizeof(source));
	chance_address(chance, 6, address);
	inet_ntop(AF_INET6, address, destination, sizeof(destination));
	build_ipv6(builder, &header);
	for (int left = PICK(chance, chains); left; left--)
		add_extension(chance, builder);
}

static void add_transport(uint64_t *chance, struct packet_builder *builder)
{
	uint8_t protocol = chance_protocol(chance);

	/* The builder keeps extension headers for itself. */
	if (protocol == 60 || protocol == 44)
		protocol = 253;
	if (chance_below(chance, 6))
		build_protocol(builder, protocol, 20, chance_port(chance), chance_port(chance));
	else if (chance_below(chance, 4))
		build_protocol(builder, protocol, 4 + chance_below(chance, 16), chance_port(chance),
			       chance_port(chance));
	else
		build_protocol(builder, protocol, chance_below(chance, 4), 0, 0);
	build_payload(builder, chance_below(chance, chance_below(chance, 8) ? 200 : 1300));
}

static void damage(uint64_t *chance, struct packet_builder *builder)
{
	static const uint8_t bytes[] = { 0,  1,  6,  8,  17, 43,   44,   51,   58,   59,  60,
					 69, 70, 79, 86, 96, 0x80, 0x81, 0x88, 0xdd, 255, 0x44 };
	uint32_t headers = builder->length < 100 ? builder->length : 100;

	switch (chance_below(chance, 4)) {
	case 0: /* truncated, mostly in the headers */
		builder->length = ETH_HLEN + chance_below(chance, headers - ETH_HLEN + 1);
		break;
	case 1:
		build_padding(builder, chance_below(chance, 20));
		break;
	default:
		builder->bytes[chance_below(chance, headers)] = PICK(chance, bytes);
	}
}

void chance_frame(uint64_t *chance, struct packet_builder *builder)
{
	build_start(builder);
	add_link(chance, builder);
	if (chance_below(chance, 2))
		add_ipv4(chance, builder);
	else if (chance_below(chance, 12))
		add_ipv6(chance, builder);
	add_transport(chance, builder);
	build_finish(builder);
	while (!chance_below(chance, 4))
		damage(chance, builder);
}
