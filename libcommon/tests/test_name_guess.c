// SPDX-License-Identifier: GPL-2.0-only
#include "name_guess.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static const char *const names[] = { "mode", "frags", "nop", "interface", "interfaces", NULL };

static void the_nearest_is_found(void **state)
{
	static const struct {
		const char *name, *guess; /* NULL: none */
	} rows[] = {
		{ "mod", "mode" },
		{ "mdoe", "mode" },
		{ "modes", "mode" },
		{ "Mode", "mode" },
		{ "frag", "frags" },
		{ "flags", "frags" },
		{ "intrefaces", "interfaces" },
		{ "interfac", "interface" },
		{ "interfacess", "interfaces" },
		{ "nop", "nop" },
		{ "no", "nop" },
		{ "x", NULL },
		{ "", NULL },
		{ "bucket", NULL },
		{ "xyz", NULL },
		{ "node_modules", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *guess = name_guess(rows[i].name, names);

		if (!rows[i].guess && guess)
			fail_msg("'%s' is taken for '%s'", rows[i].name, guess);
		else if (rows[i].guess && !guess)
			fail_msg("'%s' is taken for nothing", rows[i].name);
		else if (guess)
			assert_string_equal(guess, rows[i].guess);
	}
}

static void letters_that_are_swapped_are_near(void **state)
{
	static const char *const keys[] = { "in", "out", "both", NULL };

	(void)state;
	assert_string_equal(name_guess("boht", keys), "both");
	assert_string_equal(name_guess("otu", keys), "out");
	assert_string_equal(name_guess("ni", keys), "in");
}

static void the_first_of_equals(void **state)
{
	static const char *const near[] = { "abcd", "abce", NULL }, *const none[] = { NULL },
				 *const one[] = { "a", NULL };

	(void)state;
	assert_string_equal(name_guess("abcf", near), "abcd");
	assert_null(name_guess("abcf", none));
	/* With nothing in common it is a guess no more. */
	assert_null(name_guess("x", one));
}

static void long_names_are_nothing(void **state)
{
	char long_name[200];
	const char *const only[] = { long_name, "ab", NULL };

	(void)state;
	memset(long_name, 'a', sizeof(long_name) - 1);
	long_name[sizeof(long_name) - 1] = '\0';
	assert_null(name_guess(long_name, only));
	assert_string_equal(name_guess("abc", only), "ab");
	/* 64 letters are compared, 65 are not. */
	long_name[64] = '\0';
	assert_ptr_equal(name_guess(long_name, only), long_name);
	long_name[64] = 'a';
	long_name[65] = '\0';
	assert_null(name_guess(long_name, only));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_nearest_is_found),
		cmocka_unit_test(letters_that_are_swapped_are_near),
		cmocka_unit_test(the_first_of_equals),
		cmocka_unit_test(long_names_are_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
