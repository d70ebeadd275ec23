/* SPDX-License-Identifier: GPL-2.0-only */
/* The filter's lists and configuration in the kernel. A change is made whole or not at all: what a
 * failed one has done already is undone. Changes happen under the lock. */
#ifndef XDP_FILTER_MAPS_H
#define XDP_FILTER_MAPS_H

#include "chain.h"
#include "drop_list.h"
#include "problem.h"
#include "xdp_filter.h"

enum filter_map {
	FILTER_CONFIG,
	FILTER_DROP_IPV4,
	FILTER_DROP_IPV6,
	FILTER_MAP_COUNT,
};

/* File descriptors, -1: not open. */
struct filter_maps {
	int fd[FILTER_MAP_COUNT];
};

#define FILTER_MAPS_CLOSED ((struct filter_maps){ { -1, -1, -1 } })

/* Opens what is pinned for a slot. -ENOENT: a pin is gone; -EPROTO: made by a build whose maps look
 * different. To be closed by the caller also on failure. */
int filter_maps_open(struct filter_maps *maps, const struct chain *chain, unsigned int slot,
		     struct problem *problem);
void filter_maps_close(struct filter_maps *maps);

int filter_maps_read_config(const struct filter_maps *maps, struct filter_config *ret_config,
			    struct problem *problem);
int filter_maps_write_config(const struct filter_maps *maps, const struct filter_config *config,
			     struct problem *problem);

/* Both lists in one, sorted; to be freed by the caller also on failure. Under the lock: an entry
 * that is removed meanwhile may hide others. */
int filter_maps_read_list(const struct filter_maps *maps, struct drop_list *ret_list,
			  struct problem *problem);

/* Adds the entries; one whose prefix is listed already gets the new tag and load time. -ENOSPC: the
 * list is full. */
int filter_maps_add(const struct filter_maps *maps, const struct drop_list *list,
		    struct problem *problem);

/* Removes exactly these prefixes. -ENOENT: one of them is not listed. */
int filter_maps_remove(const struct filter_maps *maps, const struct drop_list *list,
		       struct problem *problem);

/* Removes everything from both lists. */
int filter_maps_clear(const struct filter_maps *maps, struct problem *problem);

#endif
