// SPDX-License-Identifier: GPL-2.0-only
#include "offload_plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "config_section.h"
#include "flow_section.h"
#include "interface_selector.h"
#include "log.h"
#include "offload_interfaces.h"
#include "section_keys.h"

const char *const offload_at_words[] = { "ingress", "egress", "both", NULL };

/* Which ones they are on this host is found when it is needed. */
static int read_interfaces(void *context, const struct config_value *member,
			   struct config_errors *errors)
{
	struct offload_plan *plan = context;
	char text[CONFIG_SECTION_TEXT_SIZE];
	size_t before = errors->count;

	config_section_selectors(member, errors);
	if (errors->count > before || !config_section_text(member, false, errors, text))
		return 0;
	plan->interfaces = strdup(text);
	return plan->interfaces ? 0 : -ENOMEM;
}

static int read_at(void *context, const struct config_value *member, struct config_errors *errors)
{
	struct offload_plan *plan = context;

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

static int read_max_flows(void *context, const struct config_value *member,
			  struct config_errors *errors)
{
	struct offload_plan *plan = context;
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

static int read_set_sysctls(void *context, const struct config_value *member,
			    struct config_errors *errors)
{
	struct offload_plan *plan = context;

	if (config_value_is(member, CONFIG_BOOL, errors))
		plan->set_sysctls = !strcmp(member->text, "true");
	return 0;
}

static int read_flows(void *context, const struct config_value *member,
		      struct config_errors *errors)
{
	struct offload_plan *plan = context;

	plan->has_flows = true;
	flow_file_take(member, errors, &plan->flows);
	return 0;
}

static int read_flow_file(void *context, const struct config_value *member,
			  struct config_errors *errors)
{
	struct offload_plan *plan = context;

	plan->has_flows = true;
	return flow_section_read_file(member, &plan->flows, errors);
}

int offload_plan_read_interfaces(struct offload_plan *plan, const struct config_value *interfaces,
				 struct config_errors *errors)
{
	return read_interfaces(plan, interfaces, errors);
}

static const struct section_key keys[] = {
	{ "interfaces", read_interfaces, SCHEMA_INTERFACES,
	  "Where it is wanted, all for physical ones, bonds and wireguard: the host's interfaces, "
	  "unless this is there",
	  NULL, NULL },
	{ "at", read_at, SCHEMA_TEXT, "Side of the interfaces: ingress unless it says otherwise",
	  offload_at_words, NULL },
	{ "max_flows", read_max_flows, SCHEMA_NUMBER, "Room for flows of each family (65536)", NULL,
	  NULL },
	{ "set_sysctls", read_set_sysctls, SCHEMA_BOOL,
	  "Lets lo take addresses of 127.0.0.0/8 that come from elsewhere, while it is attached",
	  NULL, NULL },
	{ "flows", read_flows, SCHEMA_TEXTS, NULL, NULL, flow_section_declare },
	{ "flow_file", read_flow_file, SCHEMA_TEXT, FLOW_SECTION_FILE_HELP, NULL, NULL },
	{ 0 },
};

int offload_plan_read(struct offload_plan *plan, const struct config_value *section,
		      struct config_errors *errors)
{
	plan->is_there = true;
	return section_keys_read(keys, section, plan, errors);
}

void offload_plan_schema(struct config_schema *schema)
{
	section_keys_declare(keys, schema);
}

/* Takes the file over. */
static int read_file(struct offload_plan *plan, struct config_file *file, struct problem *problem)
{
	const struct config_value *section =
		config_value_member(config_file_content(file), OFFLOAD_TOOL);
	struct config_errors errors = { .file = file };
	int err = section ? offload_plan_read(plan, section, &errors) : 0;

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
	free(plan->interfaces);
	flow_rule_list_free(&plan->flows);
	*plan = (struct offload_plan){ 0 };
}

/* Adds what one selector means; a name that no interface has is told and counted. */
static int add_selected(const char *selector, struct interface_list *list, unsigned int *missing,
			struct problem *problem)
{
	struct problem why = { 0 };
	int err;

	if (!strcmp(selector, OFFLOAD_ALL_INTERFACES))
		return interface_list_add(list, selector, problem);
	err = interface_selector_resolve(selector, list, &why);
	if (err != -ENODEV)
		return err ? problem_set(problem, err, "%s", why.text) : 0;
	log_problem(&why);
	++*missing;
	return 0;
}

int offload_plan_interfaces(const struct offload_plan *plan, struct interface_list *list,
			    unsigned int *ret_missing, struct problem *problem)
{
	CLEANUP_FREE char *text = strdup(plan->interfaces);
	char *rest = text, *selector;
	int err = text ? 0 : problem_errno(problem, -ENOMEM, "cannot list interfaces");

	*ret_missing = 0;
	while (!err && *plan->interfaces && (selector = strsep(&rest, ",")))
		err = add_selected(selector, list, ret_missing, problem);
	return err;
}
