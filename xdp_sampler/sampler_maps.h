/* SPDX-License-Identifier: GPL-2.0-only */
/* The sampler's maps in the kernel. Changes happen under the lock. */
#ifndef XDP_SAMPLER_MAPS_H
#define XDP_SAMPLER_MAPS_H

#include <stdbool.h>
#include <stdint.h>
#include "chain.h"
#include "problem.h"
#include "sampler_ledger.h"
#include "xdp_sampler.h"

enum sampler_map {
	SAMPLER_CONFIG,
	SAMPLER_CPUS,
	SAMPLER_RING,
	SAMPLER_LEDGER,
	SAMPLER_DAEMON,
	SAMPLER_RECORDERS,
	SAMPLER_KEYS,
	SAMPLER_SEARCH,
	SAMPLER_MAP_COUNT,
};

/* File descriptors, -1: not open. */
struct sampler_maps {
	int fd[SAMPLER_MAP_COUNT];
};

#define SAMPLER_MAPS_CLOSED ((struct sampler_maps){ { -1, -1, -1, -1, -1, -1, -1, -1 } })

/* Opens what is pinned beside either program. -ENOENT: no program of the sampler is in the chain, or a
 * pin is gone; -EPROTO: made by a build whose maps look different. To be closed by the caller also on
 * failure. */
int sampler_maps_open(struct sampler_maps *maps, const struct chain *chain,
		      struct problem *problem);
void sampler_maps_close(struct sampler_maps *maps);

int sampler_maps_read_config(const struct sampler_maps *maps, struct sampler_config *ret_config,
			     struct problem *problem);
/* With the word of a new generation, and the bit that says whether there are recorders; config->word does
 * not matter. */
int sampler_maps_write_config(const struct sampler_maps *maps, const struct sampler_config *config,
			      bool has_recorders, struct problem *problem);

/* Entries of the per-CPU arrays below: the possible CPUs, or a negative errno. */
int sampler_maps_cpus(struct problem *problem);

/* What each CPU has done, sampler_maps_cpus() entries. */
int sampler_maps_read_cpus(const struct sampler_maps *maps, struct sampler_cpu *ret_cpus,
			   struct problem *problem);
int sampler_maps_read_ledger(const struct sampler_maps *maps, struct ledger_cpu *ret_cpus,
			     struct problem *problem);
int sampler_maps_read_daemon(const struct sampler_maps *maps, struct ledger_daemon *ret_daemon,
			     struct problem *problem);

/* Bytes of the ring, or 0 if the kernel does not tell. */
uint32_t sampler_maps_ring_size(const struct sampler_maps *maps);

#endif
