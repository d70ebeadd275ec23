// SPDX-License-Identifier: GPL-2.0-only
#include "counters.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/scratch_bpffs.h"
#include "scratch_chain.h"

static const __u32 only_entry;

/* What the kernel holds: one value per possible CPU; the caller frees it. */
static struct ecbpf_stats *read_kernel(const struct chain *chain)
{
	struct ecbpf_stats *stats = calloc((size_t)libbpf_num_possible_cpus(), sizeof(*stats));

	assert_non_null(stats);
	assert_int_equal(bpf_map_lookup_elem(chain->map[CHAIN_STATS], &only_entry, stats), 0);
	return stats;
}

/* Counts as the programs do: `packets` times the CPU's number, from 1, on each CPU. The sum over the
 * CPUs. */
static uint64_t count(const struct chain *chain, int row, int reason, int action, uint64_t packets)
{
	struct ecbpf_stats *stats = read_kernel(chain);
	uint64_t sum = 0;

	for (int cpu = 0; cpu < libbpf_num_possible_cpus(); cpu++) {
		stats[cpu].row[row].packets[reason][action] += packets * ((uint64_t)cpu + 1);
		sum += packets * ((uint64_t)cpu + 1);
	}
	assert_int_equal(bpf_map_update_elem(chain->map[CHAIN_STATS], &only_entry, stats, 0), 0);
	free(stats);
	return sum;
}

static void read_counters(const struct chain *chain, struct counters *ret_counters)
{
	struct problem problem = { 0 };

	assert_int_equal(counters_read(chain, ret_counters, &problem), 0);
	assert_string_equal(problem.text, "");
}

static void the_names_are_in_the_order_of_the_cells(void **state)
{
	const char *const names[] = { "XDP_ABORTED", "XDP_DROP",     "XDP_PASS",
				      "XDP_TX",      "XDP_REDIRECT", "XDP_INVALID_ACTION" };

	(void)state;
	for (int action = 0; action < ECBPF_ACTION_COUNT; action++)
		assert_string_equal(counters_action_names[action], names[action]);
}

static void nothing_counted_reads_as_zeros(void **state)
{
	struct counters counters = { 0 };

	read_counters(*state, &counters);
	for (unsigned int row = 0; row < ECBPF_ROW_COUNT; row++) {
		assert_int_equal(counters_reached(counters.total, row), 0);
		for (unsigned int action = 0; action < ECBPF_ACTION_COUNT; action++)
			assert_int_equal(counters_action(&counters, row, action), 0);
	}
	counters_free(&counters);
}

/* Every cell has a number of its own, so that no two can be mixed up. */
static void every_cell_is_the_sum_over_the_cpus(void **state)
{
	const struct chain *chain = *state;
	int cpus = libbpf_num_possible_cpus();
	struct ecbpf_stats *stats = read_kernel(chain);
	struct counters counters = { 0 };
	uint64_t cell = 1000;

	for (int cpu = 0; cpu < cpus; cpu++) {
		stats[cpu].last = (struct ecbpf_exit_note){ 1, 2, 3, 4 };
		for (size_t i = 0; i < sizeof(stats->row) / 8; i++)
			(&stats[cpu].row[0].packets[0][0])[i] = (1000 + i) * ((uint64_t)cpu + 1);
	}
	assert_int_equal(bpf_map_update_elem(chain->map[CHAIN_STATS], &only_entry, stats, 0), 0);
	free(stats);
	read_counters(chain, &counters);
	for (unsigned int row = 0; row < ECBPF_ROW_COUNT; row++)
		for (unsigned int reason = 0; reason < ECBPF_REASON_LIMIT; reason++)
			for (unsigned int action = 0; action < ECBPF_ACTION_COUNT; action++)
				assert_int_equal(counters_cell(&counters, row, reason, action),
						 cell++ * (uint64_t)(cpus * (cpus + 1) / 2));
	counters_free(&counters);
}

static void an_action_is_the_sum_over_the_reasons(void **state)
{
	const struct chain *chain = *state;
	struct counters counters = { 0 };
	uint64_t sum = count(chain, 2, 0, XDP_DROP, 3);

	sum += count(chain, 2, 63, XDP_DROP, 5);
	count(chain, 2, 63, XDP_PASS, 7);
	count(chain, 3, 0, XDP_DROP, 11);
	read_counters(chain, &counters);
	assert_int_equal(counters_action(&counters, 2, XDP_DROP), sum);
	counters_free(&counters);
}

static void a_clear_starts_from_zero_and_touches_no_kernel_counter(void **state)
{
	const struct chain *chain = *state;
	size_t size = (size_t)libbpf_num_possible_cpus() * sizeof(struct ecbpf_stats);
	struct ecbpf_stats *before, *after;
	struct counters counters = { 0 };
	uint64_t later;

	count(chain, 4, 9, XDP_TX, 100);
	before = read_kernel(chain);
	assert_int_equal(counters_clear(chain, NULL), 0);
	after = read_kernel(chain);
	assert_memory_equal(before, after, size);
	free(before);
	free(after);
	read_counters(chain, &counters);
	assert_int_equal(counters_cell(&counters, 4, 9, XDP_TX), 0);
	counters_free(&counters);
	later = count(chain, 4, 9, XDP_TX, 2);
	read_counters(chain, &counters);
	assert_int_equal(counters_cell(&counters, 4, 9, XDP_TX), later);
	counters_free(&counters);
}

static void a_slot_was_reached_by_what_it_or_a_later_one_decided(void **state)
{
	const struct chain *chain = *state;
	struct counters counters = { 0 };
	uint64_t rows[ECBPF_ROW_COUNT], expected = 0;

	for (int row = 0; row < ECBPF_ROW_COUNT; row++)
		rows[row] = count(chain, row, row * 7, row % ECBPF_ACTION_COUNT, 1U << row);
	read_counters(chain, &counters);
	expected = rows[ECBPF_ROOT_ROW];
	for (int row = ECBPF_SLOT_COUNT - 1; row >= 0; row--) {
		expected += rows[row];
		assert_int_equal(counters_reached(counters.total, (unsigned int)row), expected);
	}
	/* What every verdict comes to. */
	assert_int_equal(counters_reached(counters.total, ECBPF_EXIT_HOOK), expected);
	counters_free(&counters);
}

/* Packets that reached a slot, as (total, before the program came, cleared) -> seen. */
static void seen_counts_from_the_load_or_the_clear(void **state)
{
	static const struct {
		uint64_t total, came_at, cleared_at, seen;
	} cases[] = {
		{ 0, 0, 0, 0 },      { 100, 0, 0, 100 },   { 100, 40, 0, 60 },
		{ 100, 40, 70, 30 }, { 100, 70, 40, 30 },  { 100, 100, 0, 0 },
		{ 100, 0, 100, 0 },  { 100, 100, 100, 0 }, { 1ULL << 60, 1, 2, (1ULL << 60) - 2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		static struct ecbpf_stats total, cleared;
		const struct counters counters = { &total, &cleared };

		/* Of other slots' verdicts, those before it do not matter. */
		total.row[1].packets[0][XDP_DROP] = 999;
		total.row[5].packets[3][XDP_DROP] = cases[i].total;
		cleared.row[5].packets[3][XDP_DROP] = cases[i].cleared_at;
		assert_int_equal(counters_seen(&counters, 2, cases[i].came_at), cases[i].seen);
		assert_int_equal(counters_seen(&counters, 6, 0), 0);
		assert_int_equal(counters_seen(&counters, ECBPF_EXIT_HOOK, 0),
				 999 + cases[i].total - cases[i].cleared_at);
	}
}

static void maps_that_are_missing_are_told(void **state)
{
	struct counters counters = { 0 };
	struct problem problem = { 0 };
	struct chain nothing;

	(void)state;
	chain_init(&nothing, scratch_bpffs(), "eth1");
	assert_int_equal(counters_read(&nothing, &counters, &problem), -EBADF);
	assert_non_null(strstr(problem.text, "eth1: cannot read the cleared counters: -EBADF"));
	counters_free(&counters);
	assert_null(counters.total);
	counters_free(&counters);
	assert_int_equal(counters_clear(&nothing, &problem), -EBADF);
	assert_non_null(strstr(problem.text, "eth1: cannot read the counters: -EBADF"));
}

#define COUNTERS_TEST(name)                                                                        \
	cmocka_unit_test_setup_teardown(name, scratch_chain_set_up, scratch_chain_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_names_are_in_the_order_of_the_cells),
		COUNTERS_TEST(nothing_counted_reads_as_zeros),
		COUNTERS_TEST(every_cell_is_the_sum_over_the_cpus),
		COUNTERS_TEST(an_action_is_the_sum_over_the_reasons),
		COUNTERS_TEST(a_clear_starts_from_zero_and_touches_no_kernel_counter),
		COUNTERS_TEST(a_slot_was_reached_by_what_it_or_a_later_one_decided),
		COUNTERS_TEST(seen_counts_from_the_load_or_the_clear),
		COUNTERS_TEST(maps_that_are_missing_are_told),
	};
	const char *reason = scratch_bpffs_enter();
	int failed;

	if (reason) {
		printf("SKIP: %s\n", reason);
		return SCRATCH_SKIP;
	}
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	scratch_bpffs_leave();
	return failed;
}
