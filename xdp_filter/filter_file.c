// SPDX-License-Identifier: GPL-2.0-only
#include "filter_file.h"

#include <errno.h>
#include <stdlib.h>

struct filter_file {
	struct config_file *config;
	const struct config_value *section; /* NULL: there is none */
};

static int check_section(const struct filter_file *file, struct problem *problem)
{
	struct config_errors errors = { .file = file->config };
	int err = filter_section_check(file->config, file->section, NULL, &errors);

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

int filter_file_wish(const struct filter_file *file, const char *interface,
		     struct filter_file_wish *ret_wish, struct problem *problem)
{
	const struct config_value *own =
		find_member(find_member(file->section, "interface"), interface);
	struct config_errors errors = { .file = file->config };
	struct filter_file_wish wish = { 0 };
	int err = 0;

	if (file->section)
		err = filter_section_read(file->config, file->section, true, &wish, &errors);
	if (own && !err)
		err = filter_section_read(file->config, own, false, &wish, &errors);
	if (err) {
		filter_file_wish_free(&wish);
		return problem_errno(problem, err, "%s: read the configuration of the filter",
				     interface);
	}
	*ret_wish = wish;
	return 0;
}
