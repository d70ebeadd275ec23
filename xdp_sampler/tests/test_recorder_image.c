// SPDX-License-Identifier: GPL-2.0-only
/* Masks and the tables of the search, against the obvious way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "recorder_filter.h"
#include "recorder_image.h"

#define BIT(number) (UINT64_C(1) << (number))

static struct problem problem;
static struct recorder_set set;
static struct recorder_masks masks;
static struct recorder_image image;

static int setup(void **state)
{
	(void)state;
	recorder_set_free(&set);
	memset(&masks, 0, sizeof(masks));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	recorder_set_free(&set);
	return 0;
}

static void add(uint32_t priority, const char *filter)
{
	struct recorder recorder = recorder_usual();

	recorder.priority = priority;
	assert_int_equal(recorder_filter_parse(filter, &recorder.filter, &problem), 0);
	assert_int_equal(recorder_set_add(&set, &recorder, NULL, &problem), 0);
}

static void build(void)
{
	assert_int_equal(recorder_masks_fit(&masks, &set, &problem), 0);
	recorder_image_build(&set, &masks, &image);
}

static void test_nobody(void **state)
{
	static const struct recorder_image zeros;

	(void)state;
	build();
	assert_memory_equal(&image, &zeros, sizeof(image));
}

static void test_bits(void **state)
{
	static const uint8_t ones[16] = { 255, 255, 255, 255, 255, 255, 255, 255,
					  255, 255, 255, 255, 255, 255, 255, 255 };
	static const uint8_t eleven[16] = { 255, 0xe0 };
	static const uint8_t zeros[16];
	const struct recorder_key *bits = &image.mask[RECORDER_IPV4][0].bits;

	(void)state;
	add(0, "10.32.0.0/11 * * 80 *");
	build();
	assert_memory_equal(bits->source, eleven, 16);
	assert_memory_equal(bits->destination, zeros, 16);
	assert_int_equal(bits->source_port, 0);
	assert_int_equal(bits->destination_port, 0xffff);
	assert_int_equal(bits->protocol, 0);
	assert_int_equal(bits->family, 0xff);
	assert_int_equal(bits->mask, 0);
	setup(NULL);
	add(0, "::1 7 ::/0 * TCP");
	build();
	bits = &image.mask[RECORDER_IPV6][0].bits;
	assert_memory_equal(bits->source, ones, 16);
	assert_int_equal(bits->source_port, 0xffff);
	assert_int_equal(bits->destination_port, 0);
	assert_int_equal(bits->protocol, 0xff);
	assert_int_equal(image.mask[RECORDER_IPV4][0].bits.family, 0);
}

static void test_families(void **state)
{
	static const struct {
		const char *filter;
		unsigned int families;
	} cases[] = {
		{ "* * * * *", 7 },        { "* 1 * * *", 3 },         { "* * * 1 *", 3 },
		{ "* * * * TCP", 3 },      { "0.0.0.0/0 * * * *", 1 }, { "::/0 * * * *", 2 },
		{ "* * 10.0.0.1 * *", 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		setup(NULL);
		add(0, cases[i].filter);
		build();
		assert_int_equal(recorder_filter_families(&set.recorders[0].filter),
				 cases[i].families);
		for (unsigned int family = 0; family < RECORDER_FAMILY_COUNT; family++)
			assert_int_equal(masks.count[family], cases[i].families >> family & 1);
		assert_int_equal(image.other, cases[i].families >> RECORDER_OTHER);
		assert_int_equal(image.ipv4[12][200] & 1,
				 cases[i].families & !strstr(cases[i].filter, "TCP"));
	}
}

/* Equal bits, but one is for any family: two masks, so that their keys differ. */
static void test_twins(void **state)
{
	struct recorder_key any, ipv4;

	(void)state;
	add(0, "* * * 80 TCP");
	add(0, "0.0.0.0/0 * * 80 TCP");
	build();
	assert_int_equal(masks.count[RECORDER_IPV4], 2);
	assert_int_equal(masks.count[RECORDER_IPV6], 1);
	any = recorder_filter_key(&set.recorders[0].filter, RECORDER_IPV4,
				  recorder_masks_find(&masks, RECORDER_IPV4,
						      recorder_filter_shape(
							      &set.recorders[0].filter))
					  ->number);
	ipv4 = recorder_filter_key(&set.recorders[1].filter, RECORDER_IPV4,
				   recorder_masks_find(&masks, RECORDER_IPV4,
						       recorder_filter_shape(
							       &set.recorders[1].filter))
					   ->number);
	assert_memory_not_equal(&any, &ipv4, sizeof(any));
}

static void test_order(void **state)
{
	static const struct {
		uint32_t priority;
		uint16_t number;
	} expected[] = { { 9, 2 }, { 5, 0 }, { 5, 3 }, { 0, 1 } };

	(void)state;
	add(1, "10.0.0.0/8 * * * *");  /* 0 */
	add(0, "10.0.0.0/9 * * * *");  /* 1 */
	add(9, "10.0.0.0/10 * * * *"); /* 2 */
	add(5, "11.0.0.0/8 * * * *");  /* 0 */
	add(5, "10.0.0.0/11 * * * *"); /* 3 */
	add(2, "12.0.0.0/8 * * * *");  /* 0 */
	build();
	assert_int_equal(masks.count[RECORDER_IPV4], 4);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(image.mask[RECORDER_IPV4][i].best_priority, expected[i].priority);
		assert_int_equal(image.mask[RECORDER_IPV4][i].bits.mask, expected[i].number);
	}
	assert_int_equal(image.ipv4[0][10], BIT(0) | BIT(1) | BIT(2) | BIT(3));
	assert_int_equal(image.ipv4[0][11], BIT(1));
	assert_int_equal(image.ipv4[0][13], 0);
}

/* Numbers of masks that are in use stay; what nobody uses any more is gone and free again. */
static void test_numbers(void **state)
{
	struct recorder_shape used = { .source_length = 9 }, unused = { .source_length = 32 };

	(void)state;
	assert_true(recorder_masks_learn(&masks, RECORDER_IPV4, used, 7));
	assert_true(recorder_masks_learn(&masks, RECORDER_IPV4, used, 7));
	assert_false(recorder_masks_learn(&masks, RECORDER_IPV4, used, 8));
	assert_false(recorder_masks_learn(&masks, RECORDER_IPV4, unused, 7));
	assert_true(recorder_masks_learn(&masks, RECORDER_IPV4, unused, 0));
	add(0, "10.0.0.0/8 * * * *");
	add(0, "10.0.0.0/9 * * * *");
	build();
	assert_int_equal(masks.count[RECORDER_IPV4], 2);
	assert_int_equal(image.mask[RECORDER_IPV4][0].bits.mask, 1);
	assert_int_equal(image.mask[RECORDER_IPV4][1].bits.mask, 7);
	assert_int_equal(image.mask[RECORDER_IPV4][1].bits.source[1], 0x80);
}

static void test_limit(void **state)
{
	char filter[64];

	(void)state;
	for (int i = 0; i < RECORDER_MASK_LIMIT; i++) {
		snprintf(filter, sizeof(filter), "0.0.0.0/%d %d * * *", i % 33, i / 33);
		add(0, filter);
		snprintf(filter, sizeof(filter), "::/%d * * * *", i);
		add((uint32_t)i, filter);
	}
	build();
	assert_int_equal(masks.count[RECORDER_IPV4], RECORDER_MASK_LIMIT);
	assert_int_equal(image.ipv4[0][0], UINT64_MAX);
	assert_int_equal(image.ipv6[0][0], UINT64_MAX);
	add(0, "::/99 * * * *");
	memset(&masks, 0, sizeof(masks));
	assert_int_equal(recorder_masks_fit(&masks, &set, &problem), -ENOSPC);
	assert_non_null(
		strstr(problem.text,
		       "recorder 129 would be the first with a 65th mask for IPv6 packets"));
}

/* xorshift64* */
static uint32_t below(uint64_t *chance, uint32_t limit)
{
	*chance ^= *chance >> 12;
	*chance ^= *chance << 25;
	*chance ^= *chance >> 27;
	return (uint32_t)(((*chance * 0x2545f4914f6cdd1d) >> 32) * limit >> 32);
}

static struct recorder random_recorder(uint64_t *chance)
{
	struct recorder recorder = recorder_usual();
	struct recorder_filter *filter = &recorder.filter;
	uint32_t longest;

	filter->family = below(chance, 2) ? 4 : 6;
	longest = filter->family == 4 ? 33 : 129;
	filter->source_length = (uint8_t)below(chance, longest) & 0xf6;
	filter->destination_length = (uint8_t)(below(chance, 3) * (longest / 4));
	for (unsigned int i = 0; i < filter->source_length; i++)
		filter->source[i / 8] |= (uint8_t)(below(chance, 2) << (7 - i % 8));
	for (unsigned int i = 0; i < filter->destination_length; i++)
		filter->destination[i / 8] |= (uint8_t)(below(chance, 2) << (7 - i % 8));
	filter->source_port = htons((uint16_t)(below(chance, 2) * 0xa1b2));
	recorder.priority = below(chance, 3);
	return recorder;
}

/* Bit i of a table's entry: has mask i a recorder that this byte does not rule out? */
static void check_byte(enum recorder_family family, unsigned int at, unsigned int value,
		       __u64 entry)
{
	unsigned int size = family == RECORDER_IPV4 ? 4 : 16;
	uint64_t expected = 0;

	for (size_t i = 0; i < set.count; i++) {
		const struct recorder_filter *filter = &set.recorders[i].filter;
		const struct recorder_mask_use *use;
		struct recorder_key key, bits;
		const uint8_t *of_key = (const uint8_t *)&key, *of_bits = (const uint8_t *)&bits;
		/* Fields of a key follow each other as those of a packet do, IPv4's with gaps. */
		size_t offset = at < size     ? at :
				at < 2 * size ? 16 + at - size :
						32 + at - 2 * size;

		if (filter->family != (family == RECORDER_IPV4 ? 4 : 6))
			continue;
		use = recorder_masks_find(&masks, family, recorder_filter_shape(filter));
		key = recorder_filter_key(filter, family, use->number);
		bits = recorder_shape_bits(use->shape, use->number);
		if ((value & of_bits[offset]) == of_key[offset])
			expected |= BIT(use - masks.mask[family]);
	}
	assert_int_equal(entry, expected);
}

static void test_tables(void **state)
{
	uint64_t chance = 20261121;

	(void)state;
	while (set.count < 300) {
		struct recorder recorder = random_recorder(&chance);
		unsigned int family = recorder.filter.family == 4 ? RECORDER_IPV4 : RECORDER_IPV6;
		struct recorder_shape shape = recorder_filter_shape(&recorder.filter);

		if (!recorder_masks_find(&masks, family, shape) &&
		    !recorder_masks_learn(&masks, family, shape, (uint16_t)masks.count[family]))
			continue;
		recorder_set_add(&set, &recorder, NULL, &problem);
	}
	memset(&masks, 0, sizeof(masks));
	build();
	assert_true(masks.count[RECORDER_IPV4] > 32 && masks.count[RECORDER_IPV6] > 32);
	for (unsigned int value = 0; value < 256; value++) {
		for (unsigned int at = 0; at < RECORDER_IPV4_BYTES; at++)
			check_byte(RECORDER_IPV4, at, value, image.ipv4[at][value]);
		for (unsigned int at = 0; at < RECORDER_IPV6_BYTES; at++)
			check_byte(RECORDER_IPV6, at, value, image.ipv6[at][value]);
	}
}

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_nsec / 1000;
}

/* The time is told, and generous: what it must not be is quadratic. */
static void test_speed(void **state)
{
	struct recorder recorder = recorder_usual();
	uint64_t start;

	(void)state;
	recorder.filter = (struct recorder_filter){ .family = 6, .destination_length = 33 };
	for (uint32_t i = 0; i < 10000; i++) {
		recorder.filter.source_length = (uint8_t)(64 + i % 63);
		memcpy(recorder.filter.source, &i, sizeof(i));
		assert_int_equal(recorder_set_add(&set, &recorder, NULL, &problem), 0);
	}
	start = now();
	build();
	start = now() - start;
	print_message("image of 10,000 recorders with 63 masks: %lu us\n", (unsigned long)start);
	assert_true(start < 1000000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_nobody), TEST(test_bits),   TEST(test_families),
		TEST(test_twins),  TEST(test_order),  TEST(test_numbers),
		TEST(test_limit),  TEST(test_tables), TEST(test_speed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
