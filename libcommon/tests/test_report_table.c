// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "report.h"
#include "report_output.h"

#define TITLES "Slot | Name     | Note\n"

static const struct report_column columns[] = {
	{ "slot", "Slot", 2 },
	{ "name", "Name", -8 },
	{ "id", NULL, 0 },
	{ NULL, "Note", -5 },
};

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
	struct report_output output;
	struct report *report = report_output_begin(&output, REPORT_TEXT);

	(void)state;
	write_table(report);
	report_output_finish(&output, report, 0,
			     "Slot | Name     | Note\n"
			     "   2 | f\xc3\xbcr      |\n"
			     "123456 | -        | yes\n"
			     "  no | overlong name | x\n"
			     "After:\n");
}

static void table_as_json(void **state)
{
	struct report_output output;
	struct report *report = report_output_begin(&output, REPORT_JSON);

	(void)state;
	write_table(report);
	report_output_finish(&output, report, 0,
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

static void table_as_json_line(void **state)
{
	struct report_output output;
	struct report *report = report_output_begin(&output, REPORT_JSON_LINE);

	(void)state;
	write_table(report);
	report_output_finish(
		&output, report, 0,
		"{\"tool\":\"xdp_test\",\"schema_version\":3,\"slots\":["
		"{\"slot\":2,\"name\":\"f\xc3\xbcr\",\"id\":77},"
		"{\"slot\":123456,\"name\":null,\"id\":null},"
		"{\"slot\":false,\"name\":\"overlong name\",\"id\":null}],\"after\":\"\"}\n");
}

static void empty_table(void **state)
{
	struct report_output output;
	struct report *report = report_output_begin(&output, REPORT_TEXT);

	(void)state;
	report_table_begin(report, "slots", columns, 4);
	report_table_end(report);
	report_output_finish(&output, report, 0, "Slot | Name     | Note\n");

	report = report_output_begin(&output, REPORT_JSON);
	report_table_begin(report, "slots", columns, 4);
	report_table_end(report);
	report_output_finish_unspaced(&output, report,
				      "{\"tool\":\"xdp_test\",\"schema_version\":3,\"slots\":[]}");
}

static const struct report_column nested_columns[] = {
	{ "name", "Name", -5 },
	{ "counts.pass", "Pass", 5 },
	{ "counts.drop", "Drop", 5 },
};

static void write_nested(struct report *report)
{
	report_table_begin(report, "slots", nested_columns, 3);
	report_row_begin(report);
	report_cell_string(report, "one");
	report_cell_number(report, 1);
	report_cell_number(report, 2);
	report_row_end(report);
	report_table_end(report);
	report_lone_row_begin(report, "root", nested_columns, 3);
	report_cell_string(report, "root");
	report_cell_number(report, 3);
	report_cell_none(report);
	report_row_end(report);
}

static void keys_with_dots_nest(void **state)
{
	struct report_output output;
	struct report *report = report_output_begin(&output, REPORT_JSON);

	(void)state;
	write_nested(report);
	report_number(report, "a.b", NULL, 1);
	report_output_finish_unspaced(
		&output, report,
		"{\"tool\":\"xdp_test\",\"schema_version\":3,"
		"\"slots\":[{\"name\":\"one\",\"counts\":{\"pass\":1,\"drop\":2}}],"
		"\"root\":{\"name\":\"root\",\"counts\":{\"pass\":3,\"drop\":null}},"
		"\"a.b\":1}");
}

static void lone_row_continues_the_table(void **state)
{
	struct report_output output;
	struct report *report = report_output_begin(&output, REPORT_TEXT);

	(void)state;
	write_nested(report);
	report_output_finish(&output, report, 0,
			     "Name  |  Pass |  Drop\n"
			     "one   |     1 |     2\n"
			     "root  |     3 |     -\n");
}

static void keys_with_dots_can_clash(void **state)
{
	static const struct report_column clashes[][2] = {
		{ { "a", NULL, 0 }, { "a.b", NULL, 0 } },
		{ { "a.b", NULL, 0 }, { "a.b", NULL, 0 } },
		{ { "a.b", NULL, 0 }, { "a", NULL, 0 } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(clashes) / sizeof(clashes[0]); i++) {
		struct report_output output;
		struct report *report = report_output_begin(&output, REPORT_JSON);

		report_lone_row_begin(report, "row", clashes[i], 2);
		report_cell_number(report, 1);
		report_cell_number(report, 2);
		report_row_end(report);
		report_output_finish(&output, report, -EINVAL, "");
	}
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

static void mistakes_are_told(void **state)
{
	static void (*const rows[])(struct report * report) = { table_without_row, short_row,
								long_row };

	static const char *const printed[] = { TITLES, TITLES "   1", "Slot\n   1" };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (int format = REPORT_TEXT; format <= REPORT_JSON_LINE; format++) {
			struct report_output output;
			struct report *report =
				report_output_begin(&output, (enum report_format)format);

			rows[i](report);
			report_line(report, "not printed");
			report_output_finish(&output, report, -EINVAL,
					     format == REPORT_TEXT ? printed[i] : "");
		}
	}
}

static void no_report(void **state)
{
	(void)state;
	write_table(NULL);
	write_nested(NULL);
	assert_int_equal(report_finish(NULL), -ENOMEM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_as_text),
		cmocka_unit_test(table_as_json),
		cmocka_unit_test(table_as_json_line),
		cmocka_unit_test(empty_table),
		cmocka_unit_test(keys_with_dots_nest),
		cmocka_unit_test(lone_row_continues_the_table),
		cmocka_unit_test(keys_with_dots_can_clash),
		cmocka_unit_test(mistakes_are_told),
		cmocka_unit_test(no_report),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
