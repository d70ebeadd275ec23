// SPDX-License-Identifier: GPL-2.0-only
#include "sample_components.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config_section.h"

struct sample_answers sample_root, sample_beta;
char sample_applied[256];

static void root_schema(struct config_schema *schema)
{
	config_schema_key(schema, "mode", SCHEMA_TEXT, "how to attach", NULL);
}

static void beta_schema(struct config_schema *schema)
{
	config_schema_key(schema, "size", SCHEMA_NUMBER, "how large", NULL);
}

static int check(const struct config_value *section, const char *key, struct config_errors *errors)
{
	const char *const keys[] = { key, NULL };

	for (const struct config_value *member = section->first; member; member = member->next) {
		if (strcmp(member->name, key) != 0)
			config_section_unknown(member, keys, errors);
	}
	return 0;
}

static int root_check(const struct config_file *file, const struct config_value *section,
		      struct config_errors *errors, struct problem *problem)
{
	(void)file;
	(void)problem;
	return check(section, "mode", errors);
}

static int beta_check(const struct config_file *file, const struct config_value *section,
		      struct config_errors *errors, struct problem *problem)
{
	(void)file;
	(void)problem;
	return check(section, "size", errors);
}

static int apply(FILE *out, const char *name, const struct sample_answers *answers,
		 const struct component_apply *wish, struct problem *problem)
{
	size_t length = strlen(sample_applied);

	length += (size_t)snprintf(sample_applied + length, sizeof(sample_applied) - length, "%s(",
				   name);
	for (size_t i = 0; i < wish->interfaces->count; i++)
		length += (size_t)snprintf(sample_applied + length, sizeof(sample_applied) - length,
					   "%s%s", i ? " " : "", wish->interfaces->names[i]);
	snprintf(sample_applied + length, sizeof(sample_applied) - length, ") ");
	if (answers->apply_err)
		return problem_set(problem, answers->apply_err, "the %s says no", name);
	fprintf(out, "%s: done\n", name);
	return 0;
}

static int root_apply(FILE *out, const struct component_apply *wish, struct problem *problem)
{
	return apply(out, "xdp_root", &sample_root, wish, problem);
}

static int beta_apply(FILE *out, const struct component_apply *wish, struct problem *problem)
{
	return apply(out, "beta", &sample_beta, wish, problem);
}

static int tell(struct report *report, const struct sample_answers *answers, unsigned int *ret_sick,
		struct problem *problem)
{
	report_string(report, "says", NULL, answers->headline);
	*ret_sick = answers->sick;
	if (answers->status_err)
		return problem_set(problem, answers->status_err, "no status");
	return 0;
}

static int root_status(struct report *report, const char *bpffs, unsigned int *ret_sick,
		       struct problem *problem)
{
	(void)bpffs;
	return tell(report, &sample_root, ret_sick, problem);
}

static int beta_status(struct report *report, const char *bpffs, unsigned int *ret_sick,
		       struct problem *problem)
{
	(void)bpffs;
	return tell(report, &sample_beta, ret_sick, problem);
}

static int headline(const struct sample_answers *answers, char ret_line[COMPONENT_HEADLINE_SIZE],
		    struct problem *problem)
{
	int err = answers->headline_err;

	if (!err || err == -EUCLEAN)
		snprintf(ret_line, COMPONENT_HEADLINE_SIZE, "%s", answers->headline);
	else if (err != -ENOENT)
		problem_set(problem, err, "its map is broken");
	return err;
}

static int root_headline(const char *bpffs, char ret_line[COMPONENT_HEADLINE_SIZE],
			 struct problem *problem)
{
	(void)bpffs;
	return headline(&sample_root, ret_line, problem);
}

static int beta_headline(const char *bpffs, char ret_line[COMPONENT_HEADLINE_SIZE],
			 struct problem *problem)
{
	(void)bpffs;
	return headline(&sample_beta, ret_line, problem);
}

static const struct component root_component = {
	.name = "xdp_root",
	.tool = "root_loader",
	.schema = root_schema,
	.check = root_check,
	.apply = root_apply,
	.status = root_status,
	.headline = root_headline,
};
static const struct component beta_component = {
	.name = "beta",
	.tool = "beta",
	.has_slot = true,
	.schema = beta_schema,
	.check = beta_check,
	.apply = beta_apply,
	.status = beta_status,
	.headline = beta_headline,
};

const struct component *const sample_table[] = { &root_component, &beta_component, NULL };

void sample_reset(void)
{
	sample_root = (struct sample_answers){ .headline = "root is fine" };
	sample_beta = (struct sample_answers){ .headline = "beta is fine" };
	sample_applied[0] = '\0';
}

const char *sample_config(const char *content)
{
	static char path[] = "/tmp/front_config.XXXXXX";
	FILE *stream;
	int fd;

	if (!strstr(path, "XXXXXX"))
		unlink(path);
	strcpy(strrchr(path, '.'), ".XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	stream = fdopen(fd, "w");
	assert_non_null(stream);
	fputs(content, stream);
	assert_int_equal(fclose(stream), 0);
	return path;
}

void sample_output_open(struct sample_output *output)
{
	output->stream = open_memstream(&output->text, &output->size);
	assert_non_null(output->stream);
}

void sample_output_close(struct sample_output *output)
{
	assert_int_equal(fclose(output->stream), 0);
}
