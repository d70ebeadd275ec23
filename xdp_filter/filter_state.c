// SPDX-License-Identifier: GPL-2.0-only
#include "filter_state.h"

#include <linux/bpf.h>
#include <stdio.h>

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
		     struct problem *problem)
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
		err = source_maps_read(&filter->sources, &state->sources, problem);
	if (!err)
		source_expiry_apply(&state->sources);
	return err;
}

int filter_state_read(struct filter_state *ret_state, const char *bpffs, const char *interface,
		      unsigned int slot, struct problem *problem)
{
	struct loaded_filter filter;
	int err;

	*ret_state = (struct filter_state){ 0 };
	snprintf(ret_state->interface, sizeof(ret_state->interface), "%s", interface);
	err = loaded_filter_look(&filter, bpffs, interface, slot, problem);
	if (!err)
		err = read_open(ret_state, &filter, problem);
	loaded_filter_close(&filter);
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
