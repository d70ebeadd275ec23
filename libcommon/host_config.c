// SPDX-License-Identifier: GPL-2.0-only
#include "host_config.h"

#include <errno.h>
#include <string.h>

#include "config_section.h"

#define INTERFACES "interfaces"
#define SCHEMA "$schema"
#define NAMES_MAX 32

static bool is_root(const char *component)
{
	return !strcmp(component, HOST_CONFIG_ROOT);
}

bool host_config_wants(const struct config_file *file, const char *component)
{
	const struct config_value *content = config_file_content(file);

	return config_value_member(content, component) ||
	       (is_root(component) && config_value_member(content, INTERFACES));
}

/* The selectors that count for a component that is wanted; NULL: none. */
static const struct config_value *selectors_of(const struct config_value *content,
					       const struct config_value *section)
{
	const struct config_value *own = section ? config_value_member(section, INTERFACES) : NULL;

	return own ? own : config_value_member(content, INTERFACES);
}

int host_config_wanted_in(const struct config_file *file, const char *component, bool *ret_wanted,
			  struct interface_list *ret_interfaces, unsigned int *ret_missing,
			  struct problem *problem)
{
	const struct config_value *content = config_file_content(file);
	const struct config_value *section = config_value_member(content, component);
	struct config_errors errors = { .file = file };
	int err = 0;

	*ret_missing = 0;
	*ret_wanted = host_config_wants(file, component);
	if (section && !config_value_is(section, CONFIG_OBJECT, &errors))
		return config_errors_told(&errors, problem);
	if (*ret_wanted)
		err = config_section_resolve(selectors_of(content, section), ret_interfaces,
					     ret_missing, &errors, problem);
	return err ? err : config_errors_told(&errors, problem);
}

int host_config_wanted(const char *path, const char *component, bool *ret_wanted,
		       struct interface_list *ret_interfaces, unsigned int *ret_missing,
		       struct problem *problem)
{
	struct config_file *file = NULL;
	int err = config_file_open(path, &file, problem);

	if (err == -ENOENT)
		return problem_set(problem, err, "%s: no such configuration file", path);
	if (!err)
		err = host_config_wanted_in(file, component, ret_wanted, ret_interfaces,
					    ret_missing, problem);
	config_file_close(file);
	return err;
}

static bool is_listed(const char *name, const char *const *names)
{
	for (; *names; names++) {
		if (!strcmp(*names, name))
			return true;
	}
	return false;
}

/* What may stand at the outside, for a guess. */
static void note_unknown(const struct config_value *member, const char *const *names,
			 struct config_errors *errors)
{
	const char *all[NAMES_MAX + 2] = { INTERFACES };

	for (size_t i = 0; i < NAMES_MAX && names[i]; i++)
		all[i + 1] = names[i];
	config_section_unknown(member, all, errors);
}

int host_config_check(const struct config_file *file, const char *const *names,
		      struct config_errors *errors)
{
	const struct config_value *member = config_file_content(file)->first;

	for (; member; member = member->next) {
		if (!strcmp(member->name, INTERFACES))
			config_section_selectors(member, errors);
		else if (!strcmp(member->name, SCHEMA))
			(void)config_value_is(member, CONFIG_TEXT, errors);
		else if (names && !is_listed(member->name, names))
			note_unknown(member, names, errors);
		else
			(void)config_value_is(member, CONFIG_OBJECT, errors);
	}
	return 0;
}
