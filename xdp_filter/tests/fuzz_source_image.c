// SPDX-License-Identifier: GPL-2.0-only
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "source_image.h"
#include "source_list.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PREFIX_SIZE 18 /* bytes of the input: flags, length, address */

static void must(int holds)
{
	if (!holds)
		abort();
}

static struct address_prefix make_prefix(const uint8_t *bytes)
{
	unsigned int size = bytes[0] & 1 ? 32 : 128;
	struct address_prefix prefix = {
		.family = bytes[0] & 1 ? AF_INET : AF_INET6,
		.length = (uint8_t)(bytes[1] % (size + 1)),
	};

	memcpy(prefix.address, bytes + 2, prefix.length ? (prefix.length + 7U) / 8 : 0);
	if (prefix.length % 8)
		prefix.address[prefix.length / 8] &= (uint8_t)(0xff00 >> prefix.length % 8);
	return prefix;
}

static void check_walk(const void *image, const struct source_list *list,
		       const struct address_prefix *address, uint64_t now)
{
	const struct source *expected = source_list_match(list, address, now);
	unsigned int links;
	int64_t number = source_image_walk(image, address->family, address->address, now, &links);

	must(number == (expected ? expected - list->sources : -1));
	must(links < SOURCE_WALK_LIMIT);
}

/* The first address of a prefix and the one before it, or the last one and the one behind it. */
static void check_edges(const void *image, const struct source_list *list,
			const struct address_prefix *prefix, int ones)
{
	struct address_prefix address = *prefix;
	unsigned int size = prefix->family == AF_INET ? 32 : 128;

	address.length = (uint8_t)size;
	for (unsigned int bit = prefix->length; ones && bit < size; bit++)
		address.address[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	for (uint64_t now = 0; now < 4; now++)
		check_walk(image, list, &address, now);
	/* One more or one less, with its carry. */
	for (unsigned int i = size / 8; i-- > 0;) {
		address.address[i] = (uint8_t)(address.address[i] + (ones ? 1 : 0xff));
		if (address.address[i] != (ones ? 0 : 0xff))
			break;
	}
	check_walk(image, list, &address, 0);
}

static void *make_image(const struct source_list *list, unsigned int cpus, uint32_t *ret_lines)
{
	struct source_search search;
	void *image;

	must(source_search_build(&search, list, NULL) == 0);
	*ret_lines = source_image_lines(&search, list, cpus);
	image = calloc(*ret_lines, SOURCE_LINE_SIZE);
	must(!!image);
	source_image_write(image, &search, list, cpus);
	source_search_free(&search);
	return image;
}

static void make_list(struct source_list *list, const uint8_t *data, size_t size)
{
	for (; size >= PREFIX_SIZE; data += PREFIX_SIZE, size -= PREFIX_SIZE) {
		struct source source = {
			.prefix = make_prefix(data),
			.action = data[0] >> 1 & 1,
			.origin = data[0] >> 2 & 1,
			.expires = data[0] >> 3 & 3,
			.packets = data[0],
		};

		must(source_list_tag(list, &"abcdefgh"[data[0] >> 5], 1, &source.tag) == 0);
		must(source_list_append(list, &source) == 0);
	}
	must(source_list_sort(list) == 0);
}

/* What is built from a list answers as the list does, and reads back as the list. */
static void check_list(const struct source_list *list)
{
	struct source_list again = { 0 };
	uint32_t lines;
	void *image = make_image(list, 4, &lines);

	for (size_t i = 0; i < list->count; i++) {
		check_edges(image, list, &list->sources[i].prefix, 0);
		check_edges(image, list, &list->sources[i].prefix, 1);
	}
	must(source_image_read(image, lines, &again, NULL) == 0);
	must(source_list_equal(list, &again));
	free(image);
	source_list_free(&again);
}

/* Nothing outside of the image is touched, whatever it says; what can be read can be written. */
static void check_image(void *image, uint32_t lines)
{
	struct source_list list = { 0 };
	struct source_header *header = image;
	struct source_counts counts;
	uint8_t *bytes = image;
	int err = source_image_count(image, lines, 0, &counts, NULL);

	if (source_image_read(image, lines, &list, NULL) == 0) {
		uint32_t again_lines;

		must(!err && counts.ipv4[0] + counts.ipv4[1] + counts.ipv6[0] + counts.ipv6[1] ==
				     list.count);

		for (uint32_t i = 0; i < list.count; i++) {
			uint64_t packets;
			uint64_t frame_bytes;

			source_image_hits(image, i, &packets, &frame_bytes);
			must(packets == list.sources[i].packets);
		}
		free(make_image(&list, 1, &again_lines));
	} else {
		must(!list.count && !list.sources && !list.tags);
	}
	if (header->lines > lines)
		header->lines = lines;
	for (size_t i = 0; i < (size_t)lines * SOURCE_LINE_SIZE && i < 4096; i += 16) {
		source_image_walk(image, AF_INET, bytes + i, 1, NULL);
		source_image_walk(image, AF_INET6, bytes + i, 1, NULL);
	}
	source_list_free(&list);
}

/* Bytes that are an image of their own. */
static void check_bytes(const uint8_t *data, size_t size)
{
	uint32_t lines = (uint32_t)(size / SOURCE_LINE_SIZE);
	void *image = malloc((size_t)lines * SOURCE_LINE_SIZE);

	must(!!image);
	memcpy(image, data, (size_t)lines * SOURCE_LINE_SIZE);
	check_image(image, lines);
	free(image);
}

/* The image of a list with some words changed. Each change is four bytes: two for the word and two
 * for what happens to it. */
static void check_damage(const struct source_list *list, const uint8_t *data, size_t size)
{
	uint32_t lines;
	uint32_t *image = make_image(list, 2, &lines);

	for (; size >= 4; data += 4, size -= 4) {
		size_t word = (data[0] | (size_t)data[1] << 8) % (lines * SOURCE_LINE_WORDS);

		image[word] ^= (uint32_t)data[2] << data[3] % 32;
	}
	check_image(image, lines);
	free(image);
}

/* The first byte says what the others are: an image, or a list with so many changes to its image. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct source_list list = { 0 };
	size_t changes;

	if (size < 1 + SOURCE_LINE_SIZE || size > 4096)
		return 0;
	if (data[0] >= 0xc0) {
		check_bytes(data + 1, size - 1);
		return 0;
	}
	changes = data[0] >= 0x80 ? data[0] % 8 * 4 : 0;
	make_list(&list, data + 1 + changes, size - 1 - changes);
	if (changes)
		check_damage(&list, data + 1, changes);
	else
		check_list(&list);
	source_list_free(&list);
	return 0;
}
