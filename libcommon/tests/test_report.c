// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "report.h"

struct output {
	char *text;
	size_t size;
	FILE *stream;
};

static const struct report_column columns[] = {
	{ "slot", "Slot", 4 },
	{ "name", "Name", -8 },
	{ "id", NULL, 0 },
	{ NULL, "Note", -5 },
};

static struct report *begin(struct output *output, enum report_format format)
{
	struct report *report;

	*output = (struct output){ 0 };
	output->stream = open_memstream(&output->text, &output->size);
	assert_non_null(output->stream);
	report = report_new(format, output->stream, "xdp_test", 3);
	assert_non_null(report);
	return report;
}

static void finish(struct output *output, struct report *report, int err, const char *expected)
{
	assert_int_equal(report_finish(report), err);
	fclose(output->stream);
	assert_string_equal(output->text, expected);
	free(output->text);
}

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
	struct output output;
	struct report *report = begin(&output, REPORT_TEXT);

	(void)state;
	write_fields(report);
	finish(&output, report, 0,
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
	struct output output;
	struct report *report = begin(&output, REPORT_JSON);

	(void)state;
	write_fields(report);
	fflush(output.stream);
	assert_int_equal(output.size, 0);
	finish(&output, report, 0,
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

static void write_table(struct report *report)
{
	report_table_begin(report, "slots", columns, 4);
	report_row_begin(report);
	report_cell_number(report, 2);
	report_cell_string(report, "f\xc3\xbcr");
	report_cell_number(report, 77);
	report_cell_string(report, "");
	report_row_end(report);
	report_row_begin(report);
	report_cell_number(report, 123456);
	report_cell_none(report);
	report_cell_none(report);
	report_cell_bool(report, true);
	report_row_end(report);
	report_row_begin(report);
	report_cell_bool(report, false);
	report_cell_string(report, "overlong name");
	report_cell_string(report, NULL);
	report_cell_string(report, "x  ");
	report_row_end(report);
	report_table_end(report);
	report_string(report, "after", "After", "");
}

static void table_as_text(void **state)
{
	struct output output;
	struct report *report = begin(&output, REPORT_TEXT);

	(void)state;
	write_table(report);
	finish(&output, report, 0,
	       "Slot | Name     | Note\n"
	       "   2 | f\xc3\xbcr      |\n"
	       "123456 | -        | yes\n"
	       "  no | overlong name | x\n"
	       "After:\n");
}

static void table_as_json(void **state)
{
	struct output output;
	struct report *report = begin(&output, REPORT_JSON);

	(void)state;
	write_table(report);
	finish(&output, report, 0,
	       "{\n"
	       "  \"tool\": \"xdp_test\",\n"
	       "  \"schema_version\": 3,\n"
	       "  \"slots\": [\n"
	       "    {\n"
	       "      \"slot\": 2,\n"
	       "      \"name\": \"f\xc3\xbcr\",\n"
	       "      \"id\": 77\n"
	       "    },\n"
	       "    {\n"
	       "      \"slot\": 123456,\n"
	       "      \"name\": null,\n"
	       "      \"id\": null\n"
	       "    },\n"
	       "    {\n"
	       "      \"slot\": false,\n"
	       "      \"name\": \"overlong name\",\n"
	       "      \"id\": null\n"
	       "    }\n"
	       "  ],\n"
	       "  \"after\": \"\"\n"
	       "}\n");
}

/* Versions of json-c differ in the white space of what is empty. */
static void finish_unspaced(struct output *output, struct report *report, const char *expected)
{
	size_t length = 0;

	assert_int_equal(report_finish(report), 0);
	fclose(output->stream);
	for (const char *from = output->text; *from; from++) {
		if (*from != ' ' && *from != '\n')
			output->text[length++] = *from;
	}
	output->text[length] = '\0';
	assert_string_equal(output->text, expected);
	free(output->text);
}

static void empty_containers(void **state)
{
	struct output output;
	struct report *report = begin(&output, REPORT_JSON);

	(void)state;
	report_array_begin(report, "list");
	report_object_begin(report, NULL);
	report_object_end(report);
	report_array_begin(report, NULL);
	report_array_end(report);
	report_array_end(report);
	report_object_begin(report, "object");
	report_object_end(report);
	finish_unspaced(&output, report,
			"{\"tool\":\"xdp_test\",\"schema_version\":3,"
			"\"list\":[{},[]],\"object\":{}}");
}

static void empty_table(void **state)
{
	struct output output;
	struct report *report = begin(&output, REPORT_TEXT);

	(void)state;
	report_table_begin(report, "slots", columns, 4);
	report_table_end(report);
	finish(&output, report, 0, "Slot | Name     | Note\n");

	report = begin(&output, REPORT_JSON);
	report_table_begin(report, "slots", columns, 4);
	report_table_end(report);
	finish_unspaced(&output, report,
			"{\"tool\":\"xdp_test\",\"schema_version\":3,\"slots\":[]}");
}

static void strange_strings(void **state)
{
	struct output output;
	struct report *report = begin(&output, REPORT_JSON);

	(void)state;
	report_string(report, "a", "A", "\xff\"\\\n\x1b");
	finish(&output, report, 0,
	       "{\n  \"tool\": \"xdp_test\",\n  \"schema_version\": 3,\n"
	       "  \"a\": \"\\\\xff\\\"\\\\\\n\\u001b\"\n}\n");

	report = begin(&output, REPORT_TEXT);
	report_string(report, "a", "A", "\xff\n\x1b  ");
	report_line(report, "%s", "one\ntwo");
	report_line(report, "%s", "");
	finish(&output, report, 0, "A: \\xff\\x0a\\x1b\none\\x0atwo\n\n");
}

/* Each of these is a mistake of the program; the last one leaves things open. */
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

static void table_without_row(struct report *report)
{
	report_table_begin(report, "slots", columns, 4);
	report_cell_number(report, 1);
	report_table_end(report);
}

static void short_row(struct report *report)
{
	report_table_begin(report, "slots", columns, 4);
	report_row_begin(report);
	report_cell_number(report, 1);
	report_row_end(report);
	report_table_end(report);
}

static void long_row(struct report *report)
{
	report_table_begin(report, "slots", columns, 1);
	report_row_begin(report);
	report_cell_number(report, 1);
	report_cell_number(report, 1);
	report_row_end(report);
	report_table_end(report);
}

static void too_deep(struct report *report)
{
	for (int i = 0; i < 100; i++)
		report_object_begin(report, "deeper");
	for (int i = 0; i < 100; i++)
		report_object_end(report);
}

static void left_open(struct report *report)
{
	report_object_begin(report, "open");
}

static void mistakes_are_told(void **state)
{
	static void (*const rows[])(struct report *report) = {
		key_in_array, no_key_in_object, end_of_nothing, end_of_other, table_without_row,
		short_row,    long_row,		too_deep,	left_open,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (int format = REPORT_TEXT; format <= REPORT_JSON; format++) {
			struct output output;
			struct report *report = begin(&output, (enum report_format)format);

			rows[i](report);
			report_line(report, "not printed");
			assert_int_equal(report_finish(report), -EINVAL);
			fclose(output.stream);
			if (format == REPORT_JSON)
				assert_string_equal(output.text, "");
			free(output.text);
		}
	}
}

static void key_given_twice(void **state)
{
	struct output output;
	struct report *report = begin(&output, REPORT_JSON);

	(void)state;
	report_number(report, "a", NULL, 1);
	report_string(report, "a", NULL, "2");
	finish(&output, report, -EINVAL, "");
}

static void broken_stream(void **state)
{
	(void)state;
	for (int format = REPORT_TEXT; format <= REPORT_JSON; format++) {
		FILE *full = fopen("/dev/full", "w");
		struct report *report;

		assert_non_null(full);
		report = report_new((enum report_format)format, full, "xdp_test", 1);
		report_line(report, "text");
		assert_int_equal(report_finish(report), -EIO);
		fclose(full);
	}
}

static void no_report(void **state)
{
	(void)state;
	write_fields(NULL);
	write_table(NULL);
	assert_int_equal(report_finish(NULL), -ENOMEM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_as_text),    cmocka_unit_test(fields_as_json),
		cmocka_unit_test(table_as_text),     cmocka_unit_test(table_as_json),
		cmocka_unit_test(empty_table),	     cmocka_unit_test(empty_containers),	     cmocka_unit_test(strange_strings),
		cmocka_unit_test(mistakes_are_told), cmocka_unit_test(key_given_twice),
		cmocka_unit_test(broken_stream),     cmocka_unit_test(no_report),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
