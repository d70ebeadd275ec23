// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "command_line_sample.h"

/* `words` must outlive the options: values point into it. */
static int parse(char *words, struct sample_options *options, const struct verb_row **ret_verb,
		 struct problem *problem)
{
	char *argv[SAMPLE_WORDS_MAX + 1];
	int argc = sample_split(words, argv);

	*options = (struct sample_options){ .frags = true };
	*problem = (struct problem){ 0 };
	return command_line_parse(&sample_line, argc, argv, options, ret_verb, problem);
}

static void assert_wrong(const char *text, const char *expected)
{
	const struct verb_row *verb = &sample_verbs[SAMPLE_STATUS];
	struct sample_options options;
	struct problem problem;
	char words[256];

	strcpy(words, text);
	assert_int_equal(parse(words, &options, &verb, &problem), -EINVAL);
	interface_list_free(&options.interfaces);
	assert_string_equal(problem.text, expected);
	assert_ptr_equal(verb, &sample_verbs[SAMPLE_STATUS]);
}

static void stores_values(void **state)
{
	static const char *const rows[] = {
		"--attach --interface a,b --slot 3 --mode generic --no-frags --config f --json",
		"--interface=a,b --slot=3 --mode=generic --attach --no-frags --config=f --json",
		"--json -i a --config f -s 3 --no-frags --mode generic -i b,a -a",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct verb_row *verb = NULL;
		struct sample_options options;
		struct problem problem;
		char words[256];

		strcpy(words, rows[i]);
		assert_int_equal(parse(words, &options, &verb, &problem), 0);
		assert_ptr_equal(verb, &sample_verbs[SAMPLE_ATTACH]);
		assert_int_equal(options.interfaces.count, 2);
		assert_string_equal(options.interfaces.names[0], "a");
		assert_string_equal(options.interfaces.names[1], "b");
		assert_int_equal(options.slot, 3);
		assert_true(options.slot_given);
		assert_int_equal(options.mode, 1);
		assert_false(options.frags);
		assert_string_equal(options.config, "f");
		assert_true(options.json);
		assert_false(options.verbose);
		assert_null(options.object);
		assert_int_equal(options.runs, 0);
		interface_list_free(&options.interfaces);
	}
}

static void leaves_the_rest_alone(void **state)
{
	const struct verb_row *verb = NULL;
	struct sample_options options;
	struct problem problem;
	char words[] = "--status";

	(void)state;
	assert_int_equal(parse(words, &options, &verb, &problem), 0);
	assert_ptr_equal(verb, &sample_verbs[SAMPLE_STATUS]);
	assert_true(options.frags);
	assert_false(options.slot_given);
	assert_int_equal(options.interfaces.count, 0);
	assert_null(options.config);
	assert_string_equal(problem.text, "");
}

static void verb_takes_value(void **state)
{
	static const char *const rows[] = { "--load x.o", "--load=x.o", "-l x.o" };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct verb_row *verb = NULL;
		struct sample_options options;
		struct problem problem;
		char words[32];

		strcpy(words, rows[i]);
		assert_int_equal(parse(words, &options, &verb, &problem), 0);
		assert_ptr_equal(verb, &sample_verbs[SAMPLE_LOAD]);
		assert_string_equal(options.object, "x.o");
	}
}

static void strange_values_are_possible(void **state)
{
	const struct verb_row *verb = NULL;
	struct sample_options options;
	struct problem problem;
	char words[] = "--attach --interface=--json,-x -i x=y --config -";

	(void)state;
	assert_int_equal(parse(words, &options, &verb, &problem), 0);
	assert_int_equal(options.interfaces.count, 3);
	assert_string_equal(options.interfaces.names[0], "--json");
	assert_string_equal(options.interfaces.names[2], "x=y");
	assert_string_equal(options.config, "-");
	assert_false(options.json);
	interface_list_free(&options.interfaces);
}

static void wants_one_verb(void **state)
{
	(void)state;
	assert_wrong("", "no verb given: say one of --attach, --status, --load; see --help");
	assert_wrong("--json", "no verb given: say one of --attach, --status, --load; see --help");
	assert_wrong("--attach --status", "--attach and --status are both verbs: give one");
	assert_wrong("--load x -a", "--load and --attach are both verbs: give one");
	assert_wrong("--status --status", "--status is given twice");
}

static void every_word_is_known(void **state)
{
	(void)state;
	assert_wrong("--attach --foo", "unknown option '--foo'; see --help");
	assert_wrong("--attach --foo=bar", "unknown option '--foo'; see --help");
	assert_wrong("--attac", "unknown option '--attac'; see --help");
	assert_wrong("--attachs", "unknown option '--attachs'; see --help");
	assert_wrong("--Attach", "unknown option '--Attach'; see --help");
	assert_wrong("-attach", "unknown option '-attach'; see --help");
	assert_wrong("-ai", "unknown option '-ai'; see --help");
	assert_wrong("-s3", "unknown option '-s3'; see --help");
	assert_wrong("-x", "unknown option '-x'; see --help");
	assert_wrong("-", "unknown option '-'; see --help");
	assert_wrong("--", "unknown option '--'; see --help");
	assert_wrong("--=x", "unknown option '--'; see --help");
	assert_wrong("---", "unknown option '---'; see --help");
	assert_wrong("--attach eth0", "unknown word 'eth0': options begin with --; see --help");
	assert_wrong("status", "unknown word 'status': options begin with --; see --help");
	assert_wrong("--attach ''", "unknown word '': options begin with --; see --help");
}

static void values_are_checked(void **state)
{
	(void)state;
	assert_wrong("-a --slot 0", "--slot: '0' is not a number from 1 to 7");
	assert_wrong("-a -s 8", "--slot: '8' is not a number from 1 to 7");
	assert_wrong("-a --slot x", "--slot: 'x' is not a number from 1 to 7");
	assert_wrong("-a --mode nativ", "--mode: 'nativ' is not one of native, generic");
	assert_wrong("-a -i a,,b",
		     "--interface: '' is not an interface name: 1 to 15 characters, no '/', ':' "
		     "or white space");
}

static void values_are_needed(void **state)
{
	(void)state;
	assert_wrong("--attach --config", "--config needs a value: A-VERY-LONG-VALUE-NAME");
	assert_wrong("--attach --config=", "--config needs a value: A-VERY-LONG-VALUE-NAME");
	assert_wrong("--attach --slot ''", "--slot needs a value: N");
	assert_wrong("--load", "--load needs a value: OBJ");
	assert_wrong("--load=", "--load needs a value: OBJ");
	assert_wrong("-i --attach",
		     "--interface needs a value: LIST; one that begins with '-' goes "
		     "--interface=--attach");
	assert_wrong("--attach=1", "--attach takes no value");
	assert_wrong("--attach --json=", "--json takes no value");
}

static void options_are_given_once(void **state)
{
	(void)state;
	assert_wrong("-a --json --json", "--json is given twice");
	assert_wrong("-a --slot 3 -s 3", "--slot is given twice");
	assert_wrong("-a --config a --config=b", "--config is given twice");
	assert_wrong("-a --mode native --mode native", "--mode is given twice");
	assert_wrong("-a --frags --no-frags",
		     "--frags and --no-frags contradict each other: give one");
	assert_wrong("-a --no-frags --frags",
		     "--no-frags and --frags contradict each other: give one");
}

static void options_go_with_their_verbs(void **state)
{
	(void)state;
	assert_wrong("--frags --status", "--frags does not go with --status");
	assert_wrong("--status --slot 3", "--slot does not go with --status");
	assert_wrong("--load x --no-frags", "--no-frags does not go with --load");
}

static void too_many_rows(void **state)
{
	struct command_line long_line = sample_line;
	const struct verb_row *verb = NULL;
	char tool[] = "xdp_test";
	char *argv[] = { tool, NULL };
	struct problem problem = { 0 };
	struct sample_options options = { 0 };

	(void)state;
	long_line.option_count = 65;
	assert_int_equal(command_line_parse(&long_line, 1, argv, &options, &verb, &problem),
			 -EINVAL);
	assert_string_equal(problem.text, "xdp_test has more verbs or options than are supported");
	long_line = sample_line;
	long_line.verb_count = 33;
	assert_int_equal(command_line_parse(&long_line, 1, argv, &options, &verb, &problem),
			 -EINVAL);
}

static void no_words_at_all(void **state)
{
	const struct verb_row *verb = NULL;
	char *argv[] = { NULL };
	struct problem problem = { 0 };
	struct sample_options options = { 0 };

	(void)state;
	assert_int_equal(command_line_parse(&sample_line, 0, argv, &options, &verb, &problem),
			 -EINVAL);
	assert_memory_equal(problem.text, "no verb given", 13);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stores_values),
		cmocka_unit_test(leaves_the_rest_alone),
		cmocka_unit_test(verb_takes_value),
		cmocka_unit_test(strange_values_are_possible),
		cmocka_unit_test(wants_one_verb),
		cmocka_unit_test(every_word_is_known),
		cmocka_unit_test(values_are_checked),
		cmocka_unit_test(values_are_needed),
		cmocka_unit_test(options_are_given_once),
		cmocka_unit_test(options_go_with_their_verbs),
		cmocka_unit_test(too_many_rows),
		cmocka_unit_test(no_words_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
