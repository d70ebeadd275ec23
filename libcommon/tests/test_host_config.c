// SPDX-License-Identifier: GPL-2.0-only
#include "host_config.h"

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

/* The names where `component` is wanted, with spaces between; "-": it is not. The caller frees what was logged. */
static int where(const char *component, char ret_names[64], unsigned int *ret_missing,
		 char **ret_logged)
{
	struct interface_list list = { 0 };
	struct capture capture;
	bool wanted = true;
	int err;

	capture_begin(&capture, STDERR_FILENO);
	err = host_config_wanted_in(file, component, &wanted, &list, ret_missing, &problem);
	capture_end(&capture);
	strcpy(ret_names, wanted ? "" : "-");
	for (size_t i = 0; i < list.count; i++)
		strcat(strcat(ret_names, i ? " " : ""), list.names[i]);
	interface_list_free(&list);
	*ret_logged = capture.text;
	return err;
}

static void assert_wanted(const char *content, const char *component, const char *names)
{
	char found[64], *logged;
	unsigned int missing;

	parse(content);
	assert_int_equal(where(component, found, &missing, &logged), 0);
	assert_string_equal(found, names);
	assert_string_equal(logged, "");
	assert_int_equal(missing, 0);
	assert_int_equal(host_config_wants(file, component), *names != '-');
	free(logged);
}

static void sections_decide(void **state)
{
	(void)state;
	assert_wanted("{}", "xdp_filter", "-");
	assert_wanted("{}", "xdp_root", "-");
	assert_wanted("{ \"interfaces\": \"lo\" }", "xdp_filter", "-");
	assert_wanted("{ \"interfaces\": \"lo\" }", "xdp_root", "lo");
	assert_wanted("{ \"interfaces\": [] }", "xdp_root", "");
	assert_wanted("{ \"xdp_root\": {} }", "xdp_root", "");
	assert_wanted("{ \"interfaces\": \"lo\", \"xdp_root\": {} }", "xdp_root", "lo");
	assert_wanted("{ \"interfaces\": \"lo\", \"xdp_root\": { \"interfaces\": [] } }",
		      "xdp_root", "");
	assert_wanted("{ \"xdp_root\": { \"interfaces\": \"lo\" } }", "xdp_root", "lo");
	assert_wanted("{ \"interfaces\": \"lo\", \"xdp_filter\": {} }", "xdp_filter", "lo");
	assert_wanted("{ \"xdp_filter\": {} }", "xdp_filter", "");
	assert_wanted("{ \"interfaces\": \"none*\", \"xdp_filter\": { \"interfaces\": [\"lo\"] } }",
		      "xdp_filter", "lo");
	assert_wanted("{ \"interfaces\": \"lo\", \"xdp_filter\": { \"interfaces\": [] } }",
		      "xdp_filter", "");
}

static void missing_ones_are_counted(void **state)
{
	char names[64], *logged;
	unsigned int missing;

	(void)state;
	parse("{ \"interfaces\": [\"no_such0\", \"lo\", \"no_such1\"] }");
	assert_int_equal(where("xdp_root", names, &missing, &logged), 0);
	assert_string_equal(names, "lo");
	assert_int_equal(missing, 2);
	assert_non_null(strstr(logged, "no_such0: no such interface\n"));
	assert_non_null(strstr(logged, "no_such1: no such interface\n"));
	free(logged);
}

static void errors_are_told(void **state)
{
	static const struct {
		const char *content, *text;
	} rows[] = {
		{ "{ \"xdp_root\": 5 }", "conf: line 1: xdp_root: '5' is not an object {...}" },
		{ "{ \"interfaces\": 5 }",
		  "conf: line 1: interfaces: '5' is not a text in quotation marks" },
		{ "{\n\"interfaces\": \"lo\",\n\"xdp_root\": { \"interfaces\": [7] } }",
		  "conf: line 3: xdp_root.interfaces[0]: '7' is not a text in quotation marks" },
	};
	char names[64], *logged;
	unsigned int missing;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		parse(rows[i].content);
		assert_int_equal(where("xdp_root", names, &missing, &logged), -EINVAL);
		assert_string_equal(problem.text, rows[i].text);
		assert_string_equal(names, "");
		free(logged);
	}
	/* What is wrong with others is not this one's. */
	assert_wanted("{ \"interfaces\": 5, \"xdp_filter\": { \"interfaces\": \"lo\" } }",
		      "xdp_filter", "lo");
}

static void the_file_is_read(void **state)
{
	char path[] = "/tmp/test_host_config_XXXXXX";
	const char *content = "{ \"xdp_filter\": { \"interfaces\": \"lo\" } }";
	struct interface_list list = { 0 };
	int fd = mkstemp(path);
	unsigned int missing;
	bool wanted = false;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, content, strlen(content)), strlen(content));
	close(fd);
	assert_int_equal(host_config_wanted(path, "xdp_filter", &wanted, &list, &missing, &problem),
			 0);
	assert_true(wanted);
	assert_int_equal(list.count, 1);
	interface_list_free(&list);
	unlink(path);
	assert_int_equal(host_config_wanted(path, "xdp_filter", &wanted, &list, &missing, &problem),
			 -ENOENT);
	assert_non_null(strstr(problem.text, ": no such configuration file"));
}

static void the_outside_is_checked(void **state)
{
	static const char *const names[] = { "xdp_root", "xdp_filter", NULL };
	static const struct {
		const char *content;
		size_t of_known, of_any; /* errors */
		const char *first;
	} rows[] = {
		{ "{}", 0, 0, NULL },
		{ "{ \"$schema\": \"x\", \"interfaces\": [\"a*\"], \"xdp_root\": {} }", 0, 0,
		  NULL },
		{ "{ \"$schema\": 5 }", 1, 1, "$schema: '5' is not a text in quotation marks" },
		{ "{ \"interfaces\": [\"a b\"] }", 1, 1, "interfaces[0]: 'a b' does not name" },
		{ "{ \"xdp_root\": [] }", 1, 1, "xdp_root: '[...]' is not an object" },
		{ "{ \"xdp_filtr\": {} }", 1, 0,
		  "xdp_filtr: no such setting; did you mean 'xdp_filter'?" },
		{ "{ \"interface\": {} }", 1, 0,
		  "interface: no such setting; did you mean 'interfaces'?" },
		{ "{ \"z\": 5, \"y\": {} }", 2, 1, "z: " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct config_errors known, any;
		struct capture capture;

		parse(rows[i].content);
		known = any = (struct config_errors){ .file = file };
		capture_begin(&capture, STDERR_FILENO);
		(void)host_config_check(file, names, &known);
		(void)host_config_check(file, NULL, &any);
		capture_end(&capture);
		free(capture.text);
		assert_int_equal(known.count, rows[i].of_known);
		assert_int_equal(any.count, rows[i].of_any);
		if (rows[i].first && !strstr(known.first.text, rows[i].first))
			fail_msg("%s", known.first.text);
	}
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
		cmocka_unit_test(sections_decide),
		cmocka_unit_test(missing_ones_are_counted),
		cmocka_unit_test(errors_are_told),
		cmocka_unit_test(the_file_is_read),
		cmocka_unit_test(the_outside_is_checked),
	};

	return cmocka_run_group_tests(tests, NULL, close_file);
}
