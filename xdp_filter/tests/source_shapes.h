/* SPDX-License-Identifier: GPL-2.0-only */
/* Source lists of many shapes, made by chance, and what a walk over their image must answer. Needs
 * cmocka's includes before it. */
#ifndef XDP_FILTER_TESTS_SOURCE_SHAPES_H
#define XDP_FILTER_TESTS_SOURCE_SHAPES_H

#include <stddef.h>
#include <stdint.h>
#include "source_image.h"
#include "source_list.h"

enum source_shape {
	SHAPE_IPV4_ADDRESSES,
	SHAPE_IPV4_LENGTHS,     /* 0..32, evenly */
	SHAPE_IPV4_CONSECUTIVE, /* addresses one behind the other */
	SHAPE_IPV4_CLUSTERS,    /* addresses, most close to others */
	SHAPE_IPV4_TOP,         /* the last addresses there are, and around them */
	SHAPE_IPV4_SPREAD,      /* begin and end in the middle of slots, as far apart as can be */
	SHAPE_IPV6_SITES,       /* /48../64 */
	SHAPE_IPV6_ADDRESSES,
	SHAPE_IPV6_BOTH_SIDES, /* /60../68 of few sites, and some of everything */
	SHAPE_IPV6_ONE_HALF,   /* addresses in one /64 */
	SHAPE_IPV6_CHAINS,     /* every prefix length of an address, then of the next */
	SHAPE_IPV6_POWERS,     /* distances double, in both halves */
	SHAPE_IPV6_TOP,
	SHAPE_COUNT,
};

extern const char *const source_shape_name[SHAPE_COUNT];

/* A number, the same sequence for the same seed. */
uint64_t shape_chance(uint64_t *seed);

/* Bits behind the length are cleared. An IPv4 address is in the low 32 bits of `upper`. */
struct address_prefix shape_prefix(int family, uint64_t upper, uint64_t lower, unsigned int length);

/* Appends; everything of the source but its prefix is 0. Returns it, it moves with the next one. */
struct source *shape_add(struct source_list *list, const struct address_prefix *prefix);

/* Appends up to `count` prefixes (the same may come twice) and sorts. */
void shape_fill(struct source_list *list, enum source_shape shape, size_t count, uint64_t seed);

/* A new image of exactly its lines; the caller frees it. */
void *shape_image(const struct source_list *list, unsigned int cpus, uint32_t *ret_lines);

/* The most links any walk may follow. */
#define SHAPE_LINKS_IPV4 (SOURCE_WALK_LIMIT / 2)
#define SHAPE_LINKS_IPV6 SOURCE_WALK_LIMIT

/* The walk answers as the list does; returns how many links it followed. */
unsigned int shape_check(const void *image, const struct source_list *list,
			 const struct address_prefix *address);

/* At the first and the last address of source `number`, and beside them; returns the most links. */
unsigned int shape_check_edges(const void *image, const struct source_list *list, size_t number);

#endif
