// SPDX-License-Identifier: GPL-2.0-only
#include "filter_file.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "config_section.h"

struct filter_file {
	struct config_file *config;
	const struct config_value *section; /* NULL: there is none */
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
	*paths = (struct filter_file_paths){ 0 };
}

/* Paths of a list, in the place of those that were there. */
static int read_paths(const struct filter_file *file, const struct config_value *list,
		      struct filter_file_paths *paths, struct config_errors *errors)
{
	const struct config_value *item;
	size_t space = 1;

	for (item = first_item(list); item; item = next_item(list, item))
		space++;
	paths_free(paths);
	paths->paths = calloc(space, sizeof(*paths->paths));
	if (!paths->paths)
		return -ENOMEM;
	for (item = first_item(list); item; item = next_item(list, item)) {
		char *path;

		if (!config_value_is(item, CONFIG_TEXT, errors))
			continue;
		if (!*item->text)
			config_errors_add(errors, item, "the path of a list file is empty");
		path = config_file_path(file->config, item->text);
		if (!path)
			return -ENOMEM;
		paths->paths[paths->count++] = path;
	}
	return 0;
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

/* The section, or what differs for an interface: adds what is said there to the wish. Errors are
 * noted; -ENOMEM. */
static int read_object(const struct filter_file *file, const struct config_value *object,
		       struct filter_file_wish *wish, struct config_errors *errors)
{
	int err = 0;

	for (const struct config_value *member = object->first; member && !err;
	     member = member->next) {
		if (is_named(member, "drop"))
			err = read_paths(file, member, &wish->drop, errors);
		else if (is_named(member, "allow"))
			err = read_paths(file, member, &wish->allow, errors);
		else if (object != file->section ||
			 (!is_named(member, "interfaces") && !is_named(member, "interface")))
			read_setting(member, &wish->request, errors);
	}
	return err;
}

static int check_object(void *context, const struct config_value *object,
			struct config_errors *errors)
{
	const struct filter_file *file = context;
	struct filter_file_wish wish = { 0 };
	int err = 0;

	if (config_value_is(object, CONFIG_OBJECT, errors))
		err = read_object(file, object, &wish, errors);
	filter_file_wish_free(&wish);
	return err;
}

static int check_interfaces(const struct config_value *list, struct config_errors *errors)
{
	struct interface_list names = { 0 };
	int err = config_section_interfaces(list, &names, errors);

	interface_list_free(&names);
	return err;
}

static int check_section(struct filter_file *file, struct problem *problem)
{
	struct config_errors errors = { .file = file->config };
	const struct config_value *member = NULL;
	int err = check_object(file, file->section, &errors);

	if (file->section->kind == CONFIG_OBJECT)
		member = file->section->first;
	for (; member && !err; member = member->next) {
		if (is_named(member, "interfaces"))
			err = check_interfaces(member, &errors);
		else if (is_named(member, "interface"))
			err = config_section_each(member, check_object, file, &errors);
	}
	if (err)
		return problem_errno(problem, err, "read the configuration of the filter");
	return config_errors_told(&errors, problem);
}

/* Takes over `config`, whatever comes of it. */
static int file_new(struct config_file *config, struct filter_file **ret_file,
		    struct problem *problem)
{
	struct filter_file *file = calloc(1, sizeof(*file));
	int err = 0;

	if (!file) {
		config_file_close(config);
		return problem_errno(problem, -ENOMEM, "read the configuration of the filter");
	}
	file->config = config;
	file->section = config_value_member(config_file_content(config), FILTER_PROGRAM);
	if (file->section)
		err = check_section(file, problem);
	if (err)
		filter_file_close(file);
	else
		*ret_file = file;
	return err;
}

int filter_file_open(const char *path, struct filter_file **ret_file, struct problem *problem)
{
	struct config_file *config = NULL;
	int err = config_file_open(path, &config, problem);

	return err ? err : file_new(config, ret_file, problem);
}

int filter_file_parse(const char *path, const char *content, size_t size,
		      struct filter_file **ret_file, struct problem *problem)
{
	struct config_file *config = NULL;
	int err = config_file_parse(path, content, size, &config, problem);

	return err ? err : file_new(config, ret_file, problem);
}

void filter_file_close(struct filter_file *file)
{
	if (!file)
		return;
	config_file_close(file->config);
	free(file);
}

bool filter_file_has_section(const struct filter_file *file)
{
	return file->section != NULL;
}

static const struct config_value *find_member(const struct config_value *object, const char *name)
{
	return object ? config_value_member(object, name) : NULL;
}

int filter_file_interfaces(const struct filter_file *file, struct interface_list *list,
			   struct problem *problem)
{
	const struct config_value *names = find_member(file->section, "interfaces");
	const struct config_value *item = names ? first_item(names) : NULL;
	int err = 0;

	for (; item && !err; item = next_item(names, item))
		err = interface_list_add(list, item->text, problem);
	return err;
}

int filter_file_wish(const struct filter_file *file, const char *interface,
		     struct filter_file_wish *ret_wish, struct problem *problem)
{
	const struct config_value *own =
		find_member(find_member(file->section, "interface"), interface);
	struct config_errors errors = { .file = file->config };
	struct filter_file_wish wish = { 0 };
	int err = 0;

	if (file->section)
		err = read_object(file, file->section, &wish, &errors);
	if (own && !err)
		err = read_object(file, own, &wish, &errors);
	if (err) {
		filter_file_wish_free(&wish);
		return problem_errno(problem, err, "%s: read the configuration of the filter",
				     interface);
	}
	*ret_wish = wish;
	return 0;
}

void filter_file_wish_free(struct filter_file_wish *wish)
{
	paths_free(&wish->drop);
	paths_free(&wish->allow);
}
