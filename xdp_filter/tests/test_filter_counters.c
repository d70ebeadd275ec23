// SPDX-License-Identifier: GPL-2.0-only
/* Every counter has one name, and the original's nine sums can all move. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <string.h>

#include "filter_counters.h"

static void test_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < filter_counter_count; i++) {
		assert_true(filter_counter_names[i].number < FILTER_COUNTER_LIMIT);
		for (size_t j = 0; j < i; j++) {
			assert_int_not_equal(filter_counter_names[i].number,
					     filter_counter_names[j].number);
			assert_string_not_equal(filter_counter_names[i].name,
						filter_counter_names[j].name);
		}
	}
}

static bool has_name(unsigned int number)
{
	for (size_t i = 0; i < filter_counter_count; i++) {
		if (filter_counter_names[i].number == number)
			return true;
	}
	return false;
}

/* The kernel side's own numbers are two ranges without a gap. */
static void test_all_named(void **state)
{
	(void)state;
	for (unsigned int i = FILTER_REASON_SOURCE_IPV4; i <= FILTER_REASON_PTB_IPV6; i++)
		assert_true(has_name(i));
	for (unsigned int i = FILTER_REASON_VERSION_IPV4; i <= FILTER_REASON_REPEATED_EXTENSION;
	     i++)
		assert_true(has_name(i));
	for (unsigned int i = FILTER_COUNT_FIRST_IPV4; i <= FILTER_COUNT_PTB_NO_ROOM; i++)
		assert_true(has_name(i));
}

static uint64_t sum_named(const char *name, const struct filter_counters *counters)
{
	for (size_t i = 0; i < filter_sum_count; i++) {
		if (!strcmp(filter_sums[i].name, name))
			return filter_sum(&filter_sums[i], counters);
	}
	fail_msg("no sum is called %s", name);
	return 0;
}

static void test_sums(void **state)
{
	static const struct {
		const char *name;
		uint64_t bits; /* the counters that are in it */
	} cases[] = {
		{ "eth_frame_err", 1ULL << 2 | 1ULL << 12 },
		{ "ip_header_err", 1ULL << 3 | 1ULL << 9 | 1ULL << 24 | 1ULL << 26 | 1ULL << 27 |
					   1ULL << 28 | 1ULL << 29 | 1ULL << 30 },
		{ "ip6_header_err", 1ULL << 4 | 1ULL << 10 | 1ULL << 25 | 1ULL << 31 | 1ULL << 32 |
					    1ULL << 7 | 1ULL << 11 | 1ULL << 33 },
		{ "ip_drop_count", 1ULL << 16 },
		{ "ip6_drop_count", 1ULL << 17 },
		{ "ip_frag_drop_count", 1ULL << 18 | 1ULL << 19 | 1ULL << 20 | 1ULL << 21 },
		{ "ptb_sent_count", 1ULL << 20 | 1ULL << 21 },
		{ "ptb_err_count", 1ULL << 56 | 1ULL << 57 },
		{ "ptb_mem_err_count", 1ULL << 58 },
	};
	struct filter_counters counters;

	(void)state;
	assert_int_equal(filter_sum_count, sizeof(cases) / sizeof(*cases));
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		for (unsigned int bit = 0; bit < FILTER_COUNTER_LIMIT; bit++) {
			counters = (struct filter_counters){ 0 };
			counters.packets[bit] = 5;
			assert_int_equal(sum_named(cases[i].name, &counters),
					 cases[i].bits >> bit & 1 ? 5 : 0);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_all_named),
		cmocka_unit_test(test_sums),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
