// SPDX-License-Identifier: GPL-2.0-only
#include "flow_section.h"

#include <errno.h>

#include "cleanup.h"
#include "flow_file.h"

int flow_section_read_file(const struct config_value *member, struct flow_rule_list *list,
			   struct config_errors *errors)
{
	CLEANUP_FREE char *path = NULL;
	struct problem why = { 0 };
	int err;

	if (!config_value_is(member, CONFIG_TEXT, errors))
		return 0;
	path = config_file_path(errors->file, member->text);
	if (!path)
		return -ENOMEM;
	err = flow_file_load(path, list, &why);
	if (err == -ENOENT)
		problem_set(&why, err, "%s: no such file", path);
	if (err)
		config_errors_add(errors, member, "%s", why.text);
	return err == -ENOMEM ? err : 0;
}

void flow_section_declare(struct config_schema *schema)
{
	config_schema_array_begin(schema, "flows",
				  "Static flows, with those of flow_file: --reload makes them these",
				  0);
	config_schema_key(schema, "in", SCHEMA_TEXT,
			  "What its packets look like: 10.0.0.1:5000 > 10.0.0.2:53", NULL);
	config_schema_key(schema, "out", SCHEMA_TEXT,
			  "What becomes of them: l2, or new ends, and where they leave", NULL);
	config_schema_key(schema, "both", SCHEMA_BOOL, "The flow of the answers as well", NULL);
	config_schema_key(schema, "state", SCHEMA_TEXT,
			  "As --flow-show tells it, of no consequence here", NULL);
	config_schema_end(schema);
}
