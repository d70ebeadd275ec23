// SPDX-License-Identifier: GPL-2.0-only
#include "recorder_image.h"

#include <string.h>

typedef __u64 byte_table[256];

/* Allows the values of one byte of a filter: those that agree with `value` where `bits` has ones. */
static void allow(byte_table table, uint8_t bits, uint8_t value, __u64 mask)
{
	unsigned int last = value | (uint8_t)~bits;

	/* Only prefixes fix bits, so the values are neighbours. */
	for (unsigned int i = value; i <= last; i++)
		table[i] |= mask;
}

/* A byte that the mask does not fix is allowed once, by the mask's first recorder. */
static void allow_bytes(byte_table *tables, const uint8_t *bits, const uint8_t *values,
			unsigned int count, __u64 mask, bool is_first)
{
	for (unsigned int i = 0; i < count; i++) {
		if (bits[i] || is_first)
			allow(tables[i], bits[i], values[i], mask);
	}
}

static void add_key(byte_table *tables, unsigned int address_size, const struct recorder_key *bits,
		    const struct recorder_key *key, __u64 mask, bool is_first)
{
	allow_bytes(tables, bits->source, key->source, address_size, mask, is_first);
	tables += address_size;
	allow_bytes(tables, bits->destination, key->destination, address_size, mask, is_first);
	tables += address_size;
	allow_bytes(tables, (const uint8_t *)&bits->source_port, (const uint8_t *)&key->source_port,
		    2, mask, is_first);
	allow_bytes(tables + 2, (const uint8_t *)&bits->destination_port,
		    (const uint8_t *)&key->destination_port, 2, mask, is_first);
	allow_bytes(tables + 4, &bits->protocol, &key->protocol, 1, mask, is_first);
}

static void add_recorder(struct recorder_image *image, struct recorder_masks *masks,
			 const struct recorder_filter *filter, enum recorder_family family)
{
	struct recorder_mask_use *use =
		recorder_masks_find(masks, family, recorder_filter_shape(filter));
	unsigned int place = (unsigned int)(use - masks->mask[family]);
	struct recorder_mask *mask = &image->mask[family][place];
	struct recorder_key key = recorder_filter_key(filter, family, use->number);
	bool is_first = !mask->bits.family;

	if (is_first) {
		mask->bits = recorder_shape_bits(use->shape, use->number);
		mask->best_priority = use->best_priority;
	}
	if (family == RECORDER_IPV4)
		add_key(image->ipv4, 4, &mask->bits, &key, (__u64)1 << place, is_first);
	else if (family == RECORDER_IPV6)
		add_key(image->ipv6, 16, &mask->bits, &key, (__u64)1 << place, is_first);
	else
		image->other |= (__u64)1 << place;
}

void recorder_image_build(const struct recorder_set *set, struct recorder_masks *masks,
			  struct recorder_image *ret_image)
{
	memset(ret_image, 0, sizeof(*ret_image));
	for (size_t i = 0; i < set->count; i++) {
		const struct recorder_filter *filter = &set->recorders[i].filter;
		unsigned int families = recorder_filter_families(filter);

		for (unsigned int family = 0; family < RECORDER_FAMILY_COUNT; family++) {
			if (families >> family & 1)
				add_recorder(ret_image, masks, filter, family);
		}
	}
}
