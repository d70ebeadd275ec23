// SPDX-License-Identifier: GPL-2.0-only
#include "tool_report.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "capture.h"

/* Reports on stdout as a verb does whose work comes to `err`; the caller frees *ret_text. */
static int report_of(bool json, int err, char **ret_text, struct problem *problem)
{
	struct capture out;
	struct report *report;

	*problem = (struct problem){ 0 };
	capture_begin(&out, STDOUT_FILENO);
	report = tool_report_open(json, "xdp_test", 3);
	report_number(report, "number", "number", 5);
	err = tool_report_close(report, err, "status", problem);
	capture_end(&out);
	*ret_text = out.text;
	return err;
}

static void text_and_json(void **state)
{
	struct problem problem;
	char *text;

	(void)state;
	assert_int_equal(report_of(false, 0, &text, &problem), 0);
	assert_string_equal(text, "number: 5\n");
	free(text);
	assert_int_equal(report_of(true, 0, &text, &problem), 0);
	assert_string_equal(text, "{\n  \"tool\": \"xdp_test\",\n  \"schema_version\": 3,\n"
				  "  \"number\": 5\n}\n");
	free(text);
	assert_string_equal(problem.text, "");
}

static void work_that_failed_stays_so(void **state)
{
	struct problem problem;
	char *text;

	(void)state;
	assert_int_equal(report_of(false, -EPERM, &text, &problem), -EPERM);
	assert_string_equal(text, "number: 5\n");
	assert_string_equal(problem.text, "");
	free(text);
}

static void writing_that_failed_is_told(void **state)
{
	struct problem problem = { 0 };

	(void)state;
	assert_int_equal(tool_report_close(NULL, 0, "status", &problem), -ENOMEM);
	assert_string_equal(problem.text,
			    "cannot write the status: -ENOMEM (Cannot allocate memory)");
	problem = (struct problem){ 0 };
	assert_int_equal(tool_report_close(NULL, -EPERM, "status", &problem), -EPERM);
	assert_string_equal(problem.text, "");
}

static void sick_interfaces_are_counted(void **state)
{
	struct problem problem = { 0 };

	(void)state;
	assert_int_equal(tool_report_sick(0, "no good", &problem), 0);
	assert_string_equal(problem.text, "");
	assert_int_equal(tool_report_sick(1, "no good", &problem), -EUCLEAN);
	assert_string_equal(problem.text, "1 interface: no good");
	assert_int_equal(tool_report_sick(2, "no good", &problem), -EUCLEAN);
	assert_string_equal(problem.text, "2 interfaces: no good");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_and_json),
		cmocka_unit_test(work_that_failed_stays_so),
		cmocka_unit_test(writing_that_failed_is_told),
		cmocka_unit_test(sick_interfaces_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
