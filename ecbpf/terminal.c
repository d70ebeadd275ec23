// SPDX-License-Identifier: GPL-2.0-only
#include "terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static bool wants_colour(void)
{
	const char *no_colour = getenv("NO_COLOR");
	const char *type = getenv("TERM");

	return !(no_colour && *no_colour) && type && strcmp(type, "dumb") != 0;
}

void terminal_look(struct terminal *ret_terminal, FILE *stream)
{
	struct winsize size = { 0 };
	int fd = fileno(stream);

	*ret_terminal = (struct terminal){ 0 };
	/* A stream in memory has no fd. */
	if (fd < 0 || !isatty(fd))
		return;
	ret_terminal->is_terminal = true;
	ret_terminal->colour = wants_colour();
	if (ioctl(fd, TIOCGWINSZ, &size) < 0 || !size.ws_col || !size.ws_row)
		size = (struct winsize){ .ws_col = 80, .ws_row = 24 };
	ret_terminal->width = size.ws_col;
	ret_terminal->height = size.ws_row;
}
