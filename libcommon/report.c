// SPDX-License-Identifier: GPL-2.0-only
#include "report.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "printable.h"
#include "text_line.h"

#define DEPTH_MAX 16
#define NUMBER_SIZE sizeof("18446744073709551615")
#define NOTHING "-"

enum place { PLACE_OBJECT, PLACE_ARRAY, PLACE_TABLE, PLACE_ROW };

struct level {
	enum place place;
	json_object *json; /* borrowed from the level below; NULL for text */
};

struct report {
	enum report_format format;
	struct text_line line;
	int err; /* the first thing that went wrong; what follows is ignored */
	struct level levels[DEPTH_MAX];
	size_t depth;
	const struct report_column *columns;
	size_t column_count;
	size_t column;   /* the next cell's */
	bool line_begun; /* the row has text already: the next cell needs a separator */
};

static void fail(struct report *report, int err)
{
	if (!report->err)
		report->err = err;
}

/* False when there is nothing left to do; a call in the wrong place is an error of its own. */
static bool ready(struct report *report, bool right_place)
{
	if (!report || report->err)
		return false;
	if (!right_place)
		fail(report, -EINVAL);
	return right_place;
}

static bool is_at(const struct report *report, enum place place)
{
	return report && report->levels[report->depth].place == place;
}

static const char *number_text(char text[NUMBER_SIZE], uint64_t value)
{
	snprintf(text, NUMBER_SIZE, "%" PRIu64, value);
	return text;
}

static const char *bool_text(bool value)
{
	return value ? "yes" : "no";
}

/* Where a field, an object, an array or a table may stand. */
static bool takes_item(const struct report *report, const char *key)
{
	return key ? is_at(report, PLACE_OBJECT) : is_at(report, PLACE_ARRAY);
}

/* The object that a value goes into. In a row, "statistics.drop" is the member "drop" of the member
 * "statistics", made when it is first needed; *key is then what is behind the dot. */
static json_object *parent_of(struct report *report, const char **key)
{
	json_object *row = report->levels[report->depth].json, *nested = NULL;
	const char *dot = *key && is_at(report, PLACE_ROW) ? strchr(*key, '.') : NULL;
	char name[64];

	if (!dot)
		return row;
	snprintf(name, sizeof(name), "%.*s", (int)(dot - *key), *key);
	*key = dot + 1;
	if (json_object_object_get_ex(row, name, &nested))
		return nested;
	nested = json_object_new_object();
	if (nested && json_object_object_add(row, name, nested) == 0)
		return nested;
	json_object_put(nested);
	return NULL;
}

/* Takes over `value`; NULL is JSON's null. */
static void json_add(struct report *report, const char *key, json_object *value)
{
	json_object *parent = parent_of(report, &key);
	int err;

	if (!parent) {
		json_object_put(value);
		fail(report, -ENOMEM);
		return;
	}

	if (!key) {
		err = json_object_array_add(parent, value);
	} else if (json_object_object_get_ex(parent, key, NULL)) {
		/* json-c would replace the first value, and nobody would know. */
		json_object_put(value);
		fail(report, -EINVAL);
		return;
	} else {
		err = json_object_object_add(parent, key, value);
	}
	if (err < 0) {
		json_object_put(value);
		fail(report, -ENOMEM);
	}
}

/* The same where NULL means that there was no memory for the value. */
static void json_add_value(struct report *report, const char *key, json_object *value)
{
	if (value)
		json_add(report, key, value);
	else
		fail(report, -ENOMEM);
}

static void json_add_string(struct report *report, const char *key, const char *value)
{
	char *printable;

	if (!value) {
		json_add(report, key, NULL);
		return;
	}
	printable = printable_copy(value, PRINTABLE_FOR_JSON);
	json_add_value(report, key, printable ? json_object_new_string(printable) : NULL);
	free(printable);
}

static void text_put_value(struct report *report, const char *value, int width)
{
	if (text_line_put_value(&report->line, value, width) < 0)
		fail(report, -ENOMEM);
}

static void text_put_field(struct report *report, const char *label, const char *value)
{
	if (!label)
		return;
	text_line_put(&report->line, label);
	text_line_put(&report->line, ": ");
	text_put_value(report, value, 0);
	text_line_put(&report->line, "\n");
}

static void level_begin(struct report *report, const char *key, enum place place)
{
	struct level level = { .place = place };

	if (report->depth + 1 == DEPTH_MAX) {
		fail(report, -EINVAL);
		return;
	}
	if (report->format == REPORT_JSON) {
		level.json = place == PLACE_ARRAY || place == PLACE_TABLE
				     ? json_object_new_array()
				     : json_object_new_object();
		json_add_value(report, key, level.json);
		if (report->err)
			return;
	}
	report->levels[++report->depth] = level;
}

struct report *report_new(enum report_format format, FILE *stream, const char *tool,
			  unsigned int schema_version)
{
	struct report *report = calloc(1, sizeof(*report));

	if (!report)
		return NULL;
	report->format = format;
	report->line.stream = stream;
	report->levels[0].place = PLACE_OBJECT;
	if (format == REPORT_JSON) {
		report->levels[0].json = json_object_new_object();
		if (!report->levels[0].json) {
			free(report);
			return NULL;
		}
	}
	report_string(report, "tool", NULL, tool);
	report_number(report, "schema_version", NULL, schema_version);
	return report;
}

static void print_json(struct report *report)
{
	const char *text =
		json_object_to_json_string_ext(report->levels[0].json,
					       JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
						       JSON_C_TO_STRING_NOSLASHESCAPE);

	if (!text) {
		fail(report, -ENOMEM);
		return;
	}
	fputs(text, report->line.stream);
	putc('\n', report->line.stream);
}

int report_finish(struct report *report)
{
	int err;

	if (!report)
		return -ENOMEM;
	if (report->depth != 0)
		fail(report, -EINVAL);
	if (report->format == REPORT_JSON && !report->err)
		print_json(report);
	if (fflush(report->line.stream) != 0 || ferror(report->line.stream))
		fail(report, -EIO);
	err = report->err;
	json_object_put(report->levels[0].json);
	free(report);
	return err;
}

void report_object_begin(struct report *report, const char *key)
{
	if (ready(report, takes_item(report, key)))
		level_begin(report, key, PLACE_OBJECT);
}

void report_object_end(struct report *report)
{
	if (ready(report, is_at(report, PLACE_OBJECT) && report->depth > 0))
		report->depth--;
}

void report_array_begin(struct report *report, const char *key)
{
	if (ready(report, takes_item(report, key)))
		level_begin(report, key, PLACE_ARRAY);
}

void report_array_end(struct report *report)
{
	if (ready(report, is_at(report, PLACE_ARRAY)))
		report->depth--;
}

void report_string(struct report *report, const char *key, const char *label, const char *value)
{
	if (!ready(report, takes_item(report, key)))
		return;
	if (report->format == REPORT_TEXT)
		text_put_field(report, label, value ? value : NOTHING);
	else
		json_add_string(report, key, value);
}

void report_number(struct report *report, const char *key, const char *label, uint64_t value)
{
	char text[NUMBER_SIZE];

	if (!ready(report, takes_item(report, key)))
		return;
	if (report->format == REPORT_TEXT)
		text_put_field(report, label, number_text(text, value));
	else
		json_add_value(report, key, json_object_new_uint64(value));
}

void report_bool(struct report *report, const char *key, const char *label, bool value)
{
	if (!ready(report, takes_item(report, key)))
		return;
	if (report->format == REPORT_TEXT)
		text_put_field(report, label, bool_text(value));
	else
		json_add_value(report, key, json_object_new_boolean(value));
}

void report_null(struct report *report, const char *key)
{
	if (ready(report, takes_item(report, key)) && report->format == REPORT_JSON)
		json_add(report, key, NULL);
}

void report_line(struct report *report, const char *format, ...)
{
	va_list arguments;
	char *text = NULL;
	int length;

	if (!ready(report, is_at(report, PLACE_OBJECT) || is_at(report, PLACE_ARRAY)) ||
	    report->format != REPORT_TEXT)
		return;
	va_start(arguments, format);
	length = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (length < 0) {
		fail(report, -ENOMEM);
		return;
	}
	text_put_value(report, text, 0);
	text_line_put(&report->line, "\n");
	free(text);
}

static void text_put_cell(struct report *report, const struct report_column *column,
			  const char *value)
{
	int title_width = (int)printable_width(column->title);
	int width = abs(column->width) > title_width ? abs(column->width) : title_width;

	if (report->line_begun)
		text_line_put(&report->line, " | ");
	report->line_begun = true;
	text_put_value(report, value, column->width < 0 ? -width : width);
}

void report_table_begin(struct report *report, const char *key, const struct report_column *columns,
			size_t column_count)
{
	if (!ready(report, takes_item(report, key)))
		return;
	level_begin(report, key, PLACE_TABLE);
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
	if (ready(report, is_at(report, PLACE_TABLE)))
		report->depth--;
}

void report_row_begin(struct report *report)
{
	if (!ready(report, is_at(report, PLACE_TABLE)))
		return;
	level_begin(report, NULL, PLACE_ROW);
	report->column = 0;
	report->line_begun = false;
}

void report_lone_row_begin(struct report *report, const char *key,
			   const struct report_column *columns, size_t column_count)
{
	if (!ready(report, takes_item(report, key)))
		return;
	level_begin(report, key, PLACE_ROW);
	report->columns = columns;
	report->column_count = column_count;
	report->column = 0;
	report->line_begun = false;
}

void report_row_end(struct report *report)
{
	if (!ready(report, is_at(report, PLACE_ROW) && report->column == report->column_count))
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

	if (!ready(report, is_at(report, PLACE_ROW) && report->column < report->column_count))
		return NULL;
	column = &report->columns[report->column++];
	if (report->format == REPORT_JSON)
		return column->key;
	if (column->title)
		text_put_cell(report, column, text);
	return NULL;
}

void report_cell_string(struct report *report, const char *value)
{
	const char *key = cell_begin(report, value ? value : NOTHING);

	if (key)
		json_add_string(report, key, value);
}

void report_cell_number(struct report *report, uint64_t value)
{
	char text[NUMBER_SIZE];
	const char *key = cell_begin(report, number_text(text, value));

	if (key)
		json_add_value(report, key, json_object_new_uint64(value));
}

void report_cell_bool(struct report *report, bool value)
{
	const char *key = cell_begin(report, bool_text(value));

	if (key)
		json_add_value(report, key, json_object_new_boolean(value));
}

void report_cell_none(struct report *report)
{
	report_cell_string(report, NULL);
}
