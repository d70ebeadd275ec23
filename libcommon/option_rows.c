// SPDX-License-Identifier: GPL-2.0-only
#include "option_rows.h"

#include <errno.h>
#include <stdio.h>

const char *option_name(const char *setting, char ret_name[OPTION_NAME_SIZE])
{
	snprintf(ret_name, OPTION_NAME_SIZE, "%s", setting);
	for (char *at = ret_name; *at; at++) {
		if (*at == '_')
			*at = '-';
	}
	return ret_name;
}

int option_problem(struct problem *problem, int err, const char *setting)
{
	char name[OPTION_NAME_SIZE];

	return problem_prefix(problem, err, "--%s", option_name(setting, name));
}

int option_config_path(const char *config, bool no_config, const char **ret_path,
		       struct problem *problem)
{
	if (no_config && config)
		return problem_set(problem, -EINVAL,
				   "--config and --no-config contradict each other: give one");
	*ret_path = config ? config : CONFIG_FILE_STANDARD;
	if (no_config)
		*ret_path = NULL;
	return 0;
}
