// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "errno_name.h"

static void names_both_signs(void **state)
{
	(void)state;
	assert_string_equal(errno_name(-EINVAL), "-EINVAL (Invalid argument)");
	assert_string_equal(errno_name(EINVAL), "-EINVAL (Invalid argument)");
	assert_string_equal(errno_name(-E2BIG), "-E2BIG (Argument list too long)");
}

static void names_what_only_the_kernel_knows(void **state)
{
	(void)state;
	assert_string_equal(errno_name(-524),
			    "-ENOTSUPP (Not supported by the kernel or the driver)");
}

static void tells_the_number_of_others(void **state)
{
	(void)state;
	assert_string_equal(errno_name(0), "0 (Success)");
	assert_string_equal(errno_name(-98765), "-98765 (unknown error)");
	assert_string_equal(errno_name(98765), "-98765 (unknown error)");
	assert_string_equal(errno_name(INT_MIN), "-2147483648 (unknown error)");
	assert_string_equal(errno_name(INT_MAX), "-2147483647 (unknown error)");
}

static void every_errno_fits(void **state)
{
	(void)state;
	for (int err = 1; err < 600; err++) {
		const char *text = errno_name(err);

		assert_int_equal(text[strlen(text) - 1], ')');
	}
}

static void two_in_one_expression(void **state)
{
	const char *first = errno_name(-EIO);
	const char *second = errno_name(-EPERM);

	(void)state;
	assert_string_equal(first, "-EIO (Input/output error)");
	assert_string_equal(second, "-EPERM (Operation not permitted)");
}

static void small_buffer_is_terminated(void **state)
{
	char text[8] = "zzzzzzz";

	(void)state;
	assert_ptr_equal(errno_name_format(text, 5, -EINVAL), text);
	assert_string_equal(text, "-EIN");
	assert_int_equal(text[5], 'z');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_both_signs),
		cmocka_unit_test(names_what_only_the_kernel_knows),
		cmocka_unit_test(tells_the_number_of_others),
		cmocka_unit_test(every_errno_fits),
		cmocka_unit_test(two_in_one_expression),
		cmocka_unit_test(small_buffer_is_terminated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
