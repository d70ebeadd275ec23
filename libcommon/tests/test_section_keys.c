// SPDX-License-Identifier: GPL-2.0-only
/* One table for the reader and the schema: each member goes to its row, other names are told, and what has
 * "flows" and "flow_file" reads both. */
#include "section_keys.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "flow_section.h"

struct seen {
	char names[128]; /* in the order of the calls, each with a space behind it */
	struct flow_rule_list rules;
	int fails;
};

static int note_name(void *context, const struct config_value *member, struct config_errors *errors)
{
	struct seen *seen = context;

	(void)errors;
	(void)strcat(strcat(seen->names, member->name), " ");
	return seen->fails;
}

static int read_flow_file(void *context, const struct config_value *member,
			  struct config_errors *errors)
{
	return flow_section_read_file(member, &((struct seen *)context)->rules, errors);
}

static const char *const words[] = { "red", "green", NULL };

static const struct section_key keys[] = {
	{ "color", note_name, SCHEMA_TEXT, "What it looks like", words, NULL },
	{ "size", note_name, SCHEMA_NUMBER, "How much there is of it", NULL, NULL },
	{ "flows", note_name, SCHEMA_TEXT, NULL, NULL, flow_section_declare },
	{ "flow_file", read_flow_file, SCHEMA_TEXT, FLOW_SECTION_FILE_HELP, NULL, NULL },
	{ 0 },
};

/* Reads "x" of the content; *ret_first is what config_errors_told() says. */
static int read_keys(const char *path, const char *content, struct seen *seen,
		     struct problem *ret_first)
{
	struct config_file *file = NULL;
	struct config_errors errors = { 0 };
	struct problem problem = { 0 };
	int err;

	if (config_file_parse(path, content, strlen(content), &file, &problem))
		fail_msg("%s", problem.text);
	errors.file = file;
	err = section_keys_read(keys, config_value_member(config_file_content(file), "x"), seen,
				&errors);
	*ret_first = (struct problem){ 0 };
	(void)config_errors_told(&errors, ret_first);
	config_file_close(file);
	return err;
}

static void each_member_goes_to_its_row(void **state)
{
	struct seen seen = { 0 };
	struct problem first;

	(void)state;
	assert_int_equal(read_keys("f", "{\"x\": {\"size\": 1, \"color\": 2, \"flows\": 3}}", &seen,
				   &first),
			 0);
	assert_string_equal(seen.names, "size color flows ");
	assert_string_equal(first.text, "");
}

static void other_names_are_told_and_the_rest_is_read(void **state)
{
	struct seen seen = { 0 };
	struct problem first;

	(void)state;
	assert_int_equal(read_keys("f", "{\"x\": {\n\"colour\": 1,\n\"q\": 1, \"size\": 1}}", &seen,
				   &first),
			 0);
	assert_string_equal(seen.names, "size ");
	assert_string_equal(first.text, "f: line 2: x.colour: no such setting; did you mean "
					"'color'? (and 1 more)");
	assert_int_equal(read_keys("f", "{\"x\": [5]}", &seen, &first), 0);
	assert_string_equal(first.text, "f: line 1: x: '[...]' is not an object {...}");
	assert_string_equal(seen.names, "size ");
}

static void a_row_that_fails_ends_it(void **state)
{
	struct seen seen = { .fails = -ENOMEM };
	struct problem first;

	(void)state;
	assert_int_equal(read_keys("f", "{\"x\": {\"size\": 1, \"color\": 2}}", &seen, &first),
			 -ENOMEM);
	assert_string_equal(seen.names, "size ");
}

static int join(void *context, const char *path, bool has_keys, enum config_schema_kind kind)
{
	char *text = context;

	(void)sprintf(text + strlen(text), "%s%s%d ", path, has_keys ? "*" : "=",
		      has_keys ? 0 : (int)kind);
	return 0;
}

static void the_schema_has_every_row(void **state)
{
	struct config_schema *schema = config_schema_new();
	char expected[256], text[256] = "";

	(void)state;
	section_keys_declare(keys, schema);
	assert_int_equal(config_schema_each(schema, join, text), 0);
	(void)snprintf(expected, sizeof(expected),
		       "color=%d size=%d flows*0 flows[].in=%d flows[].out=%d flows[].both=%d "
		       "flows[].state=%d flow_file=%d ",
		       SCHEMA_TEXT, SCHEMA_NUMBER, SCHEMA_TEXT, SCHEMA_TEXT, SCHEMA_BOOL,
		       SCHEMA_TEXT, SCHEMA_TEXT);
	assert_string_equal(text, expected);
	config_schema_free(schema);
}

static void files_are_beside_the_configuration(void **state)
{
	char directory[] = "/tmp/test_section_keys.XXXXXX", config[64], list[64];
	struct seen seen = { 0 };
	struct problem first;
	FILE *stream;

	(void)state;
	assert_non_null(mkdtemp(directory));
	(void)snprintf(config, sizeof(config), "%s/ecbpf.json", directory);
	(void)snprintf(list, sizeof(list), "%s/flows", directory);
	stream = fopen(list, "w");
	assert_non_null(stream);
	assert_true(fputs("10.0.0.1:3 > 10.0.0.2:4 => l2\n", stream) >= 0);
	assert_int_equal(fclose(stream), 0);
	assert_int_equal(read_keys(config, "{\"x\": {\"flow_file\": \"flows\"}}", &seen, &first),
			 0);
	assert_string_equal(first.text, "");
	assert_int_equal(seen.rules.count, 1);
	unlink(list);
	assert_int_equal(read_keys(config, "{\"x\": {\"flow_file\": \"flows\"}}", &seen, &first),
			 0);
	assert_non_null(strstr(first.text, "x.flow_file: "));
	assert_non_null(strstr(first.text, "/flows: no such file"));
	assert_int_equal(read_keys(config, "{\"x\": {\"flow_file\": 5}}", &seen, &first), 0);
	assert_non_null(strstr(first.text, "x.flow_file: '5' is not a text"));
	flow_rule_list_free(&seen.rules);
	rmdir(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_member_goes_to_its_row),
		cmocka_unit_test(other_names_are_told_and_the_rest_is_read),
		cmocka_unit_test(a_row_that_fails_ends_it),
		cmocka_unit_test(the_schema_has_every_row),
		cmocka_unit_test(files_are_beside_the_configuration),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
