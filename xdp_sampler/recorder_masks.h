/* SPDX-License-Identifier: GPL-2.0-only */
/* Masks that recorders' filters need, and the numbers by which keys tell them apart. A mask is which
 * fields are fixed, how long the prefixes are, and whether the filter is for any family: so a filter
 * for both families and one for IPv4 that fix the same bits are not in each other's way. A mask keeps
 * its number as long as a recorder has it; a new one gets the lowest that is free in its family. */
#ifndef XDP_SAMPLER_RECORDER_MASKS_H
#define XDP_SAMPLER_RECORDER_MASKS_H

#include <stdint.h>
#include "problem.h"
#include "recorder_layout.h"
#include "recorder_set.h"

struct recorder_shape {
	uint8_t source_length;
	uint8_t destination_length;
	uint8_t any_family;
	uint8_t fixed; /* enum recorder_fixed, or-ed */
};

enum recorder_fixed {
	RECORDER_FIXED_SOURCE_PORT = 1,
	RECORDER_FIXED_DESTINATION_PORT = 2,
	RECORDER_FIXED_PROTOCOL = 4,
};

struct recorder_mask_use {
	struct recorder_shape shape;
	uint32_t best_priority; /* of the recorders that were added */
	uint32_t recorders;     /* that were added */
	uint16_t number;
};

/* Starts as zeros. */
struct recorder_masks {
	struct recorder_mask_use mask[RECORDER_FAMILY_COUNT][RECORDER_MASK_LIMIT];
	unsigned int count[RECORDER_FAMILY_COUNT];
};

/* Families whose packets the filter may match: bit per enum recorder_family. */
unsigned int recorder_filter_families(const struct recorder_filter *filter);
struct recorder_shape recorder_filter_shape(const struct recorder_filter *filter);

/* Ones where a mask of that shape and number has fixed bits. */
struct recorder_key recorder_shape_bits(struct recorder_shape shape, uint16_t number);
/* What packets that match the filter are found by. */
struct recorder_key recorder_filter_key(const struct recorder_filter *filter,
					enum recorder_family family, uint16_t number);

/* Notes that keys in the kernel have this number for the shape; false if the shape has another one
 * already, the number is another shape's, or there is no room. Before recorder_masks_fit(). */
bool recorder_masks_learn(struct recorder_masks *masks, enum recorder_family family,
			  struct recorder_shape shape, uint16_t number);

/* Takes in the masks of all recorders, once. Those that no recorder has are gone then, the others are
 * in the order of the image: by best priority, the highest first, then by number. -ENOSPC: more than
 * RECORDER_MASK_LIMIT masks in a family; the text names the recorder and tells what to do. */
int recorder_masks_fit(struct recorder_masks *masks, const struct recorder_set *set,
		       struct problem *problem);

/* The mask of that shape, or NULL. */
struct recorder_mask_use *recorder_masks_find(struct recorder_masks *masks,
					      enum recorder_family family,
					      struct recorder_shape shape);

#endif
