// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "load_time.h"

static void text_is_utc(void **state)
{
	char text[LOAD_TIME_SIZE];

	(void)state;
	assert_string_equal(load_time_text(1695942192ULL * 1000000000ULL + 999999999ULL, text),
			    "Thu, 28 Sep 2023 23:03:12 +0000");
	assert_ptr_equal(load_time_text(1, text), text);
	assert_string_equal(text, "Thu, 01 Jan 1970 00:00:00 +0000");
}

static void zero_is_unknown(void **state)
{
	char text[LOAD_TIME_SIZE] = "as it was";

	(void)state;
	assert_null(load_time_text(0, text));
	assert_string_equal(text, "as it was");
}

static void now_is_between_two_clocks(void **state)
{
	uint64_t before = (uint64_t)time(NULL) - 1, now = load_time_now();

	(void)state;
	assert_in_range(now / 1000000000ULL, before, (uint64_t)time(NULL) + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_utc),
		cmocka_unit_test(zero_is_unknown),
		cmocka_unit_test(now_is_between_two_clocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
