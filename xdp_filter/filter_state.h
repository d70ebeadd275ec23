/* SPDX-License-Identifier: GPL-2.0-only */
/* Everything a status tells about one interface's filter, read at once. */
#ifndef XDP_FILTER_STATE_H
#define XDP_FILTER_STATE_H

#include <stdbool.h>
#include "counters.h"
#include "program_slot.h"
#include "problem.h"
#include "source_image.h"
#include "source_list.h"
#include "xdp_filter.h"

/* Packets that the filter had dropped at a moment. */
struct drop_sample {
	bool taken;
	uint64_t packets;
	uint64_t time; /* CLOCK_MONOTONIC, nanoseconds */
};

/* Owned by the caller; release with filter_state_free(). */
struct filter_state {
	char interface[INTERFACE_NAME_SIZE];
	struct program_slot place;
	struct filter_config config;
	struct filter_counters packets;
	struct counters decided;     /* by the whole chain */
	struct source_counts counts; /* of those in force */
	struct source_list sources;  /* these, if they were asked for */
	uint64_t sources_size;       /* bytes in the kernel */
	struct drop_sample drops;
	const char *disagreement; /* why no packet reaches the filter; NULL: they do */
	bool is_watched;          /* this host's own addresses are kept current */
	bool is_unsettled;        /* a killed change has left its list behind, in memory */
};

/* Reads under the lock. `slot` may be PROGRAM_SLOT_ANY. To be freed also on failure. */
int filter_state_read(struct filter_state *ret_state, const char *bpffs, const char *interface,
		      unsigned int slot, bool with_sources, struct problem *problem);
void filter_state_free(struct filter_state *state);

/* Has `take` called for the filter of every interface that has one, without its sources. One that cannot be read
 * does not hide the others; the first such error is what is returned. */
int filter_state_each(const char *bpffs,
		      void (*take)(void *context, const struct filter_state *state), void *context,
		      struct problem *problem);

/* Adds the names as pins have them: those of `wanted`; if none are, of every interface that has the filter. */
int filter_state_list(struct interface_list *ret_list, const char *bpffs,
		      const struct interface_list *wanted, unsigned int slot,
		      struct problem *problem);

/* True if there is a filter on the interface, or something that keeps us from knowing. */
bool filter_is_attached(const char *bpffs, const char *interface);

/* Only the sample; without a filter none is taken. */
struct drop_sample filter_state_sample(const char *bpffs, const char *interface, unsigned int slot);

#endif
