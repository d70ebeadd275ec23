// SPDX-License-Identifier: GPL-2.0-only
#include "duration.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static void test_units(void **state)
{
	static const struct {
		const char *text;
		uint64_t seconds;
	} rows[] = {
		{ "1s", 1 },
		{ "90s", 90 },
		{ "15m", 900 },
		{ "2h", 7200 },
		{ "7d", 604800 },
		{ "3650d", 315360000 },
		{ "007s", 7 },
		{ "87600h", 315360000 },
		{ "5256000m", 315360000 },
		{ "315360000s", 315360000 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		uint64_t seconds = 0;

		assert_int_equal(duration_parse(rows[i].text, &seconds, NULL), 0);
		assert_int_equal(seconds, rows[i].seconds);
	}
}

static void test_refused(void **state)
{
	static const char *const texts[] = {
		"",          "s",   "90",   "0s",  "-1s",   "1.5h",
		"1 s",       " 1s", "1S",   "1ms", "3651d", "87601h",
		"1w",        "s1",  "0x1s", "+1s", "1sm",   "99999999999999999999s",
		"315360001s"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct problem problem = { 0 };
		uint64_t seconds = 42;

		assert_int_equal(duration_parse(texts[i], &seconds, &problem), -EINVAL);
		assert_int_equal(seconds, 42);
		assert_non_null(strstr(problem.text, "is not a duration"));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_units),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
