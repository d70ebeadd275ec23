// SPDX-License-Identifier: GPL-2.0-only
#include "recorder_state.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "recorder_filter.h"

static struct recorder recorder_of(const char *filter)
{
	struct recorder recorder = recorder_usual();

	assert_int_equal(recorder_filter_parse(filter, &recorder.filter, NULL), 0);
	return recorder;
}

static struct recorder *find(const struct recorder_set *set, const char *filter)
{
	struct recorder wanted = recorder_of(filter);

	return recorder_set_find_filter(set, &wanted.filter);
}

static void add(struct recorder_set *set, const char *filter, uint32_t id,
		enum recorder_origin origin)
{
	struct recorder recorder = recorder_of(filter);

	recorder.id = id;
	recorder.origin = origin;
	recorder.packets = 100 + id;
	recorder.bytes = 1000 + id;
	recorder.created = 7;
	assert_int_equal(recorder_set_add(set, &recorder, NULL, NULL), 0);
}

static void test_ended(void **state)
{
	struct recorder recorder = recorder_usual();

	(void)state;
	assert_false(recorder_has_ended(&recorder, UINT64_MAX));
	recorder.limit = 5;
	recorder.packets = 4;
	assert_false(recorder_has_ended(&recorder, 1));
	recorder.packets = 5;
	assert_true(recorder_has_ended(&recorder, 1));
	recorder.limit = 0;
	recorder.expires = 100;
	assert_false(recorder_has_ended(&recorder, 99));
	assert_true(recorder_has_ended(&recorder, 100));
	recorder.expires = recorder_expiry(60);
	assert_false(recorder_has_ended(&recorder, recorder_now()));
}

static void test_make_way(void **state)
{
	struct recorder_set set = { 0 };
	struct recorder wish = recorder_of("* * * 80 TCP");

	(void)state;
	add(&set, "* * * 80 TCP", 1, RECORDER_BY_COMMAND);
	add(&set, "* * * 81 TCP", 2, RECORDER_BY_COMMAND);
	add(&set, "* * * 82 TCP", 3, RECORDER_BY_COMMAND);
	wish.id = 2;
	recorder_set_make_way(&set, &wish, recorder_now());
	assert_int_equal(set.count, 3); /* none has ended */
	for (uint32_t id = 1; id <= 3; id++)
		recorder_set_find(&set, id)->limit = 1;
	recorder_set_make_way(&set, &wish, recorder_now());
	assert_int_equal(set.count, 1);
	assert_non_null(recorder_set_find(&set, 3));
	assert_int_equal(recorder_set_add(&set, &wish, NULL, NULL), 0);
	recorder_set_free(&set);
}

static void test_renew(void **state)
{
	struct recorder_set before = { 0 }, after = { 0 };
	struct recorder wishes[] = {
		recorder_of("* * * 1 TCP"), /* new */
		recorder_of("* * * 2 TCP"), /* stays */
		recorder_of("* * * 3 TCP"), /* a command has it */
		recorder_of("* * * 4 TCP"), /* stays, its number is wanted below */
		recorder_of("* * * 5 TCP"), /* new, with a number */
	};
	const struct recorder_wishes list = { wishes, 5 };

	(void)state;
	wishes[1].priority = 9;
	wishes[4].id = 12;
	add(&before, "* * * 2 TCP", 11, RECORDER_BY_FILE);
	add(&before, "* * * 3 TCP", 3, RECORDER_BY_COMMAND);
	add(&before, "* * * 4 TCP", 12, RECORDER_BY_FILE);
	add(&before, "* * * 6 TCP", 13, RECORDER_BY_FILE); /* goes */
	add(&before, "* * * 7 TCP", 4, RECORDER_BY_COMMAND);
	assert_int_equal(recorder_set_renew(&after, &before, &list, NULL), 0);
	assert_int_equal(after.count, 6);
	assert_null(find(&after, "* * * 6 TCP"));
	assert_int_equal(find(&after, "* * * 2 TCP")->id, 11);
	assert_int_equal(find(&after, "* * * 2 TCP")->packets, 111);
	assert_int_equal(find(&after, "* * * 2 TCP")->priority, 9);
	assert_int_equal(find(&after, "* * * 2 TCP")->created, 7);
	assert_int_equal(find(&after, "* * * 3 TCP")->origin, RECORDER_BY_COMMAND);
	assert_int_equal(find(&after, "* * * 3 TCP")->packets, 103);
	assert_int_equal(find(&after, "* * * 5 TCP")->id, 12);
	assert_int_equal(find(&after, "* * * 5 TCP")->packets, 0);
	assert_int_equal(find(&after, "* * * 4 TCP")->packets, 112);
	assert_int_not_equal(find(&after, "* * * 4 TCP")->id, 12);
	assert_int_equal(find(&after, "* * * 7 TCP")->id, 4);
	assert_int_equal(find(&after, "* * * 1 TCP")->origin, RECORDER_BY_FILE);
	for (size_t i = 1; i < after.count; i++)
		assert_true(after.recorders[i - 1].id < after.recorders[i].id);
	recorder_set_free(&before);
	recorder_set_free(&after);
}

/* One that runs out does so at its time, however often the file is read. */
static void test_renew_keeps_the_end(void **state)
{
	struct recorder_set before = { 0 }, after = { 0 };
	struct recorder wish = recorder_of("* * * 1 TCP");
	const struct recorder_wishes list = { &wish, 1 };

	(void)state;
	add(&before, "* * * 1 TCP", 1, RECORDER_BY_FILE);
	before.recorders[0].expires = 1234;
	wish.expires = recorder_expiry(60);
	assert_int_equal(recorder_set_renew(&after, &before, &list, NULL), 0);
	assert_int_equal(after.recorders[0].expires, 1234);
	recorder_set_free(&after);
	wish.expires = 0; /* it is not to run out any more */
	assert_int_equal(recorder_set_renew(&after, &before, &list, NULL), 0);
	assert_int_equal(after.recorders[0].expires, 0);
	recorder_set_free(&after);
	recorder_set_free(&before);
}

static void test_renew_refused(void **state)
{
	struct recorder_set before = { 0 }, after = { 0 };
	struct recorder wish = recorder_of("* * * 1 TCP");
	const struct recorder_wishes list = { &wish, 1 };
	struct problem problem = { 0 };

	(void)state;
	add(&before, "* * * 2 TCP", 5, RECORDER_BY_COMMAND);
	wish.id = 5; /* the operator's */
	assert_int_equal(recorder_set_renew(&after, &before, &list, &problem), -EEXIST);
	assert_true(problem.text[0] != '\0');
	recorder_set_free(&before);
	recorder_set_free(&after);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ended),         cmocka_unit_test(test_make_way),
		cmocka_unit_test(test_renew),         cmocka_unit_test(test_renew_keeps_the_end),
		cmocka_unit_test(test_renew_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
