// SPDX-License-Identifier: GPL-2.0-only
#include "offload_wanted.h"

#include <errno.h>
#include <string.h>

#include "host_config.h"
#include "offload_interfaces.h"
#include "offload_plan.h"

/* One name as itself, or those that "all" means. */
static int add_meant(const char *name, struct interface_list *list, struct problem *problem)
{
	struct interface_list one = { 0 }, meant = { 0 };
	int err = interface_list_add(&one, name, problem);

	if (!err)
		err = offload_interfaces_expand(&one, &meant, problem);
	for (size_t i = 0; !err && i < meant.count; i++)
		err = interface_list_add(list, meant.names[i], problem);
	interface_list_free(&meant);
	interface_list_free(&one);
	return err == -ENOENT ? 0 : err;
}

static int find(const struct offload_plan *plan, struct interface_list *ret_interfaces,
		unsigned int *ret_missing, struct problem *problem)
{
	struct interface_list list = { 0 };
	int err = offload_plan_interfaces(plan, &list, ret_missing, problem);

	for (size_t i = 0; !err && i < list.count; i++)
		err = add_meant(list.names[i], ret_interfaces, problem);
	interface_list_free(&list);
	return err;
}

int offload_wanted(const struct config_file *file, bool *ret_wanted,
		   struct interface_list *ret_interfaces, unsigned int *ret_missing,
		   struct problem *problem)
{
	const struct config_value *section =
		config_value_member(config_file_content(file), OFFLOAD_TOOL);
	const struct config_value *own = NULL;
	struct config_errors errors = { .file = file };
	struct offload_plan plan = { 0 };
	int err;

	if (section && section->kind == CONFIG_OBJECT)
		own = config_value_member(section, "interfaces");
	if (!own)
		return host_config_wanted_in(file, OFFLOAD_TOOL, ret_wanted, ret_interfaces,
					     ret_missing, problem);
	*ret_wanted = true;
	*ret_missing = 0;
	err = offload_plan_read_interfaces(&plan, own, &errors);
	if (err)
		problem_errno(problem, err, "read the configuration of tc_offload");
	else
		err = config_errors_told(&errors, problem);
	if (!err)
		err = find(&plan, ret_interfaces, ret_missing, problem);
	offload_plan_free(&plan);
	return err;
}
