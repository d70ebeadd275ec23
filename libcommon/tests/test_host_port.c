// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "host_port.h"

static void takes_two_words(void **state)
{
	static const char *const cases[][3] = {
		{ "localhost:8125", "localhost", "8125" },
		{ "127.0.0.1:1", "127.0.0.1", "1" },
		{ "[2001:db8::1]:65535", "2001:db8::1", "65535" },
		{ "[fe80::1%eth0]:09431", "fe80::1%eth0", "9431" },
	};
	struct host_port got;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(host_port_parse(cases[i][0], &got, NULL), 0);
		assert_string_equal(got.host, cases[i][1]);
		assert_string_equal(got.port, cases[i][2]);
	}
}

static void refuses_others(void **state)
{
	static const char *const wrong[] = { "",       "host",       ":1",      "host:",
					     "host:0", "host:65536", "host:1x", "fd00::1:8125",
					     "[]:1",   "[::1]",      "host: 1", "[::1:1" };
	struct host_port got = { "before", "1" };
	char text[400] = "";

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct problem problem = { 0 };

		assert_int_equal(host_port_parse(wrong[i], &got, &problem), -EINVAL);
		assert_non_null(strstr(problem.text, wrong[i]));
		assert_non_null(strstr(problem.text, "HOST:PORT"));
	}
	memset(text, 'a', 256);
	strcat(text, ":1");
	assert_int_equal(host_port_parse(text, &got, NULL), -EINVAL);
	assert_string_equal(got.host, "before");
	assert_int_equal(host_port_parse(text + 1, &got, NULL), 0);
	assert_int_equal(strlen(got.host), 255);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_two_words),
		cmocka_unit_test(refuses_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
