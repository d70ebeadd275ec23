// SPDX-License-Identifier: GPL-2.0-only
#include "config_section.h"

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

/* The member "it" of a file. */
static struct config_file *file;
static struct config_errors errors;

static const struct config_value *value_of(const char *it)
{
	char content[2048];
	int length = snprintf(content, sizeof(content), "{ \"it\": %s }", it);
	struct problem problem = { 0 };

	assert_true(length > 0 && (size_t)length < sizeof(content));
	config_file_close(file);
	file = NULL;
	if (config_file_parse("conf", content, (size_t)length, &file, &problem))
		fail_msg("%s", problem.text);
	errors = (struct config_errors){ .file = file };
	return config_value_member(config_file_content(file), "it");
}

static void values_become_texts(void **state)
{
	static const struct {
		const char *it;
		bool flags;
		const char *text; /* NULL: an error */
	} rows[] = {
		{ "\"5s\"", false, "5s" }, { "5", false, "5" },
		{ "[]", false, "" },       { "[\"a\", 5, \"b,c\"]", false, "a,5,b,c" },
		{ "true", true, "on" },    { "[false, \"x\", true]", true, "off,x,on" },
		{ "true", false, NULL },   { "[\"a\", false]", false, NULL },
		{ "null", true, NULL },    { "{}", true, NULL },
		{ "[[1]]", true, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct config_value *value = value_of(rows[i].it);
		char text[CONFIG_SECTION_TEXT_SIZE];

		assert_int_equal(config_section_text(value, rows[i].flags, &errors, text),
				 rows[i].text != NULL);
		assert_int_equal(errors.count, rows[i].text ? 0 : 1);
		if (rows[i].text)
			assert_string_equal(text, rows[i].text);
	}
}

static void texts_have_an_end(void **state)
{
	char text[CONFIG_SECTION_TEXT_SIZE], it[CONFIG_SECTION_TEXT_SIZE + 16];

	(void)state;
	snprintf(it, sizeof(it), "[5, \"%0*d\"]", CONFIG_SECTION_TEXT_SIZE - 3, 0);
	assert_true(config_section_text(value_of(it), false, &errors, text));
	assert_int_equal(strlen(text), CONFIG_SECTION_TEXT_SIZE - 1);
	snprintf(it, sizeof(it), "[5, \"%0*d\"]", CONFIG_SECTION_TEXT_SIZE - 2, 0);
	assert_false(config_section_text(value_of(it), false, &errors, text));
	assert_string_equal(errors.first.text, "conf: line 1: it: is longer than 1023 bytes");
}

static void interfaces_are_added(void **state)
{
	struct interface_list list = { 0 };

	(void)state;
	assert_int_equal(config_section_interfaces(NULL, &list, &errors), 0);
	assert_int_equal(config_section_interfaces(value_of("[]"), &list, &errors), 0);
	assert_int_equal(list.count, 0);
	assert_int_equal(config_section_interfaces(value_of("\"a,b\""), &list, &errors), 0);
	assert_int_equal(config_section_interfaces(value_of("[\"c\", \"b\"]"), &list, &errors), 0);
	assert_int_equal(errors.count, 0);
	assert_int_equal(list.count, 3);
	assert_string_equal(list.names[2], "c");
	assert_int_equal(config_section_interfaces(value_of("[5, \"d\", \"x y\"]"), &list, &errors),
			 0);
	assert_int_equal(errors.count, 2);
	assert_int_equal(list.count, 4);
	interface_list_free(&list);
}

/* Notes the names; ends the reading at "end". */
static int note(void *context, const struct config_value *own, struct config_errors *note_errors)
{
	char *names = context;

	assert_ptr_equal(note_errors, &errors);
	strcat(strcat(names, own->name), ";");
	return strcmp(own->name, "end") ? 0 : -ENOMEM;
}

static void each_interface_is_read(void **state)
{
	static const struct {
		const char *it, *names;
		int err;
		size_t errors;
	} rows[] = {
		{ "{}", "", 0, 0 },
		{ "[]", "", 0, 1 },
		{ "{\"a\": {}, \"b\": {\"x\": 1}}", "a;b;", 0, 0 },
		{ "{\"a\": 5, \"b\": {}}", "b;", 0, 1 },
		{ "{\"a,b\": {}, \"x y\": {}, \"c\": {}}", "a,b;x y;c;", 0, 2 },
		{ "{\"x y\": 5}", "", 0, 2 },
		{ "{\"a\": {}, \"end\": {}, \"b\": {}}", "a;end;", -ENOMEM, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct config_value *object = value_of(rows[i].it);
		char names[64] = "";

		assert_int_equal(config_section_each(object, note, names, &errors), rows[i].err);
		assert_string_equal(names, rows[i].names);
		assert_int_equal(errors.count, rows[i].errors);
	}
	assert_int_equal(config_section_each(value_of("{\"x y\": {}}"), note, (char[64]){ 0 },
					     &errors),
			 0);
	assert_string_equal(errors.first.text,
			    "conf: line 1: it.x y: 'x y' is not an interface name");
}

/* The errors' texts, the first and those that are logged. */
static char *check_selectors(const char *it)
{
	const struct config_value *value = value_of(it);
	struct capture capture;

	errors.tell_all = true;
	capture_begin(&capture, STDERR_FILENO);
	config_section_selectors(value, &errors);
	capture_end(&capture);
	return capture.text;
}

static void selectors_are_checked(void **state)
{
	static const char *const good[] = { "\"eth0\"", "\"eth0,enp*\"", "[]",
					    "[\"bond:bond0\", \"default-route,x\"]" };
	char long_one[600];
	char *text;

	(void)state;
	config_section_selectors(NULL, &errors);
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		text = check_selectors(good[i]);
		assert_string_equal(text, "");
		assert_int_equal(errors.count, 0);
		free(text);
	}
	text = check_selectors("[\"a\", 5, \"b c\", \"d,,e:f\", {}]");
	assert_int_equal(errors.count, 5);
	assert_non_null(strstr(text, "conf: line 1: it[1]: '5' is not a text"));
	assert_non_null(strstr(text, "conf: line 1: it[2]: 'b c' does not name interfaces"));
	assert_non_null(strstr(text, "conf: line 1: it[3]: '' does not name interfaces"));
	assert_non_null(strstr(text, "conf: line 1: it[3]: 'e:f' does not name interfaces"));
	assert_non_null(strstr(text, "conf: line 1: it[4]: '{...}' is not a text"));
	free(text);
	free(check_selectors("{}"));
	assert_int_equal(errors.count, 1);
	snprintf(long_one, sizeof(long_one), "\"%0*d,eth0\"", 500, 0);
	free(check_selectors(long_one));
	assert_string_equal(errors.first.text, "conf: line 1: it: is longer than 255 bytes");
}

static void selectors_are_resolved(void **state)
{
	struct interface_list list = { 0 };
	struct problem problem = { 0 };
	unsigned int missing = 5;
	struct capture capture;
	int err;

	(void)state;
	assert_int_equal(config_section_resolve(NULL, &list, &missing, &errors, &problem), 0);
	assert_int_equal(missing, 5);
	capture_begin(&capture, STDERR_FILENO);
	err = config_section_resolve(value_of("[\"no_such1,lo\", \"none*\", \"no_such2\", \"lo\"]"),
				     &list, &missing, &errors, &problem);
	capture_end(&capture);
	assert_int_equal(err, 0);
	assert_int_equal(errors.count, 0);
	assert_int_equal(missing, 7);
	assert_int_equal(list.count, 1);
	assert_string_equal(list.names[0], "lo");
	assert_non_null(strstr(capture.text, "no_such1: no such interface"));
	assert_non_null(strstr(capture.text, "no_such2: no such interface"));
	free(capture.text);
	assert_int_equal(config_section_resolve(value_of("[\"x y\", \"lo\"]"), &list, &missing,
						&errors, &problem),
			 0);
	assert_int_equal(errors.count, 1);
	assert_int_equal(missing, 7);
	interface_list_free(&list);
}

static void unknown_names_are_told(void **state)
{
	static const char *const names[] = { "monitor", "mode", NULL };
	const struct config_value *value = value_of("{ \"monitr\": 1, \"bucket\": 2 }");

	(void)state;
	config_section_unknown(value->first, names, &errors);
	assert_string_equal(errors.first.text,
			    "conf: line 1: it.monitr: no such setting; did you mean 'monitor'?");
	errors = (struct config_errors){ .file = file };
	config_section_unknown(value->first->next, names, &errors);
	assert_string_equal(errors.first.text, "conf: line 1: it.bucket: no such setting");
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
		cmocka_unit_test(values_become_texts),    cmocka_unit_test(texts_have_an_end),
		cmocka_unit_test(interfaces_are_added),   cmocka_unit_test(each_interface_is_read),
		cmocka_unit_test(selectors_are_checked),  cmocka_unit_test(selectors_are_resolved),
		cmocka_unit_test(unknown_names_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, close_file);
}
