// SPDX-License-Identifier: GPL-2.0-only
#include "screen_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "printable.h"
#include "text_line.h"

#define COLUMNS_MAX 16
#define NARROWEST 8 /* columns of the terminal that a cut text keeps */
#define GAP 2       /* spaces between columns */

struct screen_row {
	enum screen_colour colour;
	size_t cell_count;
	char *cells[COLUMNS_MAX]; /* printable */
};

struct screen_table {
	const struct screen_column *columns;
	size_t column_count;
	struct screen_row *rows;
	size_t row_count;
	int err;
};

static const char *const colour_codes[] = {
	[SCREEN_PLAIN] = "",         [SCREEN_BOLD] = "\x1b[1m",    [SCREEN_DIM] = "\x1b[2m",
	[SCREEN_GREEN] = "\x1b[32m", [SCREEN_YELLOW] = "\x1b[33m", [SCREEN_RED] = "\x1b[31m",
};

const char *screen_colour_begin(const struct terminal *terminal, enum screen_colour colour)
{
	return terminal->colour ? colour_codes[colour] : "";
}

const char *screen_colour_end(const struct terminal *terminal, enum screen_colour colour)
{
	return terminal->colour && colour != SCREEN_PLAIN ? "\x1b[0m" : "";
}

struct screen_table *screen_table_new(const struct screen_column *columns, size_t column_count)
{
	struct screen_table *table = calloc(1, sizeof(*table));

	if (!table)
		return NULL;
	table->columns = columns;
	table->column_count = column_count < COLUMNS_MAX ? column_count : COLUMNS_MAX;
	return table;
}

void screen_table_free(struct screen_table *table)
{
	if (!table)
		return;
	for (size_t i = 0; i < table->row_count; i++) {
		for (size_t cell = 0; cell < table->rows[i].cell_count; cell++)
			free(table->rows[i].cells[cell]);
	}
	free(table->rows);
	free(table);
}

void screen_table_row(struct screen_table *table, enum screen_colour colour)
{
	struct screen_row *rows;

	if (!table || table->err)
		return;
	rows = reallocarray(table->rows, table->row_count + 1, sizeof(*rows));
	if (!rows) {
		table->err = -ENOMEM;
		return;
	}
	table->rows = rows;
	rows[table->row_count++] = (struct screen_row){ .colour = colour };
}

void screen_table_put(struct screen_table *table, const char *text)
{
	struct screen_row *row;
	char *cell;

	if (!table || table->err || !table->row_count)
		return;
	row = &table->rows[table->row_count - 1];
	if (row->cell_count == table->column_count)
		return;
	cell = printable_copy(text ? text : "", PRINTABLE_FOR_TERMINAL);
	if (cell)
		row->cells[row->cell_count++] = cell;
	else
		table->err = -ENOMEM;
}

static size_t find_widths(const struct screen_table *table, size_t widths[COLUMNS_MAX])
{
	size_t sum = 0;

	for (size_t column = 0; column < table->column_count; column++) {
		widths[column] = printable_width(table->columns[column].title);
		for (size_t i = 0; i < table->row_count; i++) {
			const struct screen_row *row = &table->rows[i];
			size_t width =
				column < row->cell_count ? printable_width(row->cells[column]) : 0;

			if (width > widths[column])
				widths[column] = width;
		}
		sum += widths[column] + (column ? GAP : 0);
	}
	return sum;
}

size_t screen_table_width(const struct screen_table *table)
{
	size_t widths[COLUMNS_MAX];

	return table ? find_widths(table, widths) : 0;
}

/* Takes columns of the terminal from the widest texts, one at a time. */
static void make_narrower(const struct screen_table *table, size_t widths[COLUMNS_MAX], size_t sum,
			  size_t available)
{
	for (; sum > available; sum--) {
		size_t widest = COLUMNS_MAX;

		for (size_t i = 0; i < table->column_count; i++) {
			if (!table->columns[i].is_number && widths[i] > NARROWEST &&
			    (widest == COLUMNS_MAX || widths[i] > widths[widest]))
				widest = i;
		}
		if (widest == COLUMNS_MAX)
			return;
		widths[widest]--;
	}
}

/* Bytes of the first `width` characters. */
static int bytes_of(const char *text, size_t width)
{
	const char *at = text;

	for (; *at; at++) {
		if (((unsigned char)*at & 0xc0) != 0x80 && width-- == 0)
			break;
	}
	return (int)(at - text);
}

static int put_cell(struct text_line *line, const struct screen_column *column, const char *text,
		    size_t width)
{
	CLEANUP_FREE char *cut = NULL;

	if (printable_width(text) > width && !column->is_number &&
	    asprintf(&cut, "%.*s~", bytes_of(text, width - 1), text) < 0) {
		cut = NULL;
		return -ENOMEM;
	}
	return text_line_put_value(line, cut ? cut : text,
				   column->is_number ? (int)width : -(int)width);
}

int screen_table_print(const struct screen_table *table, FILE *stream,
		       const struct terminal *terminal, size_t rows)
{
	struct text_line line = { .stream = stream };
	size_t widths[COLUMNS_MAX] = { 0 }, sum;
	int err = table ? table->err : -ENOMEM;

	if (err)
		return err;
	sum = find_widths(table, widths);
	if (terminal->width)
		make_narrower(table, widths, sum, terminal->width);
	if (!rows || rows > table->row_count)
		rows = table->row_count;
	for (size_t i = 0; !err && i <= rows; i++) {
		const struct screen_row *row = i ? &table->rows[i - 1] : NULL;
		enum screen_colour colour = row ? row->colour : SCREEN_BOLD;

		text_line_put(&line, screen_colour_begin(terminal, colour));
		for (size_t column = 0; !err && column < table->column_count; column++) {
			const char *text = !row                     ? table->columns[column].title :
					   column < row->cell_count ? row->cells[column] :
								      "";

			line.held_back += column ? GAP : 0;
			err = put_cell(&line, &table->columns[column], text, widths[column]);
		}
		line.held_back = 0;
		text_line_put(&line, screen_colour_end(terminal, colour));
		text_line_put(&line, "\n");
	}
	return err;
}
