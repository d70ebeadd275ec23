// SPDX-License-Identifier: GPL-2.0-only
/* The largest flows are those that sorting all of them finds; samples are found by their keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "flow_rule.h"
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

/* Byte by byte, as addresses are written. */
static int compare_keys(const struct flow_key *a, const struct flow_key *b)
{
	int order = a->family - b->family;

	if (!order)
		order = memcmp(a->source, b->source, sizeof(a->source));
	if (!order)
		order = memcmp(a->destination, b->destination, sizeof(a->destination));
	if (!order)
		order = ntohs(a->source_port) - ntohs(b->source_port);
	return order ? order : ntohs(a->destination_port) - ntohs(b->destination_port);
}

static int compare(const void *a_, const void *b_)
{
	const struct listed_flow *a = a_, *b = b_;

	if (a->weight != b->weight)
		return a->weight < b->weight ? 1 : -1;
	return compare_keys(&a->entry->key, &b->entry->key);
}

static struct flow_entry *make_entries(size_t count)
{
	struct flow_entry *entries = calloc(count + 1, sizeof(*entries));

	assert_non_null(entries);
	for (size_t i = 0; i < count; i++) {
		struct flow_entry *entry = &entries[i];

		/* Each but for a part is like others; the number makes it the only one. */
		entry->key.family = draw(2) ? FLOW_IPV4 : FLOW_IPV6;
		entry->key.source[entry->key.family == FLOW_IPV6 ? 3 : 0] = htonl(draw(3) << 8);
		entry->key.destination[0] = htonl(draw(3) << 24 | draw(3));
		entry->key.source_port = htons((uint16_t)(draw(3) * 255));
		entry->key.destination_port = htons((uint16_t)i);
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

static void test_order_of_keys(void **state)
{
	static const char *const order[] = {
		"9.0.0.1:1 > 10.0.0.1:1",    "10.0.0.1:1 > 10.0.0.1:256", "10.0.0.1:2 > 10.0.0.1:1",
		"10.0.0.1:256 > 10.0.0.1:1", "10.0.0.1:1 > 10.0.0.9:1",   "200.0.0.1:1 > 1.0.0.1:1",
		"[::1]:1 > [::1]:1",         "[::1]:1 > [::2]:1",         "[::2]:1 > [::1]:1",
	};
	enum { COUNT = sizeof(order) / sizeof(*order) };
	struct flow_entry entries[COUNT + 1] = { 0 };
	struct listed_flow flows[COUNT + 1] = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT; i++)
		assert_int_equal(flow_key_parse(order[i], &entries[i].key, NULL), 0);
	/* In both tables: static before learned. */
	entries[COUNT] = entries[COUNT - 1];
	entries[COUNT].value.flags = FLOW_LEARNED;
	for (size_t i = 0; i <= COUNT; i++)
		flows[i].entry = &entries[COUNT - i];
	flow_top(flows, COUNT + 1, COUNT + 1);
	for (size_t i = 0; i <= COUNT; i++)
		assert_ptr_equal(flows[i].entry, &entries[i]);
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
		cmocka_unit_test(test_order_of_keys),
		cmocka_unit_test(test_samples),
		cmocka_unit_test(test_no_samples),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
