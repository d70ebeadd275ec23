/* SPDX-License-Identifier: GPL-2.0-only */
/* A status written once and printed as text or as JSON from the same calls. JSON is one object
 * with "schema_version" and "tool", printed as a whole by report_finish(); text is printed as the
 * calls come. json-c stops here. Memory is owned by the report; strings are copied.
 *
 * A `key` is the JSON key. A `label` is what text shows before the value; NULL keeps the item out
 * of the text. */
#ifndef ECBPF_REPORT_H
#define ECBPF_REPORT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum report_format {
	REPORT_TEXT,
	REPORT_JSON,      /* indented */
	REPORT_JSON_LINE, /* the same on one line, without spaces, for streams of reports */
};

struct report;

/* `tool` names the program, `schema_version` the shape of its JSON. NULL when out of memory; every
 * call below takes that NULL and does nothing, so that report_finish() alone need be checked. */
struct report *report_new(enum report_format format, FILE *stream, const char *tool,
			  unsigned int schema_version);
/* Prints what is still to be printed and frees everything. 0, or the first thing that went wrong:
 * -EIO when the stream failed, -ENOMEM when something was lost for lack of memory, -EINVAL when the
 * calls did not fit together (a key in an array or none in an object, a key given twice, an end
 * that is not its begin's, a row that is too short or too long). No JSON is printed then. */
int report_finish(struct report *report);

/* Objects and arrays nest; `key` is NULL for the members of an array. */
void report_object_begin(struct report *report, const char *key);
void report_object_end(struct report *report);
void report_array_begin(struct report *report, const char *key);
void report_array_end(struct report *report);

/* One field: "label: value" on a line of its own in text. Bytes that are not UTF-8 become "\xNN";
 * in text control characters do as well. A NULL value is "-" in text and null in JSON. */
void report_string(struct report *report, const char *key, const char *label, const char *value);
void report_number(struct report *report, const char *key, const char *label, uint64_t value);
void report_bool(struct report *report, const char *key, const char *label, bool value);
void report_null(struct report *report, const char *key); /* JSON only */

/* A line for readers of text only. */
void report_line(struct report *report, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* A table: in JSON an array of objects under `key`, in text a header and one line per row. Every
 * row must fill its columns in order. Text columns are separated by " | ". */
struct report_column {
	const char *key;   /* of the member in each row's object, "a.b" nests; NULL: text only */
	const char *title; /* NULL: JSON only */
	int width;         /* at least this and the title's; negative: left-aligned */
};

/* `columns` must stay until the table's end. */
void report_table_begin(struct report *report, const char *key, const struct report_column *columns,
			size_t column_count);
void report_row_begin(struct report *report);
void report_cell_string(struct report *report, const char *value);
void report_cell_number(struct report *report, uint64_t value);
void report_cell_bool(struct report *report, bool value);
void report_cell_none(struct report *report); /* "-" in text, null in JSON */
void report_row_end(struct report *report);
/* A row that is an object of its own in JSON, and in text continues the table before it. Ends with
 * report_row_end(). */
void report_lone_row_begin(struct report *report, const char *key,
			   const struct report_column *columns, size_t column_count);
void report_table_end(struct report *report);

#endif
