// SPDX-License-Identifier: GPL-2.0-only
#include "command_line_sample.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "log.h"

#define MEMBER(name) offsetof(struct sample_options, name)

static int run(void *data, struct problem *problem)
{
	struct sample_options *options = data;

	options->runs++;
	options->was_verbose = log_is_verbose();
	if (options->tell)
		problem_set(problem, options->result, "eth0: the kernel refuses");
	problem->show_kept_log = options->show_kept_log;
	return options->result;
}

static int run_never(void *data, struct problem *problem)
{
	(void)data;
	(void)problem;
	fail_msg("the wrong verb ran");
	return 0;
}

static const char *const modes[] = { "native", "generic", NULL };

const struct verb_row sample_verbs[] = {
	[SAMPLE_ATTACH] = { "attach", 'a', NULL, 0, "Attach to each interface", run },
	[SAMPLE_STATUS] = { "status", 0, NULL, 0, "Show the state", run_never },
	[SAMPLE_LOAD] = { "load", 'l', "OBJ", MEMBER(object), "Load a program", run_never },
};

static const struct option_row option_rows[] = {
	{ .name = "interface",
	  .letter = 'i',
	  .kind = OPTION_INTERFACES,
	  .offset = MEMBER(interfaces),
	  .value_name = "LIST",
	  .help = "Interfaces, separated by commas" },
	{ .name = "slot",
	  .letter = 's',
	  .kind = OPTION_NUMBER,
	  .offset = MEMBER(slot),
	  .given_offset = MEMBER(slot_given),
	  .minimum = 1,
	  .maximum = 7,
	  .value_name = "N",
	  .help = "Slot",
	  .verbs = 1u << SAMPLE_ATTACH | 1u << SAMPLE_LOAD },
	{ .name = "mode",
	  .kind = OPTION_CHOICE,
	  .offset = MEMBER(mode),
	  .choices = modes,
	  .value_name = "MODE",
	  .help = "One of" },
	{ .name = "frags",
	  .kind = OPTION_FLAG,
	  .offset = MEMBER(frags),
	  .help = "Take frames of several buffers, which programs that were not written for "
		  "them cannot read as a whole",
	  .verbs = 1u << SAMPLE_ATTACH },
	{ .name = "no-frags",
	  .kind = OPTION_FLAG_OFF,
	  .offset = MEMBER(frags),
	  .help = "Do not",
	  .verbs = 1u << SAMPLE_ATTACH },
	{ .name = "config",
	  .kind = OPTION_TEXT,
	  .offset = MEMBER(config),
	  .value_name = "A-VERY-LONG-VALUE-NAME",
	  .help = "File to read" },
	{ .name = "json", .kind = OPTION_FLAG, .offset = MEMBER(json), .help = "Print JSON" },
	{ .name = "verbose",
	  .letter = 'v',
	  .kind = OPTION_FLAG,
	  .offset = MEMBER(verbose),
	  .help = "Say more" },
};

const struct command_line sample_line = {
	.tool = "xdp_test",
	.summary = "Tests a command line.",
	.verbs = sample_verbs,
	.verb_count = sizeof(sample_verbs) / sizeof(sample_verbs[0]),
	.options = option_rows,
	.option_count = sizeof(option_rows) / sizeof(option_rows[0]),
	.footer = "The end.",
};

int sample_split(char *words, char *argv[SAMPLE_WORDS_MAX + 1])
{
	static char tool[] = "xdp_test";
	static char empty[] = "";
	char *rest = words;
	int argc = 0;

	argv[argc++] = tool;
	for (char *word; (word = strtok_r(rest, " ", &rest));) {
		assert_true(argc < SAMPLE_WORDS_MAX);
		argv[argc++] = strcmp(word, "''") ? word : empty;
	}
	argv[argc] = NULL;
	return argc;
}
