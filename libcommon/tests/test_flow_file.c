// SPDX-License-Identifier: GPL-2.0-only
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

#include "capture.h"
#include "flow_file.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MILLION 1000000
#define MILLION_QUICK 20000 /* with ECBPF_TEST_QUICK */
#define BAD_LINES_TOLD 20   /* of flow_file.c */

static int read_bytes(const char *text, size_t size, struct flow_rule_list *list,
		      struct problem *problem)
{
	FILE *stream = fmemopen((void *)(uintptr_t)text, size, "r");
	int err;

	assert_non_null(stream);
	err = flow_file_read(stream, "flows", list, problem);
	fclose(stream);
	return err;
}

static int read_text(const char *text, struct flow_rule_list *list, struct problem *problem)
{
	return read_bytes(text, strlen(text), list, problem);
}

/* The rules, a line each; the caller frees it. */
static char *list_text(const struct flow_rule_list *list)
{
	char rule[FLOW_RULE_TEXT_SIZE];
	char *text;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	assert_non_null(stream);
	for (size_t i = 0; i < list->count; i++)
		fprintf(stream, "%s\n", flow_rule_text(&list->rules[i], rule));
	assert_int_equal(fclose(stream), 0);
	return text;
}

static void reads_files(void **state)
{
	static const struct {
		const char *file;
		const char *rules;
	} rows[] = {
		{ "\n", "" },
		{ "# nothing\n\n   \t\r\n  # either", "" },
		{ "10.0.0.1:1 > 10.0.0.2:2 => l2", "10.0.0.1:1 > 10.0.0.2:2 => l2\n" },
		{ "\xef\xbb\xbf"
		  "10.0.0.1:1 > 10.0.0.2:2 => l2 both\r\n\r\n"
		  "  [fd00::1]:1 > [fd00::2]:2 => *:* > *:4 # why\r\n# end\n",
		  "10.0.0.1:1 > 10.0.0.2:2 => l2 both\n"
		  "[fd00::1]:1 > [fd00::2]:2 => [fd00::1]:1 > [fd00::2]:4\n" },
		{ "10.0.0.1:1 > 10.0.0.2:2 => l2\n10.0.0.1:1 > 10.0.0.2:2 tcp => l2\n"
		  "10.0.0.2:2 > 10.0.0.1:1 => l2\n",
		  "10.0.0.1:1 > 10.0.0.2:2 => l2\n10.0.0.1:1 > 10.0.0.2:2 tcp => l2\n"
		  "10.0.0.2:2 > 10.0.0.1:1 => l2\n" },
		{ "{\"flows\": []}", "" },
		{ "\xef\xbb\xbf\n\n {\"flows\": [{\"in\": \"10.0.0.1:1 > 10.0.0.2:2\", \"out\": "
		  "\"l2\"}]}",
		  "10.0.0.1:1 > 10.0.0.2:2 => l2\n" },
		{ "// two\n{\"schema_version\": 1, \"flows\": [\n"
		  "{\"out\": \"*:* > *:4\", \"both\": true, \"in\": \"10.0.0.1:1 > 10.0.0.2:2 on "
		  "e\", \"state\": {\"packets\": 5}},\n"
		  "{\"in\": \"10.0.0.1:1 > 10.0.0.2:3\", \"out\": \"l2\", \"both\": false}]}\n",
		  "10.0.0.1:1 > 10.0.0.2:2 on e => 10.0.0.1:1 > 10.0.0.2:4 both\n"
		  "10.0.0.1:1 > 10.0.0.2:3 => l2\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct flow_rule_list list = { 0 };
		struct problem problem = { 0 };
		char *text;

		if (read_text(rows[i].file, &list, &problem) != 0)
			fail_msg("%s: %s", rows[i].file, problem.text);
		text = list_text(&list);
		assert_string_equal(text, rows[i].rules);
		free(text);
		flow_rule_list_free(&list);
	}
}

static void tells_what_is_wrong(void **state)
{
	static const struct {
		const char *file;
		const char *problem;
	} rows[] = {
		{ "hello\n", "flows: line 1: 'hello': 'hello' is no address and port" },
		{ "\n\n# x\n10.0.0.1:0 > 10.0.0.2:2 => l2\n",
		  "flows: line 4: '10.0.0.1:0 > 10.0.0.2:2 => l2': source port 0" },
		{ "\xef\xbb"
		  "10.0.0.1:1 > 10.0.0.2:2 => l2\n",
		  "flows: line 1: '\\xef\\xbb10.0.0.1:1 > 10.0.0.2:2 => l2': '\\xef\\xbb10.0.0.1:1' does "
		  "not begin" },
		{ "10.0.0.1:1 > 10.0.0.2:2 => l2\n10.0.0.1:1 > 10.0.0.2:2 on e => l2 via 10.0.0.9",
		  "flows: line 2: '10.0.0.1:1 > 10.0.0.2:2 on e => l2 via 10.0.0.9': 10.0.0.1:1 > "
		  "10.0.0.2:2 is there already: '10.0.0.1:1 > 10.0.0.2:2 => l2'" },
		{ "10.0.0.1:1 > 10.0.0.2:2 => *:* > 10.0.0.3:* both\n10.0.0.3:2 > 10.0.0.1:1 => l2",
		  "10.0.0.3:2 > 10.0.0.1:1 is there already: the way back of '10.0.0.1:1 > 10.0.0.2:2 "
		  "=> 10.0.0.1:1 > 10.0.0.3:2 both'" },
		{ "10.0.0.3:2 > 10.0.0.1:1 => l2\n10.0.0.1:1 > 10.0.0.2:2 => *:* > 10.0.0.3:* both",
		  "the way back, 10.0.0.3:2 > 10.0.0.1:1 is there already: '10.0.0.3:2 > 10.0.0.1:1 "
		  "=> l2'" },
		{ "{\"flows\": [}", "flows: line 1: " },
		{ "\n\n{\"flow\": []}", "flows: line 3: no \"flows\": [...] in it" },
		{ "\n{\"flows\":\n\n{}}", "flows: line 2: flows: '{...}' is not a list" },
		{ "{\"flows\": [1]}", "flows: line 1: flows[0]: '1' is not an object" },
		{ "{\"flows\": [{}]}", "flows[0]: no \"in\": a flow has \"in\" and \"out\"" },
		{ "{\"flows\": [{\"in\": \"10.0.0.1:1 > 10.0.0.2:2\"}]}", "flows[0]: no \"out\"" },
		{ "{\"flows\": [{\"in\": 1, \"out\": \"l2\"}]}", "flows[0].in: '1' is not a text" },
		{ "{\"flows\": [{\"in\": \"10.0.0.1:1 > 10.0.0.2:2\", \"out\": null}]}",
		  "flows[0].out: 'null' is not a text" },
		{ "{\"flows\": [{\"in\": \"10.0.0.1:1 > 10.0.0.2:2\", \"out\": \"l2\", \"both\": "
		  "\"true\"}]}",
		  "flows[0].both: 'true' is not true or false" },
		{ "{\"flows\": [{\"in\": \"10.0.0.1:1 > 10.0.0.2:2\", \"out\": \"l2\", \"boht\": "
		  "true}]}",
		  "flows[0].boht: no such setting; did you mean 'both'?" },
		{ "{\"flows\": [\n{\"in\": \"10.0.0.1:1 > 10.0.0.2:2\", \"out\": \"l2\"},\n{\"in\": "
		  "\"10.0.0.1:1 > 10.0.0.2:2\", \"out\": \"l2\"}]}",
		  "flows: line 3: flows[1]: 10.0.0.1:1 > 10.0.0.2:2 is there already: '10.0.0.1:1 > "
		  "10.0.0.2:2 => l2': '10.0.0.1:1 > 10.0.0.2:2 => l2'" },
		{ "{\"flows\": [{\"in\": \"10.0.0.1:1 > 10.0.0.2:2\", \"out\": \"l2 both\"}]}",
		  "flows[0]: 'both' where one of via, dev, mac, vlan, peer, keep-ttl may stand" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct flow_rule_list list = { 0 };
		struct problem problem = { 0 };

		assert_int_equal(read_text(rows[i].file, &list, &problem), -EINVAL);
		if (!strstr(problem.text, rows[i].problem))
			fail_msg("%s: %s", rows[i].file, problem.text);
		assert_null(strstr(problem.text, "more"));
		assert_int_equal(list.count, 0);
		flow_rule_list_free(&list);
	}
}

static void tells_odd_lines(void **state)
{
	static const char with_nul[] = "10.0.0.1:1 > 10.0.0.2:2 => l2\0 both\n";
	char line[FLOW_LINE_MAX + 2];
	struct flow_rule_list list = { 0 };
	struct problem problem = { 0 };
	char expected[300];

	(void)state;
	assert_int_equal(read_bytes(with_nul, sizeof(with_nul) - 1, &list, &problem), -EINVAL);
	assert_string_equal(problem.text,
			    "flows: line 1: '10.0.0.1:1 > 10.0.0.2:2 => l2': a NUL byte "
			    "in it: is it a text file?");

	memset(line, ' ', sizeof(line));
	memcpy(line, with_nul, strlen(with_nul));
	line[FLOW_LINE_MAX + 1] = '\0';
	assert_int_equal(read_text(line, &list, &problem), -EINVAL);
	snprintf(expected, sizeof(expected), "flows: line 1: '%.200s...': longer than 1024 bytes",
		 line);
	assert_string_equal(problem.text, expected);
	line[FLOW_LINE_MAX] = '\0';
	assert_int_equal(read_text(line, &list, &problem), 0);
	assert_int_equal(list.count, 1);
	flow_rule_list_free(&list);
}

/* All or none, and what was there stays. */
static void leaves_the_list_alone_on_failure(void **state)
{
	struct flow_rule_list list = { 0 };
	struct problem problem = { 0 };
	struct capture capture;
	char *text;
	int err;

	(void)state;
	assert_int_equal(read_text("10.0.0.1:1 > 10.0.0.2:2 => l2 both", &list, &problem), 0);
	capture_begin(&capture, STDERR_FILENO);
	err = read_text("10.0.0.1:3 > 10.0.0.2:3 => l2\n10.0.0.2:2 > 10.0.0.1:1 => l2\nx\ny\n",
			&list, &problem);
	capture_end(&capture);
	assert_int_equal(err, -EINVAL);
	assert_string_equal(
		problem.text,
		"flows: line 2: '10.0.0.2:2 > 10.0.0.1:1 => l2': 10.0.0.2:2 > 10.0.0.1:1 is "
		"there already: the way back of '10.0.0.1:1 > 10.0.0.2:2 => l2 both' (and 2 "
		"more bad lines)");
	assert_non_null(strstr(capture.text, "flows: line 3: 'x': 'x' is no address and port"));
	assert_non_null(strstr(capture.text, "flows: line 4: 'y': "));
	free(capture.text);
	/* What was taken back is free, what stayed is not. */
	assert_int_equal(read_text("10.0.0.2:2 > 10.0.0.1:1 => l2", &list, &problem), -EINVAL);
	assert_int_equal(read_text("{\"flows\": [{\"in\": \"10.0.0.1:4 > 10.0.0.2:4\", \"out\": "
				   "\"l2\"}, 1]}",
				   &list, &problem),
			 -EINVAL);
	assert_int_equal(read_text("10.0.0.1:4 > 10.0.0.2:4 => l2\n10.0.0.1:3 > 10.0.0.2:3 => l2",
				   &list, &problem),
			 0);
	text = list_text(&list);
	assert_string_equal(text, "10.0.0.1:1 > 10.0.0.2:2 => l2 both\n"
				  "10.0.0.1:4 > 10.0.0.2:4 => l2\n10.0.0.1:3 > 10.0.0.2:3 => l2\n");
	free(text);
	flow_rule_list_free(&list);
}

static size_t lines_of(const char *text)
{
	size_t lines = 0;

	for (; *text; text++)
		lines += *text == '\n';
	return lines;
}

static unsigned int million(void)
{
	return getenv("ECBPF_TEST_QUICK") ? MILLION_QUICK : MILLION;
}

/* "10.A.B.C:5000REST", each its own address. */
static char *million_lines(const char *rest)
{
	char *text;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	assert_non_null(stream);
	for (unsigned int i = 0; i < million(); i++)
		fprintf(stream, "10.%u.%u.%u:5000%s\n", i >> 16, i >> 8 & 255, i & 255, rest);
	assert_int_equal(fclose(stream), 0);
	return text;
}

static void reads_a_million_lines(void **state)
{
	char *text = million_lines(" > 192.0.2.1:53 => *:* > 192.0.2.2:* both");
	struct flow_rule_list list = { 0 };
	struct problem problem = { 0 };
	char rule[FLOW_RULE_TEXT_SIZE];

	(void)state;
	assert_int_equal(read_text(text, &list, &problem), 0);
	assert_int_equal(list.count, million());
	assert_string_equal(
		flow_rule_text(&list.rules[million() - 1], rule),
		million() == MILLION ?
			"10.15.66.63:5000 > 192.0.2.1:53 => 10.15.66.63:5000 > 192.0.2.2:53 both" :
			"10.0.78.31:5000 > 192.0.2.1:53 => 10.0.78.31:5000 > 192.0.2.2:53 both");
	/* None was forgotten while the list grew. */
	for (size_t i = 0; i < list.count; i += 997) {
		struct flow_rule known = list.rules[i];
		struct flow_rule way_back = flow_rule_reverse(&known);

		known.both = false;
		assert_int_equal(flow_rule_list_add(&list, &known, NULL), -EEXIST);
		assert_int_equal(flow_rule_list_add(&list, &way_back, NULL), -EEXIST);
	}
	free(text);
	flow_rule_list_free(&list);
}

static void tells_little_about_a_million_bad_lines(void **state)
{
	static const char *const rests[] = { " > 192.0.2.1:0 => l2",
					     "\r10.0.0.1:1 > 10.0.0.2:2 => l2" };
	char more[64];

	(void)state;
	snprintf(more, sizeof(more), " (and %u more bad lines)", million() - 1);
	for (size_t i = 0; i < COUNT(rests); i++) {
		char *text = million_lines(rests[i]);
		struct flow_rule_list list = { 0 };
		struct problem problem = { 0 };
		struct capture capture;
		int err;

		capture_begin(&capture, STDERR_FILENO);
		err = read_text(text, &list, &problem);
		capture_end(&capture);
		assert_int_equal(err, -EINVAL);
		assert_non_null(strstr(problem.text, "flows: line 1: '"));
		assert_non_null(strstr(problem.text, more));
		assert_int_equal(lines_of(capture.text), BAD_LINES_TOLD - 1);
		assert_non_null(strstr(capture.text, "flows: line 20: '"));
		assert_int_equal(list.count, 0);
		free(capture.text);
		free(text);
		flow_rule_list_free(&list);
	}
}

static void refuses_too_much_json(void **state)
{
	char *text = malloc(CONFIG_FILE_SIZE_MAX + 2);
	struct flow_rule_list list = { 0 };
	struct problem problem = { 0 };

	(void)state;
	assert_non_null(text);
	memset(text, ' ', CONFIG_FILE_SIZE_MAX + 1);
	memcpy(text, "{\"flows\": []}", strlen("{\"flows\": []}"));
	text[CONFIG_FILE_SIZE_MAX + 1] = '\0';
	assert_int_equal(read_text(text, &list, &problem), -EFBIG);
	assert_string_equal(problem.text, "flows: more than 16 MiB of JSON: give so many flows as "
					  "lines, IN => OUT");
	text[CONFIG_FILE_SIZE_MAX] = '\0';
	assert_int_equal(read_text(text, &list, &problem), 0);
	free(text);
	flow_rule_list_free(&list);
}

static void loads_files(void **state)
{
	char path[] = "/tmp/flow_file_XXXXXX";
	int fd = mkstemp(path);
	struct flow_rule_list list = { 0 };
	struct problem problem = { 0 };
	FILE *stream = fdopen(fd, "w");

	(void)state;
	assert_non_null(stream);
	fputs("10.0.0.1:1 > 10.0.0.2:2 => l2\n", stream);
	fclose(stream);
	assert_int_equal(flow_file_load(path, &list, &problem), 0);
	assert_int_equal(list.count, 1);
	assert_int_equal(flow_file_load(path, &list, &problem), -EINVAL);
	assert_ptr_equal(strstr(problem.text, path), problem.text);
	assert_non_null(freopen(path, "r", stdin));
	unlink(path);
	assert_int_equal(flow_file_load("-", &list, &problem), -EINVAL);
	assert_ptr_equal(strstr(problem.text, "standard input: line 1: "), problem.text);

	assert_int_equal(flow_file_load(path, &list, &problem), -ENOENT);
	assert_ptr_equal(strstr(problem.text, path), problem.text);
	assert_non_null(strstr(problem.text, ": cannot be opened: -ENOENT"));
	assert_int_equal(flow_file_load("/tmp", &list, &problem), -EISDIR);
	assert_non_null(strstr(problem.text, "/tmp: cannot read on behind line 0: -EISDIR"));
	assert_int_equal(list.count, 1);
	flow_rule_list_free(&list);
}

/* The way a component's section does it. */
static void takes_flows_of_a_configuration(void **state)
{
	static const char text[] =
		"{\"bypass\": {\"flows\": [{\"in\": \"10.0.0.1:1 > 10.0.0.2:2\", \"out\": \"l2\"},\n"
		"{\"in\": \"10.0.0.1:1 > 10.0.0.2:3\", \"out\": \"l3\"},\n"
		"{\"in\": \"10.0.0.1:1 > 10.0.0.2:4\", \"out\": \"l2\"}]}}";
	struct flow_rule_list list = { 0 };
	struct problem problem = { 0 };
	struct config_errors errors = { 0 };
	const struct config_value *section;
	struct config_file *file;

	(void)state;
	assert_int_equal(config_file_parse("c", text, strlen(text), &file, &problem), 0);
	errors.file = file;
	section = config_value_member(config_file_content(file), "bypass");
	flow_file_take(config_value_member(section, "flows"), &errors, &list);
	assert_int_equal(config_errors_told(&errors, &problem), -EINVAL);
	assert_string_equal(problem.text,
			    "c: line 2: bypass.flows[1]: 'l3' is no address and port: write "
			    "10.0.0.1:5000, or [fd00::1]:5000 for IPv6: '10.0.0.1:1 > 10.0.0.2:3 => "
			    "l3'");
	assert_int_equal(list.count, 2);
	config_file_close(file);
	flow_rule_list_free(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_files),
		cmocka_unit_test(tells_what_is_wrong),
		cmocka_unit_test(tells_odd_lines),
		cmocka_unit_test(leaves_the_list_alone_on_failure),
		cmocka_unit_test(reads_a_million_lines),
		cmocka_unit_test(tells_little_about_a_million_bad_lines),
		cmocka_unit_test(refuses_too_much_json),
		cmocka_unit_test(loads_files),
		cmocka_unit_test(takes_flows_of_a_configuration),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
