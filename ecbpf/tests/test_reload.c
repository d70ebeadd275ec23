// SPDX-License-Identifier: GPL-2.0-only
#include "reload.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "command_line.h"
#include "harness/scratch_bpffs.h"
#include "log.h"
#include "sample_components.h"

static struct problem problem;
static char *printed;

static int reload(const char *content)
{
	struct sample_output output;
	int err;

	problem = (struct problem){ 0 };
	free(printed);
	sample_output_open(&output);
	err = reload_host(output.stream, sample_table, scratch_bpffs(), sample_config(content),
			  &problem);
	sample_output_close(&output);
	printed = output.text;
	return err;
}

static int set_up(void **state)
{
	(void)state;
	sample_reset();
	return 0;
}

static void every_component_is_applied_where_it_is_wanted(void **state)
{
	(void)state;
	assert_int_equal(reload("{ \"interfaces\": \"lo\" }"), 0);
	assert_string_equal(sample_applied, "xdp_root(lo) beta() ");
	assert_string_equal(printed, "xdp_root: done\nbeta: done\n");
	sample_reset();
	assert_int_equal(reload("{ \"interfaces\": \"lo\", \"beta\": {} }"), 0);
	assert_string_equal(sample_applied, "xdp_root(lo) beta(lo) ");
	sample_reset();
	assert_int_equal(reload("{ \"interfaces\": \"lo\" }\n"), 0);
	assert_string_equal(sample_applied, "xdp_root(lo) beta() ");
}

static void any_error_changes_nothing(void **state)
{
	(void)state;
	/* The last of it is wrong, also in what is of no interest to the first. */
	assert_int_equal(reload("{ \"interfaces\": \"lo\", \"beta\": { \"sizes\": 1 } }"), -EINVAL);
	assert_string_equal(sample_applied, "");
	assert_non_null(strstr(problem.text, "nothing is changed: "));
	assert_non_null(strstr(problem.text, "1 error"));
	assert_int_equal(reload("{ \"interfaces\": \"lo\", \"gamma\": {} }"), -EINVAL);
	assert_int_equal(reload("{ \"interfaces\": \"lo\" "), -EINVAL);
	assert_string_equal(sample_applied, "");
}

static void one_that_fails_does_not_stop_the_others(void **state)
{
	(void)state;
	sample_root.apply_err = -EBUSY;
	assert_int_equal(reload("{ \"interfaces\": \"lo\", \"beta\": {} }"), -EBUSY);
	assert_string_equal(sample_applied, "xdp_root(lo) beta(lo) ");
	assert_string_equal(printed, "beta: done\n");
	assert_non_null(strstr(problem.text, "1 component could not"));
	sample_beta.apply_err = -EPERM;
	assert_int_equal(reload("{ \"interfaces\": \"lo\", \"beta\": {} }"), -EBUSY);
	assert_non_null(strstr(problem.text, "2 components could not"));
}

static void an_interface_that_is_not_there_is_told_in_the_end(void **state)
{
	(void)state;
	assert_int_equal(reload("{ \"interfaces\": [\"no_such0\", \"lo\"] }"), COMMAND_LINE_PARTLY);
	assert_string_equal(sample_applied, "xdp_root(lo) beta() ");
	assert_non_null(strstr(problem.text, "1 interface of the configuration is not there"));
}

static void without_a_file_nothing_changes(void **state)
{
	(void)state;
	problem = (struct problem){ 0 };
	assert_int_equal(reload_host(stdout, sample_table, scratch_bpffs(), "/no/such/file",
				     &problem),
			 -ENOENT);
	assert_string_equal(sample_applied, "");
	assert_int_equal(reload_host(stdout, sample_table, "/", sample_config("{}"), &problem),
			 -EMEDIUMTYPE);
	assert_string_equal(sample_applied, "");
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_component_is_applied_where_it_is_wanted),
		TEST(any_error_changes_nothing),
		TEST(one_that_fails_does_not_stop_the_others),
		TEST(an_interface_that_is_not_there_is_told_in_the_end),
		TEST(without_a_file_nothing_changes),
	};
	const char *reason = scratch_bpffs_enter();
	int failed;

	if (reason) {
		printf("SKIP: %s\n", reason);
		return SCRATCH_SKIP;
	}
	log_open("test_reload", false);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	free(printed);
	remove(sample_config(""));
	scratch_bpffs_leave();
	return failed;
}
