// SPDX-License-Identifier: GPL-2.0-only
#include "monotonic_clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <time.h>

/* What the function asks for, and what it gets. */
static clockid_t asked;
static struct timespec told;

int clock_gettime(clockid_t clock_id, struct timespec *tp)
{
	asked = clock_id;
	*tp = told;
	return 0;
}

static void it_is_the_monotonic_clock_in_nanoseconds(void **state)
{
	(void)state;
	told = (struct timespec){ 0, 7 };
	assert_true(monotonic_clock_now() == 7);
	assert_int_equal(asked, CLOCK_MONOTONIC);
	told = (struct timespec){ 3, 999999999 };
	assert_true(monotonic_clock_now() == UINT64_C(3999999999));
	/* More than 32 bits of seconds' nanoseconds: 584 years of uptime fit. */
	told = (struct timespec){ 18446744073, 709551615 };
	assert_true(monotonic_clock_now() == UINT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_the_monotonic_clock_in_nanoseconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
