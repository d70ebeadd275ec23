// SPDX-License-Identifier: GPL-2.0-only
#include "status_wanted.h"

#include "component_verbs.h"
#include "host_config.h"

void status_wanted_read(struct status_wanted *ret_wanted, const char *config)
{
	bool wanted;
	int err;

	*ret_wanted = (struct status_wanted){ .path = config ? config : CONFIG_FILE_STANDARD };
	err = component_open_config(config, &ret_wanted->file, &ret_wanted->problem);
	if (!err && ret_wanted->file)
		err = host_config_wanted_in(ret_wanted->file, HOST_CONFIG_ROOT, &wanted,
					    &ret_wanted->interfaces, &ret_wanted->missing,
					    &ret_wanted->problem);
	if (err && !ret_wanted->problem.text[0])
		problem_errno(&ret_wanted->problem, err, "%s: cannot be read", ret_wanted->path);
}

void status_wanted_free(struct status_wanted *wanted)
{
	config_file_close(wanted->file);
	interface_list_free(&wanted->interfaces);
}

bool status_wanted_has(const struct status_wanted *wanted, const char *component)
{
	return wanted->file && host_config_wants(wanted->file, component);
}
