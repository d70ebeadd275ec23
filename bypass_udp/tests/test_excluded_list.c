// SPDX-License-Identifier: GPL-2.0-only
#include "excluded_list.h"

#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static struct problem problem;
static struct bypass_excluded excluded;

static int set_up(void **state)
{
	(void)state;
	memset(&excluded, 0, sizeof(excluded));
	excluded.version = 3;
	return 0;
}

static void add(const char *text)
{
	if (excluded_list_add(&excluded, text, &problem))
		fail_msg("%s: %s", text, problem.text);
}

static void test_add(void **state)
{
	(void)state;
	add("10.0.0.0/8,2001:db8::/32,192.0.2.1");
	assert_int_equal(excluded.count, 3);
	assert_int_equal(excluded.version, 3);
	assert_int_equal(excluded.prefix[0].family, FLOW_IPV4);
	assert_int_equal(excluded.prefix[0].length, 8);
	assert_int_equal(excluded.prefix[0].address[0], htonl(0x0a000000));
	assert_int_equal(excluded.prefix[1].family, FLOW_IPV6);
	assert_int_equal(excluded.prefix[1].length, 32);
	assert_int_equal(excluded.prefix[1].address[0], htonl(0x20010db8));
	assert_int_equal(excluded.prefix[2].length, 32);
	add("10.0.0.0/8,10.0.0.0/9");
	assert_int_equal(excluded.count, 4);
}

static void test_remove(void **state)
{
	(void)state;
	add("10.0.0.0/8,::/0,0.0.0.0/0");
	assert_int_equal(excluded_list_remove(&excluded, "10.0.0.0/8,0.0.0.0/0", &problem), 0);
	assert_int_equal(excluded.count, 1);
	assert_int_equal(excluded.prefix[0].family, FLOW_IPV6);
	assert_int_equal(excluded.prefix[1].family, 0);
	assert_int_equal(excluded.version, 3);
	/* All or none, and no other length. */
	assert_int_equal(excluded_list_remove(&excluded, "::/0,::/1", &problem), -ENOENT);
	assert_string_equal(problem.text, "::/1 is not excluded");
	assert_int_equal(excluded.count, 1);
}

static void test_refused(void **state)
{
	static const char *const texts[][2] = {
		{ "", "'' is not an address or prefix" },
		{ "10.0.0.0/8,", "'' is not an address or prefix" },
		{ "10.0.0.0/33", "'10.0.0.0/33' is not an address or prefix" },
		{ "10.0.0.1/8", "10.0.0.0/8 may be meant" },
		{ "1.2.3.4, 1.2.3.5", "' 1.2.3.5' is not an address or prefix" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		assert_int_equal(excluded_list_add(&excluded, texts[i][0], &problem), -EINVAL);
		if (!strstr(problem.text, texts[i][1]))
			fail_msg("'%s' instead of '%s'", problem.text, texts[i][1]);
		assert_int_equal(excluded.count, 0);
		assert_true(excluded_list_remove(&excluded, texts[i][0], &problem) < 0);
	}
}

static void test_full(void **state)
{
	char text[32];

	(void)state;
	for (int i = 0; i < BYPASS_EXCLUDED_LIMIT; i++) {
		snprintf(text, sizeof(text), "10.0.%d.%d", i / 256, i % 256);
		add(text);
	}
	add("10.0.0.9");
	assert_int_equal(excluded_list_add(&excluded, "10.1.0.0", &problem), -ENOSPC);
	assert_string_equal(problem.text, "there is room for 256 excluded prefixes");
	assert_int_equal(excluded.count, BYPASS_EXCLUDED_LIMIT);
	assert_int_equal(excluded_list_remove(&excluded, "10.0.0.255", &problem), 0);
	add("10.1.0.0");
}

static void test_same(void **state)
{
	struct bypass_excluded other = { 0 };

	(void)state;
	assert_true(excluded_list_same(&excluded, &other));
	add("10.0.0.0/8,::1");
	assert_false(excluded_list_same(&excluded, &other));
	assert_int_equal(excluded_list_add(&other, "::1,10.0.0.0/8", &problem), 0);
	assert_true(excluded_list_same(&excluded, &other));
	assert_int_equal(excluded_list_remove(&other, "::1", &problem), 0);
	assert_int_equal(excluded_list_add(&other, "::2", &problem), 0);
	assert_false(excluded_list_same(&excluded, &other));
}

#define LIST_TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LIST_TEST(test_add),  LIST_TEST(test_remove), LIST_TEST(test_refused),
		LIST_TEST(test_full), LIST_TEST(test_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
