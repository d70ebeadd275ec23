/* SPDX-License-Identifier: GPL-2.0-only */
/* The maps that one interface has for itself, pinned in its slot's directory. */
#ifndef BYPASS_MAPS_H
#define BYPASS_MAPS_H

#include <stdint.h>
#include "bypass_udp.h"
#include "chain.h"
#include "problem.h"

/* File descriptors, -1: not open. */
struct bypass_maps {
	int config;
	int cpu;
};

#define BYPASS_MAPS_CLOSED ((struct bypass_maps){ -1, -1 })

/* Opens what is pinned for a slot. -ENOENT: a pin is gone; -EPROTO: made by another version. To be closed
 * by the caller also on failure. */
int bypass_maps_open(struct bypass_maps *ret_maps, const struct chain *chain, unsigned int slot,
		     struct problem *problem);
void bypass_maps_close(struct bypass_maps *maps);

int bypass_maps_read_config(const struct bypass_maps *maps, struct bypass_config *ret_config,
			    struct problem *problem);
int bypass_maps_write_config(const struct bypass_maps *maps, const struct bypass_config *config,
			     struct problem *problem);

/* Packets that went up, by enum bypass_up, summed over the CPUs. */
int bypass_maps_read_up(const struct bypass_maps *maps, uint64_t ret_up[BYPASS_UP_COUNT],
			struct problem *problem);

#endif
