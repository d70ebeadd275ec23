// SPDX-License-Identifier: GPL-2.0-only
#include "report.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "printable.h"
#include "report_internal.h"

static void fail(struct report *report, int err)
{
	if (!report->err)
		report->err = err;
}

bool report_ready(struct report *report, bool right_place)
{
	if (!report || report->err)
		return false;
	if (!right_place)
		fail(report, -EINVAL);
	return right_place;
}

bool report_is_at(const struct report *report, enum report_place place)
{
	return report && report->levels[report->depth].place == place;
}

const char *report_number_text(char text[REPORT_NUMBER_SIZE], uint64_t value)
{
	snprintf(text, REPORT_NUMBER_SIZE, "%" PRIu64, value);
	return text;
}

const char *report_bool_text(bool value)
{
	return value ? "yes" : "no";
}

bool report_takes_item(const struct report *report, const char *key)
{
	return key ? report_is_at(report, REPORT_OBJECT) : report_is_at(report, REPORT_ARRAY);
}

/* The object that a value goes into. In a row, "statistics.drop" is the member "drop" of the member
 * "statistics", made when it is first needed; *key is then what is behind the dot. NULL with the
 * failure noted. */
static json_object *parent_of(struct report *report, const char **key)
{
	json_object *row = report->levels[report->depth].json;
	json_object *nested = NULL;
	const char *dot = *key && report_is_at(report, REPORT_ROW) ? strchr(*key, '.') : NULL;
	char name[64];
	int length;

	if (!dot)
		return row;
	length = snprintf(name, sizeof(name), "%.*s", (int)(dot - *key), *key);
	*key = dot + 1;
	if (length >= (int)sizeof(name)) {
		fail(report, -EINVAL);
		return NULL;
	}
	if (json_object_object_get_ex(row, name, &nested)) {
		if (json_object_is_type(nested, json_type_object))
			return nested;
		fail(report, -EINVAL);
		return NULL;
	}
	nested = json_object_new_object();
	if (nested && json_object_object_add(row, name, nested) == 0)
		return nested;
	json_object_put(nested);
	fail(report, -ENOMEM);
	return NULL;
}

/* Takes over `value`; NULL is JSON's null. */
static void json_add(struct report *report, const char *key, json_object *value)
{
	json_object *parent = parent_of(report, &key);
	int err = -EINVAL;

	/* json-c would replace the first value of a key, and nobody would know. */
	if (parent && !key)
		err = json_object_array_add(parent, value) < 0 ? -ENOMEM : 0;
	else if (parent && !json_object_object_get_ex(parent, key, NULL))
		err = json_object_object_add(parent, key, value) < 0 ? -ENOMEM : 0;
	if (err < 0) {
		json_object_put(value);
		fail(report, err);
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

void report_json_string(struct report *report, const char *key, const char *value)
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

void report_json_number(struct report *report, const char *key, uint64_t value)
{
	json_add_value(report, key, json_object_new_uint64(value));
}

void report_json_bool(struct report *report, const char *key, bool value)
{
	json_add_value(report, key, json_object_new_boolean(value));
}

void report_text_value(struct report *report, const char *value, int width)
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
	report_text_value(report, value, 0);
	text_line_put(&report->line, "\n");
}

void report_level_begin(struct report *report, const char *key, enum report_place place)
{
	struct report_level level = { .place = place };

	if (report->depth + 1 == REPORT_DEPTH_MAX) {
		fail(report, -EINVAL);
		return;
	}
	if (report->format != REPORT_TEXT) {
		level.json = place == REPORT_ARRAY || place == REPORT_TABLE ?
				     json_object_new_array() :
				     json_object_new_object();
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
	report->levels[0].place = REPORT_OBJECT;
	if (format != REPORT_TEXT) {
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
	int flags = JSON_C_TO_STRING_NOSLASHESCAPE;
	const char *text;

	if (report->format == REPORT_JSON)
		flags |= JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED;
	text = json_object_to_json_string_ext(report->levels[0].json, flags);

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
	if (report->format != REPORT_TEXT && !report->err)
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
	if (report_ready(report, report_takes_item(report, key)))
		report_level_begin(report, key, REPORT_OBJECT);
}

void report_object_end(struct report *report)
{
	if (report_ready(report, report_is_at(report, REPORT_OBJECT) && report->depth > 0))
		report->depth--;
}

void report_array_begin(struct report *report, const char *key)
{
	if (report_ready(report, report_takes_item(report, key)))
		report_level_begin(report, key, REPORT_ARRAY);
}

void report_array_end(struct report *report)
{
	if (report_ready(report, report_is_at(report, REPORT_ARRAY)))
		report->depth--;
}

void report_string(struct report *report, const char *key, const char *label, const char *value)
{
	if (!report_ready(report, report_takes_item(report, key)))
		return;
	if (report->format == REPORT_TEXT)
		text_put_field(report, label, value ? value : REPORT_NOTHING);
	else
		report_json_string(report, key, value);
}

void report_number(struct report *report, const char *key, const char *label, uint64_t value)
{
	char text[REPORT_NUMBER_SIZE];

	if (!report_ready(report, report_takes_item(report, key)))
		return;
	if (report->format == REPORT_TEXT)
		text_put_field(report, label, report_number_text(text, value));
	else
		report_json_number(report, key, value);
}

void report_bool(struct report *report, const char *key, const char *label, bool value)
{
	if (!report_ready(report, report_takes_item(report, key)))
		return;
	if (report->format == REPORT_TEXT)
		text_put_field(report, label, report_bool_text(value));
	else
		report_json_bool(report, key, value);
}

void report_null(struct report *report, const char *key)
{
	if (report_ready(report, report_takes_item(report, key)) && report->format != REPORT_TEXT)
		json_add(report, key, NULL);
}

void report_line(struct report *report, const char *format, ...)
{
	va_list arguments;
	char *text = NULL;
	int length;

	if (!report_ready(report, report_is_at(report, REPORT_OBJECT) ||
					  report_is_at(report, REPORT_ARRAY)) ||
	    report->format != REPORT_TEXT)
		return;
	va_start(arguments, format);
	length = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (length < 0) {
		fail(report, -ENOMEM);
		return;
	}
	report_text_value(report, text, 0);
	text_line_put(&report->line, "\n");
	free(text);
}
