// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#include "report.h"
#include "report_output.h"

static void write_fields(struct report *report)
{
	report_line(report, "Interface %s", "eth0");
	report_object_begin(report, "interface");
	report_string(report, "name", "Name", "eth0");
	report_number(report, "largest", "Largest", UINT64_MAX);
	report_bool(report, "up", "Up", true);
	report_bool(report, "native", "Native", false);
	report_null(report, "problem");
	report_string(report, "pin", "Pin", NULL);
	report_string(report, "hidden", NULL, "in JSON only");
	report_object_end(report);
	report_array_begin(report, "list");
	report_string(report, NULL, "Item", "a/b");
	report_number(report, NULL, NULL, 0);
	report_null(report, NULL);
	report_array_end(report);
}

static void fields_as_text(void **state)
{
	struct report_output output;
	struct report *report = report_output_begin(&output, REPORT_TEXT);

	(void)state;
	write_fields(report);
	report_output_finish(&output, report, 0,
			     "Interface eth0\n"
			     "Name: eth0\n"
			     "Largest: 18446744073709551615\n"
			     "Up: yes\n"
			     "Native: no\n"
			     "Pin: -\n"
			     "Item: a/b\n");
}

static void fields_as_json(void **state)
{
	struct report_output output;
	struct report *report = report_output_begin(&output, REPORT_JSON);

	(void)state;
	write_fields(report);
	fflush(output.stream);
	assert_int_equal(output.size, 0);
	report_output_finish(&output, report, 0,
			     "{\n"
			     "  \"tool\": \"xdp_test\",\n"
			     "  \"schema_version\": 3,\n"
			     "  \"interface\": {\n"
			     "    \"name\": \"eth0\",\n"
			     "    \"largest\": 18446744073709551615,\n"
			     "    \"up\": true,\n"
			     "    \"native\": false,\n"
			     "    \"problem\": null,\n"
			     "    \"pin\": null,\n"
			     "    \"hidden\": \"in JSON only\"\n"
			     "  },\n"
			     "  \"list\": [\n"
			     "    \"a/b\",\n"
			     "    0,\n"
			     "    null\n"
			     "  ]\n"
			     "}\n");
}

static void fields_as_json_line(void **state)
{
	struct report_output output;
	struct report *report = report_output_begin(&output, REPORT_JSON_LINE);

	(void)state;
	write_fields(report);
	fflush(output.stream);
	assert_int_equal(output.size, 0);
	report_output_finish(&output, report, 0,
			     "{\"tool\":\"xdp_test\",\"schema_version\":3,"
			     "\"interface\":{\"name\":\"eth0\",\"largest\":18446744073709551615,"
			     "\"up\":true,\"native\":false,\"problem\":null,\"pin\":null,"
			     "\"hidden\":\"in JSON only\"},"
			     "\"list\":[\"a/b\",0,null]}\n");
}

static void json_line_is_one_line(void **state)
{
	struct report_output output;
	struct report *report = report_output_begin(&output, REPORT_JSON_LINE);

	(void)state;
	report_string(report, "a", NULL, "\xff\"\\\n\r\x1b");
	report_line(report, "%s", "for readers of text");
	report_array_begin(report, "empty");
	report_array_end(report);
	report_object_begin(report, "nothing");
	report_object_end(report);
	report_output_finish(&output, report, 0,
			     "{\"tool\":\"xdp_test\",\"schema_version\":3,"
			     "\"a\":\"\\\\xff\\\"\\\\\\n\\r\\u001b\","
			     "\"empty\":[],\"nothing\":{}}\n");
}

/* What is on a stream of lines after one that could not be written. */
static void lines_one_after_the_other(void **state)
{
	struct report_output output;
	struct report *report = report_output_begin(&output, REPORT_JSON_LINE);

	(void)state;
	report_number(report, "a", NULL, 1);
	assert_int_equal(report_finish(report), 0);
	report = report_new(REPORT_JSON_LINE, output.stream, "xdp_test", 3);
	report_object_begin(report, "open");
	assert_int_equal(report_finish(report), -EINVAL);
	report = report_new(REPORT_JSON_LINE, output.stream, "xdp_test", 3);
	report_output_finish(&output, report, 0,
			     "{\"tool\":\"xdp_test\",\"schema_version\":3,\"a\":1}\n"
			     "{\"tool\":\"xdp_test\",\"schema_version\":3}\n");
}

static void empty_containers(void **state)
{
	struct report_output output;
	struct report *report = report_output_begin(&output, REPORT_JSON);

	(void)state;
	report_array_begin(report, "list");
	report_object_begin(report, NULL);
	report_object_end(report);
	report_array_begin(report, NULL);
	report_array_end(report);
	report_array_end(report);
	report_object_begin(report, "object");
	report_object_end(report);
	report_output_finish_unspaced(&output, report,
				      "{\"tool\":\"xdp_test\",\"schema_version\":3,"
				      "\"list\":[{},[]],\"object\":{}}");
}

static void strange_strings(void **state)
{
	struct report_output output;
	struct report *report = report_output_begin(&output, REPORT_JSON);

	(void)state;
	report_string(report, "a", "A", "\xff\"\\\n\x1b");
	report_output_finish(&output, report, 0,
			     "{\n  \"tool\": \"xdp_test\",\n  \"schema_version\": 3,\n"
			     "  \"a\": \"\\\\xff\\\"\\\\\\n\\u001b\"\n}\n");

	report = report_output_begin(&output, REPORT_TEXT);
	report_string(report, "a", "A", "\xff\n\x1b  ");
	report_line(report, "%s", "one\ntwo");
	report_line(report, "%s", "");
	report_output_finish(&output, report, 0, "A: \\xff\\x0a\\x1b\none\\x0atwo\n\n");
}

/* Each of these is a mistake of the program. */
static void key_in_array(struct report *report)
{
	report_array_begin(report, "list");
	report_number(report, "key", "Label", 1);
	report_array_end(report);
}

static void no_key_in_object(struct report *report)
{
	report_number(report, NULL, "Label", 1);
}

static void end_of_nothing(struct report *report)
{
	report_object_end(report);
}

static void end_of_other(struct report *report)
{
	report_array_begin(report, "list");
	report_object_end(report);
	report_array_end(report);
}

static void too_deep(struct report *report)
{
	for (int i = 0; i < 100; i++)
		report_object_begin(report, "deeper");
	for (int i = 0; i < 100; i++)
		report_object_end(report);
}

static void mistakes_are_told(void **state)
{
	static void (*const rows[])(struct report * report) = { key_in_array, no_key_in_object,
								end_of_nothing, end_of_other,
								too_deep };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (int format = REPORT_TEXT; format <= REPORT_JSON_LINE; format++) {
			struct report_output output;
			struct report *report =
				report_output_begin(&output, (enum report_format)format);

			rows[i](report);
			report_line(report, "not printed");
			report_output_finish(&output, report, -EINVAL, "");
		}
	}
}

static void left_open(void **state)
{
	struct report_output output;
	struct report *report = report_output_begin(&output, REPORT_JSON);

	(void)state;
	report_object_begin(report, "open");
	report_output_finish(&output, report, -EINVAL, "");
}

static void key_given_twice(void **state)
{
	struct report_output output;
	struct report *report = report_output_begin(&output, REPORT_JSON);

	(void)state;
	report_number(report, "a", NULL, 1);
	report_string(report, "a", NULL, "2");
	report_output_finish(&output, report, -EINVAL, "");
}

static void broken_stream(void **state)
{
	(void)state;
	for (int format = REPORT_TEXT; format <= REPORT_JSON_LINE; format++) {
		FILE *full = fopen("/dev/full", "w");
		struct report *report;

		assert_non_null(full);
		report = report_new((enum report_format)format, full, "xdp_test", 1);
		report_line(report, "text");
		assert_int_equal(report_finish(report), -EIO);
		fclose(full);
	}
}

static void error_is_not_forgotten(void **state)
{
	FILE *full = fopen("/dev/full", "w");
	struct report *report;

	(void)state;
	assert_non_null(full);
	/* Nothing is left to be flushed, so that the flush succeeds. */
	setvbuf(full, NULL, _IONBF, 0);
	report = report_new(REPORT_TEXT, full, "xdp_test", 1);
	report_line(report, "text");
	assert_int_equal(report_finish(report), -EIO);
	fclose(full);
}

static void no_report(void **state)
{
	(void)state;
	write_fields(NULL);
	assert_int_equal(report_finish(NULL), -ENOMEM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_as_text),
		cmocka_unit_test(fields_as_json),
		cmocka_unit_test(fields_as_json_line),
		cmocka_unit_test(json_line_is_one_line),
		cmocka_unit_test(lines_one_after_the_other),
		cmocka_unit_test(empty_containers),
		cmocka_unit_test(strange_strings),
		cmocka_unit_test(mistakes_are_told),
		cmocka_unit_test(left_open),
		cmocka_unit_test(key_given_twice),
		cmocka_unit_test(broken_stream),
		cmocka_unit_test(error_is_not_forgotten),
		cmocka_unit_test(no_report),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
