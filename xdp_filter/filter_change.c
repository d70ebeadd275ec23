// SPDX-License-Identifier: GPL-2.0-only
#include "filter_change.h"

#include <errno.h>

#include "attachment.h"
#include "filter_maps.h"
#include "filter_slot.h"
#include "slot_table.h"

static int change_config(const struct filter_maps *maps, const struct filter_settings *settings,
			 struct problem *problem)
{
	struct filter_config config;
	int err = filter_maps_read_config(maps, &config, problem);

	if (err)
		return err;
	filter_settings_apply(settings, &config);
	return filter_maps_write_config(maps, &config, problem);
}

static int change_maps(const struct filter_maps *maps, const struct filter_change *change,
		       struct problem *problem)
{
	switch (change->kind) {
	case FILTER_CHANGE_CONFIG:
		return change_config(maps, change->settings, problem);
	case FILTER_CHANGE_ADD:
		return filter_maps_add(maps, change->list, problem);
	case FILTER_CHANGE_REMOVE:
		return filter_maps_remove(maps, change->list, problem);
	case FILTER_CHANGE_CLEAR:
		return filter_maps_clear(maps, problem);
	}
	return problem_set(problem, -EINVAL, "unknown kind of change");
}

int filter_change(const char *bpffs, const char *interface, unsigned int slot,
		  const struct filter_change *change, struct problem *problem)
{
	struct filter_maps maps = FILTER_MAPS_CLOSED;
	struct attachment attachment;
	struct filter_slot filter;
	struct chain chain;
	int err;

	err = slot_table_open(&chain, bpffs, interface, &attachment, problem);
	if (!err)
		err = filter_slot_find(&chain, slot, &filter, problem);
	if (!err)
		err = filter_maps_open(&maps, &chain, filter.number, problem);
	if (!err) {
		err = change_maps(&maps, change, problem);
		if (err)
			problem_prefix(problem, err, "%s", interface);
	}
	filter_maps_close(&maps);
	chain_close(&chain);
	return err;
}
