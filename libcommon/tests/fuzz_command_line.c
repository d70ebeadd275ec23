// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command_line.h"
#include "interface.h"

#define WORDS_MAX 32

struct options {
	bool given;
	bool flag;
	int choice;
	uint64_t number;
	const char *text;
	const char *object;
	struct interface_list interfaces;
};

#define MEMBER(name) offsetof(struct options, name)

static int run_never(void *options, struct problem *problem)
{
	(void)options;
	(void)problem;
	abort();
}

static const char *const choices[] = { "native", "generic", NULL };

static const struct verb_row verbs[] = {
	{ "attach", 'a', NULL, 0, "", run_never },
	{ "load", 0, "OBJ", MEMBER(object), "", run_never },
};

static const struct option_row option_rows[] = {
	{ .name = "flag", .letter = 'f', .kind = OPTION_FLAG, .offset = MEMBER(flag), .help = "" },
	{ .name = "no-flag", .kind = OPTION_FLAG_OFF, .offset = MEMBER(flag), .help = "" },
	{ .name = "mode",
	  .kind = OPTION_CHOICE,
	  .offset = MEMBER(choice),
	  .choices = choices,
	  .value_name = "MODE",
	  .help = "" },
	{ .name = "slot",
	  .letter = 's',
	  .kind = OPTION_NUMBER,
	  .offset = MEMBER(number),
	  .given_offset = MEMBER(given),
	  .maximum = 7,
	  .value_name = "N",
	  .help = "",
	  .verbs = 2 },
	{ .name = "text",
	  .kind = OPTION_TEXT,
	  .offset = MEMBER(text),
	  .value_name = "T",
	  .help = "" },
	{ .name = "interface",
	  .letter = 'i',
	  .kind = OPTION_INTERFACES,
	  .offset = MEMBER(interfaces),
	  .value_name = "LIST",
	  .help = "" },
};

static const struct command_line line = {
	.tool = "fuzz",
	.summary = "",
	.verbs = verbs,
	.verb_count = sizeof(verbs) / sizeof(verbs[0]),
	.options = option_rows,
	.option_count = sizeof(option_rows) / sizeof(option_rows[0]),
};

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* --help prints on stdout. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	return freopen("/dev/null", "w", stdout) ? 0 : -1;
}

static void check(int err, const struct options *options, const struct verb_row *verb,
		  const struct problem *problem)
{
	if (err != 0) {
		if (err != -EINVAL || verb || !problem->text[0] || strchr(problem->text, '\n'))
			abort();
		return;
	}
	if (problem->text[0])
		abort();
	if (verb && verb != &verbs[0] && verb != &verbs[1])
		abort();
	if (verb == &verbs[0] && (options->given || options->object))
		abort();
	if (verb == &verbs[1] && (!options->object || !options->object[0]))
		abort();
	if (options->number > 7 || options->choice < 0 || options->choice > 1)
		abort();
	if (options->text && !options->text[0])
		abort();
}

/* One word a line. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);
	const struct verb_row *verb = NULL;
	struct options options = { 0 };
	struct problem problem = { 0 };
	char *argv[WORDS_MAX + 2];
	char tool[] = "fuzz";
	char *rest = text;
	int argc = 0;
	int err;

	if (!text)
		return 0;
	argv[argc++] = tool;
	while (rest && argc <= WORDS_MAX)
		argv[argc++] = strsep(&rest, "\n");
	argv[argc] = NULL;
	err = command_line_parse(&line, argc, argv, &options, &verb, &problem);
	check(err, &options, verb, &problem);
	interface_list_free(&options.interfaces);
	free(text);
	return 0;
}
