// SPDX-License-Identifier: GPL-2.0-only
#include "filter_plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "filter_file.h"
#include "list_file.h"
#include "load_time.h"
#include "program_slot.h"

static int load_lists(struct filter_plan *plan, const struct filter_file_paths *paths,
		      uint8_t action, uint64_t now, struct problem *problem)
{
	const struct source pattern = { .action = action,
					.origin = SOURCE_FROM_CONFIG,
					.load_time = now };
	int err = 0;

	for (size_t i = 0; !err && i < paths->count; i++)
		err = list_file_load(paths->paths[i], &pattern, &plan->sources, problem);
	return err;
}

static int fill_plan(struct filter_plan *plan, const struct filter_file *file,
		     struct problem *problem)
{
	struct filter_file_wish wish = { 0 };
	uint64_t now = load_time_now();
	int err;

	err = filter_file_wish(file, plan->interface, &wish, problem);
	if (err)
		return err;
	filter_settings_apply(&wish.request, &plan->config);
	if (wish.slot_given)
		plan->slot = wish.slot;
	err = load_lists(plan, &wish.drop, SOURCE_DROP, now, problem);
	if (!err)
		err = load_lists(plan, &wish.allow, SOURCE_ALLOW, now, problem);
	filter_file_wish_free(&wish);
	return err;
}

int filter_plans_load(struct filter_plans *plans, const char *path, bool optional,
		      const struct interface_list *interfaces, struct problem *problem)
{
	struct filter_file *file = NULL;
	int err = path ? filter_file_open(path, &file, problem) : 0;

	if (err == -ENOENT && !optional)
		return problem_set(problem, err, "%s: no such configuration file", path);
	if (err && err != -ENOENT)
		return err;
	err = 0;
	plans->plans = calloc(interfaces->count + 1, sizeof(*plans->plans));
	if (!plans->plans) {
		filter_file_close(file);
		return problem_errno(problem, -ENOMEM, "cannot read the configuration");
	}
	for (size_t i = 0; !err && i < interfaces->count; i++) {
		struct filter_plan *plan = &plans->plans[plans->count++];

		interface_real_name(interfaces->names[i], plan->interface);
		filter_settings_standard(&plan->config);
		plan->slot = PROGRAM_SLOT_ANY;
		if (file)
			err = fill_plan(plan, file, problem);
	}
	filter_file_close(file);
	return err;
}

static int check_lists(const struct filter_file_paths *paths, uint8_t action,
		       struct source_list *sources, struct config_errors *errors)
{
	const struct source pattern = { .action = action, .load_time = load_time_now() };
	int err = 0;

	for (size_t i = 0; err != -ENOMEM && i < paths->count; i++) {
		struct problem problem = { 0 };

		err = list_file_load(paths->paths[i], &pattern, sources, &problem);
		if (err && err != -ENOMEM)
			config_errors_add(errors, paths->values[i], "%s", problem.text);
	}
	return err == -ENOMEM ? err : 0;
}

static int look_at_lists(const struct filter_file_wish *wish, struct config_errors *errors)
{
	struct source_list sources = { 0 };
	int err = check_lists(&wish->drop, SOURCE_DROP, &sources, errors);

	if (!err)
		err = check_lists(&wish->allow, SOURCE_ALLOW, &sources, errors);
	source_list_free(&sources);
	return err;
}

int filter_plan_check(const struct config_file *file, const struct config_value *section,
		      struct config_errors *errors)
{
	return filter_section_check(file, section, look_at_lists, errors);
}

void filter_plans_free(struct filter_plans *plans)
{
	for (size_t i = 0; i < plans->count; i++)
		source_list_free(&plans->plans[i].sources);
	free(plans->plans);
	*plans = (struct filter_plans){ 0 };
}

const struct filter_plan *filter_plans_find(const struct filter_plans *plans, const char *interface)
{
	for (size_t i = 0; i < plans->count; i++) {
		if (!strcmp(plans->plans[i].interface, interface))
			return &plans->plans[i];
	}
	return NULL;
}
