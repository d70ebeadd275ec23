// SPDX-License-Identifier: GPL-2.0-only
#include "bypass_plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bypass_section.h"

static int read_file(struct bypass_plan *plan, const struct config_file *file,
		     struct problem *problem)
{
	const struct config_value *section =
		config_value_member(config_file_content(file), BYPASS_TOOL);
	struct config_errors errors = { .file = file };
	int err = section ? bypass_section_read(plan, section, &errors) : 0;

	if (err)
		return problem_errno(problem, err, "read the configuration of bypass_udp");
	return config_errors_told(&errors, problem);
}

int bypass_plan_load(struct bypass_plan *ret_plan, const char *path, bool optional,
		     struct problem *problem)
{
	struct config_file *file = NULL;
	int err = path ? config_file_open(path, &file, problem) : -ENOENT;

	if (err == -ENOENT && path && !optional)
		return problem_set(problem, err, "%s: no such configuration file", path);
	if (err)
		return err == -ENOENT ? 0 : err;
	err = read_file(ret_plan, file, problem);
	config_file_close(file);
	return err;
}

int bypass_plan_parse(struct bypass_plan *ret_plan, const char *path, const char *content,
		      size_t size, struct problem *problem)
{
	struct config_file *file = NULL;
	int err = config_file_parse(path, content, size, &file, problem);

	if (!err)
		err = read_file(ret_plan, file, problem);
	config_file_close(file);
	return err;
}

void bypass_plan_free(struct bypass_plan *plan)
{
	stats_section_free(&plan->stats);
	flow_rule_list_free(&plan->flows);
	free(plan->interfaces);
	*plan = (struct bypass_plan){ 0 };
}

struct bypass_request bypass_plan_request(const struct bypass_plan *plan, const char *interface)
{
	struct bypass_request request = plan->request;

	for (size_t i = 0; i < plan->interface_count; i++) {
		if (!strcmp(plan->interfaces[i].name, interface))
			bypass_request_merge(&request, &plan->interfaces[i].request);
	}
	return request;
}
