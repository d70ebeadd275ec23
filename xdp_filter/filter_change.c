// SPDX-License-Identifier: GPL-2.0-only
#include "filter_change.h"

#include <errno.h>

#include "loaded_filter.h"
#include "source_expiry.h"

static int change_settings(const struct loaded_filter *filter, const struct filter_request *request,
			   struct problem *problem)
{
	struct filter_config config;
	int err = filter_maps_read_config(&filter->maps, &config, problem);

	if (err)
		return err;
	filter_settings_apply(request, &config);
	return filter_maps_write_config(&filter->maps, &config, problem);
}

static bool has_other_action(const struct source *source, const void *action)
{
	return source->action != *(const uint8_t *)action;
}

/* The tags of what has gone, which may have been most of the memory. */
static int forget_tags(struct source_list *list, struct problem *problem)
{
	int err = source_list_tidy_tags(list);

	return err ? problem_errno(problem, err, "source list of %zu prefixes", list->count) : 0;
}

static int change_list(struct source_list *list, const struct source_list *before,
		       const struct filter_change *change, struct problem *problem)
{
	int err;

	switch (change->kind) {
	case FILTER_CHANGE_ADD:
		return source_list_merge(list, change->sources, problem);
	case FILTER_CHANGE_REMOVE:
		err = source_list_remove(list, change->sources, change->action, problem);
		return err ? err : forget_tags(list, problem);
	case FILTER_CHANGE_REPLACE:
		source_list_filter(list, has_other_action, &change->action);
		err = source_list_merge(list, change->sources, problem);
		if (err)
			return err;
		source_list_inherit(list, before);
		return forget_tags(list, problem);
	case FILTER_CHANGE_CLEAR:
		source_list_free(list);
		return 0;
	case FILTER_CHANGE_SETTINGS:
		break;
	}
	return problem_set(problem, -EINVAL, "unknown kind of change");
}

static int change_sources(struct source_maps *maps, const struct filter_change *change,
			  struct problem *problem)
{
	struct source_list before = { 0 }, after = { 0 };
	int err;

	err = source_maps_read(maps, &before, problem);
	if (!err)
		err = source_list_merge(&after, &before, problem);
	source_expiry_apply(&after);
	if (!err)
		err = change_list(&after, &before, change, problem);
	if (!err)
		err = source_maps_replace(maps, &before, &after, problem);
	source_list_free(&before);
	source_list_free(&after);
	return err;
}

int filter_change(const char *bpffs, const char *interface, unsigned int slot,
		  const struct filter_change *change, struct problem *problem)
{
	struct loaded_filter filter;
	int err;

	err = loaded_filter_open(&filter, bpffs, interface, slot, problem);
	if (!err) {
		if (change->kind == FILTER_CHANGE_SETTINGS)
			err = change_settings(&filter, change->request, problem);
		else
			err = change_sources(&filter.sources, change, problem);
		if (err)
			problem_prefix(problem, err, "%s", interface);
	}
	loaded_filter_close(&filter);
	return err;
}
