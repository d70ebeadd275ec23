// SPDX-License-Identifier: GPL-2.0-only
/* What --status ends with says who does not do what it was told to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>

#include "bypass_status.h"

static void test_sick(void **state)
{
	static const struct {
		struct bypass_sick sick;
		const char *who;
	} rows[] = {
		{ { .is_namespace = true }, "the network namespace" },
		{ { .interfaces = 1 }, "1 interface" },
		{ { .interfaces = 4294967295U }, "4294967295 interfaces" },
		{ { .is_namespace = true, .interfaces = 1 },
		  "the network namespace and 1 interface" },
		{ { .is_namespace = true, .interfaces = 2 },
		  "the network namespace and 2 interfaces" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct problem problem = { 0 };
		char expected[200];

		(void)snprintf(expected, sizeof(expected),
			       "%s: bypass_udp does not do what it was told to (see what DISAGREES in "
			       "the status)",
			       rows[i].who);
		assert_int_equal(bypass_sick_check(&rows[i].sick, &problem), -EUCLEAN);
		assert_string_equal(problem.text, expected);
	}
}

static void test_healthy(void **state)
{
	struct problem problem = { 0 };

	(void)state;
	assert_int_equal(bypass_sick_check(&(struct bypass_sick){ 0 }, &problem), 0);
	assert_string_equal(problem.text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sick),
		cmocka_unit_test(test_healthy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
