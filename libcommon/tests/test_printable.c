// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "printable.h"

static void assert_copy(const char *text, enum printable_for reader, const char *expected)
{
	char *copy = printable_copy(text, reader);

	assert_non_null(copy);
	assert_string_equal(copy, expected);
	free(copy);
}

static void keeps_valid_utf8(void **state)
{
	static const char *const rows[] = {
		"",
		"eth0",
		"gr\xc3\xbc\xc3\x9f",
		"\xe2\x82\xac",
		"\xf0\x9f\x90\x9d",
		"\xc2\xa0",
		"\xdf\xbf",
		"\xe0\xa0\x80",
		"\xed\x9f\xbf",
		"\xee\x80\x80",
		"\xf0\x90\x80\x80",
		"\xf4\x8f\xbf\xbf",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_copy(rows[i], PRINTABLE_FOR_JSON, rows[i]);
		assert_copy(rows[i], PRINTABLE_FOR_TERMINAL, rows[i]);
	}
}

static void escapes_what_is_not_utf8(void **state)
{
	static const struct {
		const char *text;
		const char *expected;
	} rows[] = {
		{ "a\xff", "a\\xff" },
		{ "\x80", "\\x80" },
		{ "\xc3", "\\xc3" },
		{ "\xc3z", "\\xc3z" },
		{ "\xe2\x82", "\\xe2\\x82" },
		{ "\xf0\x9f\x90", "\\xf0\\x9f\\x90" },
		{ "\xc0\x80", "\\xc0\\x80" },
		{ "\xc1\xbf", "\\xc1\\xbf" },
		{ "\xe0\x9f\xbf", "\\xe0\\x9f\\xbf" },
		{ "\xf0\x8f\xbf\xbf", "\\xf0\\x8f\\xbf\\xbf" },
		{ "\xed\xa0\x80", "\\xed\\xa0\\x80" },
		{ "\xed\xbf\xbf", "\\xed\\xbf\\xbf" },
		{ "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80" },
		{ "\xf8\x88\x80\x80\x80", "\\xf8\\x88\\x80\\x80\\x80" },
		{ "\xc3\xc3\xbc", "\\xc3\xc3\xbc" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_copy(rows[i].text, PRINTABLE_FOR_JSON, rows[i].expected);
		assert_copy(rows[i].text, PRINTABLE_FOR_TERMINAL, rows[i].expected);
	}
}

static void escapes_controls_for_terminals_only(void **state)
{
	(void)state;
	assert_copy("a\x1b[1m\n\t\x7f", PRINTABLE_FOR_JSON, "a\x1b[1m\n\t\x7f");
	assert_copy("a\x1b[1m\n\t\x7f", PRINTABLE_FOR_TERMINAL, "a\\x1b[1m\\x0a\\x09\\x7f");
	assert_copy("\xc2\x9b", PRINTABLE_FOR_JSON, "\xc2\x9b");
	assert_copy("\xc2\x9b", PRINTABLE_FOR_TERMINAL, "\\xc2\\x9b");
}

static void counts_characters(void **state)
{
	(void)state;
	assert_int_equal(printable_width(""), 0);
	assert_int_equal(printable_width("eth0"), 4);
	assert_int_equal(printable_width("gr\xc3\xbc\xc3\x9f"), 4);
	assert_int_equal(printable_width("\xe2\x82\xac\xf0\x9f\x90\x9d"), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_valid_utf8),
		cmocka_unit_test(escapes_what_is_not_utf8),
		cmocka_unit_test(escapes_controls_for_terminals_only),
		cmocka_unit_test(counts_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
