// SPDX-License-Identifier: GPL-2.0-only
#include "root_plan.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "capture.h"

static struct config_file *file;
static struct problem problem;

static void parse(const char *content)
{
	config_file_close(file);
	file = NULL;
	if (config_file_parse("conf", content, strlen(content), &file, &problem))
		fail_msg("%s", problem.text);
}

static void assert_plan(const char *interface, enum ecbpf_mode mode, bool frags, bool nop)
{
	struct root_plan plan = root_plan_of(file, interface);

	assert_int_equal(plan.mode, mode);
	assert_int_equal(plan.frags, frags);
	assert_int_equal(plan.nop, nop);
}

static void without_a_section_it_is_usual(void **state)
{
	(void)state;
	assert_plan("eth0", ECBPF_MODE_NATIVE, false, false);
	parse("{ \"interfaces\": \"eth0\" }");
	assert_plan("eth0", ECBPF_MODE_NATIVE, false, false);
	parse("{ \"xdp_root\": {} }");
	assert_plan("eth0", ECBPF_MODE_NATIVE, false, false);
}

static void an_interface_may_differ(void **state)
{
	(void)state;
	parse("{ \"xdp_root\": { \"mode\": \"generic\", \"nop\": true, \"interface\": {"
	      " \"eth1\": { \"mode\": \"native\", \"frags\": true },"
	      " \"eth2\": { \"nop\": false } } } }");
	assert_plan("eth0", ECBPF_MODE_GENERIC, false, true);
	assert_plan("eth1", ECBPF_MODE_NATIVE, true, true);
	assert_plan("eth2", ECBPF_MODE_GENERIC, false, false);
}

/* Errors have been told before; what is wrong is as if it were not there. */
static void wrong_files_are_survived(void **state)
{
	static const char *const rows[] = {
		"{ \"xdp_root\": 5 }",
		"{ \"xdp_root\": [1] }",
		"{ \"xdp_root\": { \"interface\": 5 } }",
		"{ \"xdp_root\": { \"interface\": [{}, 5] } }",
		"{ \"xdp_root\": { \"interface\": { \"eth0\": 5 } } }",
		"{ \"xdp_root\": { \"mode\": 5, \"frags\": \"true\", \"nop\": null } }",
		"{ \"xdp_root\": { \"mode\": \"fast\" } }",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct capture capture;
		struct root_plan plan;

		parse(rows[i]);
		capture_begin(&capture, STDERR_FILENO);
		plan = root_plan_of(file, "eth0");
		capture_end(&capture);
		free(capture.text);
		assert_int_equal(plan.mode, ECBPF_MODE_NATIVE);
		assert_false(plan.frags || plan.nop);
	}
}

static void every_error_is_found(void **state)
{
	struct config_errors errors;
	struct capture capture;

	(void)state;
	parse("{ \"xdp_root\": { \"mode\": \"fast\", \"frags\": 1, \"nop\": \"yes\", \"interfaces\": [5],"
	      " \"mod\": 1, \"interface\": { \"e/0\": { \"interfaces\": [], \"frags\": 0 },"
	      " \"eth0\": 5 } } }");
	errors = (struct config_errors){ .file = file, .tell_all = true };
	capture_begin(&capture, STDERR_FILENO);
	root_plan_check(config_value_member(config_file_content(file), "xdp_root"), &errors);
	capture_end(&capture);
	assert_int_equal(errors.count, 9);
	assert_non_null(
		strstr(capture.text, "xdp_root.mode: 'fast' is not one of native, generic\n"));
	assert_non_null(strstr(capture.text, "xdp_root.frags: '1' is not true or false\n"));
	assert_non_null(strstr(capture.text, "xdp_root.nop: 'yes' is not true or false\n"));
	assert_non_null(strstr(capture.text, "xdp_root.interfaces[0]: '5' is not a text"));
	assert_non_null(
		strstr(capture.text, "xdp_root.mod: no such setting; did you mean 'mode'?\n"));
	assert_non_null(strstr(capture.text, "xdp_root.interface.e/0: 'e/0' is not an interface"));
	assert_non_null(
		strstr(capture.text, "xdp_root.interface.e/0.interfaces: no such setting\n"));
	assert_non_null(strstr(capture.text, "xdp_root.interface.e/0.frags: '0' is not true"));
	assert_non_null(strstr(capture.text, "xdp_root.interface.eth0: '5' is not an object"));
	free(capture.text);
	parse("{ \"xdp_root\": [] }");
	errors = (struct config_errors){ .file = file };
	root_plan_check(config_value_member(config_file_content(file), "xdp_root"), &errors);
	assert_int_equal(errors.count, 1);
}

static void write_file(const char *path, const char *content)
{
	FILE *stream = fopen(path, "w");

	assert_non_null(stream);
	fputs(content, stream);
	assert_int_equal(fclose(stream), 0);
}

static void a_file_is_opened_if_it_is_right(void **state)
{
	char path[] = "/tmp/test_root_plan_XXXXXX";
	struct config_file *opened = NULL;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	write_file(path, "{ \"xdp_root\": { \"mode\": \"generic\" } }");
	assert_int_equal(root_plan_open(path, &opened, &problem), 0);
	assert_int_equal(root_plan_of(opened, "eth0").mode, ECBPF_MODE_GENERIC);
	config_file_close(opened);
	/* What is wrong with others does not matter here. */
	write_file(path, "{ \"xdp_filter\": 5 }");
	assert_int_equal(root_plan_open(path, &opened, &problem), 0);
	config_file_close(opened);
	write_file(path, "{ \"xdp_root\": { \"mod\": 1 } }");
	assert_int_equal(root_plan_open(path, &opened, &problem), -EINVAL);
	assert_null(opened);
	assert_non_null(strstr(problem.text, "xdp_root.mod: no such setting"));
	write_file(path, "{ \"xdp_root\": 1 }");
	assert_int_equal(root_plan_open(path, &opened, &problem), -EINVAL);
	unlink(path);
	assert_int_equal(root_plan_open(path, &opened, &problem), -ENOENT);
	assert_null(opened);
}

static int close_file(void **state)
{
	(void)state;
	config_file_close(file);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_section_it_is_usual),
		cmocka_unit_test(an_interface_may_differ),
		cmocka_unit_test(wrong_files_are_survived),
		cmocka_unit_test(every_error_is_found),
		cmocka_unit_test(a_file_is_opened_if_it_is_right),
	};

	return cmocka_run_group_tests(tests, NULL, close_file);
}
