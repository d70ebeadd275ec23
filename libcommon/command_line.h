/* SPDX-License-Identifier: GPL-2.0-only */
/* A command line as data: one row per verb, one row per option; usage text is derived. There is no
 * default verb. Values are stored into the caller's options structure at the row's offset. */
#ifndef ECBPF_COMMAND_LINE_H
#define ECBPF_COMMAND_LINE_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "problem.h"

enum option_kind {
	OPTION_FLAG,       /* bool member, set to true */
	OPTION_FLAG_OFF,   /* bool member, set to false; --no-x excludes --x of the same member */
	OPTION_TEXT,       /* const char * member, points into argv; at most once */
	OPTION_NUMBER,     /* uint64_t member, minimum..maximum */
	OPTION_INTERFACES, /* struct interface_list member; may be repeated */
	OPTION_CHOICE,     /* int member, index into `choices` (NULL-terminated) */
};

struct option_row {
	const char *name; /* without the dashes */
	char letter;      /* short option, 0: none */
	enum option_kind kind;
	size_t offset;       /* of the member */
	size_t given_offset; /* of a bool member, set to true when the option is given; 0: none */
	uint64_t minimum;
	uint64_t maximum;
	const char *const *choices;
	const char *value_name; /* "N", "LIST" …; needed unless the option is a flag */
	const char *help;       /* usage adds the range or the choices, and the verbs */
	uint32_t verbs;         /* bit N: allowed with verb row N; 0: with every verb */
};

struct verb_row {
	const char *name;
	char letter;
	const char *value_name; /* not NULL: takes a value, stored at `offset` as OPTION_TEXT */
	size_t offset;
	const char *help;
	/* Does the work. Returns 0 or a negative errno with the problem told. */
	int (*run)(void *options, struct problem *problem);
};

struct command_line {
	const char *tool;    /* "xdp_filter" */
	const char *summary; /* one sentence */
	const struct verb_row *verbs;
	size_t verb_count; /* at most 32 */
	const struct option_row *options;
	size_t option_count; /* at most 64 */
	const char *footer;  /* text behind the options in the usage, may be NULL */
};

/* Understands argv, strictly: exactly one verb, every word used, no abbreviations of long names,
 * option not repeated and allowed with the verb. A value is the next word or goes behind "=", which
 * is the only way for one that begins with "-"; it is not empty. --help and --version are always
 * understood, as -h and -V where no row uses these letters. Returns 0 with *ret_verb set (NULL:
 * help or version was printed on stdout), or -EINVAL with a problem that names the word and says
 * what to type. Nothing is run. */
int command_line_parse(const struct command_line *line, int argc, char **argv, void *options,
		       const struct verb_row **ret_verb, struct problem *problem);
void command_line_usage(const struct command_line *line, FILE *stream);

/* From a verb: what could be done was, but something that was asked for is not there. */
#define COMMAND_LINE_PARTLY (-ENONET)

/* All of main(): parses, sets up logging (a flag named "verbose" makes it verbose), runs the verb,
 * prints the problem on stderr as "TOOL: problem", frees the lists of interfaces in `options`.
 * Returns the exit status: 0, 1 the verb failed, 2 the command line was wrong, 3 COMMAND_LINE_PARTLY. */
int command_line_main(const struct command_line *line, int argc, char **argv, void *options);

#endif
