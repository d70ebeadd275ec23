/* SPDX-License-Identifier: GPL-2.0-only */
/* Random recorders, the same each time. */
#ifndef BENCH_RECORDER_CROWD_H
#define BENCH_RECORDER_CROWD_H

#include <stddef.h>
#include "frames.h"
#include "recorder_set.h"

enum crowd_kind {
	/* Random addresses, ports, and UDP or TCP. No frame of the benchmark is wanted. */
	CROWD_RANDOM,
	/* Under each mask one recorder that the frame agrees with in some bytes, and one in all
	 * others: no byte rules a mask out, every mask is tried, and nothing is found. */
	CROWD_WORST,
	/* Random, but one, of the highest priority, wants the frame. */
	CROWD_HIT,
};

struct recorder_crowd {
	unsigned int masks; /* up to RECORDER_MASK_LIMIT */
	unsigned int count; /* of recorders, by turns under each mask; 0: there are none */
	enum crowd_kind kind;
};

/* Makes a set; recorder_set_free() it. 0 or a negative errno, told on stderr. */
int recorder_crowd_make(const struct recorder_crowd *crowd, int family, const struct frame *frame,
			struct recorder_set *ret_set);

/* Masks that the bytes of the frame leave, on the average over `count` sources; a count of 0: the
 * source it has. Negative if the set has too many masks. */
double recorder_crowd_tries(const struct recorder_set *set, int family, const struct frame *frame,
			    const struct traffic_source *sources, size_t count);

#endif
