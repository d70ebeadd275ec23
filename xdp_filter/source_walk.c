// SPDX-License-Identifier: GPL-2.0-only
#include "source_image.h"

#include <stddef.h>
#include <sys/socket.h>

/* As the map's lookup: NULL for a line that is not there. */
static const void *find_line(const struct source_header *header, uint32_t line)
{
	if (line >= header->lines)
		return NULL;
	return (const uint8_t *)header + (size_t)line * SOURCE_LINE_SIZE;
}

static const uint32_t *find_word(const struct source_header *header, uint32_t word)
{
	const uint32_t *line = find_line(header, word / SOURCE_LINE_WORDS);

	return line ? line + word % SOURCE_LINE_WORDS : NULL;
}

static uint32_t follow_window(const struct source_header *header, uint32_t index, uint64_t key)
{
	const uint32_t *window = find_word(header, index);
	const uint32_t *link;

	if (!window)
		return 0;
	key <<= *window & SOURCE_WINDOW_NUMBER;
	key >>= *window >> SOURCE_WINDOW_RIGHT_SHIFT & SOURCE_WINDOW_NUMBER;
	link = find_word(header, index + 1 + (uint32_t)key);
	return link ? *link : 0;
}

static uint32_t follow_keys(const struct source_header *header, uint32_t index, uint64_t key)
{
	const struct source_keys *keys = find_line(header, index);
	unsigned int n = 0;

	if (!keys)
		return 0;
	for (unsigned int i = 0; i < SOURCE_KEY_COUNT; i++)
		n += keys->key[i] <= key;
	return keys->link[n];
}

static uint32_t follow_dense(const struct source_header *header, uint32_t index, uint64_t key)
{
	const struct source_dense *dense = find_line(header, index);
	unsigned int n = 0;

	if (!dense)
		return 0;
	for (unsigned int i = 0; i < SOURCE_DENSE_COUNT; i++)
		n += dense->edge[i] <= (key & ((1U << SOURCE_DENSE_BITS) - 1));
	return n % 2 ? (dense->first + n / 2) & SOURCE_LINK_INDEX : dense->outside;
}

/* The entry whose cell is `value` - 1, or while that has expired the one that covers it. */
static int64_t find_valid(const struct source_header *header, uint32_t value, uint64_t now)
{
	for (unsigned int i = 0; i < SOURCE_NESTING_LIMIT && value; i++) {
		const struct source_cell *cells =
			find_line(header, header->cells + (value - 1) / 2);
		const struct source_cell *cell;

		if (!cells)
			return -1;
		cell = &cells[(value - 1) % 2];
		if (!cell->expires || cell->expires > now)
			return value - 1;
		value = cell->parent;
	}
	return -1;
}

static uint64_t read_key(const uint8_t *address, size_t count)
{
	uint64_t key = 0;

	for (size_t i = 0; i < count; i++)
		key = key << 8 | address[i];
	return key;
}

int64_t source_image_walk(const void *image, int family, const uint8_t *address, uint64_t now,
			  unsigned int *ret_links)
{
	const struct source_header *header = image;
	bool ipv4 = family == AF_INET;
	uint32_t link = header->root[!ipv4].link;
	uint64_t key = read_key(address, ipv4 ? 4 : 8);
	unsigned int links = 0;

	while (link >> SOURCE_LINK_KIND_SHIFT != SOURCE_VALUE && links < SOURCE_WALK_LIMIT) {
		uint32_t index = link & SOURCE_LINK_INDEX;

		links++;
		switch (link >> SOURCE_LINK_KIND_SHIFT) {
		case SOURCE_WINDOW:
			link = follow_window(header, index, key);
			break;
		case SOURCE_LOWER:
			/* Only a damaged image has one below IPv4. */
			key = ipv4 ? 0 : read_key(address + 8, 8);
			link = follow_keys(header,
					   (index & SOURCE_LINE_INDEX) + (uint32_t)(key >> 63),
					   key);
			break;
		default:
			link = index & SOURCE_DENSE ?
				       follow_dense(header, index & SOURCE_LINE_INDEX, key) :
				       follow_keys(header, index & SOURCE_LINE_INDEX, key);
			break;
		}
	}
	if (ret_links)
		*ret_links = links;
	if (link >> SOURCE_LINK_KIND_SHIFT != SOURCE_VALUE)
		return -1;
	return find_valid(header, link, now);
}
