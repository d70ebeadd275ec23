// SPDX-License-Identifier: GPL-2.0-only
#include "offload_plan.h"

#include <errno.h>
#include <string.h>

#include "cleanup.h"
#include "config_section.h"

const char *const offload_at_words[] = { "ingress", "egress", "both", NULL };

/* One member of the section. 0, or -ENOMEM; errors in what it says are noted. */
typedef int (*member_reader)(const struct config_value *member, struct offload_plan *plan,
			     struct config_errors *errors);

static int read_interfaces(const struct config_value *member, struct offload_plan *plan,
			   struct config_errors *errors)
{
	return config_section_interfaces(member, &plan->interfaces, errors);
}

static int read_at(const struct config_value *member, struct offload_plan *plan,
		   struct config_errors *errors)
{
	if (!config_value_is(member, CONFIG_TEXT, errors))
		return 0;
	for (int i = 0; offload_at_words[i]; i++) {
		plan->at = (enum offload_at_choice)i;
		if (!strcmp(member->text, offload_at_words[i]))
			return 0;
	}
	config_errors_add(errors, member, "is ingress, egress or both, not '%s'", member->text);
	return 0;
}

static int read_max_flows(const struct config_value *member, struct offload_plan *plan,
			  struct config_errors *errors)
{
	uint64_t number;

	if (!config_value_number(member, errors, &number))
		return 0;
	if (number < 1 || number > OFFLOAD_FLOWS_LIMIT)
		config_errors_add(errors, member, "is 1 to %u, not %s", OFFLOAD_FLOWS_LIMIT,
				  member->text);
	else
		plan->max_flows = (uint32_t)number;
	return 0;
}

static int read_set_sysctls(const struct config_value *member, struct offload_plan *plan,
			    struct config_errors *errors)
{
	if (config_value_is(member, CONFIG_BOOL, errors))
		plan->set_sysctls = !strcmp(member->text, "true");
	return 0;
}

static int read_flows(const struct config_value *member, struct offload_plan *plan,
		      struct config_errors *errors)
{
	plan->has_flows = true;
	flow_file_take(member, errors, &plan->flows);
	return 0;
}

static int read_flow_file(const struct config_value *member, struct offload_plan *plan,
			  struct config_errors *errors)
{
	CLEANUP_FREE char *path = NULL;
	struct problem why = { 0 };
	int err = -ENOMEM;

	plan->has_flows = true;
	if (!config_value_is(member, CONFIG_TEXT, errors))
		return 0;
	path = config_file_path(errors->file, member->text);
	if (path)
		err = flow_file_load(path, &plan->flows, &why);
	if (err == -ENOENT)
		(void)problem_set(&why, err, "%s: no such file", path);
	if (err && err != -ENOMEM)
		config_errors_add(errors, member, "%s", why.text);
	return err == -ENOMEM ? err : 0;
}

static int read_member(const struct config_value *member, struct offload_plan *plan,
		       struct config_errors *errors)
{
	static const struct {
		const char *name;
		member_reader read;
	} known[] = {
		{ "interfaces", read_interfaces },   { "at", read_at },
		{ "max_flows", read_max_flows },     { "flows", read_flows },
		{ "set_sysctls", read_set_sysctls }, { "flow_file", read_flow_file },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (!strcmp(member->name, known[i].name))
			return known[i].read(member, plan, errors);
	}
	config_errors_add(errors, member, "tc_offload has no such setting");
	return 0;
}

/* Takes the file over. */
static int read_file(struct offload_plan *plan, struct config_file *file, struct problem *problem)
{
	const struct config_value *section =
		config_value_member(config_file_content(file), OFFLOAD_TOOL);
	struct config_errors errors = { .file = file };
	const struct config_value *member = NULL;
	int err = 0;

	if (section && config_value_is(section, CONFIG_OBJECT, &errors))
		member = section->first;
	for (; member && !err; member = member->next)
		err = read_member(member, plan, &errors);
	err = err ? problem_errno(problem, err, "read the configuration of tc_offload") :
		    config_errors_told(&errors, problem);
	config_file_close(file);
	return err;
}

int offload_plan_load(struct offload_plan *ret_plan, const char *path, bool optional,
		      struct problem *problem)
{
	struct config_file *file;
	int err;

	if (!path)
		return 0;
	err = config_file_open(path, &file, problem);
	if (!err)
		return read_file(ret_plan, file, problem);
	if (err != -ENOENT)
		return err;
	return optional ? 0 : problem_set(problem, err, "%s: no such configuration file", path);
}

int offload_plan_parse(struct offload_plan *ret_plan, const char *path, const char *content,
		       size_t size, struct problem *problem)
{
	struct config_file *file;
	int err = config_file_parse(path, content, size, &file, problem);

	return err ? err : read_file(ret_plan, file, problem);
}

void offload_plan_free(struct offload_plan *plan)
{
	interface_list_free(&plan->interfaces);
	flow_rule_list_free(&plan->flows);
	*plan = (struct offload_plan){ 0 };
}
