// SPDX-License-Identifier: GPL-2.0-only
#include "recorder_set.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "load_time.h"
#include "monotonic_clock.h"
#include "recorder_filter.h"
#include "xdp_sampler.h"

#define NANOSECONDS UINT64_C(1000000000)

/* Places of recorders, plus 1, by hashes of id and filter; 0: empty. Never more than half full. */
struct recorder_index {
	bool is_stale; /* places have changed */
	uint32_t by_id[2 * RECORDER_LIMIT];
	uint32_t by_filter[2 * RECORDER_LIMIT];
	uint32_t highest; /* id */
};

#define INDEX_MASK (2 * RECORDER_LIMIT - 1)

struct recorder recorder_usual(void)
{
	return (struct recorder){ .capture_length = SAMPLER_CAPTURE_DEFAULT,
				  .created = load_time_now() };
}

uint64_t recorder_expiry(uint64_t seconds)
{
	return monotonic_clock_now() + seconds * NANOSECONDS;
}

void recorder_set_free(struct recorder_set *set)
{
	free(set->recorders);
	free(set->index);
	*set = (struct recorder_set){ 0 };
}

static uint32_t mix(uint64_t bits)
{
	return (uint32_t)(bits * UINT64_C(0x9e3779b97f4a7c15) >> 40);
}

static uint32_t hash_filter(const struct recorder_filter *filter)
{
	uint64_t words[sizeof(*filter) / sizeof(uint64_t)], hash = 0;

	memcpy(words, filter, sizeof(words));
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		hash = (hash ^ words[i] ^ hash >> 29) * UINT64_C(0xff51afd7ed558ccd);
	return mix(hash);
}

static uint32_t hash_id(const struct recorder *recorder)
{
	return mix(recorder->id);
}

static uint32_t hash_own_filter(const struct recorder *recorder)
{
	return hash_filter(&recorder->filter);
}

static uint32_t *find_id(const struct recorder_set *set, uint32_t id)
{
	uint32_t *entries = set->index->by_id, at = mix(id) & INDEX_MASK;

	while (entries[at] && set->recorders[entries[at] - 1].id != id)
		at = (at + 1) & INDEX_MASK;
	return &entries[at];
}

static uint32_t *find_filter(const struct recorder_set *set, const struct recorder_filter *filter)
{
	uint32_t *entries = set->index->by_filter, at = hash_filter(filter) & INDEX_MASK;

	while (entries[at] &&
	       !recorder_filter_equal(&set->recorders[entries[at] - 1].filter, filter))
		at = (at + 1) & INDEX_MASK;
	return &entries[at];
}

static void add_to_index(const struct recorder_set *set, size_t place)
{
	const struct recorder *recorder = &set->recorders[place];

	*find_id(set, recorder->id) = (uint32_t)place + 1;
	*find_filter(set, &recorder->filter) = (uint32_t)place + 1;
	if (recorder->id > set->index->highest)
		set->index->highest = recorder->id;
}

static void refresh_index(const struct recorder_set *set)
{
	if (!set->index->is_stale)
		return;
	memset(set->index, 0, sizeof(*set->index));
	for (size_t i = 0; i < set->count; i++)
		add_to_index(set, i);
}

static void change_places(struct recorder_set *set)
{
	if (set->index)
		set->index->is_stale = true;
}

static int make_room(struct recorder_set *set)
{
	size_t space = set->space ? set->space * 2 : 16;
	struct recorder *recorders;

	if (!set->index)
		set->index = calloc(1, sizeof(*set->index));
	if (!set->index)
		return -ENOMEM;
	if (set->count < set->space)
		return 0;
	recorders = reallocarray(set->recorders, space, sizeof(*recorders));
	if (!recorders)
		return -ENOMEM;
	set->recorders = recorders;
	set->space = space;
	return 0;
}

static uint32_t next_id(const struct recorder_set *set)
{
	uint32_t id = 1;

	if (set->index->highest < RECORDER_ID_LIMIT)
		return set->index->highest + 1;
	while (*find_id(set, id))
		id++;
	return id;
}

static int check(const struct recorder *wish, struct problem *problem)
{
	if (wish->id > RECORDER_ID_LIMIT)
		return problem_set(problem, -EINVAL, "id %u: ids are 1 to %u", wish->id,
				   RECORDER_ID_LIMIT);
	if (wish->capture_length < RECORDER_CAPTURE_MINIMUM || wish->capture_length > RECORDER_FULL)
		return problem_set(problem, -EINVAL,
				   "capture length %u: it is %u to %u bytes, or full",
				   wish->capture_length, RECORDER_CAPTURE_MINIMUM, RECORDER_FULL);
	if (!recorder_filter_is_canonical(&wish->filter))
		return problem_set(problem, -EINVAL, "a filter that no text can tell");
	return 0;
}

static int refuse_taken(const struct recorder_set *set, const struct recorder *wish, bool is_same,
			struct problem *problem)
{
	const struct recorder *taken = recorder_set_find(set, wish->id);
	char text[RECORDER_FILTER_TEXT_SIZE];

	if (is_same)
		return problem_set(problem, -EEXIST, "recorder %u has the filter '%s' already",
				   recorder_set_find_filter(set, &wish->filter)->id,
				   recorder_filter_text(&wish->filter, text));
	return problem_set(problem, -EEXIST,
			   "id %u is taken by the recorder for '%s': choose another one, or none",
			   wish->id, recorder_filter_text(&taken->filter, text));
}

int recorder_set_add(struct recorder_set *set, const struct recorder *wish, uint32_t *ret_id,
		     struct problem *problem)
{
	bool is_same;
	int err = check(wish, problem);

	if (err)
		return err;
	if (make_room(set))
		return problem_errno(problem, -ENOMEM, "a recorder cannot be added");
	refresh_index(set);
	is_same = *find_filter(set, &wish->filter);
	if (is_same || (wish->id && *find_id(set, wish->id)))
		return refuse_taken(set, wish, is_same, problem);
	if (set->count >= RECORDER_LIMIT)
		return problem_set(problem, -ENOSPC,
				   "there are %u recorders, more are not possible: remove some with "
				   "--no-record, or use one with a shorter prefix for several",
				   RECORDER_LIMIT);
	set->recorders[set->count] = *wish;
	if (!wish->id)
		set->recorders[set->count].id = next_id(set);
	if (ret_id)
		*ret_id = set->recorders[set->count].id;
	add_to_index(set, set->count++);
	return 0;
}

/* Empties an entry; those behind it that were put there because it was taken move up. */
static void remove_entry(const struct recorder_set *set, uint32_t *entries, uint32_t at,
			 uint32_t (*hash)(const struct recorder *recorder))
{
	for (uint32_t next = (at + 1) & INDEX_MASK; entries[next]; next = (next + 1) & INDEX_MASK) {
		uint32_t home = hash(&set->recorders[entries[next] - 1]) & INDEX_MASK;

		if (((next - home) & INDEX_MASK) < ((next - at) & INDEX_MASK))
			continue;
		entries[at] = entries[next];
		at = next;
	}
	entries[at] = 0;
}

static uint32_t highest_id(const struct recorder_set *set)
{
	uint32_t highest = 0;

	for (size_t i = 0; i < set->count; i++) {
		if (set->recorders[i].id > highest)
			highest = set->recorders[i].id;
	}
	return highest;
}

int recorder_set_remove(struct recorder_set *set, uint32_t id, struct problem *problem)
{
	struct recorder *recorder = recorder_set_find(set, id), *last;
	struct recorder_index *index = set->index;

	if (!recorder)
		return problem_set(problem, -ENOENT, "there is no recorder %u", id);
	last = &set->recorders[set->count - 1];
	remove_entry(set, index->by_id, (uint32_t)(find_id(set, id) - index->by_id), hash_id);
	remove_entry(set, index->by_filter,
		     (uint32_t)(find_filter(set, &recorder->filter) - index->by_filter),
		     hash_own_filter);
	if (recorder != last) {
		uint32_t place = (uint32_t)(recorder - set->recorders) + 1;

		*find_id(set, last->id) = place;
		*find_filter(set, &last->filter) = place;
		*recorder = *last;
	}
	set->count--;
	if (id == index->highest)
		index->highest = highest_id(set);
	return 0;
}

void recorder_set_truncate(struct recorder_set *set, size_t count)
{
	set->count = count;
	change_places(set);
}

struct recorder *recorder_set_find(const struct recorder_set *set, uint32_t id)
{
	uint32_t place;

	if (!set->index)
		return NULL;
	refresh_index(set);
	place = *find_id(set, id);
	return place ? &set->recorders[place - 1] : NULL;
}

struct recorder *recorder_set_find_filter(const struct recorder_set *set,
					  const struct recorder_filter *filter)
{
	uint32_t place;

	if (!set->index)
		return NULL;
	refresh_index(set);
	place = *find_filter(set, filter);
	return place ? &set->recorders[place - 1] : NULL;
}

static int compare_ids(const void *left, const void *right)
{
	const struct recorder *a = left;
	const struct recorder *b = right;

	return a->id < b->id ? -1 : a->id > b->id;
}

void recorder_set_sort(struct recorder_set *set)
{
	if (set->count)
		qsort(set->recorders, set->count, sizeof(*set->recorders), compare_ids);
	change_places(set);
}
