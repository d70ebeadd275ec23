/* SPDX-License-Identifier: GPL-2.0-only */
/* What a stream's reader can show. Colour and width are for terminals only: what goes to a file or a pipe is
 * plain and of any width. */
#ifndef ECBPF_TERMINAL_H
#define ECBPF_TERMINAL_H

#include <stdbool.h>
#include <stdio.h>

struct terminal {
	bool is_terminal;
	bool colour;         /* unless NO_COLOR is set and not empty, or TERM is "dumb" */
	unsigned int width;  /* columns; 0: as many as are needed */
	unsigned int height; /* rows; 0: the same */
};

void terminal_look(struct terminal *ret_terminal, FILE *stream);

#endif
