// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "recorder_file.h"
#include "recorder_filter.h"
#include "scratch_recorders.h"
#include "xdp_sampler.h"

static int read_bytes(const char *bytes, size_t size)
{
	FILE *stream = size ? fmemopen((void *)bytes, size, "r") : fopen("/dev/null", "r");
	int err;

	assert_non_null(stream);
	err = recorder_file_read(stream, "list", &set, &problem);
	fclose(stream);
	return err;
}

static int read_text(const char *text)
{
	return read_bytes(text, strlen(text));
}

static void assert_filter(size_t place, uint32_t id, const char *expected)
{
	char text[RECORDER_FILTER_TEXT_SIZE];

	assert_true(place < set.count);
	assert_int_equal(set.recorders[place].id, id);
	assert_string_equal(recorder_filter_text(&set.recorders[place].filter, text), expected);
}

static void test_lines(void **state)
{
	const struct recorder *recorder;

	(void)state;
	assert_int_equal(read_text(
				 "\xef\xbb\xbf# a comment\r\n"
				 "\r\n"
				 " \t \n"
				 "10.0.0.0/8 * 192.168.33.11 80 TCP\r\n"
				 "\t* * * 53 udp  priority=2 capture=full limit=1000 duration=15m "
				 "id=7 # dns\n"
				 "#* * * * *\n"
				 "::1 * * * * id=3#no space"),
			 0);
	assert_int_equal(set.count, 3);
	assert_filter(0, 1, "10.0.0.0/8 * 192.168.33.11/32 80 TCP");
	assert_filter(1, 7, "* * * 53 UDP");
	assert_filter(2, 3, "::1/128 * ::/0 * *");
	recorder = &set.recorders[0];
	assert_int_equal(recorder->priority, 0);
	assert_int_equal(recorder->capture_length, SAMPLER_CAPTURE_DEFAULT);
	assert_int_equal(recorder->limit, 0);
	assert_int_equal(recorder->expires, 0);
	assert_int_not_equal(recorder->created, 0);
	recorder = &set.recorders[1];
	assert_int_equal(recorder->priority, 2);
	assert_int_equal(recorder->capture_length, RECORDER_FULL);
	assert_int_equal(recorder->limit, 1000);
	assert_in_range(recorder_expiry(900) - recorder->expires, 0, 60000000000);
}

static void test_empty(void **state)
{
	(void)state;
	assert_int_equal(read_text(""), 0);
	assert_int_equal(read_text("\n"), 0);
	assert_int_equal(read_text("# only this"), 0);
	assert_int_equal(set.count, 0);
}

/* All or nothing, and the line is told. */
static void test_refusals(void **state)
{
	static const struct {
		const char *text;
		int err;
		const char *says;
	} cases[] = {
		{ "* * * *", -EINVAL, "list: line 1: a filter has five words" },
		{ "* * * 1 *\n\n* * * * tcpp\n", -EINVAL, "list: line 3: protocol 'tcpp'" },
		{ "* * * 1 *\n10.0.0.1/8 * * * *", -EDOM, "list: line 2: source '10.0.0.1/8' has" },
		{ "* * * 1 *\n* * * 1 *\n", -EEXIST, "list: line 2: recorder 6 has the filter" },
		{ "* * * 9 *", -EEXIST, "list: line 1: recorder 5 has the filter" },
		{ "* * * 1 * id=5", -EEXIST, "list: line 1: id 5 is taken by" },
		{ "* * * 1 * 5", -EINVAL, "list: line 1: '5' behind the filter is not an option" },
		{ "* * * 1 * limit=0", -EINVAL, "list: line 1: limit '0' is not" },
		{ "* * * 1 * limit=", -EINVAL, "list: line 1: limit '' is not" },
		{ "* * * 1 * =3", -EINVAL, "list: line 1: '' is not an option" },
		{ "* * * 1 * limit=1 limit=1", -EINVAL, "list: line 1: limit is given twice" },
		{ "* * * 1 * id=6 limit=1 id=6", -EINVAL, "list: line 1: id is given twice" },
		{ "* * * 1 *\n\xef\xbb\xbf* * * * *", -EINVAL, "list: line 2: source '" },
	};
	const struct recorder *kept;

	(void)state;
	assert_int_equal(read_text("* * * 9 * id=5"), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		problem.text[0] = '\0';
		assert_int_equal(read_text(cases[i].text), cases[i].err);
		if (!strstr(problem.text, cases[i].says))
			fail_msg("'%s': %s", cases[i].text, problem.text);
		assert_int_equal(set.count, 1);
	}
	kept = recorder_set_find(&set, 5);
	assert_ptr_equal(kept, set.recorders);
	assert_null(recorder_set_find(&set, 6));
	assert_int_equal(read_text("* * * 1 * limit=1 id=6 capture=64 priority=1 duration=1s"), 0);
}

static void test_bytes(void **state)
{
	char line[RECORDER_LINE_MAX + 3];

	(void)state;
	assert_int_equal(read_bytes("* * * * *\0", 10), -EINVAL);
	assert_string_equal(problem.text,
			    "list: line 1: a NUL byte in it: is it a text file in UTF-8?");
	assert_int_equal(read_bytes("* * * 1 *\n# \0\n", 14), -EINVAL);
	memset(line, ' ', sizeof(line));
	memcpy(line, "* * * * *", 9);
	line[RECORDER_LINE_MAX + 1] = '\n';
	assert_int_equal(read_bytes(line, RECORDER_LINE_MAX + 2), -EINVAL);
	assert_string_equal(problem.text, "list: line 1: longer than 1024 bytes");
	assert_int_equal(set.count, 0);
	line[RECORDER_LINE_MAX] = '\n';
	assert_int_equal(read_bytes(line, RECORDER_LINE_MAX + 1), 0);
	assert_int_equal(set.count, 1);
}

/* What fopen() opens, but cannot be read. */
static void test_unreadable(void **state)
{
	FILE *stream = fopen("/", "r");

	(void)state;
	assert_non_null(stream);
	assert_int_equal(recorder_file_read(stream, "/", &set, &problem), -EISDIR);
	assert_non_null(strstr(problem.text, "/: cannot read on behind line 0: -EISDIR"));
	fclose(stream);
}

#define TEST(name)                                                                                 \
	cmocka_unit_test_setup_teardown(name, scratch_recorders_set_up, scratch_recorders_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_lines), TEST(test_empty),      TEST(test_refusals),
		TEST(test_bytes), TEST(test_unreadable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
