// SPDX-License-Identifier: GPL-2.0-only
#include "config_section.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

bool config_section_text(const struct config_value *value, bool flags, struct config_errors *errors,
			 char ret_text[CONFIG_SECTION_TEXT_SIZE])
{
	bool is_array = value->kind == CONFIG_ARRAY;
	const struct config_value *item = is_array ? value->first : value;
	size_t length = 0;

	ret_text[0] = '\0';
	for (; item; item = is_array ? item->next : NULL) {
		const char *text = item->text;

		if (item->kind == CONFIG_BOOL && flags)
			text = strcmp(text, "true") ? "off" : "on";
		else if (item->kind != CONFIG_NUMBER && !config_value_is(item, CONFIG_TEXT, errors))
			return false;
		length += (size_t)snprintf(ret_text + length, CONFIG_SECTION_TEXT_SIZE - length,
					   "%s%s", length ? "," : "", text);
		if (length >= CONFIG_SECTION_TEXT_SIZE) {
			config_errors_add(errors, value, "is longer than %d bytes",
					  CONFIG_SECTION_TEXT_SIZE - 1);
			return false;
		}
	}
	return true;
}

int config_section_interfaces(const struct config_value *names, struct interface_list *list,
			      struct config_errors *errors)
{
	bool is_array = names && names->kind == CONFIG_ARRAY;
	const struct config_value *item = is_array ? names->first : names;
	int err = 0;

	for (; item && err != -ENOMEM; item = is_array ? item->next : NULL) {
		struct problem problem = { 0 };

		if (!config_value_is(item, CONFIG_TEXT, errors))
			continue;
		err = interface_list_add(list, item->text, &problem);
		if (err == -EINVAL)
			config_errors_add(errors, item, "%s", problem.text);
	}
	return err == -ENOMEM ? err : 0;
}

int config_section_each(const struct config_value *object, config_section_read read, void *context,
			struct config_errors *errors)
{
	int err = 0;

	if (!config_value_is(object, CONFIG_OBJECT, errors))
		return 0;
	for (const struct config_value *own = object->first; own && !err; own = own->next) {
		if (!interface_name_valid(own->name) || strchr(own->name, ','))
			config_errors_add(errors, own, "'%s' is not an interface name", own->name);
		if (config_value_is(own, CONFIG_OBJECT, errors))
			err = read(context, own, errors);
	}
	return err;
}
