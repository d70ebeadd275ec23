// SPDX-License-Identifier: GPL-2.0-only
#include "harness/typed_line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "interface.h"

#define WORDS_MAX 32

static int split(char *text, char *words[WORDS_MAX])
{
	int count = 1;
	char *rest = text;

	for (char *at; (at = strtok_r(rest, typed_tool.separator, &rest));) {
		for (char *space = at;
		     *typed_tool.separator == ' ' && (space = strchr(space, '_'));)
			*space = ' ';
		words[count++] = at;
		assert_true(count < WORDS_MAX);
	}
	return count;
}

static void free_lists(void)
{
	size_t count;
	const struct option_row *rows = typed_tool.rows(&count);

	for (size_t i = 0; i < count; i++) {
		if (rows[i].kind == OPTION_INTERFACES)
			interface_list_free((void *)((char *)typed_tool.options + rows[i].offset));
	}
}

int typed_parse(const char *line)
{
	static char text[512];
	char tool[] = "tool", *words[WORDS_MAX] = { tool };
	struct command_line command_line = { .tool = tool,
					     .verbs = typed_tool.verbs,
					     .verb_count = typed_tool.verb_count };
	const struct verb_row *verb;

	free_lists();
	*typed_tool.problem = (struct problem){ 0 };
	memset(typed_tool.options, 0, typed_tool.options_size);
	assert_true(strlen(line) < sizeof(text));
	strcpy(text, line);
	command_line.options = typed_tool.rows(&command_line.option_count);
	return command_line_parse(&command_line, split(text, words), words, typed_tool.options,
				  &verb, typed_tool.problem);
}

void typed_take(const char *line)
{
	if (typed_parse(line))
		fail_msg("%s: %s", line, typed_tool.problem->text);
}

void typed_says(const char *text)
{
	if (!strstr(typed_tool.problem->text, text))
		fail_msg("'%s' instead of '%s'", typed_tool.problem->text, text);
}

int typed_teardown(void **state)
{
	(void)state;
	free_lists();
	return 0;
}
