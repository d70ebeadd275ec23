/* SPDX-License-Identifier: GPL-2.0-only */
/* A command line with a row of every kind, for the tests of command_line. */
#ifndef ECBPF_TESTS_COMMAND_LINE_SAMPLE_H
#define ECBPF_TESTS_COMMAND_LINE_SAMPLE_H

#include <stdbool.h>

#include "command_line.h"
#include "interface.h"

#define SAMPLE_WORDS_MAX 16

enum { SAMPLE_ATTACH, SAMPLE_STATUS, SAMPLE_LOAD };

struct sample_options {
	int first; /* no row has its member here: offset 0 must not be special */
	const char *object;
	const char *config;
	struct interface_list interfaces;
	uint64_t slot;
	bool slot_given;
	int mode;
	bool frags;
	bool json;
	bool verbose;
	unsigned int runs;
	int result;
	bool tell;
	bool show_kept_log;
	bool was_verbose;
};

extern const struct verb_row sample_verbs[];
extern const struct command_line sample_line;

/* Splits at spaces, in place; "''" is an empty word. Returns argc, argv[0] is the tool's name. */
int sample_split(char *words, char *argv[SAMPLE_WORDS_MAX + 1]);

#endif
