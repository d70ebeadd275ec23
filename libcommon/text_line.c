// SPDX-License-Identifier: GPL-2.0-only
#include "text_line.h"

#include <errno.h>
#include <stdlib.h>

#include "printable.h"

void text_line_put(struct text_line *line, const char *text)
{
	for (; *text; text++) {
		if (*text == ' ') {
			line->held_back++;
			continue;
		}
		for (; line->held_back > 0; line->held_back--) {
			if (*text != '\n')
				putc(' ', line->stream);
		}
		putc(*text, line->stream);
	}
}

int text_line_put_value(struct text_line *line, const char *value, int width)
{
	char *printable = printable_copy(value, PRINTABLE_FOR_TERMINAL);
	size_t wanted = (size_t)abs(width);
	size_t taken;
	size_t missing;

	if (!printable)
		return -ENOMEM;
	taken = printable_width(printable);
	missing = wanted > taken ? wanted - taken : 0;
	line->held_back += width > 0 ? missing : 0;
	text_line_put(line, printable);
	line->held_back += width < 0 ? missing : 0;
	free(printable);
	return 0;
}
