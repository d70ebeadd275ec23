/* SPDX-License-Identifier: GPL-2.0-only */
/* Builds the search part of a source list's image: what the walk of source_layout.h reads. */
#ifndef XDP_FILTER_SOURCE_SEARCH_H
#define XDP_FILTER_SOURCE_SEARCH_H

#include <stddef.h>
#include <stdint.h>
#include "problem.h"
#include "source_layout.h"
#include "source_list.h"

/* Starts as zeros, owned by the caller, release with source_search_free(). */
struct source_search {
	uint32_t *words; /* from line 1 of the image on, link indexes count from line 0 */
	size_t lines;
	uint32_t root_ipv4, root_ipv6;
	uint32_t *parent; /* per source: cell's parent, see struct source_cell */
};

/* `list` is sorted. 0, -ENOMEM, -E2BIG (does not fit 30-bit indexes). On failure nothing is left to
 * be released. */
int source_search_build(struct source_search *search, const struct source_list *list,
			struct problem *problem);
void source_search_free(struct source_search *search);

#endif
