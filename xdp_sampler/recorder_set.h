/* SPDX-License-Identifier: GPL-2.0-only */
/* Recorders in memory: what is in the kernel, or what is to be. Knows nothing of maps. */
#ifndef XDP_SAMPLER_RECORDER_SET_H
#define XDP_SAMPLER_RECORDER_SET_H

#include <stddef.h>
#include <stdint.h>
#include "problem.h"
#include "recorder_layout.h"

#define RECORDER_ID_LIMIT 0x7fffffff
#define RECORDER_PRIORITY_LIMIT 0xffffffff
#define RECORDER_CAPTURE_MINIMUM 64

struct recorder_index;

/* Starts as zeros, release with recorder_set_free(). What is added becomes the last one; those that
 * were read from the kernel are in the order of their ids. Ids and filters do not change in place, or
 * they are not found any more. */
struct recorder_set {
	struct recorder *recorders;
	size_t count;
	size_t space;
	struct recorder_index *index; /* for recorder_set.c */
};

void recorder_set_free(struct recorder_set *set);

/* A recorder as it is unless said otherwise, created now; its filter matches everything. */
struct recorder recorder_usual(void);

/* For recorder.expires: `seconds` from now, at most 3650 days. */
uint64_t recorder_expiry(uint64_t seconds);

/* Adds a copy of `wish`; with id 0 it gets the next id: one more than the highest, or the lowest free
 * one. *ret_id (may be NULL) is its id. The set is as before on failure: -EEXIST: the id is taken, or
 * a recorder has the same filter already; -ENOSPC: RECORDER_LIMIT recorders are there; -EINVAL: a
 * member is out of its range; -ENOMEM. */
int recorder_set_add(struct recorder_set *set, const struct recorder *wish, uint32_t *ret_id,
		     struct problem *problem);

/* The last one takes its place. -ENOENT with the id told. */
int recorder_set_remove(struct recorder_set *set, uint32_t id, struct problem *problem);

/* Removes all but the first `count`. */
void recorder_set_truncate(struct recorder_set *set, size_t count);

/* The recorder, or NULL. */
struct recorder *recorder_set_find(const struct recorder_set *set, uint32_t id);
struct recorder *recorder_set_find_filter(const struct recorder_set *set,
					  const struct recorder_filter *filter);

/* Brings the set into the order of ids. */
void recorder_set_sort(struct recorder_set *set);

#endif
