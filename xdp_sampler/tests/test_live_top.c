// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "live_top.h"

#define SOME 100

static struct live_top *top;

static int begin(void **state)
{
	(void)state;
	top = calloc(1, sizeof(*top));
	return top ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	free(top);
	return 0;
}

static void add(uint32_t number, uint32_t rate)
{
	struct live_key key = { .number = number };
	struct live_entry *entry = live_top_entry(top, &key);

	live_sum_add(&entry->sum, rate, 100);
	entry->count++;
}

/* Figures of doubles that were sums of whole numbers. */
static void check_sum(const struct live_sum *sum, int packets, int bytes)
{
	assert_int_equal((int)(live_sum_packets(sum) + 0.5), packets);
	assert_int_equal((int)(live_sum_bytes(sum) + 0.5), bytes);
}

static void sums(void **state)
{
	struct live_sum sum = { 0 };

	(void)state;
	check_sum(&sum, 0, 0);
	live_sum_add(&sum, 0, 60); /* by a recorder: stands for itself */
	check_sum(&sum, 1, 60);
	live_sum_add(&sum, 0, 1500);
	check_sum(&sum, 2, 1560);
	live_sum_add(&sum, 1000, 100); /* by chance: the others are among those it stands for */
	check_sum(&sum, 1000, 100000);
	live_sum_scale(&sum, 0.5);
	check_sum(&sum, 500, 50000);
}

static void picks_in_order(void **state)
{
	const struct live_entry *entries[5];

	(void)state;
	assert_int_equal(live_top_pick(top, entries, 5), 0);
	for (uint32_t i = 1; i <= SOME; i++) {
		for (uint32_t j = 0; j < i; j++)
			add(i * 7919 % (SOME + 1), 1);
	}
	assert_int_equal(live_top_pick(top, entries, 5), 5);
	for (uint32_t i = 0; i < 5; i++) {
		check_sum(&entries[i]->sum, (int)(SOME - i), (int)(SOME - i) * 100);
		assert_int_equal(entries[i]->count, SOME - i);
		assert_int_equal(entries[i]->key.number, (SOME - i) * 7919 % (SOME + 1));
	}
	assert_false(top->replaced);
}

static void equal_ones_by_key(void **state)
{
	const struct live_entry *entries[SOME];

	(void)state;
	for (uint32_t i = SOME; i > 0; i--)
		add(i, 5);
	assert_int_equal(live_top_pick(top, entries, SOME), SOME);
	for (uint32_t i = 0; i < SOME; i++)
		assert_int_equal(entries[i]->key.number, i + 1);
}

/* A million keys that come once, three that come often: these are found, none is said to be more than
 * it is, and hardly less. */
static void many_keys(void **state)
{
	static const uint32_t often[] = { 5000001, 5000002, 5000003 };
	const struct live_entry *entries[10];
	uint32_t next = 1;

	(void)state;
	for (uint32_t round = 0; round < 10000; round++) {
		for (uint32_t i = 0; i < 100; i++)
			add(next++, 10);
		add(often[0], 10);
		if (round % 2)
			add(often[1], 10);
		if (round % 5 == 0)
			add(often[2], 10);
	}
	assert_true(top->replaced);
	assert_int_equal(live_top_pick(top, entries, 10), 10);
	for (size_t i = 0; i < 3; i++) {
		double true_packets = i == 0 ? 100000 : i == 1 ? 50000 : 20000;

		assert_int_equal(entries[i]->key.number, often[i]);
		assert_true(live_sum_packets(&entries[i]->sum) <= true_packets);
		assert_true(live_sum_packets(&entries[i]->sum) > true_packets * 0.8);
	}
	for (size_t i = 3; i < 10; i++)
		check_sum(&entries[i]->sum, 10, 1000);
}

/* Where every place is taken by keys that have come ten times, one that begins to come often gets a
 * place and keeps it, whatever else comes. */
static void often_from_now_on(void **state)
{
	const struct live_entry *first;
	uint32_t next = 1000000;

	(void)state;
	for (uint32_t i = 0; i < 10 * 4 * LIVE_TOP_KEYS; i++)
		add(i / 10, 1);
	for (uint32_t round = 0; round < 2000; round++) {
		add(7, 1);
		for (uint32_t i = 0; i < 300; i++)
			add(next++, 1);
	}
	assert_int_equal(live_top_pick(top, &first, 1), 1);
	assert_int_equal(first->key.number, 7);
	assert_true(live_sum_packets(&first->sum) > 1500);
}

static void forgets(void **state)
{
	const struct live_entry *entries[10];

	(void)state;
	for (uint32_t i = 1; i <= LIVE_TOP_KEYS * 2; i++)
		add(i, 1);
	add(7, 1000);
	assert_true(top->replaced);
	for (int i = 0; i < 10; i++)
		live_top_scale(top, 0.1, 0.000001);
	assert_int_equal(live_top_pick(top, entries, 10), 0);
	live_top_scale(top, 1, 0.01);
	assert_false(top->replaced);
	add(1, 1);
	assert_int_equal(live_top_pick(top, entries, 10), 1);
	assert_true(entries[0]->inherited <= 0);
}

static void never_forgets_below_nothing(void **state)
{
	const struct live_entry *entries[10];

	(void)state;
	add(1, 1);
	for (int i = 0; i < 100000; i++)
		live_top_scale(top, 0.8, 0);
	assert_int_equal(live_top_pick(top, entries, 10), 1);
	assert_int_equal(entries[0]->count, 1);
}

#define WITH_TOP(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums),
		WITH_TOP(picks_in_order),
		WITH_TOP(equal_ones_by_key),
		WITH_TOP(many_keys),
		WITH_TOP(often_from_now_on),
		WITH_TOP(forgets),
		WITH_TOP(never_forgets_below_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
