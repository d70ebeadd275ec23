// SPDX-License-Identifier: GPL-2.0-only
#include "verb_word.h"

#include <stdbool.h>
#include <string.h>

static bool is_verb(const struct command_line *line, const char *word)
{
	for (size_t i = 0; i < line->verb_count; i++) {
		if (!strcmp(line->verbs[i].name, word))
			return true;
	}
	return !strcmp(word, "help") || !strcmp(word, "version");
}

void verb_word(const struct command_line *line, int argc, char **argv,
	       char ret_word[VERB_WORD_SIZE])
{
	if (argc < 2 || !is_verb(line, argv[1]))
		return;
	snprintf(ret_word, VERB_WORD_SIZE, "--%s", argv[1]);
	argv[1] = ret_word;
}
