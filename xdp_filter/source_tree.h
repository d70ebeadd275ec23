/* SPDX-License-Identifier: GPL-2.0-only */
/* The nodes of the search part (source_layout.h): from the ranges of one half of the address to
 * windows and keys that find the range a key is in. */
#ifndef XDP_FILTER_SOURCE_TREE_H
#define XDP_FILTER_SOURCE_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "source_layout.h"

/* Range i is the keys from start[i] up to start[i + 1] - 1, which all have link[i], and neighbours
 * differ. The first start is 0, the others are called boundaries. Starts as zeros. */
struct source_ranges {
	uint64_t *start;
	uint32_t *link;
	size_t count;
	size_t space;
};

/* Starts as zeros; `words` is the caller's to free. */
struct source_tree {
	uint32_t *words;  /* from line 1 of the image on */
	size_t lines;     /* in use */
	size_t space;     /* allocated */
	size_t rest;      /* word of the image: rest of a line, for small windows */
	size_t rest_size; /* words */
	int err; /* the first failure, -ENOMEM or -E2BIG; all that comes later does nothing */
};

static inline uint32_t source_link(enum source_link_kind kind, size_t index)
{
	return (uint32_t)kind << SOURCE_LINK_KIND_SHIFT | (uint32_t)index;
}

/* Keys from `start` on have `link`. Starts do not descend; of equal ones the last counts. */
void source_ranges_add(struct source_tree *tree, struct source_ranges *ranges, uint64_t start,
		       uint32_t link);
void source_ranges_free(struct source_ranges *ranges);

/* Do `count` ranges from `first` on belong to prefixes that follow one another in the list, with
 * `outside` around them? *ret_edges is how many starts and ends they have. */
bool source_ranges_follow(const struct source_ranges *ranges, size_t first, size_t count,
			  uint32_t outside, size_t *ret_edges);

/* Builds what finds the range of keys 0..high; returns the link that leads there. `ranges` is not
 * empty. */
uint32_t source_tree_build(struct source_tree *tree, const struct source_ranges *ranges,
			   uint64_t high);

/* The same for lower halves, with a link of kind LOWER. */
uint32_t source_tree_build_lower(struct source_tree *tree, const struct source_ranges *ranges);

#endif
