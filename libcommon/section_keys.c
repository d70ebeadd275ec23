// SPDX-License-Identifier: GPL-2.0-only
#include "section_keys.h"

#include <string.h>

#include "config_section.h"

#define NAMES_MAX 64

static const struct section_key *find(const struct section_key *keys, const char *name)
{
	while (keys->name && strcmp(keys->name, name) != 0)
		keys++;
	return keys->name ? keys : NULL;
}

static void note_unknown(const struct section_key *keys, const struct config_value *member,
			 struct config_errors *errors)
{
	const char *names[NAMES_MAX + 1] = { NULL };

	for (size_t i = 0; i < NAMES_MAX && keys[i].name; i++)
		names[i] = keys[i].name;
	config_section_unknown(member, names, errors);
}

int section_keys_read(const struct section_key *keys, const struct config_value *object,
		      void *context, struct config_errors *errors)
{
	const struct config_value *member;
	int err = 0;

	if (!config_value_is(object, CONFIG_OBJECT, errors))
		return 0;
	for (member = object->first; member && !err; member = member->next) {
		const struct section_key *key = find(keys, member->name);

		if (key)
			err = key->read(context, member, errors);
		else
			note_unknown(keys, member, errors);
	}
	return err;
}

void section_keys_declare(const struct section_key *keys, struct config_schema *schema)
{
	for (; keys->name; keys++) {
		if (keys->declare)
			keys->declare(schema);
		else
			config_schema_key(schema, keys->name, keys->kind, keys->help,
					  keys->choices);
	}
}
