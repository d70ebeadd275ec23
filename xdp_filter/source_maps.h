/* SPDX-License-Identifier: GPL-2.0-only */
/* The source list in the kernel. Packets meet source_lists[0], a map that holds a whole image
 * (source_layout.h) and is pinned as slot_<N>/source_list. A list is not changed: a new one is built
 * beside it, pinned as source_list_new, put into source_lists[0] in one step, and then renamed over
 * the old one's pin. Whatever is pinned after a crash, the list is the one in source_lists[0]. */
#ifndef XDP_FILTER_SOURCE_MAPS_H
#define XDP_FILTER_SOURCE_MAPS_H

#include <stdbool.h>
#include <stdint.h>
#include "chain.h"
#include "problem.h"
#include "source_image.h"
#include "source_list.h"

/* The list of one filter. Release with source_maps_close(). */
struct source_maps {
	char place[BPFFS_PATH_SIZE]; /* the pin, and the one aside that a new list has */
	char aside[BPFFS_PATH_SIZE];
	int lists;      /* source_lists, the caller's */
	int list;       /* the map packets meet, -1: not open */
	uint32_t lines; /* of it */
	enum {
		SOURCE_MAPS_IN_PLACE,
		SOURCE_MAPS_ASIDE,    /* a change was killed before it renamed the pin */
		SOURCE_MAPS_UNPINNED, /* pins were changed by someone else */
	} pinned;
};

/* Finds the list packets meet; changes nothing. `lists` is source_lists and stays the caller's.
 * -ENOENT: what is pinned is not it, and it cannot be had otherwise (CAP_SYS_ADMIN). */
int source_maps_open(struct source_maps *maps, const struct chain *chain, unsigned int slot,
		     int lists, struct problem *problem);
void source_maps_close(struct source_maps *maps);

/* Bytes the list takes in the kernel. */
uint64_t source_maps_size(const struct source_maps *maps);

/* Reads the list, expired sources too, into an empty one. */
int source_maps_read(const struct source_maps *maps, struct source_list *ret_list,
		     struct problem *problem);

/* Counts those in force, which is faster. */
int source_maps_count(const struct source_maps *maps, struct source_counts *ret_counts,
		      struct problem *problem);

/* Is there something to settle? */
bool source_maps_are_unsettled(const struct source_maps *maps);

/* Finishes or undoes what a killed change left of pins. Under the lock. */
int source_maps_settle(struct source_maps *maps, struct problem *problem);

/* Puts `after`, sorted, in place of the list that was read as `before`; nothing happens if both are
 * equal. Packets meet the old list or the new one. Hits that the old one got since it was read are
 * carried over. On failure, -ENOMEM mostly, packets meet the old list as before. Under the lock. */
int source_maps_replace(struct source_maps *maps, const struct source_list *before,
			const struct source_list *after, struct problem *problem);

/* A map that holds `list`, sorted: fd, or a negative errno. For a filter that is not loaded yet. */
int source_maps_create(const struct source_list *list, struct problem *problem);

#endif
