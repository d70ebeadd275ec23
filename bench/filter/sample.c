// SPDX-License-Identifier: GPL-2.0-only
#include "sample.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "measure.h"
#include "source_image.h"

static uint8_t random_length(uint64_t *state, int family, enum sample_kind kind)
{
	uint64_t percent = measure_random(state) % 100;

	if (family == AF_INET) {
		if (kind == SAMPLE_EXACT || percent < 75)
			return 32;
		return percent < 95 ? 24 : 16 + measure_random(state) % 8;
	}
	if (kind == SAMPLE_EXACT || percent < 20)
		return 128;
	if (percent < 60)
		return 64;
	return percent < 90 ? 48 : 32 + measure_random(state) % 32;
}

static void random_address(uint64_t *state, int family, uint8_t address[16])
{
	uint64_t half[2] = { measure_random(state), measure_random(state) };

	memcpy(address, half, sizeof(half));
	if (family == AF_INET6)
		address[0] = 0x20 | (address[0] & 0x1f);
}

/* Bits behind the prefix are taken from `host`. */
static void set_host_bits(struct address_prefix *prefix, const uint8_t host[16])
{
	for (unsigned int i = 0; i < 16; i++) {
		unsigned int bits = prefix->length > 8 * i ? prefix->length - 8 * i : 0;
		uint8_t mask = bits >= 8 ? 0 : 0xff >> bits;

		prefix->address[i] = (prefix->address[i] & ~mask) | (host[i] & mask);
	}
}

static int append(struct source_list *list, uint64_t *state, int family, uint8_t length)
{
	static const uint8_t zeros[16];
	struct source source = { .prefix = { .family = family, .length = length },
				 .action = SOURCE_DROP };

	random_address(state, family, source.prefix.address);
	if (family == AF_INET)
		memset(source.prefix.address + 4, 0, 12);
	set_host_bits(&source.prefix, zeros);
	return source_list_append(list, &source);
}

int sample_list(struct source_list *ret_list, int family, enum sample_kind kind, size_t count)
{
	struct source_list list = { 0 };
	uint64_t state = 7; /* shorter lists are parts of longer ones */
	int err = 0;

	for (uint8_t length = 8; length < 16 && kind == SAMPLE_MIXED && count >= 1000; length++)
		if (family == AF_INET && !err)
			err = append(&list, &state, family, length);
	/* Sorting removes what came twice: a second round or a third fills the list. */
	while (!err && list.count < count) {
		while (!err && list.count < count)
			err = append(&list, &state, family, random_length(&state, family, kind));
		if (!err)
			err = source_list_sort(&list);
	}
	if (err)
		source_list_free(&list);
	else
		*ret_list = list;
	return err;
}

void sample_traffic(struct traffic_source *ret_sources, size_t count,
		    const struct source_list *list, const void *image, int family,
		    enum sample_listed listed)
{
	uint64_t state = 1;

	for (size_t i = 0; i < count; i++) {
		struct address_prefix address = { .family = family };
		uint8_t host[16];
		bool is_listed = listed == SAMPLE_ALL_LISTED ||
				 (listed == SAMPLE_HALF_LISTED && measure_random(&state) & 1);

		if (is_listed && list->count)
			address = list->sources[measure_random(&state) % list->count].prefix;
		random_address(&state, family, host);
		while (!is_listed &&
		       source_image_walk(image, family == AF_INET ? 4 : 6, host, 0, NULL) >= 0)
			random_address(&state, family, host);
		set_host_bits(&address, host);
		memcpy(ret_sources[i].word, address.address, sizeof(ret_sources[i].word));
	}
}
