// SPDX-License-Identifier: GPL-2.0-only
#include "root_plan.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "component_verbs.h"
#include "config_section.h"
#include "host_config.h"

const char *const root_modes[] = { "native", "generic", NULL };

enum ecbpf_mode root_mode(int index)
{
	return index == 1 ? ECBPF_MODE_GENERIC : ECBPF_MODE_NATIVE;
}

static void read_mode(const struct config_value *value, struct root_plan *plan,
		      struct config_errors *errors)
{
	if (!config_value_is(value, CONFIG_TEXT, errors))
		return;
	for (int i = 0; root_modes[i]; i++) {
		if (!strcmp(value->text, root_modes[i])) {
			plan->mode = root_mode(i);
			return;
		}
	}
	config_errors_add(errors, value, "'%s' is not one of native, generic", value->text);
}

static void read_flag(const struct config_value *value, bool *ret_flag,
		      struct config_errors *errors)
{
	if (config_value_is(value, CONFIG_BOOL, errors))
		*ret_flag = !strcmp(value->text, "true");
}

/* What may differ for an interface; false: `member` is no such setting. */
static bool read_setting(const struct config_value *member, struct root_plan *plan,
			 struct config_errors *errors)
{
	if (!strcmp(member->name, "mode"))
		read_mode(member, plan, errors);
	else if (!strcmp(member->name, "frags"))
		read_flag(member, &plan->frags, errors);
	else if (!strcmp(member->name, "nop"))
		read_flag(member, &plan->nop, errors);
	else
		return false;
	return true;
}

static int read_own(void *plan, const struct config_value *own, struct config_errors *errors)
{
	static const char *const names[] = { "mode", "frags", "nop", NULL };

	for (const struct config_value *member = own->first; member; member = member->next) {
		if (!read_setting(member, plan, errors))
			config_section_unknown(member, names, errors);
	}
	return 0;
}

/* All but "interface". */
static void read_section(const struct config_value *section, struct root_plan *plan,
			 struct config_errors *errors)
{
	static const char *const names[] = {
		"mode", "frags", "nop", "interfaces", "interface", NULL
	};

	for (const struct config_value *member = section->first; member; member = member->next) {
		if (!strcmp(member->name, "interfaces"))
			config_section_selectors(member, errors);
		else if (strcmp(member->name, "interface") != 0 &&
			 !read_setting(member, plan, errors))
			config_section_unknown(member, names, errors);
	}
}

void root_plan_check(const struct config_value *section, struct config_errors *errors)
{
	const struct config_value *each;
	struct root_plan scratch;

	if (!config_value_is(section, CONFIG_OBJECT, errors))
		return;
	each = config_value_member(section, "interface");
	read_section(section, &scratch, errors);
	if (each)
		(void)config_section_each(each, read_own, &scratch, errors);
}

int root_plan_open(const char *config, struct config_file **ret_file, struct problem *problem)
{
	const struct config_value *section;
	struct config_errors errors;
	int err = component_open_config(config, ret_file, problem);

	if (err || !*ret_file)
		return err;
	errors = (struct config_errors){ .file = *ret_file };
	section = config_value_member(config_file_content(*ret_file), HOST_CONFIG_ROOT);
	if (section)
		root_plan_check(section, &errors);
	err = config_errors_told(&errors, problem);
	if (err) {
		config_file_close(*ret_file);
		*ret_file = NULL;
	}
	return err;
}

/* NULL: it is not there, or no object. */
static const struct config_value *object_in(const struct config_value *object, const char *name)
{
	const struct config_value *member = object ? config_value_member(object, name) : NULL;

	return member && member->kind == CONFIG_OBJECT ? member : NULL;
}

struct root_plan root_plan_of(const struct config_file *file, const char *interface)
{
	struct root_plan plan = { .mode = ECBPF_MODE_NATIVE };
	const struct config_value *section, *own;
	struct config_errors told_already = { .file = file };

	section = file ? object_in(config_file_content(file), HOST_CONFIG_ROOT) : NULL;
	own = object_in(object_in(section, "interface"), interface);
	if (section)
		read_section(section, &plan, &told_already);
	if (own)
		(void)read_own(&plan, own, &told_already);
	return plan;
}

static void declare_settings(struct config_schema *schema)
{
	config_schema_key(schema, "mode", SCHEMA_TEXT,
			  "How the root is attached; native by default, generic is slower and works "
			  "everywhere",
			  root_modes);
	config_schema_key(
		schema, "frags", SCHEMA_BOOL,
		"Multi-buffer frames: needed for a large MTU, every program must handle them",
		NULL);
	config_schema_key(schema, "nop", SCHEMA_BOOL,
			  "Detaching leaves a program that only passes, so that the driver stays in "
			  "XDP mode",
			  NULL);
}

void root_plan_schema(struct config_schema *schema)
{
	config_schema_key(schema, "interfaces", SCHEMA_INTERFACES,
			  "Where the root is wanted; without this key at the interfaces of the host",
			  NULL);
	declare_settings(schema);
	config_schema_each_interface_begin(schema, "interface", "What differs for an interface");
	declare_settings(schema);
	config_schema_end(schema);
}
