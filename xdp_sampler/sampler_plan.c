// SPDX-License-Identifier: GPL-2.0-only
#include "sampler_plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sampler_section.h"
#include "xdp_sampler.h"

static void plan_free(struct sampler_plan *plan)
{
	free(plan->recorders);
	plan->recorders = NULL;
	plan->recorder_count = 0;
}

static const struct config_value *find_member(const struct config_value *object, const char *name)
{
	return object ? config_value_member(object, name) : NULL;
}

static int read_section(struct sampler_plans *plans, const struct config_file *file,
			const struct config_value *section, struct problem *problem)
{
	struct config_errors errors = { .file = file };
	int err = sampler_section_check(section, file, &plans->sinks, &errors);

	if (err)
		return problem_errno(problem, err, "read the configuration of the sampler");
	return config_errors_told(&errors, problem);
}

static int fill_plan(struct sampler_plan *plan, const struct config_file *file,
		     const struct config_value *section, struct problem *problem)
{
	const struct config_value *own =
		find_member(find_member(section, "interface"), plan->interface);
	struct config_errors errors = { .file = file };
	int err = 0;

	if (section)
		err = sampler_section_read(section, true, plan, &errors);
	if (!err && own)
		err = sampler_section_read(own, false, plan, &errors);
	if (err)
		return problem_errno(problem, err, "%s: read the configuration of the sampler",
				     plan->interface);
	return 0;
}

/* `file` NULL: every plan is the standard one. */
static int fill_plans(struct sampler_plans *plans, const struct config_file *file,
		      const struct interface_list *interfaces, struct problem *problem)
{
	const struct config_value *section =
		file ? config_value_member(config_file_content(file), SAMPLER_TOOL) : NULL;
	int err = section ? read_section(plans, file, section, problem) : 0;

	plans->plans = calloc(interfaces->count + 1, sizeof(*plans->plans));
	if (!err && !plans->plans)
		err = problem_errno(problem, -ENOMEM, "read the configuration of the sampler");
	for (size_t i = 0; !err && i < interfaces->count; i++) {
		struct sampler_plan *plan = &plans->plans[plans->count++];

		interface_real_name(interfaces->names[i], plan->interface);
		sampler_settings_standard(&plan->settings);
		err = fill_plan(plan, file, section, problem);
	}
	return err;
}

int sampler_plans_load(struct sampler_plans *plans, const char *path, bool optional,
		       const struct interface_list *interfaces, struct problem *problem)
{
	struct config_file *file = NULL;
	int err = path ? config_file_open(path, &file, problem) : 0;

	if (err == -ENOENT && !optional)
		return problem_set(problem, err, "%s: no such configuration file", path);
	if (err && err != -ENOENT)
		return err;
	err = fill_plans(plans, file, interfaces, problem);
	config_file_close(file);
	return err;
}

int sampler_plans_parse(struct sampler_plans *plans, const char *path, const char *content,
			size_t size, const struct interface_list *interfaces,
			struct problem *problem)
{
	struct config_file *file = NULL;
	int err = config_file_parse(path, content, size, &file, problem);

	if (!err)
		err = fill_plans(plans, file, interfaces, problem);
	config_file_close(file);
	return err;
}

void sampler_plans_free(struct sampler_plans *plans)
{
	for (size_t i = 0; i < plans->count; i++)
		plan_free(&plans->plans[i]);
	free(plans->plans);
	*plans = (struct sampler_plans){ 0 };
}

const struct sampler_plan *sampler_plans_find(const struct sampler_plans *plans,
					      const char *interface)
{
	for (size_t i = 0; i < plans->count; i++) {
		if (!strcmp(plans->plans[i].interface, interface))
			return &plans->plans[i];
	}
	return NULL;
}
