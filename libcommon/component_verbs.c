// SPDX-License-Identifier: GPL-2.0-only
#include "component_verbs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attachment.h"
#include "bpffs.h"
#include "cleanup.h"
#include "host_config.h"
#include "log.h"

static const char *path_of(const char *config)
{
	return config ? config : CONFIG_FILE_STANDARD;
}

/* Tools whose --config has the standard file as its default may hand that on. */
static bool must_be_there(const char *config)
{
	return config && strcmp(config, CONFIG_FILE_STANDARD) != 0;
}

/* Why nothing is wanted; `file` NULL: there is none. */
static const char *not_wanted(const struct component *component, const struct config_file *file,
			      const char *path, struct problem *ret_text)
{
	if (!file)
		problem_set(ret_text, 0, "%s: no such file: nothing is wanted on this host", path);
	else if (strcmp(component->name, HOST_CONFIG_ROOT) != 0)
		problem_set(ret_text, 0, "%s: no section %s: not wanted on this host", path,
			    component->name);
	else
		problem_set(ret_text, 0,
			    "%s: no \"interfaces\" and no section %s: not wanted on this host",
			    path, component->name);
	return ret_text->text;
}

int component_open_config(const char *config, struct config_file **ret_file,
			  struct problem *problem)
{
	int err = config_file_open(path_of(config), ret_file, problem);

	if (err != -ENOENT)
		return err;
	if (must_be_there(config))
		return problem_set(problem, err, "%s: no such configuration file", config);
	*ret_file = NULL;
	return 0;
}

static const struct config_value *section_of(const struct component *component,
					     const struct config_file *file)
{
	return config_value_member(config_file_content(file), component->name);
}

int component_check_section(const struct component *component, const struct config_file *file,
			    struct config_errors *errors, struct problem *problem)
{
	const struct config_value *section = section_of(component, file);

	if (!section || section->kind != CONFIG_OBJECT)
		return 0;
	return component->check(file, section, errors, problem);
}

/* A tool knows the others by name, or a section that is misspelt would be taken for one that is not wanted. */
static int check_outside(const struct component *component, const struct config_file *file,
			 struct config_errors *errors)
{
	CLEANUP_FREE const char **names = NULL;
	size_t count = 0;

	while (component_names[count])
		count++;
	names = calloc(count + 2, sizeof(*names));
	if (!names)
		return -ENOMEM;
	memcpy(names, component_names, count * sizeof(*names));
	names[count] = component->name;
	return host_config_check(file, names, errors);
}

static int check_file(const struct component *component, const struct config_file *file,
		      struct problem *problem)
{
	struct config_errors errors = { .file = file, .tell_all = true };
	int err = check_outside(component, file, &errors);

	if (!err)
		err = component_check_section(component, file, &errors, problem);
	return err ? err : config_errors_told(&errors, problem);
}

int component_check_config(const struct component *component, const char *config,
			   struct problem *problem)
{
	struct config_file *file = NULL;
	struct problem reason;
	int err = component_open_config(config, &file, problem);

	if (!err && file)
		err = check_file(component, file, problem);
	if (!err && file && host_config_wants(file, component->name))
		printf("%s: fine\n", path_of(config));
	else if (!err)
		puts(not_wanted(component, file, path_of(config), &reason));
	config_file_close(file);
	return err;
}

int component_print_metrics(const struct component *component, const char *bpffs,
			    struct problem *problem)
{
	struct metrics *metrics;
	int err = bpffs_check(bpffs, problem);

	if (err)
		return err;
	metrics = metrics_new();
	err = component->metrics(metrics, bpffs, problem);
	if (!err)
		err = metrics_write(metrics, stdout, problem);
	metrics_free(metrics);
	return err;
}

int component_wanted(const struct component *component, const char *config, struct problem *problem)
{
	struct config_file *file = NULL;
	struct problem reason;
	int err = component_open_config(config, &file, problem);

	if (err) {
		log_problem(problem);
		return 0;
	}
	if (file && host_config_wants(file, component->name))
		printf("%s: %s is wanted\n", path_of(config), component->name);
	else
		err = problem_set(problem, -ENOENT, "%s",
				  not_wanted(component, file, path_of(config), &reason));
	config_file_close(file);
	return err;
}

int component_places(const struct component *component, const struct config_file *file,
		     bool *ret_wanted, struct interface_list *ret_interfaces,
		     unsigned int *ret_missing, struct problem *problem)
{
	if (component->interfaces)
		return component->interfaces(file, ret_wanted, ret_interfaces, ret_missing,
					     problem);
	return host_config_wanted_in(file, component->name, ret_wanted, ret_interfaces, ret_missing,
				     problem);
}

int component_configured(const struct component *component, const char *config,
			 struct interface_list *interfaces, unsigned int *ret_missing,
			 struct problem *problem)
{
	struct config_file *file = NULL;
	struct problem reason;
	bool wanted = false;
	int err;

	*ret_missing = 0;
	if (interfaces->count)
		return problem_set(problem, -EINVAL,
				   "--interface and --configured exclude each other: give one");
	err = component_open_config(config, &file, problem);
	/* The file is right as a whole before anything is resolved, and told of as a whole if not. */
	if (!err && file)
		err = check_file(component, file, problem);
	if (!err && file)
		err = component_places(component, file, &wanted, interfaces, ret_missing, problem);
	if (!err && !wanted)
		puts(not_wanted(component, file, path_of(config), &reason));
	else if (!err && !interfaces->count && !*ret_missing)
		printf("%s: %s is wanted at no interface of this host\n", path_of(config),
		       component->name);
	config_file_close(file);
	return err;
}

int component_missing(int err, unsigned int missing, struct problem *problem)
{
	if (err || !missing)
		return err;
	return problem_set(problem, COMMAND_LINE_PARTLY,
			   "%u interface%s of the configuration %s not there (see above)", missing,
			   missing == 1 ? "" : "s", missing == 1 ? "is" : "are");
}

/* One bpffs may hold the pins of several network namespaces. *ret_name is what the interface is called now. */
static bool is_of_this_namespace(const char *bpffs, const char *pinned,
				 char ret_name[INTERFACE_NAME_SIZE])
{
	struct attachment attachment = { 0 };
	struct chain chain;
	uint32_t index;

	snprintf(ret_name, INTERFACE_NAME_SIZE, "%s", pinned);
	chain_init(&chain, bpffs, pinned);
	/* Pins of another version tell enough here, too. */
	if (chain_open(&chain, NULL) != -ENOENT)
		(void)attachment_read(&chain, &attachment, NULL);
	chain_close(&chain);
	if (attachment_find_device(&attachment, ret_name))
		return true;
	return attachment.has_identity ? attachment.same_namespace :
					 interface_index(pinned, &index) == 0;
}

int component_list_attached(const char *bpffs, component_has has, struct interface_list *interfaces,
			    struct problem *problem)
{
	struct interface_list pinned = { 0 };
	int err = bpffs_check(bpffs, problem);

	if (!err)
		err = chain_list(bpffs, &pinned, problem);
	for (size_t i = 0; !err && i < pinned.count; i++) {
		char name[INTERFACE_NAME_SIZE];

		if (is_of_this_namespace(bpffs, pinned.names[i], name) &&
		    (!has || has(bpffs, pinned.names[i])))
			err = interface_list_add(interfaces, name, problem);
	}
	interface_list_free(&pinned);
	return err;
}

int component_attached(const char *bpffs, component_has has, struct interface_list *interfaces,
		       struct problem *problem)
{
	int err;

	if (interfaces->count)
		return problem_set(problem, -EINVAL,
				   "--interface and --attached exclude each other: give one");
	err = component_list_attached(bpffs, has, interfaces, problem);
	if (!err && !interfaces->count)
		printf("attached nowhere: nothing to do\n");
	return err;
}

int component_tell_unwanted(FILE *out, const struct component *component, const char *bpffs,
			    component_has has, const struct interface_list *wanted,
			    struct problem *problem)
{
	struct interface_list attached = { 0 };
	int err = component_list_attached(bpffs, has, &attached, problem);

	for (size_t i = 0; !err && i < attached.count; i++) {
		const char *name = attached.names[i];

		if (!interface_list_has(wanted, name))
			fprintf(out,
				"%s: %s is attached and not wanted by the configuration: left alone; "
				"to take it away: %s --detach --interface %s\n",
				name, component->name, component->tool, name);
	}
	interface_list_free(&attached);
	return err;
}
