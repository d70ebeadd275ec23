// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "parse_number.h"

static void understands_numbers(void **state)
{
	static const struct {
		const char *text;
		uint64_t expected;
	} rows[] = {
		{ "0", 0 },
		{ "7", 7 },
		{ "010", 10 },
		{ "4294967296", UINT64_C(4294967296) },
		{ "18446744073709551615", UINT64_MAX },
		{ "00000000000000000000000000000000000000001", 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t number = 99;

		assert_int_equal(parse_number(rows[i].text, 0, UINT64_MAX, &number), 0);
		assert_int_equal(number, rows[i].expected);
	}
}

static void refuses_what_is_no_number(void **state)
{
	static const char *const rows[] = {
		"",    " ",   "-1", "+1",       "1 ", " 1", "0x1", "1e3",
		"1.0", "12a", "a",  "\xd9\xa3", "/",  ":",  "1\n", "99999999999999999999999999x",
	};
	uint64_t number = 99;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(parse_number(rows[i], 0, UINT64_MAX, &number), -EINVAL);
	assert_int_equal(parse_number(NULL, 0, UINT64_MAX, &number), -EINVAL);
	assert_int_equal(number, 99);
}

static void keeps_the_range(void **state)
{
	static const struct {
		const char *text;
		uint64_t minimum;
		uint64_t maximum;
		int expected;
	} rows[] = {
		{ "3", 3, 7, 0 },
		{ "7", 3, 7, 0 },
		{ "2", 3, 7, -ERANGE },
		{ "8", 3, 7, -ERANGE },
		{ "18446744073709551616", 0, UINT64_MAX, -ERANGE },
		{ "18446744073709551620", 0, UINT64_MAX, -ERANGE },
		{ "184467440737095516150", 0, UINT64_MAX, -ERANGE },
		{ "184467440737095516161", 0, UINT64_MAX, -ERANGE },
		{ "36893488147419103232", 0, UINT64_MAX, -ERANGE },
		{ "4294967299", 3, 7, -ERANGE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t number = 99;
		int err = parse_number(rows[i].text, rows[i].minimum, rows[i].maximum, &number);

		assert_int_equal(err, rows[i].expected);
		if (err < 0)
			assert_int_equal(number, 99);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(understands_numbers),
		cmocka_unit_test(refuses_what_is_no_number),
		cmocka_unit_test(keeps_the_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
