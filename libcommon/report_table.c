// SPDX-License-Identifier: GPL-2.0-only
#include "report_internal.h"

#include <stdlib.h>

#include "printable.h"

static void text_put_cell(struct report *report, const struct report_column *column,
			  const char *value)
{
	int title_width = (int)printable_width(column->title);
	int width = abs(column->width) > title_width ? abs(column->width) : title_width;

	if (report->line_begun)
		text_line_put(&report->line, " | ");
	report->line_begun = true;
	report_text_value(report, value, column->width < 0 ? -width : width);
}

void report_table_begin(struct report *report, const char *key, const struct report_column *columns,
			size_t column_count)
{
	if (!report_ready(report, report_takes_item(report, key)))
		return;
	report_level_begin(report, key, REPORT_TABLE);
	if (report->err)
		return;
	report->columns = columns;
	report->column_count = column_count;
	if (report->format != REPORT_TEXT)
		return;
	report->line_begun = false;
	for (size_t i = 0; i < column_count; i++) {
		if (columns[i].title)
			text_put_cell(report, &columns[i], columns[i].title);
	}
	text_line_put(&report->line, "\n");
}

void report_table_end(struct report *report)
{
	if (report_ready(report, report_is_at(report, REPORT_TABLE)))
		report->depth--;
}

void report_row_begin(struct report *report)
{
	if (!report_ready(report, report_is_at(report, REPORT_TABLE)))
		return;
	report_level_begin(report, NULL, REPORT_ROW);
	report->column = 0;
	report->line_begun = false;
}

void report_lone_row_begin(struct report *report, const char *key,
			   const struct report_column *columns, size_t column_count)
{
	if (!report_ready(report, report_takes_item(report, key)))
		return;
	report_level_begin(report, key, REPORT_ROW);
	report->columns = columns;
	report->column_count = column_count;
	report->column = 0;
	report->line_begun = false;
}

void report_row_end(struct report *report)
{
	if (!report_ready(report, report_is_at(report, REPORT_ROW) &&
					  report->column == report->column_count))
		return;
	report->depth--;
	if (report->format == REPORT_TEXT)
		text_line_put(&report->line, "\n");
}

/* Goes on to the next column and prints `text` there. Returns the key to add to the JSON with, or
 * NULL if that is not to be done. */
static const char *cell_begin(struct report *report, const char *text)
{
	const struct report_column *column;

	if (!report_ready(report, report_is_at(report, REPORT_ROW) &&
					  report->column < report->column_count))
		return NULL;
	column = &report->columns[report->column++];
	if (report->format != REPORT_TEXT)
		return column->key;
	if (column->title)
		text_put_cell(report, column, text);
	return NULL;
}

void report_cell_string(struct report *report, const char *value)
{
	const char *key = cell_begin(report, value ? value : REPORT_NOTHING);

	if (key)
		report_json_string(report, key, value);
}

void report_cell_number(struct report *report, uint64_t value)
{
	char text[REPORT_NUMBER_SIZE];
	const char *key = cell_begin(report, report_number_text(text, value));

	if (key)
		report_json_number(report, key, value);
}

void report_cell_bool(struct report *report, bool value)
{
	const char *key = cell_begin(report, report_bool_text(value));

	if (key)
		report_json_bool(report, key, value);
}

void report_cell_none(struct report *report)
{
	report_cell_string(report, NULL);
}
