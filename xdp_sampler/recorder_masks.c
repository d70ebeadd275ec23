// SPDX-License-Identifier: GPL-2.0-only
#include "recorder_masks.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const char *const family_names[RECORDER_FAMILY_COUNT] = { "IPv4", "IPv6", "non-IP" };

struct recorder_shape recorder_filter_shape(const struct recorder_filter *filter)
{
	return (struct recorder_shape){
		.source_length = filter->source_length,
		.destination_length = filter->destination_length,
		.any_family = !filter->family,
		.fixed =
			(uint8_t)((filter->source_port ? RECORDER_FIXED_SOURCE_PORT : 0) |
				  (filter->destination_port ? RECORDER_FIXED_DESTINATION_PORT : 0) |
				  (filter->protocol ? RECORDER_FIXED_PROTOCOL : 0)),
	};
}

unsigned int recorder_filter_families(const struct recorder_filter *filter)
{
	if (filter->family)
		return 1U << (filter->family == 4 ? RECORDER_IPV4 : RECORDER_IPV6);
	if (recorder_filter_shape(filter).fixed)
		return 1U << RECORDER_IPV4 | 1U << RECORDER_IPV6;
	return 1U << RECORDER_IPV4 | 1U << RECORDER_IPV6 | 1U << RECORDER_OTHER;
}

static void set_bits(uint8_t *bytes, unsigned int length)
{
	memset(bytes, 0xff, length / 8);
	if (length % 8)
		bytes[length / 8] = (uint8_t)(0xff00 >> length % 8);
}

struct recorder_key recorder_shape_bits(struct recorder_shape shape, uint16_t number)
{
	struct recorder_key bits = { .family = 0xff, .mask = number };

	set_bits(bits.source, shape.source_length);
	set_bits(bits.destination, shape.destination_length);
	if (shape.fixed & RECORDER_FIXED_SOURCE_PORT)
		bits.source_port = 0xffff;
	if (shape.fixed & RECORDER_FIXED_DESTINATION_PORT)
		bits.destination_port = 0xffff;
	if (shape.fixed & RECORDER_FIXED_PROTOCOL)
		bits.protocol = 0xff;
	return bits;
}

struct recorder_key recorder_filter_key(const struct recorder_filter *filter,
					enum recorder_family family, uint16_t number)
{
	struct recorder_key key = {
		.source_port = filter->source_port,
		.destination_port = filter->destination_port,
		.protocol = filter->protocol,
		.family = (uint8_t)family,
		.mask = number,
	};

	memcpy(key.source, filter->source, sizeof(key.source));
	memcpy(key.destination, filter->destination, sizeof(key.destination));
	return key;
}

static bool is_same_shape(struct recorder_shape a, struct recorder_shape b)
{
	return a.source_length == b.source_length && a.destination_length == b.destination_length &&
	       a.any_family == b.any_family && a.fixed == b.fixed;
}

struct recorder_mask_use *recorder_masks_find(struct recorder_masks *masks,
					      enum recorder_family family,
					      struct recorder_shape shape)
{
	for (unsigned int i = 0; i < masks->count[family]; i++) {
		if (is_same_shape(masks->mask[family][i].shape, shape))
			return &masks->mask[family][i];
	}
	return NULL;
}

static bool is_taken(const struct recorder_masks *masks, enum recorder_family family,
		     uint16_t number)
{
	for (unsigned int i = 0; i < masks->count[family]; i++) {
		if (masks->mask[family][i].number == number)
			return true;
	}
	return false;
}

bool recorder_masks_learn(struct recorder_masks *masks, enum recorder_family family,
			  struct recorder_shape shape, uint16_t number)
{
	const struct recorder_mask_use *known = recorder_masks_find(masks, family, shape);

	if (known)
		return known->number == number;
	if (is_taken(masks, family, number) || masks->count[family] == RECORDER_MASK_LIMIT)
		return false;
	masks->mask[family][masks->count[family]++] =
		(struct recorder_mask_use){ .shape = shape, .number = number };
	return true;
}

static struct recorder_mask_use *add_mask(struct recorder_masks *masks, enum recorder_family family,
					  struct recorder_shape shape)
{
	struct recorder_mask_use *mask = recorder_masks_find(masks, family, shape);
	uint16_t number = 0;

	if (mask)
		return mask;
	if (masks->count[family] == RECORDER_MASK_LIMIT)
		return NULL;
	while (is_taken(masks, family, number))
		number++;
	mask = &masks->mask[family][masks->count[family]++];
	*mask = (struct recorder_mask_use){ .shape = shape, .number = number };
	return mask;
}

static int fit_recorder(struct recorder_masks *masks, const struct recorder *recorder,
			struct problem *problem)
{
	unsigned int families = recorder_filter_families(&recorder->filter);

	for (unsigned int family = 0; family < RECORDER_FAMILY_COUNT; family++) {
		struct recorder_mask_use *mask;

		if (!(families >> family & 1))
			continue;
		mask = add_mask(masks, family, recorder_filter_shape(&recorder->filter));
		if (!mask)
			return problem_set(
				problem, -ENOSPC,
				"recorder %u would be the first with a %dth mask for %s packets "
				"(which fields are fixed, and how long the prefixes are): give it "
				"the prefix lengths of another recorder, or remove some",
				recorder->id, RECORDER_MASK_LIMIT + 1, family_names[family]);
		if (recorder->priority > mask->best_priority)
			mask->best_priority = recorder->priority;
		mask->recorders++;
	}
	return 0;
}

static int compare_masks(const void *left, const void *right)
{
	const struct recorder_mask_use *a = left;
	const struct recorder_mask_use *b = right;

	if (a->best_priority != b->best_priority)
		return a->best_priority > b->best_priority ? -1 : 1;
	return a->number - b->number;
}

static void drop_unused(struct recorder_masks *masks, enum recorder_family family)
{
	unsigned int kept = 0;

	for (unsigned int i = 0; i < masks->count[family]; i++) {
		if (masks->mask[family][i].recorders)
			masks->mask[family][kept++] = masks->mask[family][i];
	}
	masks->count[family] = kept;
}

int recorder_masks_fit(struct recorder_masks *masks, const struct recorder_set *set,
		       struct problem *problem)
{
	int err = 0;

	for (size_t i = 0; !err && i < set->count; i++)
		err = fit_recorder(masks, &set->recorders[i], problem);
	for (unsigned int family = 0; !err && family < RECORDER_FAMILY_COUNT; family++) {
		drop_unused(masks, family);
		if (masks->count[family])
			qsort(masks->mask[family], masks->count[family],
			      sizeof(masks->mask[family][0]), compare_masks);
	}
	return err;
}
