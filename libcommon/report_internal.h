/* SPDX-License-Identifier: GPL-2.0-only */
/* What report.c and report_table.c share; nobody else includes it. */
#ifndef ECBPF_REPORT_INTERNAL_H
#define ECBPF_REPORT_INTERNAL_H

#include "report.h"
#include "text_line.h"

#define REPORT_DEPTH_MAX 16
#define REPORT_NUMBER_SIZE sizeof("18446744073709551615")
#define REPORT_NOTHING "-"

struct json_object;

enum report_place { REPORT_OBJECT, REPORT_ARRAY, REPORT_TABLE, REPORT_ROW };

struct report_level {
	enum report_place place;
	struct json_object *json; /* borrowed from the level below; NULL for text */
};

struct report {
	enum report_format format;
	struct text_line line;
	int err; /* the first thing that went wrong; what follows is ignored */
	struct report_level levels[REPORT_DEPTH_MAX];
	size_t depth;
	const struct report_column *columns;
	size_t column_count;
	size_t column;   /* the next cell's */
	bool line_begun; /* the row has text already: the next cell needs a separator */
};

/* Where the next call finds itself. False for a NULL report, here and below. */
bool report_is_at(const struct report *report, enum report_place place);
/* Whether an item with this key, NULL for none, may come next. */
bool report_takes_item(const struct report *report, const char *key);
/* False when there is nothing left to do; a call in the wrong place is an error of its own. */
bool report_ready(struct report *report, bool right_place);

void report_level_begin(struct report *report, const char *key, enum report_place place);

const char *report_number_text(char text[REPORT_NUMBER_SIZE], uint64_t value);
const char *report_bool_text(bool value);
/* Prints a value for people, filled up as in text_line_put_value(). */
void report_text_value(struct report *report, const char *value, int width);

/* Add to the JSON object or array that is open. NULL is JSON's null. */
void report_json_string(struct report *report, const char *key, const char *value);
void report_json_number(struct report *report, const char *key, uint64_t value);
void report_json_bool(struct report *report, const char *key, bool value);

#endif
