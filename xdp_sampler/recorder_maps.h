/* SPDX-License-Identifier: GPL-2.0-only */
/* The recorders in the kernel.
 *
 * A recorder is there when recorder_keys holds every key of its filter: so what is listed is always
 * what packets meet, also after a change was killed half way. A change takes these steps, and a kill
 * between any two of them leaves something that the next change removes and that no packet sees:
 *
 *	1. keys of recorders that go are removed, and keys that are nobody's
 *	2. the image of the wanted recorders is put into recorder_search[0]. The kernel comes back when no
 *	   packet uses the old one or has found an old key: from now on old entries and numbers of masks
 *	   may be used again
 *	3. values: those of recorders that went become free, new ones are written
 *	4. keys of new recorders are added: packets are found by them at once
 *
 * A recorder that stays is not touched in any step, so its counts are exact. */
#ifndef XDP_SAMPLER_RECORDER_MAPS_H
#define XDP_SAMPLER_RECORDER_MAPS_H

#include "problem.h"
#include "recorder_set.h"

/* File descriptors, the caller's. */
struct recorder_maps {
	int recorders;
	int keys;
	int search;
};

/* Reads the recorders with their counts into an empty set, in the order of their ids. Those that
 * expired or reached their limit are there, too. */
int recorder_maps_read(const struct recorder_maps *maps, struct recorder_set *ret_set,
		       struct problem *problem);

/* Makes the kernel's recorders those of `wanted`. One that is there with the same id, filter and
 * options stays as it is, and keeps its counts whatever `wanted` says of them; one whose options have
 * changed is replaced, with the counts of `wanted`, and misses the packets of the milliseconds
 * between. Nothing is written if nothing differs. -ENOSPC: more than RECORDER_MASK_LIMIT masks,
 * nothing has changed then; another failure may leave part of the change done. Under the lock. The
 * caller writes sampler_config.word afterwards. */
int recorder_maps_apply(const struct recorder_maps *maps, const struct recorder_set *wanted,
			struct problem *problem);

#endif
