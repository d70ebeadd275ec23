/* SPDX-License-Identifier: GPL-2.0-only */
/* One interface as its reader sees it: the sampler's ring, what the CPUs have counted, the ledger. */
#ifndef XDP_SAMPLER_SAMPLE_READER_MAPS_H
#define XDP_SAMPLER_SAMPLE_READER_MAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "interface.h"
#include "problem.h"
#include "program_names.h"
#include "reader_ledger.h"
#include "sample.h"
#include "xdp_sampler.h"

struct ring_buffer;

/* What a place has done since this process first saw it, also when its maps were replaced meanwhile.
 * Never goes backward. */
struct place_counts {
	uint64_t packets;
	uint64_t sampled;
	uint64_t ring_lost;
};

struct sample_reader;
/* Gets each record once, in the order of the ring: calls reader_ledger_take(), and whatever it likes. */
typedef void (*sample_taker)(void *context, struct sample_reader *reader,
			     const struct sample *sample);

struct sample_reader {
	const char *bpffs;
	const char *interface; /* as it was given */
	sample_taker take;
	void *context;
	char name[INTERFACE_NAME_SIZE]; /* the interface's own, when it was last there */
	uint32_t ifindex;
	/* What can be read at present; ring is NULL if nothing. */
	struct ring_buffer *ring;
	int ring_fd;
	struct reader_ledger *ledger;
	struct program_names names;
	struct place_counts counts[SAMPLER_PLACE_COUNT];
	/* For sample_reader_maps.c. */
	int lock; /* the interface's directory of pins, -1 */
	int cpus_fd;
	uint32_t ring_id; /* of the map that is open, or was last */
	struct sampler_cpu *cpus;
	struct place_counts begun[SAMPLER_PLACE_COUNT];   /* what the maps said at the beginning */
	struct place_counts carried[SAMPLER_PLACE_COUNT]; /* of maps before these */
	bool is_first;
	unsigned int budget;
	uint64_t taken;
};

/* `bpffs` and `interface` are kept, not copied. */
void sample_reader_init(struct sample_reader *reader, const char *bpffs, const char *interface,
			sample_taker take, void *context);

/* Looks everything up afresh. Returns 1 if the ring is another one than before (or the first), whose
 * ledger is this process's from now on, and 0 if it is the same. -EBUSY: it has a reader, whose process
 * id is told; otherwise it is not there, and the problem tells what is missing. On failure what was
 * open stays open: sample_reader_close() is the caller's decision. */
int sample_reader_look(struct sample_reader *reader, struct problem *problem);

/* Hands what is in the ring to `take`, at most `limit` records; returns how many it took. */
unsigned int sample_reader_consume(struct sample_reader *reader, unsigned int limit);

/* Brings `counts` up to date. */
void sample_reader_count(struct sample_reader *reader);

/* Leaves the ring and gives the reader's role back. May be looked for again. */
void sample_reader_close(struct sample_reader *reader);

#endif
