// SPDX-License-Identifier: GPL-2.0-only
#include "config_section.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "interface_selector.h"
#include "log.h"
#include "name_guess.h"

#define SELECTOR_SIZE 256
#define TOLD_MAX 64

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

/* What is done with one selector, of `item`: 0, or a negative errno that ends the reading, told. */
typedef int (*selector_work)(void *context, const char *selector, const struct config_value *item,
			     struct config_errors *errors, struct problem *problem);

static int each_in_text(const struct config_value *item, selector_work work, void *context,
			struct config_errors *errors, struct problem *problem)
{
	char selector[SELECTOR_SIZE];
	const char *text = item->text;
	int err = 0;

	for (;; text++) {
		size_t length = strcspn(text, ",");

		snprintf(selector, sizeof(selector), "%.*s", (int)length, text);
		if (length < sizeof(selector))
			err = work(context, selector, item, errors, problem);
		else
			config_errors_add(errors, item, "is longer than %d bytes",
					  SELECTOR_SIZE - 1);
		text += length;
		if (err || !*text)
			return err;
	}
}

static int each_selector(const struct config_value *selectors, selector_work work, void *context,
			 struct config_errors *errors, struct problem *problem)
{
	bool is_array = selectors && selectors->kind == CONFIG_ARRAY;
	const struct config_value *item = is_array ? selectors->first : selectors;
	int err = 0;

	for (; item && !err; item = is_array ? item->next : NULL) {
		if (config_value_is(item, CONFIG_TEXT, errors))
			err = each_in_text(item, work, context, errors, problem);
	}
	return err;
}

static int check_selector(void *context, const char *selector, const struct config_value *item,
			  struct config_errors *errors, struct problem *problem)
{
	(void)context;
	if (interface_selector_check(selector, problem))
		config_errors_add(errors, item, "%s", problem->text);
	return 0;
}

void config_section_selectors(const struct config_value *selectors, struct config_errors *errors)
{
	struct problem problem = { 0 };

	(void)each_selector(selectors, check_selector, NULL, errors, &problem);
}

/* What several sections name, or one that is read again and again, is told once. */
static void tell_missing(const char *text)
{
	static char *told[TOLD_MAX];
	static size_t count;

	for (size_t i = 0; i < count; i++) {
		if (!strcmp(told[i], text))
			return;
	}
	log_error("%s", text);
	if (count < TOLD_MAX) {
		told[count] = strdup(text);
		count += told[count] != NULL;
	}
}

struct resolution {
	struct interface_list *list;
	unsigned int *missing;
};

static int resolve_selector(void *context, const char *selector, const struct config_value *item,
			    struct config_errors *errors, struct problem *problem)
{
	const struct resolution *resolution = context;
	struct problem why = { 0 };
	int err = interface_selector_resolve(selector, resolution->list, &why);

	if (err == -EINVAL) {
		config_errors_add(errors, item, "%s", why.text);
	} else if (err == -ENODEV) {
		tell_missing(why.text);
		++*resolution->missing;
	} else if (err) {
		return problem_set(problem, err, "%s", why.text);
	}
	return 0;
}

int config_section_resolve(const struct config_value *selectors, struct interface_list *list,
			   unsigned int *ret_missing, struct config_errors *errors,
			   struct problem *problem)
{
	struct resolution resolution = { .list = list, .missing = ret_missing };

	return each_selector(selectors, resolve_selector, &resolution, errors, problem);
}

void config_section_unknown(const struct config_value *member, const char *const *names,
			    struct config_errors *errors)
{
	const char *guess = name_guess(member->name, names);

	if (guess)
		config_errors_add(errors, member, "no such setting; did you mean '%s'?", guess);
	else
		config_errors_add(errors, member, "no such setting");
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
