/* SPDX-License-Identifier: GPL-2.0-only */
/* Lines of text for people: aligned, without spaces at the end, and no control characters but the
 * line's own end. */
#ifndef ECBPF_TEXT_LINE_H
#define ECBPF_TEXT_LINE_H

#include <stddef.h>
#include <stdio.h>

struct text_line {
	FILE *stream;
	size_t held_back; /* spaces that are printed when something follows them */
};

/* Prints the program's own words as they are; "\n" ends the line. */
void text_line_put(struct text_line *line, const char *text);

/* Prints a value that may hold anything, filled up to |width| columns: on its left where `width` is
 * positive, on its right where it is negative. 0 or -ENOMEM. */
int text_line_put_value(struct text_line *line, const char *value, int width);

#endif
