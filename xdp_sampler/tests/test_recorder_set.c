// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "monotonic_clock.h"
#include "recorder_filter.h"
#include "scratch_recorders.h"
#include "recorder_option.h"
#include "recorder_set.h"
#include "xdp_sampler.h"

static struct recorder wish(uint32_t id, const char *filter)
{
	struct recorder recorder = recorder_usual();

	recorder.id = id;
	assert_int_equal(recorder_filter_parse(filter, &recorder.filter, &problem), 0);
	return recorder;
}

/* The id it got, or the negative errno. */
static int64_t add(uint32_t id, const char *filter)
{
	struct recorder recorder = wish(id, filter);
	uint32_t got = 0;
	int err = recorder_set_add(&set, &recorder, &got, &problem);

	return err ? err : (int64_t)got;
}

static void test_usual(void **state)
{
	struct recorder recorder = recorder_usual();
	uint64_t expires = recorder_expiry(60);

	(void)state;
	assert_int_equal(recorder.id, 0);
	assert_int_equal(recorder.priority, 0);
	assert_int_equal(recorder.capture_length, SAMPLER_CAPTURE_DEFAULT);
	assert_int_equal(recorder.limit, 0);
	assert_int_equal(recorder.expires, 0);
	assert_int_equal(recorder.created / 1000000000 / 100, (uint64_t)time(NULL) / 100);
	assert_in_range(expires / 1000000000, monotonic_clock_now() / 1000000000 + 30,
			monotonic_clock_now() / 1000000000 + 61);
}

static void test_ids(void **state)
{
	(void)state;
	assert_int_equal(add(0, "* * * 1 *"), 1);
	assert_int_equal(add(0, "* * * 2 *"), 2);
	assert_int_equal(add(7, "* * * 3 *"), 7);
	assert_int_equal(add(0, "* * * 4 *"), 8);
	assert_int_equal(add(RECORDER_ID_LIMIT, "* * * 5 *"), RECORDER_ID_LIMIT);
	/* Behind the highest there is none. */
	assert_int_equal(add(0, "* * * 6 *"), 3);
	assert_int_equal(add(0, "* * * 7 *"), 4);
	assert_int_equal(recorder_set_remove(&set, RECORDER_ID_LIMIT, &problem), 0);
	assert_int_equal(recorder_set_remove(&set, 8, &problem), 0);
	assert_int_equal(add(0, "* * * 8 *"), 8);
	assert_int_equal(set.count, 6);
}

static void test_refusals(void **state)
{
	struct recorder recorder;

	(void)state;
	assert_int_equal(add(5, "10.0.0.0/8 * * 80 TCP"), 5);
	assert_int_equal(add(5, "* * * 80 TCP"), -EEXIST);
	assert_string_equal(problem.text,
			    "id 5 is taken by the recorder for '10.0.0.0/8 * 0.0.0.0/0 "
			    "80 TCP': choose another one, or none");
	assert_int_equal(add(6, "10.0.0.0/8 * 0.0.0.0/0 80 6"), -EEXIST);
	assert_string_equal(problem.text,
			    "recorder 5 has the filter '10.0.0.0/8 * 0.0.0.0/0 80 TCP' already");
	assert_int_equal(add((uint32_t)RECORDER_ID_LIMIT + 1, "* * * * *"), -EINVAL);
	recorder = wish(0, "* * * * *");
	recorder.capture_length = RECORDER_CAPTURE_MINIMUM - 1;
	assert_int_equal(recorder_set_add(&set, &recorder, NULL, &problem), -EINVAL);
	recorder.capture_length = RECORDER_FULL + 1;
	assert_int_equal(recorder_set_add(&set, &recorder, NULL, &problem), -EINVAL);
	recorder.capture_length = RECORDER_FULL;
	recorder.filter.source_length = 3;
	assert_int_equal(recorder_set_add(&set, &recorder, NULL, &problem), -EINVAL);
	assert_int_equal(recorder_set_remove(&set, 6, &problem), -ENOENT);
	assert_string_equal(problem.text, "there is no recorder 6");
	assert_int_equal(set.count, 1);
}

static void test_find(void **state)
{
	struct recorder_filter filter = wish(0, "* * * 2 *").filter;

	(void)state;
	assert_null(recorder_set_find(&set, 1));
	assert_null(recorder_set_find_filter(&set, &filter));
	add(9, "* * * 1 *");
	add(3, "* * * 2 *");
	add(4, "* * * 3 *");
	assert_ptr_equal(recorder_set_find(&set, 3), &set.recorders[1]);
	assert_ptr_equal(recorder_set_find_filter(&set, &filter), &set.recorders[1]);
	recorder_set_sort(&set);
	assert_int_equal(set.recorders[0].id, 3);
	assert_int_equal(set.recorders[2].id, 9);
	assert_ptr_equal(recorder_set_find(&set, 3), &set.recorders[0]);
	assert_int_equal(recorder_set_remove(&set, 3, &problem), 0);
	assert_null(recorder_set_find(&set, 3));
	assert_null(recorder_set_find_filter(&set, &filter));
	assert_int_equal(recorder_set_find(&set, 9)->id, 9);
	recorder_set_truncate(&set, 1);
	assert_null(recorder_set_find(&set, 4));
	assert_int_equal(recorder_set_find(&set, 9)->id, 9);
	assert_int_equal(add(3, "* * * 2 *"), 3);
}

static void check_found(void)
{
	for (size_t i = 0; i < set.count; i++) {
		const struct recorder *recorder = &set.recorders[i];

		assert_ptr_equal(recorder_set_find_filter(&set, &recorder->filter), recorder);
		assert_ptr_equal(recorder_set_find(&set, recorder->id), recorder);
	}
}

/* As many as there may be, ids and filters in no order; each is found until it goes. */
static void test_many(void **state)
{
	struct recorder recorder = wish(0, "10.0.0.0 * * * *");

	(void)state;
	for (uint32_t i = 0; i < RECORDER_LIMIT; i++) {
		recorder.id = 1 + (i * 7919) % RECORDER_LIMIT;
		memcpy(recorder.filter.source + 1, &recorder.id, 3);
		assert_int_equal(recorder_set_add(&set, &recorder, NULL, &problem), 0);
	}
	check_found();
	assert_int_equal(add(0, "* * * * *"), -ENOSPC);
	assert_non_null(strstr(problem.text, "there are 16384 recorders"));
	for (uint32_t i = 0; i < RECORDER_LIMIT; i++) {
		uint32_t id = 1 + (i * 5) % RECORDER_LIMIT;

		assert_int_equal(recorder_set_remove(&set, id, &problem), 0);
		assert_null(recorder_set_find(&set, id));
		memcpy(recorder.filter.source + 1, &id, 3);
		assert_null(recorder_set_find_filter(&set, &recorder.filter));
		if (!(i % 500))
			check_found();
	}
	assert_int_equal(set.count, 0);
	assert_int_equal(add(0, "* * * * *"), 1);
}

static void test_options(void **state)
{
	static const struct {
		const char *name, *value, *says;
	} bad[] = {
		{ "id", "0", "id '0' is not a number from 1 to 2147483647" },
		{ "id", "2147483648", "id '2147483648'" },
		{ "priority", "-1", "priority '-1' is not a number from 0 to 4294967295" },
		{ "priority", "4294967296", "priority '4294967296'" },
		{ "capture", "63", "capture '63' is not a number from 64 to 65536, or full" },
		{ "capture", "65537", "capture '65537'" },
		{ "capture", "Full", "capture 'Full'" },
		{ "limit", "0", "limit '0' is not a number from 1 to 18446744073709551615" },
		{ "duration", "60", "'60' is not a duration" },
		{ "Id", "1", "'Id' is not an option" },
		{ "", "", "'' is not an option" },
	};
	struct recorder recorder = recorder_usual();

	(void)state;
	assert_int_equal(recorder_option_parse("id", "2147483647", &recorder, &problem), 0);
	assert_int_equal(recorder_option_parse("priority", "4294967295", &recorder, &problem), 0);
	assert_int_equal(recorder_option_parse("capture", "64", &recorder, &problem), 0);
	assert_int_equal(recorder_option_parse("limit", "18446744073709551615", &recorder,
					       &problem),
			 0);
	assert_int_equal(recorder_option_parse("duration", "15m", &recorder, &problem), 0);
	assert_int_equal(recorder.id, 2147483647);
	assert_int_equal(recorder.priority, 4294967295);
	assert_int_equal(recorder.capture_length, 64);
	assert_int_equal(recorder.limit, UINT64_MAX);
	assert_in_range(recorder_expiry(15 * 60) - recorder.expires, 0, 60000000000);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct recorder before = recorder;

		assert_int_equal(recorder_option_parse(bad[i].name, bad[i].value, &recorder,
						       &problem),
				 -EINVAL);
		if (!strstr(problem.text, bad[i].says))
			fail_msg("%s=%s: %s", bad[i].name, bad[i].value, problem.text);
		assert_memory_equal(&recorder, &before, sizeof(recorder));
	}
	assert_int_equal(recorder_option_parse("capture", "full", &recorder, &problem), 0);
	assert_int_equal(recorder.capture_length, RECORDER_FULL);
}

#define TEST(name)                                                                                 \
	cmocka_unit_test_setup_teardown(name, scratch_recorders_set_up, scratch_recorders_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_usual), TEST(test_ids),  TEST(test_refusals),
		TEST(test_find),  TEST(test_many), TEST(test_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
