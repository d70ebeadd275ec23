// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "source_shapes.h"
#include "source_tree.h"

#define MILLION 1000000
#define LINKS_PROVEN_IPV4 11
#define LINKS_PROVEN_IPV6 23
#define SEARCH_BYTES_PER_PREFIX 192

static struct source_list list;
static void *image;

static int setup(void **state)
{
	(void)state;
	image = NULL;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	source_list_free(&list);
	free(image);
	return 0;
}

static void add(int family, uint64_t upper, uint64_t lower, unsigned int length)
{
	struct address_prefix prefix = shape_prefix(family, upper, lower, length);

	shape_add(&list, &prefix);
}

static void build(void)
{
	assert_int_equal(source_list_sort(&list), 0);
	free(image);
	image = shape_image(&list, 1, NULL);
}

static void check(int family, uint64_t upper, uint64_t lower)
{
	struct address_prefix address =
		shape_prefix(family, upper, lower, family == AF_INET ? 32 : 128);

	shape_check(image, &list, &address);
}

static unsigned int check_all_edges(size_t step)
{
	unsigned int most = 0;

	for (size_t i = 0; i < list.count; i += step) {
		unsigned int links = shape_check_edges(image, &list, i);

		most = links > most ? links : most;
	}
	return most;
}

static void check_corners(void)
{
	static const uint64_t corner[] = { 0, 1, (uint64_t)1 << 63, UINT64_MAX - 1, UINT64_MAX };

	for (size_t i = 0; i < 25; i++) {
		check(AF_INET, corner[i / 5], 0);
		check(AF_INET6, corner[i / 5], corner[i % 5]);
	}
}

static void test_empty(void **state)
{
	(void)state;
	build();
	check_corners();
}

static void test_everything(void **state)
{
	(void)state;
	add(AF_INET, 0, 0, 0);
	build();
	check_corners();
	add(AF_INET6, 0, 0, 0);
	build();
	check_corners();
	assert_int_equal(source_image_walk(image, AF_INET, (uint8_t[4]){ 255, 255, 255, 255 }, 0,
					   NULL),
			 0);
	assert_int_equal(source_image_walk(image, AF_INET6, (uint8_t[16]){ 0x20, 1 }, 0, NULL), 1);
}

/* A key that is all ones looks like one that is not used. */
static void test_last_addresses(void **state)
{
	(void)state;
	add(AF_INET, UINT32_MAX, 0, 32);
	add(AF_INET6, UINT64_MAX, UINT64_MAX, 128);
	build();
	check_corners();
	check_all_edges(1);
	for (unsigned int i = 2; i < 9; i++) {
		add(AF_INET, UINT32_MAX - (1U << 3 * i), 0, 32);
		add(AF_INET6, UINT64_MAX - ((uint64_t)1 << 6 * i), 5, 128);
		add(AF_INET6, UINT64_MAX, UINT64_MAX - ((uint64_t)1 << 6 * i), 128);
		build();
		check_corners();
		check_all_edges(1);
	}
	add(AF_INET, 0, 0, 0);
	add(AF_INET6, UINT64_MAX, 0, 64);
	add(AF_INET6, 0, 0, 0);
	build();
	check_corners();
	check_all_edges(1);
}

static void test_every_length_of_an_address(void **state)
{
	(void)state;
	for (unsigned int length = 0; length <= 128; length++) {
		if (length <= 32)
			add(AF_INET, 0xc000a5a7, 0, length);
		add(AF_INET6, 0x20010db8a5a5a5a5, 0x5a5a5a5a00ff00ff, length);
	}
	build();
	check_corners();
	check_all_edges(1);
}

static void test_halves_meet(void **state)
{
	(void)state;
	/* The end of one upper half, and the beginning of the next. */
	add(AF_INET6, 7, (uint64_t)1 << 63, 65);
	add(AF_INET6, 8, 0, 65);
	build();
	check_all_edges(1);
	add(AF_INET6, 6, 0, 63); /* around 7, not 8 */
	add(AF_INET6, 9, 1, 128);
	add(AF_INET6, 9, 0, 64);
	build();
	check_all_edges(1);
	check_corners();
}

static void test_parents(void **state)
{
	struct source_search search;

	(void)state;
	add(AF_INET, 0x0a000000, 0, 8);
	add(AF_INET, 0x0a010000, 0, 16);
	add(AF_INET, 0x0a010100, 0, 24);
	add(AF_INET, 0x0a020000, 0, 16);
	add(AF_INET, 0x0b000000, 0, 32);
	add(AF_INET6, 0x0a00000000000000, 0, 64);
	add(AF_INET6, 0x0a00000000000000, 1, 128);
	add(AF_INET6, 0x0a00000000000001, 1, 128);
	assert_int_equal(source_list_sort(&list), 0);
	assert_int_equal(source_search_build(&search, &list, NULL), 0);
	assert_int_equal(search.parent[0], 0);
	assert_int_equal(search.parent[1], 1);
	assert_int_equal(search.parent[2], 2);
	assert_int_equal(search.parent[3], 1);
	assert_int_equal(search.parent[4], 0);
	assert_int_equal(search.parent[5], 0);
	assert_int_equal(search.parent[6], 6);
	assert_int_equal(search.parent[7], 0);
	source_search_free(&search);
}

/* Halves of a prefix, and all that together are one, are told apart only where they differ. */
static void test_equal_neighbours_are_merged(void **state)
{
	struct source_search search;

	(void)state;
	add(AF_INET, 0x0a000000, 0, 24);
	assert_int_equal(source_search_build(&search, &list, NULL), 0);
	assert_int_equal(search.lines, 1);
	source_search_free(&search);
	/* Hidden behind its halves, it leaves no range. */
	add(AF_INET, 0x0a000000, 0, 25);
	add(AF_INET, 0x0a000080, 0, 25);
	assert_int_equal(source_list_sort(&list), 0);
	assert_int_equal(source_search_build(&search, &list, NULL), 0);
	assert_int_equal(search.lines, 1);
	source_search_free(&search);
}

static void test_shapes(void **state)
{
	static const size_t counts[] = { 1, 2, 3, 5, 6, 11, 12, 35, 36, 37, 100, 700, 5000, 20000 };

	(void)state;
	for (int shape = 0; shape < SHAPE_COUNT; shape++) {
		for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
			size_t step = counts[i] > 1000 && shape >= SHAPE_IPV6_SITES ? 7 : 1;

			source_list_free(&list);
			shape_fill(&list, (enum source_shape)shape, counts[i], i + 1);
			build();
			check_all_edges(step);
			check_corners();
		}
	}
}

/* 26 bits are for lines of the image, so there is one that is the last. */
static void test_image_has_an_end(void **state)
{
	uint64_t start[] = { 0, 0x12345678 };
	uint32_t link[] = { 1, 2 };
	const struct source_ranges ranges = { .start = start, .link = link, .count = 2 };
	struct source_tree tree = { .lines = SOURCE_LINE_INDEX - 1 };

	(void)state;
	source_tree_build(&tree, &ranges, UINT64_MAX);
	assert_int_equal(tree.err, -E2BIG);
	assert_null(tree.words);
}

static void test_equal_ranges_are_one(void **state)
{
	struct source_ranges ranges = { 0 };
	struct source_tree tree = { 0 };

	(void)state;
	source_ranges_add(&tree, &ranges, 0, 1);
	source_ranges_add(&tree, &ranges, 5, 1);
	assert_int_equal(ranges.count, 1);
	source_ranges_add(&tree, &ranges, 6, 2);
	source_ranges_add(&tree, &ranges, 6, 1);
	assert_int_equal(ranges.count, 1);
	source_ranges_add(&tree, &ranges, 7, 2);
	assert_int_equal(ranges.count, 2);
	assert_int_equal(ranges.start[1], 7);
	source_ranges_free(&ranges);
}

/* One line holds five boundaries, six lines below another one thirty more. */
static void test_few_boundaries_need_few_lines(void **state)
{
	static const struct {
		uint64_t boundaries;
		size_t lines;
	} rows[] = { { 1, 1 },  { 5, 1 },  { 6, 3 },  { 11, 3 }, { 12, 4 },
		     { 17, 4 }, { 18, 5 }, { 29, 6 }, { 30, 7 }, { 35, 7 } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct source_ranges ranges = { 0 };
		struct source_tree tree = { 0 };

		for (uint64_t start = 0; start <= rows[i].boundaries; start++)
			source_ranges_add(&tree, &ranges, start ? start << 57 | 1 : 0,
					  (uint32_t)start);
		source_tree_build(&tree, &ranges, INT64_MAX);
		assert_int_equal(tree.err, 0);
		assert_int_equal(tree.lines, rows[i].lines);
		source_ranges_free(&ranges);
		free(tree.words);
	}
}

/* However many ranges there are, the kernel side reads no wider window. */
static void test_widest_window(void **state)
{
	struct source_ranges ranges = { 0 };
	struct source_tree tree = { 0 };
	uint32_t link;
	uint32_t width;

	(void)state;
	for (uint64_t i = 0; i < ((uint64_t)1 << SOURCE_WIDTH_MAX) + 2; i++)
		source_ranges_add(&tree, &ranges, i ? i << 41 | 1 : 0, (uint32_t)i % 2);
	link = source_tree_build(&tree, &ranges, UINT64_MAX);
	assert_int_equal(tree.err, 0);
	assert_int_equal(link >> SOURCE_LINK_KIND_SHIFT, SOURCE_WINDOW);
	width = 64 -
		(tree.words[link - SOURCE_LINE_WORDS - (SOURCE_WINDOW << SOURCE_LINK_KIND_SHIFT)] >>
		 SOURCE_WINDOW_RIGHT_SHIFT);
	assert_int_equal(width, SOURCE_WIDTH_MAX);
	source_ranges_free(&ranges);
	free(tree.words);
}

/* A shape at full size: as many links as proven at most, and no more space than promised. */
static void check_million(enum source_shape shape)
{
	const struct source_header *header;
	uint64_t seed = 42;
	unsigned int most;
	size_t bytes;

	source_list_free(&list);
	shape_fill(&list, shape, getenv("ECBPF_TEST_QUICK") ? MILLION / 50 : MILLION, 1);
	free(image);
	image = shape_image(&list, 1, NULL);
	header = image;
	bytes = (header->cells - 1) * (size_t)SOURCE_LINE_SIZE / list.count;
	most = check_all_edges(997);
	for (size_t i = 0; i < 1000; i++)
		check(i % 2 ? AF_INET : AF_INET6, shape_chance(&seed), shape_chance(&seed));
	print_message("%-28s %7zu prefixes, %3zu bytes each, up to %u links\n",
		      source_shape_name[shape], list.count, bytes, most);
	assert_true(bytes <= SEARCH_BYTES_PER_PREFIX);
	assert_true(most <= (shape < SHAPE_IPV6_SITES ? LINKS_PROVEN_IPV4 : LINKS_PROVEN_IPV6));
}

static void test_millions(void **state)
{
	(void)state;
	for (int shape = 0; shape < SHAPE_COUNT; shape++)
		check_million((enum source_shape)shape);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_empty, setup, teardown),
		cmocka_unit_test_setup_teardown(test_everything, setup, teardown),
		cmocka_unit_test_setup_teardown(test_last_addresses, setup, teardown),
		cmocka_unit_test_setup_teardown(test_every_length_of_an_address, setup, teardown),
		cmocka_unit_test_setup_teardown(test_halves_meet, setup, teardown),
		cmocka_unit_test_setup_teardown(test_parents, setup, teardown),
		cmocka_unit_test_setup_teardown(test_equal_neighbours_are_merged, setup, teardown),
		cmocka_unit_test_setup_teardown(test_shapes, setup, teardown),
		cmocka_unit_test(test_image_has_an_end),
		cmocka_unit_test(test_equal_ranges_are_one),
		cmocka_unit_test(test_few_boundaries_need_few_lines),
		cmocka_unit_test(test_widest_window),
		cmocka_unit_test_setup_teardown(test_millions, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
