/* SPDX-License-Identifier: GPL-2.0-only */
/* What flows had carried at a moment, to be found by their keys. */
#ifndef ECBPF_FLOW_SAMPLES_H
#define ECBPF_FLOW_SAMPLES_H

#include <stddef.h>
#include <stdint.h>
#include "flow_tables.h"

struct flow_sample {
	struct flow_key key;
	uint64_t packets, bytes;
};

/* Starts as zeros; release with flow_samples_free(). */
struct flow_samples {
	struct flow_sample *sample;
	size_t count;
	uint32_t *slot; /* hash table: number of the sample plus 1, 0: free */
	size_t slot_count;
};

/* Takes the flows of a list; keys are distinct. 0 or -ENOMEM; nothing is taken then. */
int flow_samples_take(struct flow_samples *samples, const struct flow_entry_list *list);
/* NULL: not there. */
const struct flow_sample *flow_samples_find(const struct flow_samples *samples,
					    const struct flow_key *key);
void flow_samples_free(struct flow_samples *samples);

#endif
