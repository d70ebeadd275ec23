// SPDX-License-Identifier: GPL-2.0-only
#include "filter_reload.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "loaded_filter.h"
#include "source_expiry.h"

/* How two lists differ. */
struct difference {
	size_t added;
	size_t removed;
	size_t changed;
};

static bool is_from_command(const struct source *source, const void *context)
{
	(void)context;
	return source->origin == SOURCE_FROM_COMMAND;
}

static bool is_same(const struct source_list *a_list, const struct source *a,
		    const struct source_list *b_list, const struct source *b)
{
	return a->action == b->action && source_list_same_expiry(a->expires, b->expires) &&
	       a->origin == b->origin && !strcmp(a_list->tags + a->tag, b_list->tags + b->tag);
}

static struct difference compare(const struct source_list *before, const struct source_list *after)
{
	struct difference difference = { 0 };
	size_t kept = 0;

	for (size_t i = 0; i < after->count; i++) {
		const struct source *now = &after->sources[i];
		const struct source *was = source_list_find(before, &now->prefix);

		kept += was != NULL;
		difference.changed += was && !is_same(before, was, after, now);
	}
	difference.added = after->count - kept;
	difference.removed = before->count - kept;
	return difference;
}

/* What the plan says and what commands said, which has precedence. */
static int combine(struct source_list *ret_after, const struct source_list *before,
		   const struct filter_plan *plan, struct problem *problem)
{
	struct source_list commands = { 0 };
	int err;

	err = source_list_merge(&commands, before, problem);
	source_expiry_apply(&commands);
	source_list_filter(&commands, is_from_command, NULL);
	if (!err)
		err = source_list_merge(ret_after, &plan->sources, problem);
	if (!err)
		err = source_list_merge(ret_after, &commands, problem);
	if (!err)
		source_list_inherit(ret_after, before);
	source_list_free(&commands);
	return err;
}

static int reload_sources(struct loaded_filter *filter, const struct filter_plan *plan,
			  struct difference *ret_difference, struct problem *problem)
{
	struct source_list before = { 0 }, after = { 0 };
	int err;

	err = source_maps_read(&filter->sources, &before, problem);
	if (!err)
		err = combine(&after, &before, plan, problem);
	if (!err)
		err = source_maps_replace(&filter->sources, &before, &after, problem);
	if (!err) {
		source_expiry_apply(&before);
		*ret_difference = compare(&before, &after);
	}
	source_list_free(&before);
	source_list_free(&after);
	return err;
}

static const char *value_text(const struct filter_config *config, enum filter_setting setting,
			      char *ret_text, size_t size)
{
	const struct filter_setting_row *row = &filter_settings[setting];
	uint32_t value = filter_settings_value(config, setting);

	if (row->choices)
		return row->choices[value];
	snprintf(ret_text, size, "%u", value);
	return ret_text;
}

static void tell(FILE *stream, const char *interface, const struct difference *difference,
		 const struct filter_config *before, const struct filter_config *after)
{
	char was[16], is[16];

	fprintf(stream, "%s: %zu sources added, %zu removed, %zu changed", interface,
		difference->added, difference->removed, difference->changed);
	for (int i = 0; i < FILTER_SETTING_COUNT; i++) {
		if (filter_settings_value(before, i) != filter_settings_value(after, i))
			fprintf(stream, ", %s: %s -> %s", filter_settings[i].name,
				value_text(before, i, was, sizeof(was)),
				value_text(after, i, is, sizeof(is)));
	}
	fprintf(stream, "\n");
}

static int check_slot(const struct loaded_filter *filter, unsigned int planned,
		      struct problem *problem)
{
	if (planned == PROGRAM_SLOT_ANY || planned == filter->place.number)
		return 0;
	return problem_set(problem, -EBUSY,
			   "the filter is in slot %u, and slot %u of the configuration means another "
			   "one: run xdp_filter --detach --interface %s, which forgets sources of "
			   "commands and counters, then --attach",
			   filter->place.number, planned, filter->chain.interface);
}

int filter_reload(FILE *stream, const char *bpffs, const char *interface, unsigned int slot,
		  const struct filter_plan *plan, struct problem *problem)
{
	struct difference difference = { 0 };
	struct loaded_filter filter;
	struct filter_config before;
	int err;

	err = loaded_filter_open(&filter, bpffs, interface, slot, problem);
	if (!err) {
		if (slot == PROGRAM_SLOT_ANY)
			err = check_slot(&filter, plan->slot, problem);
		if (!err)
			err = filter_maps_read_config(&filter.maps, &before, problem);
		/* First what may fail for lack of memory. */
		if (!err)
			err = reload_sources(&filter, plan, &difference, problem);
		if (!err && memcmp(&before, &plan->config, sizeof(before)))
			err = filter_maps_write_config(&filter.maps, &plan->config, problem);
		if (err)
			problem_prefix(problem, err, "%s", interface);
	}
	loaded_filter_close(&filter);
	if (!err)
		tell(stream, interface, &difference, &before, &plan->config);
	return err;
}
