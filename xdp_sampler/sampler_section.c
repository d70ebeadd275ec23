// SPDX-License-Identifier: GPL-2.0-only
#include "sampler_section.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "config_section.h"
#include "recorder_filter.h"
#include "recorder_option.h"

/* Those that are no settings. */
enum key { KEY_INTERFACES, KEY_RECORDERS, KEY_SINKS, KEY_INTERFACE, KEY_COUNT };

static const struct key_row {
	const char *name;
	bool is_of_section; /* and not of an interface */
	const char *help;
} keys[KEY_COUNT] = {
	[KEY_INTERFACES] = { "interfaces", true,
			     "where to sample, if not at the interfaces of the host" },
	[KEY_RECORDERS] = { "recorders", false,
			    "take every packet that matches: objects, or filters alone" },
	[KEY_SINKS] = { "sinks", true, "where the daemon puts samples, up to eight" },
	[KEY_INTERFACE] = { "interface", true, "what differs for an interface" },
};

/* Of a recorder and of a sink, beside their options and words. */
#define FILTER "filter"
#define TYPE "type"
#define OPTIONS_MAX 15

static bool is_named(const struct config_value *member, const char *name)
{
	return !strcmp(member->name, name);
}

/* False: it is none. */
static bool read_setting(const struct config_value *member, struct sampler_settings *settings,
			 struct config_errors *errors)
{
	struct problem problem = { 0 };
	char text[CONFIG_SECTION_TEXT_SIZE];

	for (int i = 0; i < SAMPLER_SETTING_COUNT; i++) {
		if (!is_named(member, sampler_settings[i].name))
			continue;
		if (config_section_text(member, false, errors, text) &&
		    sampler_settings_parse(settings, (enum sampler_setting)i, text, &problem))
			config_errors_add(errors, member, "%s", problem.text);
		return true;
	}
	return false;
}

static void note_unknown(const struct config_value *member, bool is_section,
			 struct config_errors *errors)
{
	const char *names[KEY_COUNT + SAMPLER_SETTING_COUNT + 1] = { NULL };
	size_t count = 0;

	for (int i = 0; i < KEY_COUNT; i++) {
		if (is_section || !keys[i].is_of_section)
			names[count++] = keys[i].name;
	}
	for (int i = 0; i < SAMPLER_SETTING_COUNT; i++)
		names[count++] = sampler_settings[i].name;
	config_section_unknown(member, names, errors);
}

static void read_filter(const struct config_value *value, struct recorder *recorder,
			struct config_errors *errors)
{
	struct problem problem = { 0 };

	if (config_value_is(value, CONFIG_TEXT, errors) &&
	    recorder_filter_parse(value->text, &recorder->filter, &problem))
		config_errors_add(errors, value, "%s", problem.text);
}

static void read_option(const struct config_value *member, struct recorder *recorder,
			struct config_errors *errors)
{
	const char *names[OPTIONS_MAX + 2] = { FILTER };
	struct problem problem = { 0 };
	char text[CONFIG_SECTION_TEXT_SIZE];
	bool is_known = false;

	for (size_t i = 0; i < OPTIONS_MAX && recorder_options[i].name; i++) {
		names[i + 1] = recorder_options[i].name;
		is_known |= is_named(member, recorder_options[i].name);
	}
	if (!is_known)
		config_section_unknown(member, names, errors);
	else if (config_section_text(member, false, errors, text) &&
		 recorder_option_parse(member->name, text, recorder, &problem))
		config_errors_add(errors, member, "%s", problem.text);
}

static void read_recorder(const struct config_value *item, struct recorder *recorder,
			  struct config_errors *errors)
{
	const struct config_value *member;

	if (item->kind == CONFIG_TEXT) {
		read_filter(item, recorder, errors);
		return;
	}
	if (!config_value_is(item, CONFIG_OBJECT, errors))
		return;
	if (!config_value_member(item, FILTER))
		config_errors_add(errors, item, "a recorder needs a filter");
	for (member = item->first; member; member = member->next) {
		if (is_named(member, FILTER))
			read_filter(member, recorder, errors);
		else
			read_option(member, recorder, errors);
	}
}

static size_t count_items(const struct config_value *list)
{
	size_t count = 0;

	for (const struct config_value *item = list->first; item; item = item->next)
		count++;
	return count;
}

/* Ids and filters that two have. Those that will have any id do not take one that another names. */
static int check_together(const struct config_value *list, const struct sampler_plan *plan,
			  struct config_errors *errors)
{
	struct recorder_set set = { 0 };
	int err = 0;

	for (int pass = 0; pass < 2; pass++) {
		const struct recorder *recorder = plan->recorders;

		for (const struct config_value *item = list->first; item && err != -ENOMEM;
		     item = item->next, recorder++) {
			struct problem problem = { 0 };

			if ((recorder->id == 0) != pass)
				continue;
			err = recorder_set_add(&set, recorder, NULL, &problem);
			if (err)
				config_errors_add(errors, item, "%s", problem.text);
		}
	}
	recorder_set_free(&set);
	return err == -ENOMEM ? err : 0;
}

/* In the place of those that were there. */
static int read_recorders(const struct config_value *list, struct sampler_plan *plan,
			  struct config_errors *errors)
{
	size_t errors_before = errors->count;

	if (!config_value_is(list, CONFIG_ARRAY, errors))
		return 0;
	free(plan->recorders);
	plan->recorder_count = 0;
	plan->recorders = calloc(count_items(list) + 1, sizeof(*plan->recorders));
	if (!plan->recorders)
		return -ENOMEM;
	for (const struct config_value *item = list->first; item; item = item->next) {
		struct recorder *recorder = &plan->recorders[plan->recorder_count++];

		*recorder = recorder_usual();
		recorder->origin = RECORDER_BY_FILE;
		read_recorder(item, recorder, errors);
	}
	return errors->count == errors_before ? check_together(list, plan, errors) : 0;
}

static enum key key_of(const struct config_value *member, bool is_section)
{
	for (int i = 0; i < KEY_COUNT; i++) {
		if (is_named(member, keys[i].name) && (is_section || !keys[i].is_of_section))
			return (enum key)i;
	}
	return KEY_COUNT;
}

int sampler_section_read(const struct config_value *object, bool is_section,
			 struct sampler_plan *plan, struct config_errors *errors)
{
	int err = 0;

	for (const struct config_value *member = object->first; member && !err;
	     member = member->next) {
		enum key key = key_of(member, is_section);

		/* The others are sampler_section_check()'s. */
		if (key == KEY_RECORDERS)
			err = read_recorders(member, plan, errors);
		else if (key == KEY_COUNT && !read_setting(member, &plan->settings, errors))
			note_unknown(member, is_section, errors);
	}
	return err;
}

/* False with the error noted. */
static bool is_sink_word(const struct config_value *member, struct config_errors *errors)
{
	const char *names[OPTIONS_MAX + 2] = { TYPE };

	for (size_t i = 0; i < OPTIONS_MAX && sink_word_name(i); i++) {
		names[i + 1] = sink_word_name(i);
		if (is_named(member, names[i + 1]))
			return true;
	}
	config_section_unknown(member, names, errors);
	return false;
}

static int read_sink_word(const struct config_value *member, const struct config_file *file,
			  struct sink_wish *wish, struct config_errors *errors)
{
	CLEANUP_FREE char *path = NULL;
	struct problem problem = { 0 };
	char text[CONFIG_SECTION_TEXT_SIZE];
	const char *value = text;

	if (is_named(member, TYPE) || !is_sink_word(member, errors) ||
	    !config_section_text(member, false, errors, text))
		return 0;
	if (is_named(member, "file") && *text && strcmp(text, "-") != 0) {
		value = path = config_file_path(file, text);
		if (!path)
			return -ENOMEM;
	}
	if (sink_wish_set(wish, member->name, value, &problem))
		config_errors_add(errors, member, "%s", problem.text);
	return 0;
}

static int read_sink(const struct config_value *item, const struct config_file *file,
		     struct sink_wish *wish, struct config_errors *errors)
{
	const struct config_value *type;
	struct problem problem = { 0 };
	int err = 0;

	if (!config_value_is(item, CONFIG_OBJECT, errors))
		return 0;
	type = config_value_member(item, TYPE);
	if (!type)
		config_errors_add(errors, item, "a sink needs a type: pcapng, sflow, json or live");
	if (!type || !config_value_is(type, CONFIG_TEXT, errors))
		return 0;
	if (sink_kind_parse(type->text, &wish->kind, &problem)) {
		config_errors_add(errors, type, "%s", problem.text);
		return 0;
	}
	for (const struct config_value *member = item->first; member && !err; member = member->next)
		err = read_sink_word(member, file, wish, errors);
	return err;
}

static int read_sinks(const struct config_value *list, const struct config_file *file,
		      struct sampler_sinks *sinks, struct config_errors *errors)
{
	int err = 0;

	if (!config_value_is(list, CONFIG_ARRAY, errors))
		return 0;
	for (const struct config_value *item = list->first; item && !err; item = item->next) {
		struct problem problem = { 0 };
		struct sink_wish wish = { 0 };
		size_t errors_before = errors->count;

		err = read_sink(item, file, &wish, errors);
		if (!err && errors->count == errors_before &&
		    sampler_sinks_add(sinks, &wish, &problem))
			config_errors_add(errors, item, "%s", problem.text);
	}
	return err;
}

static int check_object(const struct config_value *object, bool is_section,
			struct config_errors *errors)
{
	struct sampler_plan scratch = { 0 };
	int err = 0;

	if (config_value_is(object, CONFIG_OBJECT, errors))
		err = sampler_section_read(object, is_section, &scratch, errors);
	free(scratch.recorders);
	return err;
}

static int check_own(void *context, const struct config_value *own, struct config_errors *errors)
{
	(void)context;
	return check_object(own, false, errors);
}

int sampler_section_check(const struct config_value *section, const struct config_file *file,
			  struct sampler_sinks *sinks, struct config_errors *errors)
{
	int err = check_object(section, true, errors);

	if (section->kind != CONFIG_OBJECT)
		return err;
	for (const struct config_value *member = section->first; member && !err;
	     member = member->next) {
		enum key key = key_of(member, true);

		if (key == KEY_INTERFACES)
			config_section_selectors(member, errors);
		else if (key == KEY_SINKS)
			err = read_sinks(member, file, sinks, errors);
		else if (key == KEY_INTERFACE)
			err = config_section_each(member, check_own, NULL, errors);
	}
	return err;
}

static void declare_recorders(struct config_schema *schema)
{
	config_schema_array_begin(schema, keys[KEY_RECORDERS].name, keys[KEY_RECORDERS].help, true);
	config_schema_key(schema, FILTER, SCHEMA_TEXT,
			  "SOURCE SPORT DESTINATION DPORT PROTOCOL, each of them may be *", NULL);
	for (const struct recorder_option_row *row = recorder_options; row->name; row++)
		config_schema_key(schema, row->name, SCHEMA_SETTING, row->help, NULL);
	config_schema_end(schema);
}

static void declare_sinks(struct config_schema *schema)
{
	config_schema_array_begin(schema, keys[KEY_SINKS].name, keys[KEY_SINKS].help, false);
	config_schema_key(schema, TYPE, SCHEMA_TEXT, "what it is", sink_kind_names);
	for (size_t i = 0; sink_word_name(i); i++)
		config_schema_key(schema, sink_word_name(i), SCHEMA_SETTINGS, sink_word_help(i),
				  NULL);
	config_schema_end(schema);
}

static void declare_own(struct config_schema *schema)
{
	for (int i = 0; i < SAMPLER_SETTING_COUNT; i++)
		config_schema_key(schema, sampler_settings[i].name, SCHEMA_SETTINGS,
				  sampler_settings[i].help, NULL);
	declare_recorders(schema);
}

void sampler_section_schema(struct config_schema *schema)
{
	config_schema_key(schema, keys[KEY_INTERFACES].name, SCHEMA_INTERFACES,
			  keys[KEY_INTERFACES].help, NULL);
	declare_own(schema);
	declare_sinks(schema);
	config_schema_each_interface_begin(schema, keys[KEY_INTERFACE].name,
					   keys[KEY_INTERFACE].help);
	declare_own(schema);
	config_schema_end(schema);
}
