// SPDX-License-Identifier: GPL-2.0-only
#include "harness/component_schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define NO_SUCH "no such setting"
#define DEPTH_MAX 8

struct trial {
	const struct component *component;
	const struct component_schema_beside *beside;
};

static void write_beside(FILE *stream, const struct trial *trial, const char *object, size_t length,
			 const char *key)
{
	for (const struct component_schema_beside *row = trial->beside; row && row->object; row++) {
		if (strlen(row->object) == length && !strncmp(row->object, object, length) &&
		    strcmp(row->key, key) != 0)
			fprintf(stream, "\"%s\": %s, ", row->key, row->value);
	}
}

/* A file with the key of `path`, and `suffix` behind its name, as `value`. To be freed. */
static char *content_of(const struct trial *trial, const char *path, const char *suffix,
			const char *value)
{
	const char *at = path;
	char *content = NULL;
	size_t size, depth = 0;
	bool is_array[DEPTH_MAX] = { false };
	FILE *stream = open_memstream(&content, &size);

	assert_non_null(stream);
	fprintf(stream, "{\"%s\": {", trial->component->name);
	for (const char *dot; (dot = strchr(at, '.')); at = dot + 1) {
		size_t length = (size_t)(dot - at);

		assert_true(depth < DEPTH_MAX);
		is_array[depth] = dot[-1] == ']';
		if (*at == '*')
			fputs("\"eth0\": {", stream);
		else
			fprintf(stream, "\"%.*s\": %s{",
				(int)(is_array[depth] ? length - 2 : length), at,
				is_array[depth] ? "[" : "");
		depth++;
	}
	/* Not the key itself again. */
	write_beside(stream, trial, path, at == path ? 0 : (size_t)(at - path - 1),
		     *suffix ? "" : at);
	fprintf(stream, "\"%s%s\": %s", at, suffix, value);
	while (depth--)
		fputs(is_array[depth] ? "}]" : "}", stream);
	fputs("}}", stream);
	assert_int_equal(fclose(stream), 0);
	return content;
}

/* What check() says first. */
static struct problem refusal_of(const struct trial *trial, const char *path, const char *suffix,
				 const char *value)
{
	const struct component *component = trial->component;
	char *content = content_of(trial, path, suffix, value);
	struct problem problem = { 0 };
	struct config_errors errors = { 0 };
	struct config_file *file = NULL;
	int err = config_file_parse("conf", content, strlen(content), &file, &problem);

	errors.file = file;
	if (!err)
		err = component->check(file,
				       config_value_member(config_file_content(file),
							   component->name),
				       &errors, &problem);
	if (err || !errors.count)
		fail_msg("%s: %s", content, err ? problem.text : "nobody minds that");
	config_file_close(file);
	free(content);
	return errors.first;
}

static int try_key(void *context, const char *path, bool has_keys, enum config_schema_kind kind)
{
	struct problem said = refusal_of(context, path, "", has_keys ? "5" : "{\"no\": {}}");

	(void)kind;
	if (strstr(said.text, NO_SUCH))
		fail_msg("%s is declared, but not read: %s", path, said.text);
	said = refusal_of(context, path, "_x", "5");
	if (!strstr(said.text, NO_SUCH))
		fail_msg("%s_x is not told as unknown: %s", path, said.text);
	return 0;
}

static void each_key(const struct component *component, config_schema_take take, void *context)
{
	struct config_schema *schema = config_schema_new();
	int err;

	assert_non_null(schema);
	component->schema(schema);
	err = config_schema_each(schema, take, context);
	config_schema_free(schema);
	assert_true(err >= 0);
}

void component_schema_is_read(const struct component *component,
			      const struct component_schema_beside *beside)
{
	struct trial trial = { .component = component, .beside = beside };

	each_key(component, try_key, &trial);
}

struct search {
	const char *path;
	bool is_found;
};

static int compare_key(void *context, const char *path, bool has_keys, enum config_schema_kind kind)
{
	struct search *search = context;

	(void)has_keys;
	(void)kind;
	search->is_found |= !strcmp(path, search->path);
	return 0;
}

bool component_schema_has(const struct component *component, const char *path)
{
	struct search search = { .path = path };

	each_key(component, compare_key, &search);
	return search.is_found;
}
