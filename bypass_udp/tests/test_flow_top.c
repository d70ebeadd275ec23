// SPDX-License-Identifier: GPL-2.0-only
/* The largest flows are those that sorting all of them finds; samples are found by their keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "flow_samples.h"
#include "flow_top.h"

static uint64_t chance = 88172645463325252ULL;

static uint64_t draw(uint64_t limit)
{
	chance ^= chance << 13;
	chance ^= chance >> 7;
	chance ^= chance << 17;
	return chance % limit;
}

static int compare(const void *a_, const void *b_)
{
	const struct listed_flow *a = a_, *b = b_;

	if (a->weight != b->weight)
		return a->weight < b->weight ? 1 : -1;
	return memcmp(&a->entry->key, &b->entry->key, sizeof(a->entry->key));
}

static struct flow_entry *make_entries(size_t count)
{
	struct flow_entry *entries = calloc(count + 1, sizeof(*entries));

	assert_non_null(entries);
	for (size_t i = 0; i < count; i++) {
		struct flow_entry *entry = &entries[i];

		entry->key.family = FLOW_IPV4;
		entry->key.source[0] = (uint32_t)(i * 2654435761U);
		entry->key.source_port = (uint16_t)draw(65536);
		entry->value.home_counts.packets = draw(1000000);
		entry->value.other_counts.packets = draw(10);
		entry->value.home_counts.bytes = draw(1ULL << 40);
	}
	return entries;
}

static void check_top(size_t count, size_t top, uint64_t weights)
{
	struct flow_entry *entries = make_entries(count);
	struct listed_flow *flows = calloc(count + 1, sizeof(*flows));
	struct listed_flow *sorted = calloc(count + 1, sizeof(*sorted));
	size_t shown = top < count ? top : count;
	uint64_t sum = 0;

	assert_non_null(flows);
	assert_non_null(sorted);
	for (size_t i = 0; i < count; i++) {
		flows[i].entry = &entries[i];
		flows[i].weight = draw(weights);
		sum += flows[i].weight;
	}
	memcpy(sorted, flows, count * sizeof(*flows));
	qsort(sorted, count, sizeof(*sorted), compare);
	flow_top(flows, count, top);
	for (size_t i = 0; i < shown; i++)
		assert_ptr_equal(flows[i].entry, sorted[i].entry);
	/* None is lost or doubled. */
	for (size_t i = 0; i < count; i++)
		sum -= flows[i].weight;
	assert_int_equal(sum, 0);
	free(sorted);
	free(flows);
	free(entries);
}

static void test_against_sorting(void **state)
{
	static const size_t counts[] = { 0, 1, 2, 3, 10, 1000 };
	static const size_t tops[] = { 0, 1, 2, 3, 7, 10, 999, 1000, 5000 };

	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
		for (size_t j = 0; j < sizeof(tops) / sizeof(*tops); j++) {
			check_top(counts[i], tops[j], 1);
			check_top(counts[i], tops[j], 5);
			check_top(counts[i], tops[j], 1ULL << 60);
		}
	}
}

static void test_samples(void **state)
{
	struct flow_entry_list list = { .entry = make_entries(5000), .count = 5000 };
	struct flow_samples samples = { 0 };
	struct flow_key other = { .family = FLOW_IPV6 };

	(void)state;
	assert_null(flow_samples_find(&samples, &other));
	assert_int_equal(flow_samples_take(&samples, &list), 0);
	assert_int_equal(samples.count, 5000);
	for (size_t i = 0; i < list.count; i++) {
		const struct flow_entry *entry = &list.entry[i];
		const struct flow_sample *sample = flow_samples_find(&samples, &entry->key);

		assert_non_null(sample);
		assert_memory_equal(&sample->key, &entry->key, sizeof(entry->key));
		assert_int_equal(sample->packets, entry->value.home_counts.packets +
							  entry->value.other_counts.packets);
		assert_int_equal(sample->bytes, entry->value.home_counts.bytes);
	}
	for (size_t i = 0; i < list.count; i++) {
		other = list.entry[i].key;
		other.protocol = 17;
		assert_null(flow_samples_find(&samples, &other));
	}
	flow_samples_free(&samples);
	free(list.entry);
}

static void test_no_samples(void **state)
{
	struct flow_samples samples = { 0 };

	(void)state;
	assert_int_equal(flow_samples_take(&samples, &(struct flow_entry_list){ 0 }), 0);
	assert_null(flow_samples_find(&samples, &(struct flow_key){ 0 }));
	flow_samples_free(&samples);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_against_sorting),
		cmocka_unit_test(test_samples),
		cmocka_unit_test(test_no_samples),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
