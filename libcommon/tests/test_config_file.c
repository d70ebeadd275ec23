// SPDX-License-Identifier: GPL-2.0-only
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
#include "config_file.h"
#include "log.h"
#include "printable.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static struct config_file *parse(const char *content)
{
	struct problem problem = { 0 };
	struct config_file *file = NULL;
	int err = config_file_parse("conf", content, strlen(content), &file, &problem);

	assert_string_equal(problem.text, "");
	assert_int_equal(err, 0);
	assert_non_null(file);
	return file;
}

static void refuse(const char *content, size_t size, int expected, const char *text)
{
	struct problem problem = { 0 };
	struct config_file *file = NULL;
	int err = config_file_parse("conf", content, size, &file, &problem);

	assert_string_equal(problem.text, text);
	assert_int_equal(err, expected);
	assert_null(file);
}

static const struct config_value *member(const struct config_value *object, const char *name)
{
	const struct config_value *found = config_value_member(object, name);

	assert_non_null(found);
	assert_string_equal(found->name, name);
	assert_ptr_equal(found->parent, object);
	return found;
}

static void expect(const struct config_value *value, enum config_kind kind, unsigned int line,
		   const char *text)
{
	assert_non_null(value);
	assert_int_equal(value->kind, kind);
	assert_int_equal(value->line, line);
	assert_string_equal(value->text, text);
}

static void understands_values(void **state)
{
	struct config_file *file = parse("// a host\n"
					 "{\n"
					 "\t\"no\": null, \"yes\": true, \"off\": false,\r\n"
					 "\t\"number\" :\n\n 12, /* a\n comment // **/\n"
					 "\t\"list\": [ 1, // one \"\n \"two\", [], {} ],\n"
					 "\t\"inner\": {\"a\": {\"b\": -1.50e+3}} // end\n"
					 "}/**/ //");
	const struct config_value *content = config_file_content(file);
	const struct config_value *item;

	(void)state;
	expect(content, CONFIG_OBJECT, 2, "{...}");
	assert_null(content->parent);
	assert_null(content->name);
	expect(member(content, "no"), CONFIG_NULL, 3, "null");
	expect(member(content, "yes"), CONFIG_BOOL, 3, "true");
	expect(member(content, "off"), CONFIG_BOOL, 3, "false");
	expect(member(content, "number"), CONFIG_NUMBER, 4, "12");
	item = member(content, "list");
	expect(item, CONFIG_ARRAY, 8, "[...]");
	expect(item->first, CONFIG_NUMBER, 8, "1");
	assert_null(item->first->name);
	assert_ptr_equal(item->first->parent, item);
	item = item->first->next;
	expect(item, CONFIG_TEXT, 9, "two");
	item = item->next;
	expect(item, CONFIG_ARRAY, 9, "[...]");
	assert_null(item->first);
	item = item->next;
	expect(item, CONFIG_OBJECT, 9, "{...}");
	assert_null(item->first);
	assert_null(item->next);
	item = member(member(member(content, "inner"), "a"), "b");
	expect(item, CONFIG_NUMBER, 10, "-1.50e+3");
	assert_null(config_value_member(content, "a"));
	config_file_close(file);
	config_file_close(parse("{}"));
}

static void decodes_texts(void **state)
{
	static const struct {
		const char *written;
		const char *text;
	} rows[] = {
		{ "", "" },
		{ "/etc/x", "/etc/x" },
		{ "// no /* comment */", "// no /* comment */" },
		{ "\\\"\\\\\\/\\b\\f\\n\\r\\t", "\"\\/\b\f\n\r\t" },
		{ "\\u0041\\u00e9\\u20AC\\ud83d\\ude00", "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80" },
		{ "\xc3\xa9\x7f", "\xc3\xa9\x7f" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct config_file *file;
		char content[128];

		snprintf(content, sizeof(content), "{\"%s\": \"%s\"}", rows[i].written,
			 rows[i].written);
		file = parse(content);
		expect(member(config_file_content(file), rows[i].text), CONFIG_TEXT, 1,
		       rows[i].text);
		config_file_close(file);
	}
}

static void tells_what_is_no_json(void **state)
{
#define VALUE "a value (a text in quotation marks, a number, true, false) expected, not "
	static const struct {
		const char *content;
		const char *problem;
	} rows[] = {
		{ "", "line 1: '{' expected, not the end of the file" },
		{ "\n\n", "line 3: '{' expected, not the end of the file" },
		{ "[]", "line 1: '{' expected, not '['" },
		{ "\xef\xbb\xbf{}", "line 1: '{' expected, not '\xef\xbb\xbf'" },
		{ "{", "line 1: a name in quotation marks expected, not the end of the file" },
		{ "{}\n{}", "line 2: the end of the file expected, not '{'" },
		{ "{},", "line 1: the end of the file expected, not ','" },
		{ "{\n'a': 1}", "line 2: a name in quotation marks expected, not '''" },
		{ "{a: 1}", "line 1: a name in quotation marks expected, not 'a'" },
		{ "{\"a\": 1,}", "line 1: a name in quotation marks expected, not '}'" },
		{ "{\"a\" 1}", "line 1: ':' behind a name expected, not '1'" },
		{ "{\"a\": 1 \"b\": 2}", "line 1: ',' or '}' expected, not '\"'" },
		{ "{\"a\": 1]", "line 1: ',' or '}' expected, not ']'" },
		{ "{\"a\": [1 2]}", "line 1: ',' or ']' expected, not '2'" },
		{ "{\"a\": [1}", "line 1: ',' or ']' expected, not '}'" },
		{ "{\"a\": [1,]}", "line 1: " VALUE "']'" },
		{ "{\"a\": }", "line 1: " VALUE "'}'" },
		{ "{\"a\":\n", "line 2: " VALUE "the end of the file" },
		{ "{\"a\": yes}", "line 1: " VALUE "'yes'" },
		{ "{\"a\": True}", "line 1: " VALUE "'True'" },
		{ "{\"a\": truer}", "line 1: " VALUE "'truer'" },
		{ "{\"a\": tru}", "line 1: " VALUE "'tru'" },
		{ "{\"a\": NaN}", "line 1: " VALUE "'NaN'" },
		{ "{\"a\": +1}", "line 1: " VALUE "'+1'" },
		{ "{\"a\": .5}", "line 1: " VALUE "'.5'" },
		{ "{\"a\": \xc3\xa9t\xc3\xa9}", "line 1: " VALUE "'\xc3\xa9'" },
		{ "{\"a\": 01}", "line 1: '01' is not a number" },
		{ "{\"a\": -}", "line 1: '-' is not a number" },
		{ "{\"a\": 1.}", "line 1: '1.' is not a number" },
		{ "{\"a\": 1e}", "line 1: '1e' is not a number" },
		{ "{\"a\": 1e+}", "line 1: '1e+' is not a number" },
		{ "{\"a\": 0x10}", "line 1: '0x10' is not a number" },
		{ "{\"a\": 10ms}", "line 1: '10ms' is not a number" },
		{ "{\"a\": 192.0.2.1}", "line 1: '192.0.2.1' is not a number" },
		{ "{\"a\": 1 # one\n}", "line 1: ',' or '}' expected, not '#'" },
		{ "{\n/* a\n*", "line 2: the comment that begins here does not end" },
		{ "{/*/}", "line 1: the comment that begins here does not end" },
		{ "{\"a\": /x}", "line 1: " VALUE "'/'" },
		{ "{\n\"a\": \"b\n\"}",
		  "line 2: the text that begins here has no '\"' at its end" },
		{ "{\"a", "line 1: the text that begins here has no '\"' at its end" },
		{ "{\"a\\", "line 1: the text that begins here has no '\"' at its end" },
		{ "{\"a\": \"\\\"}", "line 1: the text that begins here has no '\"' at its end" },
		{ "{\"a\": \"\t\"}", "line 1: a control character in a text; write it as \\u0009" },
		{ "{\"a\": \"\\x41\"}",
		  "line 1: a text with an escape that JSON does not have: \"\\x41\"" },
		{ "{\"a\": \"\\u00g0\"}",
		  "line 1: a text with an escape that JSON does not have: \"\\u00g0\"" },
		{ "{\"a\": \"b\\u0000c\"}", "line 1: a text with a NUL byte (\\u0000) in it" },
		{ "{\"a\": 1,\n\n\"a\": 2}", "line 3: given twice, first in line 1: 'a'" },
		{ "{\"x\": {\"a\": 1, \"b\": 2, \"\\u0061\": 1}}",
		  "line 1: given twice, first in line 1: 'a'" },
		{ "{\"a\": \"\n", "line 1: the text that begins here has no '\"' at its end" },
		{ "{\"a\": \"\xe9\"}", "line 1: not UTF-8: byte 0xe9" },
		{ "{}\n//\xc0\xaf", "line 2: not UTF-8: byte 0xc0" },
	};
#undef VALUE

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char expected[256];

		snprintf(expected, sizeof(expected), "conf: %s", rows[i].problem);
		refuse(rows[i].content, strlen(rows[i].content), -EINVAL, expected);
	}
	refuse("{}\n\0", 4, -EINVAL, "conf: line 2: a NUL byte");
	refuse("{\"a\0\": 1}", 9, -EINVAL, "conf: line 1: a NUL byte");
}

/* Every file that is cut off is refused; memory checkers watch the ends. */
static void refuses_every_beginning(void **state)
{
	static const char whole[] =
		"{\"a\": [1, -2.5e3, \"b\\n\xc3\xa9\\u00e9\", {\"c\": null}], /* */ \"d\": true}";

	(void)state;
	config_file_close(parse(whole));
	for (size_t size = 0; size < strlen(whole); size++) {
		struct problem problem = { 0 };
		struct config_file *file = NULL;
		char *content = malloc(size ? size : 1);

		assert_non_null(content);
		memcpy(content, whole, size);
		assert_int_equal(config_file_parse("conf", content, size, &file, &problem),
				 -EINVAL);
		assert_memory_equal(problem.text, "conf: line 1: ", 14);
		assert_null(file);
		free(content);
	}
}

/* An object with `depth` - 1 lists inside of each other. */
static char *nested(size_t depth)
{
	char *content = calloc(1, 2 * depth + 8);

	assert_non_null(content);
	strcpy(content, "{\"a\":");
	memset(content + 5, '[', depth - 1);
	memset(content + strlen(content), ']', depth - 1);
	strcat(content, "}");
	return content;
}

static void keeps_limits(void **state)
{
	char *content = nested(CONFIG_FILE_DEPTH_MAX);

	(void)state;
	config_file_close(parse(content));
	free(content);
	content = nested(CONFIG_FILE_DEPTH_MAX + 1);
	refuse(content, strlen(content), -EINVAL,
	       "conf: line 1: more than 32 objects and lists inside of each other");
	free(content);

	content = malloc(CONFIG_FILE_SIZE_MAX + 1);
	assert_non_null(content);
	memset(content, ' ', CONFIG_FILE_SIZE_MAX + 1);
	memcpy(content, "{}", 2);
	refuse(content, CONFIG_FILE_SIZE_MAX + 1, -EFBIG,
	       "conf: more than 16 MiB: is that a configuration file?");
	content[CONFIG_FILE_SIZE_MAX] = '\0';
	config_file_close(parse(content));
	free(content);
}

static void keeps_many_names(void **state)
{
	size_t size = 100000 * sizeof("\"name99999\":1,");
	char *content = malloc(size);
	size_t length = 1;

	(void)state;
	assert_non_null(content);
	content[0] = '{';
	for (int i = 0; i < 100000; i++)
		length += (size_t)sprintf(content + length, "\"name%d\":1,", i);
	content[length - 1] = '}';
	config_file_close(parse(content));
	strcpy(content + length - 1, ",\n\"name77\":1}");
	refuse(content, strlen(content), -EINVAL,
	       "conf: line 2: given twice, first in line 1: 'name77'");
	free(content);
}

/* A long name from a stranger is cut between characters. */
static void cuts_long_texts(void **state)
{
	(void)state;
	for (size_t before = 0; before < 3; before++) {
		struct problem problem = { 0 };
		struct config_file *file = NULL;
		char name[1600] = "";
		char content[3300];
		char *printable;

		memset(name, 'x', before);
		for (int i = 0; i < 500; i++)
			strcat(name, "\xe2\x82\xac");
		snprintf(content, sizeof(content), "{\"%s\":1,\"%s\":1}", name, name);
		assert_int_equal(config_file_parse("conf", content, strlen(content), &file,
						   &problem),
				 -EINVAL);
		printable = printable_copy(problem.text, PRINTABLE_FOR_TERMINAL);
		assert_string_equal(printable, problem.text);
		assert_non_null(strstr(problem.text, "first in line 1: '"));
		free(printable);
	}
}

static void open_refused(const char *path, int expected, const char *text)
{
	struct problem problem = { 0 };
	struct config_file *file = NULL;

	assert_int_equal(config_file_open(path, &file, &problem), expected);
	assert_string_equal(problem.text, text);
	assert_null(file);
}

static void opens_files(void **state)
{
	char directory[] = "/tmp/config_file_XXXXXX";
	struct problem problem = { 0 };
	struct config_file *file = NULL;
	char path[64];
	char text[128];
	FILE *stream;

	(void)state;
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/ecbpf.json", directory);
	open_refused(path, -ENOENT, "");
	snprintf(text, sizeof(text), "read %s: -EISDIR (Is a directory)", directory);
	open_refused(directory, -EISDIR, text);

	stream = fopen(path, "w");
	assert_non_null(stream);
	assert_true(fputs("{\n\"a\": 1\n", stream) >= 0);
	assert_int_equal(fclose(stream), 0);
	snprintf(text, sizeof(text), "%s: line 3: ',' or '}' expected, not the end of the file",
		 path);
	open_refused(path, -EINVAL, text);
	snprintf(text, sizeof(text), "%s/x", path);
	snprintf(problem.text, sizeof(problem.text), "open %s: -ENOTDIR (Not a directory)", text);
	open_refused(text, -ENOTDIR, problem.text);
	problem.text[0] = '\0';

	stream = fopen(path, "a");
	assert_non_null(stream);
	assert_true(fputs("}", stream) >= 0);
	assert_int_equal(fclose(stream), 0);
	assert_int_equal(config_file_open(path, &file, &problem), 0);
	expect(member(config_file_content(file), "a"), CONFIG_NUMBER, 2, "1");
	config_file_close(file);

	assert_int_equal(truncate(path, CONFIG_FILE_SIZE_MAX + 1), 0);
	snprintf(text, sizeof(text), "%s: more than 16 MiB: is that a configuration file?", path);
	open_refused(path, -EFBIG, text);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(directory), 0);
	config_file_close(NULL);
}

static void joins_paths(void **state)
{
	static const struct {
		const char *file;
		const char *path;
		const char *joined;
	} rows[] = {
		{ "/etc/ecbpf/ecbpf.json", "/srv/x.list", "/srv/x.list" },
		{ "/etc/ecbpf/ecbpf.json", "x.list", "/etc/ecbpf/x.list" },
		{ "/etc/ecbpf/ecbpf.json", "../x.list", "/etc/ecbpf/../x.list" },
		{ "/ecbpf.json", "x.list", "/x.list" },
		{ "etc/ecbpf.json", "a/x.list", "etc/a/x.list" },
		{ "ecbpf.json", "x.list", "./x.list" },
		{ "ecbpf.json", "-", "./-" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct problem problem = { 0 };
		struct config_file *file = NULL;
		char *joined;

		assert_int_equal(config_file_parse(rows[i].file, "{}", 2, &file, &problem), 0);
		joined = config_file_path(file, rows[i].path);
		assert_string_equal(joined, rows[i].joined);
		free(joined);
		config_file_close(file);
	}
}

static void takes_whole_numbers_only(void **state)
{
	static const struct {
		const char *value;
		const char *problem;
	} rows[] = {
		{ "0", "" },
		{ "18446744073709551615", "" },
		{ "18446744073709551616", "'18446744073709551616' is not a whole number from 0 to "
					  "18446744073709551615" },
		{ "1.5", "'1.5' is not a whole number from 0 to 18446744073709551615" },
		{ "1.0", "'1.0' is not a whole number from 0 to 18446744073709551615" },
		{ "1e3", "'1e3' is not a whole number from 0 to 18446744073709551615" },
		{ "-1", "'-1' is not a whole number from 0 to 18446744073709551615" },
		{ "-0", "'-0' is not a whole number from 0 to 18446744073709551615" },
		{ "\"7\"", "'7' is not a number" },
		{ "true", "'true' is not a number" },
		{ "null", "'null' is not a number" },
		{ "[1]", "'[...]' is not a number" },
		{ "{}", "'{...}' is not a number" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct config_errors errors = { 0 };
		struct problem problem = { 0 };
		bool fails = *rows[i].problem;
		uint64_t number = 99;
		char text[128];

		snprintf(text, sizeof(text), "{\"a\":\n{\"b\": [%s]}}", rows[i].value);
		errors.file = parse(text);
		assert_int_equal(config_value_number(config_file_content(errors.file)
							     ->first->first->first,
						     &errors, &number),
				 !fails);
		assert_int_equal(errors.count, fails);
		assert_int_equal(config_errors_told(&errors, &problem), fails ? -EINVAL : 0);
		snprintf(text, sizeof(text), "conf: line 2: a.b[0]: %s", rows[i].problem);
		assert_string_equal(problem.text, fails ? text : "");
		if (fails)
			assert_int_equal(number, 99);
		config_file_close((struct config_file *)errors.file);
	}
}

static void names_the_kind(void **state)
{
	static const char *const texts[] = {
		[CONFIG_NULL] = "null",          [CONFIG_BOOL] = "true or false",
		[CONFIG_NUMBER] = "a number",    [CONFIG_TEXT] = "a text in quotation marks",
		[CONFIG_ARRAY] = "a list [...]", [CONFIG_OBJECT] = "an object {...}",
	};
	struct config_file *file = parse("{\"a\": [null, true, 1, \"x\", [], {}]}");
	const struct config_value *item = config_file_content(file)->first->first;

	(void)state;
	for (int own = CONFIG_NULL; own <= CONFIG_OBJECT; own++, item = item->next) {
		for (int kind = CONFIG_NULL; kind <= CONFIG_OBJECT; kind++) {
			struct config_errors errors = { .file = file };
			char text[128];

			assert_int_equal(config_value_is(item, (enum config_kind)kind, &errors),
					 own == kind);
			assert_int_equal(errors.count, own != kind);
			snprintf(text, sizeof(text), "conf: line 1: a[%d]: '%s' is not %s", own,
				 item->text, texts[kind]);
			assert_string_equal(errors.first.text, own == kind ? "" : text);
		}
	}
	assert_null(item);
	config_file_close(file);
}

static void collects_errors(void **state)
{
	struct config_file *file = parse("{\"a\": 1,\n\"b\": {\"c\": 2}}");
	const struct config_value *content = config_file_content(file);
	struct config_errors errors = { .file = file };
	struct capture capture;
	struct problem problem = { 0 };
	size_t lines = 0;

	(void)state;
	log_open("tool", false);
	capture_begin(&capture, STDERR_FILENO);
	config_errors_add(&errors, content, "%s", "outside");
	config_errors_add(&errors, member(content, "a"), "is %d", 7);
	config_errors_add(&errors, member(member(content, "b"), "c"), "two\nlines");
	capture_end(&capture);
	assert_string_equal(capture.text, "tool: conf: line 1: a: is 7\n"
					  "tool: conf: line 2: b.c: two; lines\n");
	free(capture.text);
	assert_int_equal(config_errors_told(&errors, &problem), -EINVAL);
	assert_string_equal(problem.text, "conf: line 1: outside (and 2 more)");

	capture_begin(&capture, STDERR_FILENO);
	for (int i = 0; i < 997; i++)
		config_errors_add(&errors, content, "again");
	capture_end(&capture);
	for (const char *end = strchr(capture.text, '\n'); end; end = strchr(end + 1, '\n'))
		lines++;
	free(capture.text);
	assert_int_equal(lines, 17);
	assert_int_equal(config_errors_told(&errors, &problem), -EINVAL);
	assert_string_equal(problem.text, "conf: line 1: outside (and 999 more)");
	config_file_close(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(understands_values),    cmocka_unit_test(decodes_texts),
		cmocka_unit_test(tells_what_is_no_json), cmocka_unit_test(refuses_every_beginning),
		cmocka_unit_test(keeps_limits),          cmocka_unit_test(keeps_many_names),
		cmocka_unit_test(cuts_long_texts),       cmocka_unit_test(opens_files),
		cmocka_unit_test(joins_paths),           cmocka_unit_test(takes_whole_numbers_only),
		cmocka_unit_test(names_the_kind),        cmocka_unit_test(collects_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
