// SPDX-License-Identifier: GPL-2.0-only
#include "recorder_state.h"

#include <time.h>

uint64_t recorder_now(void)
{
	return recorder_expiry(0);
}

bool recorder_has_ended(const struct recorder *recorder, uint64_t now)
{
	return (recorder->expires && now >= recorder->expires) ||
	       (recorder->limit && recorder->packets >= recorder->limit);
}

static void remove_ended(struct recorder_set *set, const struct recorder *recorder, uint64_t now)
{
	if (recorder && recorder_has_ended(recorder, now))
		(void)recorder_set_remove(set, recorder->id, NULL);
}

void recorder_set_make_way(struct recorder_set *set, const struct recorder *wish, uint64_t now)
{
	remove_ended(set, recorder_set_find_filter(set, &wish->filter), now);
	if (wish->id)
		remove_ended(set, recorder_set_find(set, wish->id), now);
}

/* A wish as it is when it is there already: the end is that of its beginning. */
static struct recorder renew(const struct recorder *wish, const struct recorder *old)
{
	struct recorder renewed = *wish;

	if (!wish->id)
		renewed.id = old->id;
	if (wish->expires && old->expires)
		renewed.expires = old->expires;
	renewed.created = old->created;
	renewed.packets = old->packets;
	renewed.bytes = old->bytes;
	return renewed;
}

/* Who names an id comes before those who have one, and these before those to whom any free one will do. */
static int turn_of(const struct recorder *wish, const struct recorder *old)
{
	if (wish->id)
		return 0;
	return old ? 1 : 2;
}

static int add_wish(struct recorder_set *set, const struct recorder *wish,
		    const struct recorder *old, struct problem *problem)
{
	struct recorder recorder = old ? renew(wish, old) : *wish;

	if (old && old->origin == RECORDER_BY_COMMAND)
		return 0;
	if (!wish->id && recorder_set_find(set, recorder.id))
		recorder.id = 0;
	recorder.origin = RECORDER_BY_FILE;
	return recorder_set_add(set, &recorder, NULL, problem);
}

int recorder_set_renew(struct recorder_set *ret_set, const struct recorder_set *before,
		       const struct recorder_wishes *wishes, struct problem *problem)
{
	int err = 0;

	for (size_t i = 0; !err && i < before->count; i++) {
		if (before->recorders[i].origin == RECORDER_BY_COMMAND)
			err = recorder_set_add(ret_set, &before->recorders[i], NULL, problem);
	}
	for (int turn = 0; !err && turn < 3; turn++) {
		for (size_t i = 0; !err && i < wishes->count; i++) {
			const struct recorder *wish = &wishes->recorders[i];
			const struct recorder *old =
				recorder_set_find_filter(before, &wish->filter);

			if (turn == turn_of(wish, old))
				err = add_wish(ret_set, wish, old, problem);
		}
	}
	if (!err)
		recorder_set_sort(ret_set);
	return err;
}
