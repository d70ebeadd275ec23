/* SPDX-License-Identifier: GPL-2.0-only */
/* Recorders that come and go: what has ended, and which of those that are there a change keeps. Knows
 * nothing of maps. */
#ifndef XDP_SAMPLER_RECORDER_STATE_H
#define XDP_SAMPLER_RECORDER_STATE_H

#include <stdbool.h>
#include "recorder_set.h"

/* Recorders that someone wants; id 0: any. */
struct recorder_wishes {
	const struct recorder *recorders;
	size_t count;
};

/* CLOCK_MONOTONIC, nanoseconds. */
uint64_t recorder_now(void);
/* Expired, or has its packets. */
bool recorder_has_ended(const struct recorder *recorder, uint64_t now);

/* Removes recorders that have ended and are in the way of one that is to be added: the same filter, or
 * the same id. */
void recorder_set_make_way(struct recorder_set *set, const struct recorder *wish, uint64_t now);

/* Puts into the empty `ret_set` what is to be there after a reload, sorted: recorders of commands as they
 * are in `before`; those of the file as `wishes` says, where one with the same filter is there already
 * with its id (unless the wish has one), counts, beginning and end. A wish whose filter a command's
 * recorder has is left out. As recorder_set_add(). */
int recorder_set_renew(struct recorder_set *ret_set, const struct recorder_set *before,
		       const struct recorder_wishes *wishes, struct problem *problem);

#endif
