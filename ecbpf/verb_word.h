/* SPDX-License-Identifier: GPL-2.0-only */
/* People type `ecbpf status`, and all tools of this tree take verbs with dashes. */
#ifndef ECBPF_VERB_WORD_H
#define ECBPF_VERB_WORD_H

#include "command_line.h"

#define VERB_WORD_SIZE 32

/* If the first word is the name of a verb, or "help" or "version", puts the same with dashes in its place; that is
 * kept in ret_word. Anything else stays, for command_line_parse() to understand or to refuse. */
void verb_word(const struct command_line *line, int argc, char **argv,
	       char ret_word[VERB_WORD_SIZE]);

#endif
