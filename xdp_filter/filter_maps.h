/* SPDX-License-Identifier: GPL-2.0-only */
/* The filter's maps in the kernel, but for the source list (source_maps.h). Changes happen under the
 * lock. */
#ifndef XDP_FILTER_MAPS_H
#define XDP_FILTER_MAPS_H

#include "chain.h"
#include "problem.h"
#include "xdp_filter.h"

enum filter_map {
	FILTER_CONFIG,
	FILTER_COUNTERS,
	FILTER_SOURCES, /* source_lists */
	FILTER_LOCAL_IPV4,
	FILTER_LOCAL_IPV6,
	FILTER_PTB_BUCKET,
	FILTER_MAP_COUNT,
};

/* File descriptors, -1: not open. */
struct filter_maps {
	int fd[FILTER_MAP_COUNT];
};

#define FILTER_MAPS_CLOSED ((struct filter_maps){ { -1, -1, -1, -1, -1, -1 } })

/* Opens what is pinned for a slot. -ENOENT: a pin is gone; -EPROTO: made by a build whose maps look
 * different. To be closed by the caller also on failure. */
int filter_maps_open(struct filter_maps *maps, const struct chain *chain, unsigned int slot,
		     struct problem *problem);
void filter_maps_close(struct filter_maps *maps);

int filter_maps_read_config(const struct filter_maps *maps, struct filter_config *ret_config,
			    struct problem *problem);
/* Brings this host's own addresses up to date first, if the configuration asks for them. */
int filter_maps_write_config(const struct filter_maps *maps, const struct filter_config *config,
			     struct problem *problem);

/* Sums over the CPUs. */
int filter_maps_read_counters(const struct filter_maps *maps, struct filter_counters *ret_counters,
			      struct problem *problem);

/* The ptb_bucket that filters of this bpffs share already: fd, or -1 if there is none. */
int filter_maps_find_bucket(const char *bpffs);

#endif
