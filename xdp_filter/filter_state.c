// SPDX-License-Identifier: GPL-2.0-only
#include "filter_state.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>

#include "chain_look.h"
#include "filter_watch.h"
#include "loaded_filter.h"
#include "monotonic_clock.h"
#include "source_expiry.h"

/* From what never goes back: a --clear of the chain does not matter. */
static struct drop_sample sample_of(const struct counters *counters, unsigned int slot)
{
	struct drop_sample sample = { .taken = true, .time = monotonic_clock_now() };

	for (int i = 0; i < ECBPF_REASON_LIMIT; i++)
		sample.packets += counters->total->row[slot].packets[i][XDP_DROP];
	return sample;
}

static const char *disagreement_of(const struct loaded_filter *filter)
{
	if (!filter->attachment.ours)
		return "the root is not attached, so no packet gets here; "
		       "run: xdp_root_loader --attach";
	if (!filter->place.slot.program_id)
		return "its slot was emptied by someone else; run: xdp_root_loader --attach";
	return NULL;
}

static int read_open(struct filter_state *state, const struct loaded_filter *filter,
		     bool with_sources, struct problem *problem)
{
	int err;

	state->place = filter->place;
	state->disagreement = disagreement_of(filter);
	state->is_watched = filter_watch_runs(&filter->chain);
	state->sources_size = source_maps_size(&filter->sources);
	state->is_unsettled = source_maps_are_unsettled(&filter->sources);
	err = counters_read(&filter->chain, &state->decided, problem);
	if (err)
		return err;
	state->drops = sample_of(&state->decided, filter->place.number);
	err = filter_maps_read_config(&filter->maps, &state->config, problem);
	if (!err)
		err = filter_maps_read_counters(&filter->maps, &state->packets, problem);
	if (!err)
		err = source_maps_count(&filter->sources, &state->counts, problem);
	if (!err && with_sources)
		err = source_maps_read(&filter->sources, &state->sources, problem);
	if (!err)
		source_expiry_apply(&state->sources);
	return err;
}

/* Under the lock, but not for longer than reading takes: who prints may take his time. */
int filter_state_read(struct filter_state *ret_state, const char *bpffs, const char *interface,
		      unsigned int slot, bool with_sources, struct problem *problem)
{
	struct loaded_filter filter;
	int err, lock = chain_look_lock(bpffs, problem);

	*ret_state = (struct filter_state){ 0 };
	if (lock < 0 && lock != -ETIMEDOUT)
		return lock;
	snprintf(ret_state->interface, sizeof(ret_state->interface), "%s", interface);
	err = loaded_filter_look(&filter, bpffs, interface, slot, problem);
	if (!err)
		err = read_open(ret_state, &filter, with_sources, problem);
	loaded_filter_close(&filter);
	chain_look_unlock(bpffs, lock);
	return err;
}

void filter_state_free(struct filter_state *state)
{
	counters_free(&state->decided);
	source_list_free(&state->sources);
}

struct drop_sample filter_state_sample(const char *bpffs, const char *interface, unsigned int slot)
{
	struct drop_sample sample = { 0 };
	struct counters counters = { 0 };
	struct loaded_filter filter;

	if (loaded_filter_look(&filter, bpffs, interface, slot, NULL) == 0 &&
	    counters_read(&filter.chain, &counters, NULL) == 0)
		sample = sample_of(&counters, filter.place.number);
	counters_free(&counters);
	loaded_filter_close(&filter);
	return sample;
}

static int holds_filter(const struct chain *chain, const void *slot)
{
	struct program_slot place;
	int err =
		program_slot_find(chain, FILTER_PROGRAM, *(const unsigned int *)slot, &place, NULL);

	/* What sits in the filter's slot is another program. */
	return err == -EBUSY ? -ENOENT : err;
}

int filter_state_list(struct interface_list *ret_list, const char *bpffs,
		      const struct interface_list *wanted, unsigned int slot,
		      struct problem *problem)
{
	return chain_look_list(ret_list, bpffs, wanted, holds_filter, &slot, problem);
}

bool filter_is_attached(const char *bpffs, const char *interface)
{
	const unsigned int slot = PROGRAM_SLOT_ANY;

	return chain_look_has(bpffs, interface, holds_filter, &slot);
}

int filter_state_each(const char *bpffs,
		      void (*take)(void *context, const struct filter_state *state), void *context,
		      struct problem *problem)
{
	const struct interface_list every = { 0 };
	struct interface_list list = { 0 };
	int err = filter_state_list(&list, bpffs, &every, PROGRAM_SLOT_ANY, problem);
	int first_err = 0;

	for (size_t i = 0; !err && i < list.count; i++) {
		struct filter_state state;
		struct problem own = { 0 };
		int own_err = filter_state_read(&state, bpffs, list.names[i], PROGRAM_SLOT_ANY,
						false, &own);

		if (!own_err)
			take(context, &state);
		else if (!first_err)
			first_err = problem_set(problem, own_err, "%s", own.text);
		filter_state_free(&state);
	}
	interface_list_free(&list);
	return err ? err : first_err;
}
