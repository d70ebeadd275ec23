/* SPDX-License-Identifier: GPL-2.0-only */
/* A table for people: columns as wide as what is in them, cut down where the terminal is narrower. Texts may be
 * anybody's: control characters are written "\xNN". */
#ifndef ECBPF_SCREEN_TABLE_H
#define ECBPF_SCREEN_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include "terminal.h"

enum screen_colour {
	SCREEN_PLAIN,
	SCREEN_BOLD,
	SCREEN_DIM,
	SCREEN_GREEN,
	SCREEN_YELLOW,
	SCREEN_RED,
};

struct screen_column {
	const char *title;
	bool is_number; /* to the right, and never cut */
};

struct screen_table;

/* `columns` must stay. NULL: out of memory; all calls below take that NULL. */
struct screen_table *screen_table_new(const struct screen_column *columns, size_t column_count);
void screen_table_free(struct screen_table *table);

/* A row of empty cells; what the next calls of screen_table_put() fill. */
void screen_table_row(struct screen_table *table, enum screen_colour colour);
/* The next cell of that row, copied. NULL is the same as "". */
void screen_table_put(struct screen_table *table, const char *text);

/* Columns of the terminal that it needs, not cut. */
size_t screen_table_width(const struct screen_table *table);
/* 0, or -ENOMEM if a row or cell was lost. At most `rows` rows below the titles, 0: all of them. */
int screen_table_print(const struct screen_table *table, FILE *stream,
		       const struct terminal *terminal, size_t rows);

/* What comes before and behind text of that colour, for `terminal`. */
const char *screen_colour_begin(const struct terminal *terminal, enum screen_colour colour);
const char *screen_colour_end(const struct terminal *terminal, enum screen_colour colour);

#endif
