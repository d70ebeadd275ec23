/* SPDX-License-Identifier: GPL-2.0-only */
/* What a tool's option rows make of a line that is typed, for the tests of the tool's options. */
#ifndef ECBPF_HARNESS_TYPED_LINE_H
#define ECBPF_HARNESS_TYPED_LINE_H

#include <stddef.h>
#include "command_line.h"
#include "problem.h"

struct typed_tool {
	const struct verb_row *verbs; /* not run */
	size_t verb_count;
	const struct option_row *(*rows)(size_t *ret_count);
	const char *separator; /* between words; if it is a space, "_" stands for one in them */
	void *options;         /* all zeros before each line */
	size_t options_size;
	struct problem *problem;
};

/* The test's own. */
extern const struct typed_tool typed_tool;

/* As command_line_parse(). Texts in the options are there until the next line. */
int typed_parse(const char *line);
/* Fails unless the line is understood. */
void typed_take(const char *line);
/* Fails unless the problem has `text` in it. */
void typed_says(const char *text);
/* Of the group of tests: frees what the options own. */
int typed_teardown(void **state);

#endif
