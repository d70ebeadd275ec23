// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "problem.h"

static void sets_sentence_and_returns_error(void **state)
{
	struct problem problem = { .text = "old", .show_kept_log = true };

	(void)state;
	assert_int_equal(problem_set(&problem, -EBUSY, "slot %d on %s", 3, "eth0"), -EBUSY);
	assert_string_equal(problem.text, "slot 3 on eth0");
	assert_false(problem.show_kept_log);
}

static void adds_name_of_errno(void **state)
{
	struct problem problem = { .show_kept_log = true };

	(void)state;
	assert_int_equal(problem_errno(&problem, -EINVAL, "publish slot %d", 3), -EINVAL);
	assert_string_equal(problem.text, "publish slot 3: -EINVAL (Invalid argument)");
	assert_false(problem.show_kept_log);
}

static void prefix_goes_before(void **state)
{
	struct problem problem = { .text = "no such map", .show_kept_log = true };

	(void)state;
	assert_int_equal(problem_prefix(&problem, -ENOENT, "eth%d", 0), -ENOENT);
	assert_string_equal(problem.text, "eth0: no such map");
	assert_int_equal(problem_prefix(&problem, -ENOENT, "attach"), -ENOENT);
	assert_string_equal(problem.text, "attach: eth0: no such map");
	assert_true(problem.show_kept_log);
}

static void prefix_of_nothing_tells_errno(void **state)
{
	struct problem problem = { 0 };

	(void)state;
	problem_prefix(&problem, -ENOENT, "eth0");
	assert_string_equal(problem.text, "eth0: -ENOENT (No such file or directory)");
}

static void nobody_listens(void **state)
{
	(void)state;
	assert_int_equal(problem_set(NULL, -EIO, "x"), -EIO);
	assert_int_equal(problem_errno(NULL, -EIO, "x"), -EIO);
	assert_int_equal(problem_prefix(NULL, -EIO, "x"), -EIO);
}

static void own_text_may_be_argument(void **state)
{
	struct problem problem = { .text = "inner" };

	(void)state;
	problem_set(&problem, -EIO, "outer (%s)", problem.text);
	assert_string_equal(problem.text, "outer (inner)");
	problem_errno(&problem, -EIO, "<%s>", problem.text);
	assert_string_equal(problem.text, "<outer (inner)>: -EIO (Input/output error)");
	problem_prefix(&problem, -EIO, "%.5s", problem.text);
	assert_string_equal(problem.text, "<oute: <outer (inner)>: -EIO (Input/output error)");
}

static void text_is_one_line(void **state)
{
	static const struct {
		const char *text;
		const char *expected;
	} rows[] = {
		{ "a\nb", "a; b" },
		{ "a\n", "a" },
		{ "\na", "a" },
		{ "a\n\n\r\nb\n", "a; b" },
		{ "a\tb\x1b[1m", "a?b?[1m" },
		{ "\n", "" },
		{ "\x7f", "?" },
		{ "gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f" },
	};
	struct problem problem;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		problem_set(&problem, -EIO, "%s", rows[i].text);
		assert_string_equal(problem.text, rows[i].expected);
	}
	problem_errno(&problem, -EIO, "verifier says no\n");
	assert_string_equal(problem.text, "verifier says no: -EIO (Input/output error)");
}

static void long_text_is_cut_visibly(void **state)
{
	const size_t most = sizeof(((struct problem *)NULL)->text) - 1;
	struct problem problem;
	char text[4096] = "";

	(void)state;
	memset(text, 'x', most);
	problem_set(&problem, -EIO, "%s", text);
	assert_string_equal(problem.text, text);

	memset(text, 'x', sizeof(text) - 1);
	for (size_t length = most + 1; length < sizeof(text); length += 97) {
		problem_set(&problem, -EIO, "%.*s", (int)length, text);
		assert_int_equal(strlen(problem.text), most);
		assert_string_equal(problem.text + most - 4, "x...");
	}
	memset(text, '\n', sizeof(text) - 1);
	problem_set(&problem, -EIO, "a%sb", text);
	assert_string_equal(problem.text, "a...");

	memset(text, 'x', sizeof(text) - 1);
	problem_set(&problem, -EIO, "%s", text);
	problem_prefix(&problem, -EIO, "eth0");
	assert_int_equal(strlen(problem.text), most);
	assert_memory_equal(problem.text, "eth0: xxx", 9);
}

static void cut_keeps_characters_whole(void **state)
{
	struct problem problem;
	char text[2048] = "";

	(void)state;
	for (size_t i = 0; i + 2 < sizeof(text); i += 2)
		memcpy(text + i, "\xc3\xbc", 2);
	for (int shift = 0; shift < 2; shift++) {
		size_t end;

		problem_set(&problem, -EIO, "%s%s", shift ? "x" : "", text);
		end = strlen(problem.text) - 3;
		assert_string_equal(problem.text + end, "...");
		assert_int_equal((unsigned char)problem.text[end - 1], 0xbc);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sets_sentence_and_returns_error),
		cmocka_unit_test(adds_name_of_errno),
		cmocka_unit_test(prefix_goes_before),
		cmocka_unit_test(prefix_of_nothing_tells_errno),
		cmocka_unit_test(nobody_listens),
		cmocka_unit_test(own_text_may_be_argument),
		cmocka_unit_test(text_is_one_line),
		cmocka_unit_test(long_text_is_cut_visibly),
		cmocka_unit_test(cut_keeps_characters_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
