// SPDX-License-Identifier: GPL-2.0-only
#include "short_number.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void is(uint64_t number, const char *expected)
{
	char text[SHORT_NUMBER_SIZE];

	assert_string_equal(short_number(text, number, true), expected);
}

static void short_ones_have_three_figures(void **state)
{
	(void)state;
	is(0, "0");
	is(9999, "9999");
	is(10000, "10.0k");
	is(99999, "99.9k");
	is(100000, "100k");
	is(999999, "999k");
	is(1000000, "1.00M");
	is(1234567, "1.23M");
	is(1999999999, "1.99G");
	is(UINT64_C(1050000000000), "1.05T");
	is(UINT64_C(999999999999999), "999T");
	is(UINT64_C(1000000000000000), "1.00P");
	is(UINT64_MAX, "18.4E");
}

static void exact_ones_are_exact(void **state)
{
	char text[SHORT_NUMBER_SIZE];

	(void)state;
	assert_string_equal(short_number(text, UINT64_MAX, false), "18446744073709551615");
	assert_string_equal(short_number(text, 10000, false), "10000");
}

static void rates_are_per_second(void **state)
{
	(void)state;
	assert_int_equal(short_number_rate(100, 0), 0);
	assert_int_equal(short_number_rate(100, 1000000000), 100);
	assert_int_equal(short_number_rate(3, 2000000000), 2);
	assert_int_equal(short_number_rate(1, 500000000), 2);
	assert_int_equal(short_number_rate(0, 1), 0);
	/* An hour at a hundred million packets a second. */
	assert_int_equal(short_number_rate(UINT64_C(360000000000), UINT64_C(3600000000000)),
			 100000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(short_ones_have_three_figures),
		cmocka_unit_test(exact_ones_are_exact),
		cmocka_unit_test(rates_are_per_second),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
