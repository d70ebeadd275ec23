// SPDX-License-Identifier: GPL-2.0-only
#include "bypass_plan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "config_section.h"
#include "excluded_list.h"

static bool is_named(const struct config_value *member, const char *name)
{
	return !strcmp(member->name, name);
}

/* `only_own`: of what an interface has for itself. */
static void read_setting(const struct config_value *member, bool only_own,
			 struct bypass_request *request, struct config_errors *errors)
{
	struct problem problem = { 0 };
	char text[CONFIG_SECTION_TEXT_SIZE];

	for (int i = 0; i < BYPASS_SETTING_COUNT; i++) {
		if (!is_named(member, bypass_settings_rows[i].name))
			continue;
		if (only_own && i != BYPASS_SETTING_MONITOR)
			config_errors_add(errors, member,
					  "is not an interface's own: all interfaces share it");
		else if (config_section_text(member, true, errors, text) &&
			 bypass_request_parse(request, (enum bypass_setting)i, text, &problem))
			config_errors_add(errors, member, "%s", problem.text);
		return;
	}
	config_errors_add(errors, member, "bypass_udp has no such setting");
}

static void read_excluded(const struct config_value *member, struct bypass_plan *plan,
			  struct config_errors *errors)
{
	bool is_array = member->kind == CONFIG_ARRAY;
	const struct config_value *item = is_array ? member->first : member;

	plan->has_excluded = true;
	for (; item; item = is_array ? item->next : NULL) {
		struct problem problem = { 0 };

		if (config_value_is(item, CONFIG_TEXT, errors) &&
		    excluded_list_add(&plan->excluded, item->text, &problem))
			config_errors_add(errors, item, "%s", problem.text);
	}
}

static int read_flow_file(const struct config_value *member, struct bypass_plan *plan,
			  struct config_errors *errors)
{
	CLEANUP_FREE char *path = NULL;
	struct problem problem = { 0 };
	int err;

	plan->has_flows = true;
	if (!config_value_is(member, CONFIG_TEXT, errors))
		return 0;
	path = config_file_path(errors->file, member->text);
	if (!path)
		return -ENOMEM;
	err = flow_file_load(path, &plan->flows, &problem);
	if (err && !*problem.text)
		problem_set(&problem, err, "%s: no such file", path);
	if (err)
		config_errors_add(errors, member, "%s", problem.text);
	return err == -ENOMEM ? err : 0;
}

static int read_interface(void *context, const struct config_value *object,
			  struct config_errors *errors)
{
	struct bypass_plan *plan = context;
	struct bypass_plan_interface *more, *own;

	more = realloc(plan->interfaces, (plan->interface_count + 1) * sizeof(*more));
	if (!more)
		return -ENOMEM;
	plan->interfaces = more;
	own = &more[plan->interface_count++];
	*own = (struct bypass_plan_interface){ 0 };
	snprintf(own->name, sizeof(own->name), "%s", object->name);
	for (const struct config_value *member = object->first; member; member = member->next)
		read_setting(member, true, &own->request, errors);
	return 0;
}

static int read_member(const struct config_value *member, struct bypass_plan *plan,
		       struct config_errors *errors)
{
	if (is_named(member, "interface"))
		return config_section_each(member, read_interface, plan, errors);
	if (is_named(member, "flow_file"))
		return read_flow_file(member, plan, errors);
	if (is_named(member, "flows")) {
		plan->has_flows = true;
		flow_file_take(member, errors, &plan->flows);
	} else if (is_named(member, "exclude"))
		read_excluded(member, plan, errors);
	else
		read_setting(member, false, &plan->request, errors);
	return 0;
}

static int read_file(struct bypass_plan *plan, const struct config_file *file,
		     struct problem *problem)
{
	const struct config_value *section =
		config_value_member(config_file_content(file), BYPASS_TOOL);
	struct config_errors errors = { .file = file };
	int err = 0;

	if (section && config_value_is(section, CONFIG_OBJECT, &errors)) {
		for (const struct config_value *member = section->first; member && !err;
		     member = member->next)
			err = read_member(member, plan, &errors);
	}
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
