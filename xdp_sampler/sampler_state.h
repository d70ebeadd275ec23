/* SPDX-License-Identifier: GPL-2.0-only */
/* Everything a status tells about one interface's sampler, read at once. */
#ifndef XDP_SAMPLER_STATE_H
#define XDP_SAMPLER_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "interface.h"
#include "problem.h"
#include "recorder_set.h"
#include "ring_reader.h"
#include "sampler_ledger.h"
#include "sampler_seats.h"
#include "sampler_settings.h"

#define SAMPLER_DISAGREEMENTS 4

/* Owned by the caller; release with sampler_state_free(). */
struct sampler_state {
	char interface[INTERFACE_NAME_SIZE];
	struct sampler_seats seats;
	struct sampler_settings settings;
	unsigned int cpu_count;
	struct sampler_cpu *cpus;  /* cpu_count of them, read after the ledger: */
	struct ledger_cpu *ledger; /* what was taken out of the ring was in it */
	struct ledger_daemon daemon;
	enum ring_reader reader;
	struct recorder_set recorders;
	/* Why it does not do what it was told to. */
	const char *disagreements[SAMPLER_DISAGREEMENTS];
	size_t disagreement_count;
};

/* Reads under the lock. To be freed also on failure. */
int sampler_state_read(struct sampler_state *ret_state, const char *bpffs, const char *interface,
		       struct problem *problem);
void sampler_state_free(struct sampler_state *state);

/* Has `take` called for the sampler of every interface that has one. One that cannot be read does not hide the
 * others; the first such error is what is returned. */
int sampler_state_each(const char *bpffs,
		       void (*take)(void *context, const struct sampler_state *state),
		       void *context, struct problem *problem);

/* Packets that a place has seen on one CPU. */
uint64_t sampler_packets(const struct sampler_place_cpu *place);

/* Sums, of both places. */
struct sampler_account {
	uint64_t sampled; /* = lost + in_ring + read */
	uint64_t lost;
	uint64_t in_ring;
	uint64_t read;
};

struct sampler_account sampler_account_of(const struct sampler_cpu *cpu,
					  const struct ledger_cpu *ledger);
/* Of all CPUs. */
struct sampler_account sampler_account_all(const struct sampler_state *state);

/* Packets, samples and losses of a place, of all CPUs. */
struct sampler_place_sum {
	uint64_t packets;
	uint64_t sampled;
	uint64_t lost;
};

struct sampler_place_sum sampler_place_all(const struct sampler_state *state,
					   enum sampler_place place);

/* Counts of a sink, of all CPUs. */
struct ledger_sink sampler_sink_all(const struct sampler_state *state, unsigned int sink);
/* What it was offered and has neither delivered nor lost. */
uint64_t sampler_sink_in_queue(const struct ledger_sink *sink);

/* True if there is a sampler on the interface, or something that keeps us from knowing. */
bool sampler_is_attached(const char *bpffs, const char *interface);

/* The names as pins have them: those of `wanted`, or of every interface that has a sampler. Better under the lock. */
int sampler_state_list(struct interface_list *ret_list, const char *bpffs,
		       const struct interface_list *wanted, struct problem *problem);

#endif
