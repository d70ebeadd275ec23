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

static bool is_named(const struct config_value *member, const char *name)
{
	return !strcmp(member->name, name);
}

static void read_setting(const struct config_value *member, struct sampler_settings *settings,
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
		return;
	}
	config_errors_add(errors, member, "the sampler has no such setting");
}

static void read_filter(const struct config_value *value, struct recorder *recorder,
			struct config_errors *errors)
{
	struct problem problem = { 0 };

	if (config_value_is(value, CONFIG_TEXT, errors) &&
	    recorder_filter_parse(value->text, &recorder->filter, &problem))
		config_errors_add(errors, value, "%s", problem.text);
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
	if (!config_value_member(item, "filter"))
		config_errors_add(errors, item, "a recorder needs a filter");
	for (member = item->first; member; member = member->next) {
		struct problem problem = { 0 };
		char text[CONFIG_SECTION_TEXT_SIZE];

		if (is_named(member, "filter"))
			read_filter(member, recorder, errors);
		else if (config_section_text(member, false, errors, text) &&
			 recorder_option_parse(member->name, text, recorder, &problem))
			config_errors_add(errors, member, "%s", problem.text);
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

int sampler_section_read(const struct config_value *object, bool is_section,
			 struct sampler_plan *plan, struct config_errors *errors)
{
	int err = 0;

	for (const struct config_value *member = object->first; member && !err;
	     member = member->next) {
		if (is_named(member, "recorders"))
			err = read_recorders(member, plan, errors);
		else if (!is_section ||
			 (!is_named(member, "interfaces") && !is_named(member, "interface") &&
			  !is_named(member, "sinks")))
			read_setting(member, &plan->settings, errors);
	}
	return err;
}

static int read_sink_word(const struct config_value *member, const struct config_file *file,
			  struct sink_wish *wish, struct config_errors *errors)
{
	CLEANUP_FREE char *path = NULL;
	struct problem problem = { 0 };
	char text[CONFIG_SECTION_TEXT_SIZE];
	const char *value = text;

	if (is_named(member, "type") || !config_section_text(member, false, errors, text))
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
	type = config_value_member(item, "type");
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

int sampler_section_sinks(const struct config_value *section, const struct config_file *file,
			  struct sampler_sinks *sinks, struct config_errors *errors)
{
	const struct config_value *list = config_value_member(section, "sinks");
	int err = 0;

	if (!list || !config_value_is(list, CONFIG_ARRAY, errors))
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
