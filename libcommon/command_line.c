// SPDX-License-Identifier: GPL-2.0-only
#include "command_line.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "errno_name.h"
#include "interface.h"
#include "log.h"
#include "parse_number.h"

#ifndef ECBPF_VERSION
#define ECBPF_VERSION "0.1.0"
#endif

#define OPTION_COUNT_MAX 64
#define VERB_COUNT_MAX 32
#define NAMES_SIZE 512

enum exit_status { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_PARTLY = 3 };

struct parse {
	const struct command_line *line;
	char **words; /* what of argv is still to be read, up to NULL */
	void *options;
	const struct verb_row *verb;
	uint64_t given; /* bit N: option row N */
	struct problem *problem;
};

/* One word that begins with a dash, as typed. */
struct flag {
	const char *text;  /* with the dashes */
	size_t length;     /* of that, without "=VALUE" */
	char letter;       /* 0: a long name */
	const char *value; /* behind the "=", else NULL */
};

static struct flag flag_of(const char *word)
{
	struct flag flag = { .text = word, .length = strlen(word) };

	if (word[1] != '-') {
		flag.letter = word[1] && !word[2] ? word[1] : '-';
	} else {
		flag.length = strcspn(word, "=");
		if (word[flag.length])
			flag.value = word + flag.length + 1;
	}
	return flag;
}

static bool flag_is(const struct flag *flag, const char *name, char letter)
{
	if (flag->letter)
		return flag->letter == letter;
	return flag->length == strlen(name) + 2 && !memcmp(flag->text + 2, name, flag->length - 2);
}

static void *member(const struct parse *parse, size_t offset)
{
	return (char *)parse->options + offset;
}

/* The value typed for --NAME: behind the "=" or the next word. NULL with a problem if there is
 * none. */
static const char *take_value(struct parse *parse, const struct flag *flag, const char *name,
			      const char *value_name)
{
	const char *value = flag->value;

	/* "--config --json" is a forgotten value far more often than a file of that name. */
	if (!value && *parse->words && (parse->words[0][0] != '-' || !parse->words[0][1]))
		value = *parse->words++;
	if (value && *value)
		return value;
	if (!value && *parse->words)
		problem_set(parse->problem, -EINVAL,
			    "--%s needs a value: %s; one that begins with '-' goes --%s=%s", name,
			    value_name, name, *parse->words);
	else
		problem_set(parse->problem, -EINVAL, "--%s needs a value: %s", name, value_name);
	return NULL;
}

static int refuse_value(struct parse *parse, const struct flag *flag, const char *name)
{
	if (!flag->value)
		return 0;
	return problem_set(parse->problem, -EINVAL, "--%s takes no value", name);
}

static int store_number(struct parse *parse, const struct option_row *row, const char *value)
{
	if (parse_number(value, row->minimum, row->maximum, member(parse, row->offset)) == 0)
		return 0;
	return problem_set(parse->problem, -EINVAL,
			   "--%s: '%s' is not a number from %" PRIu64 " to %" PRIu64, row->name,
			   value, row->minimum, row->maximum);
}

static int store_choice(struct parse *parse, const struct option_row *row, const char *value)
{
	char names[NAMES_SIZE] = "";

	for (int i = 0; row->choices[i]; i++) {
		size_t length = strlen(names);

		if (!strcmp(row->choices[i], value)) {
			*(int *)member(parse, row->offset) = i;
			return 0;
		}
		snprintf(names + length, sizeof(names) - length, "%s%s", i ? ", " : "",
			 row->choices[i]);
	}
	return problem_set(parse->problem, -EINVAL, "--%s: '%s' is not one of %s", row->name, value,
			   names);
}

static int store_value(struct parse *parse, const struct option_row *row, const char *value)
{
	switch (row->kind) {
	case OPTION_FLAG:
	case OPTION_FLAG_OFF:
		*(bool *)member(parse, row->offset) = row->kind == OPTION_FLAG;
		return 0;
	case OPTION_TEXT:
		*(const char **)member(parse, row->offset) = value;
		return 0;
	case OPTION_NUMBER:
		return store_number(parse, row, value);
	case OPTION_INTERFACES:
		if (interface_list_add(member(parse, row->offset), value, parse->problem) < 0)
			return problem_prefix(parse->problem, -EINVAL, "--%s", row->name);
		return 0;
	case OPTION_CHOICE:
		return store_choice(parse, row, value);
	}
	return problem_set(parse->problem, -EINVAL, "--%s: unknown kind of option", row->name);
}

static bool is_switch(const struct option_row *row)
{
	return row->kind == OPTION_FLAG || row->kind == OPTION_FLAG_OFF;
}

/* Refuses an option that was given already, and --no-x beside --x. */
static int check_repeated(struct parse *parse, const struct option_row *row)
{
	const struct option_row *rows = parse->line->options;

	for (size_t i = 0; i < parse->line->option_count; i++) {
		if (!(parse->given & (UINT64_C(1) << i)))
			continue;
		if (&rows[i] == row && row->kind != OPTION_INTERFACES)
			return problem_set(parse->problem, -EINVAL, "--%s is given twice",
					   row->name);
		if (&rows[i] != row && is_switch(row) && is_switch(&rows[i]) &&
		    rows[i].offset == row->offset)
			return problem_set(parse->problem, -EINVAL,
					   "--%s and --%s contradict each other: give one",
					   rows[i].name, row->name);
	}
	return 0;
}

static int read_option(struct parse *parse, const struct flag *flag, const struct option_row *row)
{
	const char *value = NULL;
	int err = check_repeated(parse, row);

	if (err < 0)
		return err;
	if (is_switch(row)) {
		err = refuse_value(parse, flag, row->name);
		if (err < 0)
			return err;
	} else {
		value = take_value(parse, flag, row->name, row->value_name);
		if (!value)
			return -EINVAL;
	}
	err = store_value(parse, row, value);
	if (err < 0)
		return err;
	parse->given |= UINT64_C(1) << (row - parse->line->options);
	if (row->given_offset)
		*(bool *)member(parse, row->given_offset) = true;
	return 0;
}

static int read_verb(struct parse *parse, const struct flag *flag, const struct verb_row *row)
{
	const char *value;

	if (parse->verb == row)
		return problem_set(parse->problem, -EINVAL, "--%s is given twice", row->name);
	if (parse->verb)
		return problem_set(parse->problem, -EINVAL,
				   "--%s and --%s are both verbs: give one", parse->verb->name,
				   row->name);
	parse->verb = row;
	if (!row->value_name)
		return refuse_value(parse, flag, row->name);
	value = take_value(parse, flag, row->name, row->value_name);
	if (!value)
		return -EINVAL;
	*(const char **)member(parse, row->offset) = value;
	return 0;
}

/* Returns 1 when --help or --version was answered: the rest does not matter then. */
static int read_flag(struct parse *parse, const struct flag *flag)
{
	const struct command_line *line = parse->line;

	for (size_t i = 0; i < line->verb_count; i++) {
		if (flag_is(flag, line->verbs[i].name, line->verbs[i].letter))
			return read_verb(parse, flag, &line->verbs[i]);
	}
	for (size_t i = 0; i < line->option_count; i++) {
		if (flag_is(flag, line->options[i].name, line->options[i].letter))
			return read_option(parse, flag, &line->options[i]);
	}
	if (flag_is(flag, "help", 'h')) {
		command_line_usage(line, stdout);
		return 1;
	}
	if (flag_is(flag, "version", 'V')) {
		printf("%s %s\n", line->tool, ECBPF_VERSION);
		return 1;
	}
	return problem_set(parse->problem, -EINVAL, "unknown option '%.*s'; see --help",
			   (int)flag->length, flag->text);
}

static int read_words(struct parse *parse)
{
	while (*parse->words) {
		const char *word = *parse->words++;
		struct flag flag;
		int result;

		if (word[0] != '-')
			return problem_set(parse->problem, -EINVAL,
					   "unknown word '%s': options begin with --; see --help",
					   word);
		flag = flag_of(word);
		result = read_flag(parse, &flag);
		if (result != 0)
			return result;
	}
	return 0;
}

/* What can be said only when all words are known. */
static int check_verb(struct parse *parse)
{
	const struct command_line *line = parse->line;
	char names[NAMES_SIZE] = "";
	uint32_t verb;

	if (!parse->verb) {
		for (size_t i = 0; i < line->verb_count; i++) {
			size_t length = strlen(names);

			snprintf(names + length, sizeof(names) - length, "%s--%s", i ? ", " : "",
				 line->verbs[i].name);
		}
		return problem_set(parse->problem, -EINVAL,
				   "no verb given: say one of %s; see --help", names);
	}
	verb = UINT32_C(1) << (parse->verb - line->verbs);
	for (size_t i = 0; i < line->option_count; i++) {
		uint32_t allowed = line->options[i].verbs;

		if ((parse->given & (UINT64_C(1) << i)) && allowed && !(allowed & verb))
			return problem_set(parse->problem, -EINVAL, "--%s does not go with --%s",
					   line->options[i].name, parse->verb->name);
	}
	return 0;
}

int command_line_parse(const struct command_line *line, int argc, char **argv, void *options,
		       const struct verb_row **ret_verb, struct problem *problem)
{
	struct parse parse = {
		.line = line,
		.words = argc > 0 ? argv + 1 : argv,
		.options = options,
		.problem = problem,
	};
	int result;

	if (line->verb_count > VERB_COUNT_MAX || line->option_count > OPTION_COUNT_MAX)
		return problem_set(problem, -EINVAL,
				   "%s has more verbs or options than are supported", line->tool);
	result = read_words(&parse);
	if (result == 0)
		result = check_verb(&parse);
	if (result < 0)
		return result;
	*ret_verb = result == 0 ? parse.verb : NULL;
	return 0;
}

/* The value of the option row "verbose", if the tool has one. */
static bool wants_verbose(const struct command_line *line, const void *options)
{
	for (size_t i = 0; i < line->option_count; i++) {
		const struct option_row *row = &line->options[i];

		if (row->kind == OPTION_FLAG && !strcmp(row->name, "verbose"))
			return *(const bool *)((const char *)options + row->offset);
	}
	return false;
}

/* Everything else points into argv. */
static void free_lists(const struct command_line *line, void *options)
{
	for (size_t i = 0; i < line->option_count; i++) {
		const struct option_row *row = &line->options[i];

		if (row->kind == OPTION_INTERFACES)
			interface_list_free((void *)((char *)options + row->offset));
	}
}

static int run_verb(const struct command_line *line, int argc, char **argv, void *options)
{
	struct problem problem = { 0 };
	const struct verb_row *verb = NULL;
	int err;

	log_open(line->tool, false);
	if (command_line_parse(line, argc, argv, options, &verb, &problem) < 0) {
		log_error("%s", problem.text);
		return EXIT_USAGE;
	}
	if (!verb) {
		if (fflush(stdout) == 0 && !ferror(stdout))
			return EXIT_DONE;
		log_error("cannot write to stdout: %s", errno_name(errno));
		return EXIT_FAILED;
	}
	log_open(line->tool, wants_verbose(line, options));
	err = verb->run(options, &problem);
	if (err == 0)
		return EXIT_DONE;
	if (!problem.text[0])
		problem_errno(&problem, err, "--%s failed", verb->name);
	log_problem(&problem);
	return err == COMMAND_LINE_PARTLY ? EXIT_PARTLY : EXIT_FAILED;
}

int command_line_main(const struct command_line *line, int argc, char **argv, void *options)
{
	int status = run_verb(line, argc, argv, options);

	free_lists(line, options);
	return status;
}
