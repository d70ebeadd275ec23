// SPDX-License-Identifier: GPL-2.0-only
#include "config_check.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "sample_components.h"

/* The result, with what was printed, and the problem. */
static int check(const char *content, char **ret_text, struct problem *problem)
{
	struct sample_output output;
	int err;

	sample_output_open(&output);
	err = config_check_tell(output.stream, sample_table, sample_config(content), problem);
	sample_output_close(&output);
	*ret_text = output.text;
	return err;
}

static void fine(const char *content)
{
	struct problem problem = { 0 };
	char *text;

	assert_int_equal(check(content, &text, &problem), 0);
	assert_non_null(strstr(text, ": fine\n"));
	free(text);
}

static void errors(const char *content, const char *expected)
{
	struct problem problem = { 0 };
	char *text;

	assert_int_equal(check(content, &text, &problem), -EINVAL);
	assert_string_equal(text, "");
	assert_non_null(strstr(problem.text, expected));
	free(text);
}

static void a_file_that_is_right_is_fine(void **state)
{
	(void)state;
	fine("{}");
	fine("// nothing\n{ \"interfaces\": [] }");
	fine("{ \"interfaces\": \"no_such0\", \"xdp_root\": { \"mode\": \"native\" }, \"beta\": {} }");
}

static void all_errors_are_counted(void **state)
{
	(void)state;
	errors("{ \"gamma\": {} }", ": 1 error");
	errors("{ \"beta\": 1 }", ": 1 error");
	errors("{ \"interfaces\": [1], \"gamma\": {}, \"xdp_root\": { \"modes\": 1 },\n"
	       "\"beta\": { \"sizes\": 1, \"other\": 2 } }",
	       ": 5 errors");
	errors("{", "line 1");
}

static void a_file_that_was_named_must_be_there(void **state)
{
	struct problem problem = { 0 };

	(void)state;
	assert_int_equal(config_check_tell(stdout, sample_table, "/no/such/file", &problem),
			 -ENOENT);
	assert_non_null(strstr(problem.text, "/no/such/file"));
}

static void the_schema_has_all_sections(void **state)
{
	struct problem problem = { 0 };
	struct sample_output output;

	(void)state;
	sample_output_open(&output);
	assert_int_equal(config_check_schema(output.stream, sample_table, &problem), 0);
	sample_output_close(&output);
	assert_non_null(strstr(output.text, "\"interfaces\""));
	assert_non_null(strstr(output.text, "\"xdp_root\""));
	assert_non_null(strstr(output.text, "\"mode\""));
	assert_non_null(strstr(output.text, "\"size\""));
	assert_non_null(strstr(output.text, "root_loader"));
	free(output.text);
}

static int tear_down(void **state)
{
	(void)state;
	remove(sample_config(""));
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_that_is_right_is_fine),
		cmocka_unit_test(all_errors_are_counted),
		cmocka_unit_test(a_file_that_was_named_must_be_there),
		cmocka_unit_test(the_schema_has_all_sections),
	};

	log_open("test_config_check", false);
	return cmocka_run_group_tests(tests, NULL, tear_down);
}
