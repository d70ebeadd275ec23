// SPDX-License-Identifier: GPL-2.0-only
#include "rate_list.h"

#include <linux/bpf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#define SECOND UINT64_C(1000000000)

/* Two interfaces, a and b, at two times. */
static struct chain_view early[2], late[2];
static struct chain_views earlier = { early, 2 }, later = { late, 2 };
static struct rate_list list;

static int set_up(void **state)
{
	struct chain_view *views[] = { &early[0], &early[1], &late[0], &late[1] };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		memset(views[i], 0, sizeof(*views[i]));
		strcpy(views[i]->interface, i % 2 ? "b" : "a");
		views[i]->counters.total = calloc(1, sizeof(struct ecbpf_stats));
		views[i]->counters.cleared = calloc(1, sizeof(struct ecbpf_stats));
	}
	earlier.count = later.count = 2;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	rate_list_free(&list);
	for (size_t i = 0; i < 2; i++) {
		counters_free(&early[i].counters);
		counters_free(&late[i].counters);
	}
	return 0;
}

static uint64_t *cell(struct chain_view *view, unsigned int row, unsigned int reason,
		      unsigned int action)
{
	return (uint64_t *)&view->counters.total->row[row].packets[reason][action];
}

static void make(uint64_t nanoseconds, enum rate_order order)
{
	rate_list_free(&list);
	assert_int_equal(rate_list_make(&list, &earlier, &later, nanoseconds, order), 0);
}

static void row_is(size_t i, const char *interface, unsigned int row, unsigned int reason,
		   unsigned int action, uint64_t rate, uint64_t packets)
{
	assert_in_range(i, 0, list.count - 1);
	assert_string_equal(list.rows[i].view->interface, interface);
	assert_int_equal(list.rows[i].row, row);
	assert_int_equal(list.rows[i].reason, reason);
	assert_int_equal(list.rows[i].action, action);
	assert_int_equal(list.rows[i].rate, rate);
	assert_int_equal(list.rows[i].packets, packets);
}

static void what_was_decided_in_between_is_the_rate(void **state)
{
	(void)state;
	*cell(&early[0], 2, 17, XDP_DROP) = 100;
	*cell(&late[0], 2, 17, XDP_DROP) = 400;
	*cell(&late[1], ECBPF_ROOT_ROW, 0, XDP_PASS) = 50;
	make(2 * SECOND, RATE_BY_RATE);
	assert_int_equal(list.count, 2);
	row_is(0, "a", 2, 17, XDP_DROP, 150, 400);
	row_is(1, "b", ECBPF_ROOT_ROW, 0, XDP_PASS, 25, 50);
	assert_int_equal(rate_list_sum(&list, &late[0], XDP_DROP), 150);
	assert_int_equal(rate_list_sum(&list, &late[0], XDP_PASS), 0);
	assert_int_equal(rate_list_sum(&list, &late[1], ECBPF_ACTION_COUNT), 25);
}

static void a_clear_is_no_packets(void **state)
{
	(void)state;
	*cell(&early[0], 0, 0, XDP_PASS) = 1000;
	*cell(&late[0], 0, 0, XDP_PASS) = 1010;
	late[0].counters.cleared->row[0].packets[0][XDP_PASS] = 1005;
	make(SECOND, RATE_BY_RATE);
	row_is(0, "a", 0, 0, XDP_PASS, 10, 5);
	/* Cleared behind the last packet: it has a rate all the same. */
	late[0].counters.cleared->row[0].packets[0][XDP_PASS] = 1010;
	make(SECOND, RATE_BY_RATE);
	row_is(0, "a", 0, 0, XDP_PASS, 10, 0);
}

static void a_chain_that_was_made_anew_begins_at_0(void **state)
{
	(void)state;
	*cell(&early[0], 0, 0, XDP_PASS) = 1000;
	*cell(&late[0], 0, 0, XDP_PASS) = 10;
	make(SECOND, RATE_BY_RATE);
	row_is(0, "a", 0, 0, XDP_PASS, 10, 10);
}

static void what_was_not_known_before_has_no_rate(void **state)
{
	(void)state;
	*cell(&late[0], 0, 0, XDP_PASS) = 1000;
	*cell(&late[1], 0, 0, XDP_PASS) = 2000;
	earlier.count = 1;
	counters_free(&early[0].counters);
	make(SECOND, RATE_BY_RATE);
	assert_int_equal(list.count, 2);
	row_is(0, "b", 0, 0, XDP_PASS, 0, 2000);
	row_is(1, "a", 0, 0, XDP_PASS, 0, 1000);
	/* The first look of all. */
	earlier.count = 0;
	make(0, RATE_BY_RATE);
	row_is(0, "b", 0, 0, XDP_PASS, 0, 2000);
}

static void one_that_cannot_be_read_now_is_left_out(void **state)
{
	(void)state;
	*cell(&early[0], 0, 0, XDP_PASS) = 1000;
	*cell(&late[1], 0, 0, XDP_PASS) = 1;
	counters_free(&late[0].counters);
	make(SECOND, RATE_BY_RATE);
	assert_int_equal(list.count, 1);
	row_is(0, "b", 0, 0, XDP_PASS, 1, 1);
}

static void the_order_is_by_rate_or_by_place(void **state)
{
	(void)state;
	*cell(&late[0], 1, 3, XDP_DROP) = 5;
	*cell(&late[0], 7, 0, XDP_TX) = 9;
	*cell(&late[1], 0, 0, XDP_ABORTED) = 9;
	*cell(&early[1], 0, 0, XDP_PASS) = 20;
	*cell(&late[1], 0, 0, XDP_PASS) = 20;
	make(SECOND, RATE_BY_RATE);
	assert_int_equal(list.count, 4);
	row_is(0, "a", 7, 0, XDP_TX, 9, 9);
	row_is(1, "b", 0, 0, XDP_ABORTED, 9, 9);
	row_is(2, "a", 1, 3, XDP_DROP, 5, 5);
	row_is(3, "b", 0, 0, XDP_PASS, 0, 20);
	make(SECOND, RATE_BY_PLACE);
	row_is(0, "a", 1, 3, XDP_DROP, 5, 5);
	row_is(1, "a", 7, 0, XDP_TX, 9, 9);
	row_is(2, "b", 0, 0, XDP_ABORTED, 9, 9);
	row_is(3, "b", 0, 0, XDP_PASS, 0, 20);
}

static void every_cell_may_have_packets(void **state)
{
	size_t cells = ECBPF_ROW_COUNT * ECBPF_REASON_LIMIT * ECBPF_ACTION_COUNT;

	(void)state;
	for (size_t i = 0; i < 2 * cells; i++)
		cell(&late[i / cells], 0, 0, 0)[i % cells] = i + 1;
	make(SECOND, RATE_BY_RATE);
	assert_int_equal(list.count, 2 * cells);
	row_is(0, "b", ECBPF_ROW_COUNT - 1, ECBPF_REASON_LIMIT - 1, ECBPF_ACTION_INVALID, 2 * cells,
	       2 * cells);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_was_decided_in_between_is_the_rate),
		TEST(a_clear_is_no_packets),
		TEST(a_chain_that_was_made_anew_begins_at_0),
		TEST(what_was_not_known_before_has_no_rate),
		TEST(one_that_cannot_be_read_now_is_left_out),
		TEST(the_order_is_by_rate_or_by_place),
		TEST(every_cell_may_have_packets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
