/* SPDX-License-Identifier: GPL-2.0-only */
/* The packet counters of one chain. They only ever grow in the kernel; clearing remembers what they
 * were, so that it cannot race with the packets being counted. */
#ifndef ECBPF_COUNTERS_H
#define ECBPF_COUNTERS_H

#include <stdint.h>
#include "abi/slots.h"
#include "chain.h"
#include "problem.h"

/* Names of the actions in the order of the counters: "XDP_ABORTED" … "XDP_INVALID_ACTION". */
extern const char *const counters_action_names[ECBPF_ACTION_COUNT];

struct counters {
	struct ecbpf_stats *total;   /* summed over the CPUs since the chain was made */
	struct ecbpf_stats *cleared; /* the same at the last clear */
};

/* Reads both. Release with counters_free(), also after a failure. */
int counters_read(const struct chain *chain, struct counters *ret_counters,
		  struct problem *problem);
void counters_free(struct counters *counters);

/* Packets since the last clear that `row` decided with `action`, for one reason or for all. */
uint64_t counters_cell(const struct counters *counters, unsigned int row, unsigned int reason,
		       unsigned int action);
uint64_t counters_action(const struct counters *counters, unsigned int row, unsigned int action);

/* Packets that ever reached `slot`: every final verdict from it onward and in the root's row. The exit
 * hook (ECBPF_EXIT_HOOK) is reached by every final verdict. */
uint64_t counters_reached(const struct ecbpf_stats *stats, unsigned int slot);

/* Packets that reached `slot` since its program came, or since the last clear if that is later. */
uint64_t counters_seen(const struct counters *counters, unsigned int slot, uint64_t seen_before);

/* Starts counting from zero for every reader. */
int counters_clear(const struct chain *chain, struct problem *problem);

#endif
