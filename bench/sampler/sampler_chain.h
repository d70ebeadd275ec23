/* SPDX-License-Identifier: GPL-2.0-only */
/* A chain with the sampler in it: the root, a subprogram in slot 2 that lets everything on, and what the
 * case asks for. Functions return 0 or a negative errno, told on stderr. */
#ifndef BENCH_SAMPLER_CHAIN_H
#define BENCH_SAMPLER_CHAIN_H

#include "price_table.h"
#include "sampler_case.h"

/* Loads these programs and puts them where they belong. */
int sampler_chain_load(struct program_set *set, unsigned int programs);
/* From now on these of the programs run that are loaded. */
int sampler_chain_occupy(struct program_set *set, unsigned int programs);
/* Gives them the case's configuration and recorders. `sources` (count, may be 0) is for *ret_tries (may
 * be NULL): see recorder_crowd_tries(). */
int sampler_chain_set(const struct program_set *set, const struct sampler_case *what, int family,
		      const struct frame *frame, const struct traffic_source *sources,
		      size_t source_count, double *ret_tries);

/* Samples that were taken, and those of them that found no room in the ring. */
int sampler_chain_counts(const struct program_set *set, uint64_t *ret_sampled, uint64_t *ret_lost);

#endif
