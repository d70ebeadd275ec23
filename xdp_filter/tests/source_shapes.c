// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "source_shapes.h"

#define CHAIN 129 /* lengths of an IPv6 prefix */

const char *const source_shape_name[SHAPE_COUNT] = {
	[SHAPE_IPV4_ADDRESSES] = "IPv4 addresses",
	[SHAPE_IPV4_LENGTHS] = "IPv4, all lengths",
	[SHAPE_IPV4_CONSECUTIVE] = "IPv4 addresses, consecutive",
	[SHAPE_IPV4_CLUSTERS] = "IPv4 addresses, clusters",
	[SHAPE_IPV4_TOP] = "IPv4, last addresses",
	[SHAPE_IPV4_SPREAD] = "IPv4, two slots each",
	[SHAPE_IPV6_SITES] = "IPv6 /48../64",
	[SHAPE_IPV6_ADDRESSES] = "IPv6 addresses",
	[SHAPE_IPV6_BOTH_SIDES] = "IPv6, both sides of /64",
	[SHAPE_IPV6_ONE_HALF] = "IPv6 addresses of one /64",
	[SHAPE_IPV6_CHAINS] = "IPv6, nested chains",
	[SHAPE_IPV6_POWERS] = "IPv6, doubling distances",
	[SHAPE_IPV6_TOP] = "IPv6, last addresses",
};

uint64_t shape_chance(uint64_t *seed)
{
	uint64_t mixed = *seed += 0x9e3779b97f4a7c15;

	mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9;
	mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111eb;
	return mixed ^ mixed >> 31;
}

static void write_bytes(uint8_t *bytes, size_t count, uint64_t number)
{
	for (size_t i = count; i-- > 0; number >>= 8)
		bytes[i] = (uint8_t)number;
}

static uint64_t read_bytes(const uint8_t *bytes, size_t count)
{
	uint64_t number = 0;

	for (size_t i = 0; i < count; i++)
		number = number << 8 | bytes[i];
	return number;
}

struct address_prefix shape_prefix(int family, uint64_t upper, uint64_t lower, unsigned int length)
{
	struct address_prefix prefix = { .family = family, .length = (uint8_t)length };

	if (family == AF_INET) {
		write_bytes(prefix.address, 4, upper);
	} else {
		write_bytes(prefix.address, 8, upper);
		write_bytes(prefix.address + 8, 8, lower);
	}
	for (unsigned int bit = length; bit < 128; bit++)
		prefix.address[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
	return prefix;
}

struct source *shape_add(struct source_list *list, const struct address_prefix *prefix)
{
	const struct source source = { .prefix = *prefix };

	assert_int_equal(source_list_append(list, &source), 0);
	return &list->sources[list->count - 1];
}

static struct address_prefix ipv4_of(enum source_shape shape, size_t number, size_t count,
				     uint64_t *seed)
{
	uint64_t chance = shape_chance(seed);

	switch (shape) {
	case SHAPE_IPV4_LENGTHS:
		return shape_prefix(AF_INET, chance, 0, (chance >> 32) % 33);
	case SHAPE_IPV4_CONSECUTIVE:
		return shape_prefix(AF_INET, 0x0a000003 + number, 0, 32);
	case SHAPE_IPV4_CLUSTERS: {
		uint64_t cluster = (chance >> 40) % (count / 200 + 1) * 0x9e3779b1;

		return shape_prefix(AF_INET, (cluster & ~0x3ffU) | (chance & 0x3ff), 0, 32);
	}
	case SHAPE_IPV4_TOP:
		return shape_prefix(AF_INET, ~(chance >> chance % 64), 0, 32 - (chance >> 60) / 2);
	case SHAPE_IPV4_SPREAD: {
		uint64_t step = ((uint64_t)1 << 32) / (count + 1);

		return shape_prefix(AF_INET, number * step + step / 3, 0, 26);
	}
	default:
		return shape_prefix(AF_INET, chance, 0, 32);
	}
}

static struct address_prefix ipv6_of(enum source_shape shape, size_t number, uint64_t *seed)
{
	uint64_t global = 0x2000000000000000 | shape_chance(seed) >> 3;
	uint64_t lower = shape_chance(seed);
	uint64_t chance = shape_chance(seed);

	switch (shape) {
	case SHAPE_IPV6_SITES:
		return shape_prefix(AF_INET6, global, 0, 48 + chance % 17);
	case SHAPE_IPV6_BOTH_SIDES:
		if (chance % 16 == 0)
			return shape_prefix(AF_INET6, global, lower, (chance >> 32) % 129);
		return shape_prefix(AF_INET6, 0x20010db800000000 | (global & 0x1f),
				    lower & 0xff00000000000001, 60 + (chance >> 32) % 9);
	case SHAPE_IPV6_ONE_HALF:
		return shape_prefix(AF_INET6, 0x20010db800000001, lower, 128);
	case SHAPE_IPV6_CHAINS:
		return shape_prefix(AF_INET6, number / CHAIN * 0x9e3779b97f4a7c15,
				    number / CHAIN * 0xc2b2ae3d27d4eb4f, number % CHAIN);
	case SHAPE_IPV6_POWERS:
		lower = (uint64_t)1 << lower % 64;
		if (chance % 2)
			return shape_prefix(AF_INET6, lower | global >> chance / 2 % 64, 0, 64);
		return shape_prefix(AF_INET6, 7, lower | global >> chance / 2 % 64, 128);
	case SHAPE_IPV6_TOP:
		return shape_prefix(AF_INET6, ~(chance % 4 / 3), ~(global >> lower % 64),
				    128 - (chance >> 32) % 67 * (chance >> 60) / 15);
	default:
		return shape_prefix(AF_INET6, global, lower, 128);
	}
}

void shape_fill(struct source_list *list, enum source_shape shape, size_t count, uint64_t seed)
{
	for (size_t i = 0; i < count; i++) {
		struct address_prefix prefix = shape < SHAPE_IPV6_SITES ?
						       ipv4_of(shape, i, count, &seed) :
						       ipv6_of(shape, i, &seed);

		shape_add(list, &prefix);
	}
	assert_int_equal(source_list_sort(list), 0);
}

void *shape_image(const struct source_list *list, unsigned int cpus, uint32_t *ret_lines)
{
	struct source_search search;
	struct problem problem = { 0 };
	uint32_t lines;
	void *image;

	assert_int_equal(source_search_build(&search, list, &problem), 0);
	lines = source_image_lines(&search, list, cpus);
	image = aligned_alloc(SOURCE_LINE_SIZE, (size_t)lines * SOURCE_LINE_SIZE);
	assert_non_null(image);
	memset(image, 0, (size_t)lines * SOURCE_LINE_SIZE);
	source_image_write(image, &search, list, cpus);
	source_search_free(&search);
	if (ret_lines)
		*ret_lines = lines;
	return image;
}

/* Asks for each length, so that long lists can be asked often. */
static const struct source *longest_match(const struct source_list *list,
					  const struct address_prefix *address)
{
	uint64_t upper = read_bytes(address->address, address->family == AF_INET ? 4 : 8);
	uint64_t lower = read_bytes(address->address + 8, 8);

	if (list->count < 200)
		return source_list_match(list, address, 0);
	for (unsigned int length = address->length + 1U; length-- > 0;) {
		struct address_prefix prefix = shape_prefix(address->family, upper, lower, length);
		const struct source *source = source_list_find(list, &prefix);

		if (source)
			return source;
	}
	return NULL;
}

unsigned int shape_check(const void *image, const struct source_list *list,
			 const struct address_prefix *address)
{
	const struct source *expected = longest_match(list, address);
	unsigned int links;
	int64_t number = source_image_walk(image, address->family, address->address, 0, &links);
	char text[ADDRESS_PREFIX_TEXT_SIZE];

	if (number != (expected ? expected - list->sources : -1))
		fail_msg("%s: entry %lld of %zu, not %lld",
			 address_prefix_text(address, text, sizeof(text)), (long long)number,
			 list->count, expected ? (long long)(expected - list->sources) : -1);
	assert_true(links <= (address->family == AF_INET ? SHAPE_LINKS_IPV4 : SHAPE_LINKS_IPV6));
	return links;
}

unsigned int shape_check_edges(const void *image, const struct source_list *list, size_t number)
{
	const struct address_prefix *prefix = &list->sources[number].prefix;
	unsigned int size = prefix->family == AF_INET ? 32 : 128;
	struct address_prefix edge[2] = { *prefix, *prefix };
	unsigned int most = 0;

	for (unsigned int bit = prefix->length; bit < size; bit++)
		edge[1].address[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	for (size_t i = 0; i < 6; i++) {
		struct address_prefix address = edge[i / 3];
		uint64_t upper = read_bytes(address.address, size == 32 ? 4 : 8);
		uint64_t lower = read_bytes(address.address + 8, 8);
		uint64_t step = i % 3 - 1; /* -1, 0, 1 */
		unsigned int links;

		if (size == 32)
			upper += step;
		else
			upper += step == 1 && lower == UINT64_MAX ? 1 :
				 step == UINT64_MAX && lower == 0 ? UINT64_MAX :
								    0;
		address = shape_prefix(address.family, upper, lower + step, size);
		links = shape_check(image, list, &address);
		if (links > most)
			most = links;
	}
	return most;
}
