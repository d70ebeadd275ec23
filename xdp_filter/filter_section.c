// SPDX-License-Identifier: GPL-2.0-only
#include "filter_section.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "abi/slots.h"
#include "config_section.h"

/* Those that are no settings. */
enum key { KEY_INTERFACES, KEY_INTERFACE, KEY_SLOT, KEY_DROP, KEY_ALLOW, KEY_COUNT };

static const struct key_row {
	const char *name;
	enum config_schema_kind kind;
	bool is_of_section; /* and not of an interface */
	const char *help;
} keys[KEY_COUNT] = {
	[KEY_INTERFACES] = { "interfaces", SCHEMA_INTERFACES, true,
			     "where the filter is wanted, if not at the interfaces of the host" },
	[KEY_INTERFACE] = { "interface", SCHEMA_TEXT, true, "what differs for an interface" },
	[KEY_SLOT] = { "slot", SCHEMA_NUMBER, false, "slot of the filter, 0 to 7 (2)" },
	[KEY_DROP] = { "drop", SCHEMA_TEXTS, false,
		       "list files of sources to drop, from the directory of this file on" },
	[KEY_ALLOW] = { "allow", SCHEMA_TEXTS, false, "list files of sources to allow" },
};

static bool is_named(const struct config_value *member, const char *name)
{
	return !strcmp(member->name, name);
}

/* The items of a list, one by one; what is no list is a list of itself. */
static const struct config_value *first_item(const struct config_value *list)
{
	return list->kind == CONFIG_ARRAY ? list->first : list;
}

static const struct config_value *next_item(const struct config_value *list,
					    const struct config_value *item)
{
	return item == list ? NULL : item->next;
}

static void paths_free(struct filter_file_paths *paths)
{
	for (size_t i = 0; i < paths->count; i++)
		free(paths->paths[i]);
	free((void *)paths->paths);
	free((void *)paths->values);
	*paths = (struct filter_file_paths){ 0 };
}

void filter_file_wish_free(struct filter_file_wish *wish)
{
	paths_free(&wish->drop);
	paths_free(&wish->allow);
}

/* Paths of a list, in the place of those that were there. */
static int read_paths(const struct config_file *file, const struct config_value *list,
		      struct filter_file_paths *paths, struct config_errors *errors)
{
	const struct config_value *item;
	size_t space = 1;

	for (item = first_item(list); item; item = next_item(list, item))
		space++;
	paths_free(paths);
	paths->paths = calloc(space, sizeof(*paths->paths));
	paths->values = calloc(space, sizeof(*paths->values));
	if (!paths->paths || !paths->values)
		return -ENOMEM;
	for (item = first_item(list); item; item = next_item(list, item)) {
		char *path;

		if (!config_value_is(item, CONFIG_TEXT, errors))
			continue;
		if (!*item->text) {
			config_errors_add(errors, item, "the path of a list file is empty");
			continue;
		}
		path = config_file_path(file, item->text);
		if (!path)
			return -ENOMEM;
		paths->values[paths->count] = item;
		paths->paths[paths->count++] = path;
	}
	return 0;
}

static void read_slot(const struct config_value *member, struct filter_file_wish *wish,
		      struct config_errors *errors)
{
	uint64_t number;

	if (!config_value_number(member, errors, &number))
		return;
	if (number >= ECBPF_SLOT_COUNT)
		config_errors_add(errors, member, "%s is not a slot, 0 to %d", member->text,
				  ECBPF_SLOT_COUNT - 1);
	wish->slot_given = true;
	wish->slot = (unsigned int)number;
}

static bool is_setting(const struct config_value *member)
{
	for (int i = 0; i < FILTER_SETTING_COUNT; i++) {
		if (is_named(member, filter_settings[i].name))
			return true;
	}
	return false;
}

static void read_setting(const struct config_value *member, struct filter_request *request,
			 struct config_errors *errors)
{
	struct problem problem = { 0 };
	uint64_t number;
	int err = 0;

	if (is_named(member, filter_settings[FILTER_SETTING_MONITOR].name)) {
		if (config_value_is(member, CONFIG_BOOL, errors))
			err = filter_request_word(request, member->name,
						  !strcmp(member->text, "true") ? "on" : "off",
						  &problem);
	} else if (member->kind == CONFIG_NUMBER) {
		if (config_value_number(member, errors, &number))
			err = filter_request_number(request, member->name, number, &problem);
	} else {
		err = filter_request_word(request, member->name, member->text, &problem);
	}
	if (err)
		config_errors_add(errors, member, "%s", problem.text);
}

static void note_unknown(const struct config_value *member, bool is_section,
			 struct config_errors *errors)
{
	const char *names[KEY_COUNT + FILTER_SETTING_COUNT + 1] = { NULL };
	size_t count = 0;

	for (int i = 0; i < KEY_COUNT; i++) {
		if (is_section || !keys[i].is_of_section)
			names[count++] = keys[i].name;
	}
	for (int i = 0; i < FILTER_SETTING_COUNT; i++)
		names[count++] = filter_settings[i].name;
	config_section_unknown(member, names, errors);
}

static enum key key_of(const struct config_value *member, bool is_section)
{
	for (int i = 0; i < KEY_COUNT; i++) {
		if (is_named(member, keys[i].name) && (is_section || !keys[i].is_of_section))
			return (enum key)i;
	}
	return KEY_COUNT;
}

static int read_member(const struct config_file *file, const struct config_value *member,
		       bool is_section, struct filter_file_wish *wish, struct config_errors *errors)
{
	switch (key_of(member, is_section)) {
	case KEY_INTERFACES:
	case KEY_INTERFACE: /* for filter_section_check() */
		return 0;
	case KEY_DROP:
		return read_paths(file, member, &wish->drop, errors);
	case KEY_ALLOW:
		return read_paths(file, member, &wish->allow, errors);
	case KEY_SLOT:
		read_slot(member, wish, errors);
		return 0;
	default:
		break;
	}
	if (is_setting(member))
		read_setting(member, &wish->request, errors);
	else
		note_unknown(member, is_section, errors);
	return 0;
}

int filter_section_read(const struct config_file *file, const struct config_value *object,
			bool is_section, struct filter_file_wish *wish,
			struct config_errors *errors)
{
	int err = 0;

	for (const struct config_value *member = object->first; member && !err;
	     member = member->next)
		err = read_member(file, member, is_section, wish, errors);
	return err;
}

struct checking {
	const struct config_file *file;
	const struct config_value *section;
	filter_section_look look;
};

static int check_object(void *context, const struct config_value *object,
			struct config_errors *errors)
{
	const struct checking *checking = context;
	struct filter_file_wish wish = { 0 };
	int err;

	if (!config_value_is(object, CONFIG_OBJECT, errors))
		return 0;
	err = filter_section_read(checking->file, object, object == checking->section, &wish,
				  errors);
	if (!err && checking->look)
		err = checking->look(&wish, errors);
	filter_file_wish_free(&wish);
	return err;
}

int filter_section_check(const struct config_file *file, const struct config_value *section,
			 filter_section_look look, struct config_errors *errors)
{
	struct checking checking = { .file = file, .section = section, .look = look };
	const struct config_value *member;
	int err = check_object(&checking, section, errors);

	if (err || section->kind != CONFIG_OBJECT)
		return err;
	member = config_value_member(section, keys[KEY_INTERFACES].name);
	if (member)
		config_section_selectors(member, errors);
	member = config_value_member(section, keys[KEY_INTERFACE].name);
	return member ? config_section_each(member, check_object, &checking, errors) : 0;
}

static void declare_setting(struct config_schema *schema, int setting)
{
	const struct filter_setting_row *row = &filter_settings[setting];
	bool is_flag = setting == FILTER_SETTING_MONITOR;

	config_schema_key(schema, row->name,
			  is_flag      ? SCHEMA_BOOL :
			  row->choices ? SCHEMA_TEXT :
					 SCHEMA_NUMBER,
			  row->help, is_flag ? NULL : row->choices);
}

static void declare_keys(struct config_schema *schema, bool is_section)
{
	for (int i = 0; i < KEY_COUNT; i++) {
		if (i != KEY_INTERFACE && (is_section || !keys[i].is_of_section))
			config_schema_key(schema, keys[i].name, keys[i].kind, keys[i].help, NULL);
	}
	for (int i = 0; i < FILTER_SETTING_COUNT; i++)
		declare_setting(schema, i);
}

void filter_section_schema(struct config_schema *schema)
{
	declare_keys(schema, true);
	config_schema_each_interface_begin(schema, keys[KEY_INTERFACE].name,
					   keys[KEY_INTERFACE].help);
	declare_keys(schema, false);
	config_schema_end(schema);
}
