// SPDX-License-Identifier: GPL-2.0-only
#include "command_line.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#define HELP_COLUMN 28
#define LINE_WIDTH 80
#define HELP_SIZE 1024

/* Appends to text in a buffer of HELP_SIZE; what does not fit is left out. */
__attribute__((format(printf, 2, 3))) static void append(char *text, const char *format, ...)
{
	size_t length = strlen(text);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text + length, HELP_SIZE - length, format, arguments);
	va_end(arguments);
}

/* Prints `help` in its column, broken between words; the cursor is at `column`. */
static void print_help(FILE *stream, int column, const char *help)
{
	if (column >= HELP_COLUMN) {
		putc('\n', stream);
		column = 0;
	}
	while (*help) {
		int word = (int)strcspn(help, " ");

		if (column > HELP_COLUMN && column + 1 + word > LINE_WIDTH) {
			putc('\n', stream);
			column = 0;
		}
		if (column <= HELP_COLUMN)
			column += fprintf(stream, "%*s", HELP_COLUMN - column, "");
		else
			column += fprintf(stream, " ");
		column += fprintf(stream, "%.*s", word, help);
		help += word;
		help += strspn(help, " ");
	}
	putc('\n', stream);
}

static void print_row(FILE *stream, char letter, const char *name, const char *value_name,
		      const char *help)
{
	int column;

	if (letter)
		column = fprintf(stream, "  -%c, --%s", letter, name);
	else
		column = fprintf(stream, "      --%s", name);
	if (value_name)
		column += fprintf(stream, " %s", value_name);
	print_help(stream, column, help);
}

/* The option's help, and what else its row says: the values it takes, the verbs it goes with. */
static void print_option(const struct command_line *line, const struct option_row *row,
			 FILE *stream)
{
	char help[HELP_SIZE] = "";
	const char *separator = " (with ";

	append(help, "%s", row->help);
	if (row->kind == OPTION_NUMBER && row->maximum != UINT64_MAX)
		append(help, " (%" PRIu64 " to %" PRIu64 ")", row->minimum, row->maximum);
	if (row->kind == OPTION_CHOICE) {
		for (size_t i = 0; row->choices[i]; i++)
			append(help, "%s%s", i ? ", " : ": ", row->choices[i]);
	}
	for (size_t i = 0; i < line->verb_count && row->verbs; i++) {
		if (!(row->verbs & (UINT32_C(1) << i)))
			continue;
		append(help, "%s--%s", separator, line->verbs[i].name);
		separator = ", ";
	}
	append(help, "%s", row->verbs ? ")" : "");
	print_row(stream, row->letter, row->name, row->value_name, help);
}

static char letter_unless_used(const struct command_line *line, char letter)
{
	for (size_t i = 0; i < line->verb_count; i++) {
		if (line->verbs[i].letter == letter)
			return 0;
	}
	for (size_t i = 0; i < line->option_count; i++) {
		if (line->options[i].letter == letter)
			return 0;
	}
	return letter;
}

void command_line_usage(const struct command_line *line, FILE *stream)
{
	fprintf(stream, "Usage: %s VERB [OPTION]...\n%s\n\nVerbs, exactly one of:\n", line->tool,
		line->summary);
	for (size_t i = 0; i < line->verb_count; i++)
		print_row(stream, line->verbs[i].letter, line->verbs[i].name,
			  line->verbs[i].value_name, line->verbs[i].help);
	print_row(stream, letter_unless_used(line, 'h'), "help", NULL, "Print this text");
	print_row(stream, letter_unless_used(line, 'V'), "version", NULL, "Print the version");

	fprintf(stream, "\nOptions:\n");
	for (size_t i = 0; i < line->option_count; i++)
		print_option(line, &line->options[i], stream);
	if (line->footer)
		fprintf(stream, "\n%s\n", line->footer);
}
