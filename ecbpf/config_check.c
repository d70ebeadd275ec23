// SPDX-License-Identifier: GPL-2.0-only
#include "config_check.h"

#include <errno.h>
#include <stdlib.h>

#include "cleanup.h"
#include "component_verbs.h"
#include "config_file.h"
#include "config_schema.h"
#include "host_config.h"

static int check_outside(const struct component *const *table, const struct config_file *file,
			 struct config_errors *errors)
{
	CLEANUP_FREE const char **names = NULL;
	size_t count = 0;

	while (table[count])
		count++;
	names = calloc(count + 1, sizeof(*names));
	if (!names)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		names[i] = table[i]->name;
	return host_config_check(file, names, errors);
}

int config_check(const struct component *const *table, const struct config_file *file,
		 struct problem *problem)
{
	struct config_errors errors = { .file = file, .tell_all = true };
	int err = check_outside(table, file, &errors);

	for (; !err && *table; table++)
		err = component_check_section(*table, file, &errors, problem);
	if (err && !problem->text[0])
		return problem_errno(problem, err, "cannot check the configuration");
	return err ? err : config_errors_told(&errors, problem);
}

int config_check_tell(FILE *out, const struct component *const *table, const char *config,
		      struct problem *problem)
{
	struct config_file *file = NULL;
	int err = component_open_config(config, &file, problem);

	if (!err && file)
		err = config_check(table, file, problem);
	if (!err)
		fprintf(out,
			file ? "%s: fine\n" : "%s: no such file: nothing is wanted on this host\n",
			config ? config : CONFIG_FILE_STANDARD);
	config_file_close(file);
	if (!err && fflush(out))
		err = problem_errno(problem, -errno, "cannot write the result");
	return err;
}

int config_check_schema(FILE *out, const struct component *const *table, struct problem *problem)
{
	struct config_schema *schema = config_schema_new();
	char help[64];
	int err;

	config_schema_key(schema, "interfaces", SCHEMA_INTERFACES,
			  "where components are wanted whose section has no interfaces of its own",
			  NULL);
	for (; *table; table++) {
		snprintf(help, sizeof(help), "what %s reads", (*table)->tool);
		config_schema_object_begin(schema, (*table)->name, help);
		(*table)->schema(schema);
		config_schema_end(schema);
	}
	err = config_schema_finish(schema, out);
	return err ? problem_errno(problem, err, "cannot write the schema") : 0;
}
