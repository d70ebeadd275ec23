// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>

#include "cleanup.h"
#include "live_page.h"

/* Writes what fits of a line, then clears the rest of the screen's line. Returns the line's end. */
static const char *draw_line(const char *line, unsigned int width, FILE *stream)
{
	unsigned int column = 0;

	for (; *line && *line != '\n'; line++) {
		column += ((unsigned char)*line & 0xc0) != 0x80;
		if (column <= width)
			putc(*line, stream);
	}
	fputs("\x1b[K", stream);
	return line;
}

static unsigned int count_lines(const char *text)
{
	unsigned int lines = 0;

	for (; *text; text++)
		lines += *text == '\n';
	return lines;
}

/* *ret_text is to be freed, also after a failure. */
static int page_text(const struct live_view *view, uint64_t realtime, unsigned int rows,
		     char **ret_text)
{
	size_t size;
	FILE *stream = open_memstream(ret_text, &size);
	int err;

	if (!stream)
		return -ENOMEM;
	err = live_page_write(view, realtime, rows, stream);
	if (fclose(stream) != 0 && !err)
		err = -ENOMEM;
	return err;
}

int live_page_draw(const struct live_view *view, uint64_t realtime, unsigned int width,
		   unsigned int height, FILE *stream)
{
	char *text CLEANUP_FREE = NULL;
	unsigned int rows = LIVE_PAGE_ROWS;
	const char *line;
	int err = page_text(view, realtime, rows, &text);

	while (!err && count_lines(text) > height && rows > LIVE_PAGE_LEAST_ROWS) {
		free(text);
		text = NULL;
		err = page_text(view, realtime, --rows, &text);
	}
	if (err < 0)
		return err;
	fputs("\x1b[H", stream);
	line = text;
	for (unsigned int i = 0; i < height && *line; i++) {
		if (i > 0)
			fputs("\r\n", stream);
		line = draw_line(line, width, stream);
		line += *line == '\n';
	}
	fputs("\x1b[J", stream);
	return fflush(stream) != 0 || ferror(stream) ? -EIO : 0;
}
