// SPDX-License-Identifier: GPL-2.0-only
#include "verb_word.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static const struct verb_row verbs[] = {
	{ "status", 0, NULL, 0, "", NULL },
	{ "check-config", 0, NULL, 0, "", NULL },
};
static const struct command_line line = { .tool = "x", .verbs = verbs, .verb_count = 2 };

static void becomes(char *first, const char *expected)
{
	char *argv[] = { (char *)"x", first, (char *)"status", NULL };
	char word[VERB_WORD_SIZE];

	verb_word(&line, 3, argv, word);
	assert_string_equal(argv[1], expected);
	/* Only the first one is a verb without being marked as one. */
	assert_string_equal(argv[2], "status");
}

static void verbs_get_their_dashes(void **state)
{
	char status[] = "status", check[] = "check-config", help[] = "help", version[] = "version";

	(void)state;
	becomes(status, "--status");
	becomes(check, "--check-config");
	becomes(help, "--help");
	becomes(version, "--version");
}

static void all_else_stays(void **state)
{
	char dashed[] = "--status", other[] = "statu", longer[] = "status2", empty[] = "";
	char very_long[] = "check-config-check-config-check-config-check-config";

	(void)state;
	becomes(dashed, "--status");
	becomes(other, "statu");
	becomes(longer, "status2");
	becomes(empty, "");
	becomes(very_long, very_long);
}

static void no_word_is_fine(void **state)
{
	char *argv[] = { (char *)"x", NULL };
	char word[VERB_WORD_SIZE];

	(void)state;
	verb_word(&line, 1, argv, word);
	verb_word(&line, 0, argv + 1, word);
	assert_null(argv[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verbs_get_their_dashes),
		cmocka_unit_test(all_else_stays),
		cmocka_unit_test(no_word_is_fine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
