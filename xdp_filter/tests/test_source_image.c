// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "source_shapes.h"

#define TAG_63 "123456789012345678901234567890123456789012345678901234567890123"

static struct source_list list;
static struct source_list again;
static struct problem problem;
static void *image;
static uint32_t lines;

static int setup(void **state)
{
	(void)state;
	problem = (struct problem){ 0 };
	image = NULL;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	source_list_free(&list);
	source_list_free(&again);
	free(image);
	return 0;
}

static struct source *add(const char *text)
{
	struct address_prefix prefix;

	assert_int_equal(parse_address_prefix(text, &prefix), 0);
	return shape_add(&list, &prefix);
}

static void build(unsigned int cpus)
{
	assert_int_equal(source_list_sort(&list), 0);
	free(image);
	image = shape_image(&list, cpus, &lines);
}

static struct source_header *header(void)
{
	return image;
}

static void *line_at(uint32_t line)
{
	return (uint8_t *)image + (size_t)line * SOURCE_LINE_SIZE;
}

static struct source_cell *cell(uint32_t copy, uint32_t number)
{
	struct source_cell *cells = line_at(header()->cells + copy * header()->cell_lines);

	return &cells[number];
}

static struct source_entry *entry(uint32_t number)
{
	struct source_entry *entries = line_at(header()->entries);

	return &entries[number];
}

/* Number of the entry that decides about the address at a time, or -1. */
static int64_t walk(const char *text, uint64_t now)
{
	struct address_prefix address;

	assert_int_equal(parse_address_prefix(text, &address), 0);
	return source_image_walk(image, address.family, address.address, now, NULL);
}

static void read_again(void)
{
	problem = (struct problem){ 0 };
	source_list_free(&again);
	assert_int_equal(source_image_read(image, lines, &again, &problem), 0);
	assert_string_equal(problem.text, "");
}

/* Reading fails with that reason, and leaves nothing behind. */
static void assert_damaged(const char *reason)
{
	problem = (struct problem){ 0 };
	assert_int_equal(source_image_read(image, lines, &again, &problem), -EBADMSG);
	if (!strstr(problem.text, reason))
		fail_msg("'%s', not '%s'", problem.text, reason);
	assert_null(again.sources);
	assert_null(again.tags);
	assert_int_equal(again.count, 0);
}

static void test_empty(void **state)
{
	(void)state;
	build(4);
	assert_int_equal(lines, 1);
	read_again();
	assert_int_equal(again.count, 0);
	assert_int_equal(walk("192.0.2.1", 0), -1);
	assert_int_equal(walk("2001:db8::1", 0), -1);
}

static void test_line_of_zeros_is_empty(void **state)
{
	(void)state;
	lines = 1;
	image = calloc(1, SOURCE_LINE_SIZE);
	assert_non_null(image);
	read_again();
	assert_int_equal(again.count, 0);
	assert_int_equal(walk("0.0.0.0", 0), -1);
	assert_int_equal(walk("::", 0), -1);
}

static void fill_some(void)
{
	struct source *source = add("2001:db8::/32");
	uint32_t tag;

	*source = (struct source){
		.prefix = source->prefix,
		.action = SOURCE_ALLOW,
		.origin = SOURCE_FROM_CONFIG,
		.load_time = 1700000000000000001,
		.expires = 77,
		.packets = 5,
		.bytes = 640,
	};
	assert_int_equal(source_list_tag(&list, TAG_63, 63, &source->tag), 0);
	assert_int_equal(source_list_tag(&list, "nobody has it", 13, &tag), 0);
	add("10.0.0.0/8");
	assert_int_equal(source_list_tag(&list, "lab", 3, &tag), 0);
	add("10.1.0.0/16")->tag = tag;
	add("10.1.2.0/24")->tag = tag;
	add("::1");
}

static void test_all_comes_back(void **state)
{
	(void)state;
	fill_some();
	build(3);
	read_again();
	assert_true(source_list_equal(&list, &again));
	assert_int_equal(again.count, 5);
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(again.sources[i].load_time, list.sources[i].load_time);
		assert_int_equal(again.sources[i].packets, list.sources[i].packets);
		assert_int_equal(again.sources[i].bytes, list.sources[i].bytes);
		assert_string_equal(again.tags + again.sources[i].tag,
				    list.tags + list.sources[i].tag);
	}
	assert_int_equal(again.sources[4].expires, 77);
	assert_int_equal(again.sources[4].origin, SOURCE_FROM_CONFIG);
	assert_string_equal(again.tags + again.sources[4].tag, TAG_63);
	/* A tag that nobody has is not kept. */
	assert_true(again.tags_size < list.tags_size);
}

static void test_image_may_be_in_a_larger_map(void **state)
{
	void *map;

	(void)state;
	fill_some();
	build(1);
	map = malloc((size_t)(lines + 5) * SOURCE_LINE_SIZE);
	assert_non_null(map);
	memset(map, 0xff, (size_t)(lines + 5) * SOURCE_LINE_SIZE);
	memcpy(map, image, (size_t)lines * SOURCE_LINE_SIZE);
	free(image);
	image = map;
	lines += 5;
	read_again();
	assert_int_equal(again.count, 5);
}

static void assert_copies(size_t count, unsigned int cpus, uint32_t copies)
{
	struct source_list sources = { .count = count };
	struct source_search search = { 0 };
	uint32_t one;

	/* Only how many there are counts here, but they are looked at for their family. */
	sources.sources = calloc(count, sizeof(*sources.sources));
	assert_non_null(sources.sources);
	one = source_image_lines(&search, &sources, 1);
	assert_int_equal(source_image_lines(&search, &sources, cpus) - one,
			 (copies - 1) * ((count + 1) / 2));
	free(sources.sources);
}

static void test_copies(void **state)
{
	const size_t fits_once = SOURCE_COPIES_SIZE / sizeof(struct source_cell);

	(void)state;
	for (uint32_t cpus = 1; cpus <= 64; cpus++) {
		uint32_t copies = 1;

		while (copies < cpus)
			copies *= 2;
		fill_some();
		build(cpus);
		assert_int_equal(header()->copy_mask, copies - 1);
		source_list_free(&list);
	}
	assert_copies(fits_once / 4, 4, 4);
	assert_copies(fits_once / 4, 8, 4);
	assert_copies(fits_once / 4 + 1, 4, 2);
	assert_copies(fits_once / 2, 64, 2);
	assert_copies(fits_once, 64, 1);
	assert_copies(fits_once + 1, 64, 1);
	assert_copies(10 * fits_once, 64, 1);
}

static void test_hits_are_the_sum(void **state)
{
	uint64_t packets;
	uint64_t bytes;

	(void)state;
	fill_some();
	build(4);
	for (uint32_t copy = 0; copy < 4; copy++) {
		cell(copy, 4)->packets += 100 * copy;
		cell(copy, 4)->bytes += 1000 * copy;
	}
	source_image_add_hits(image, 4, 7, 70);
	source_image_hits(image, 4, &packets, &bytes);
	assert_int_equal(packets, 5 + 600 + 7);
	assert_int_equal(bytes, 640 + 6000 + 70);
	source_image_hits(image, 3, &packets, &bytes);
	assert_int_equal(packets, 0);
	assert_int_equal(bytes, 0);
	read_again();
	assert_int_equal(again.sources[4].packets, 612);
	assert_int_equal(again.sources[4].bytes, 6710);
	/* Every copy decides in the same way. */
	for (uint32_t copy = 0; copy < 4; copy++) {
		assert_int_equal(cell(copy, 4)->expires, 77);
		assert_int_equal(cell(copy, 4)->action, SOURCE_ALLOW);
		assert_int_equal(cell(copy, 2)->parent, 2);
	}
}

static void test_expiry_falls_back(void **state)
{
	(void)state;
	add("10.1.2.0/24")->expires = 10;
	add("10.1.0.0/16")->expires = 20;
	add("10.0.0.0/8")->expires = 5;
	add("0.0.0.0/0");
	add("2001:db8::/32")->expires = 30;
	add("2001:db8::1")->expires = 30;
	build(2);
	/* 0: /0, 1: /8, 2: /16, 3: /24 */
	assert_int_equal(walk("10.1.2.3", 9), 3);
	assert_int_equal(walk("10.1.2.3", 10), 2);
	assert_int_equal(walk("10.1.2.3", 19), 2);
	assert_int_equal(walk("10.1.2.3", 20), 0);
	assert_int_equal(walk("10.9.2.3", 4), 1);
	assert_int_equal(walk("10.9.2.3", 5), 0);
	assert_int_equal(walk("2001:db8::1", 29), 5);
	assert_int_equal(walk("2001:db8::1", 30), -1);
	assert_int_equal(walk("2001:db8::2", 29), 4);
}

static void test_expiry_through_all_lengths(void **state)
{
	(void)state;
	for (unsigned int length = 0; length <= 128; length++) {
		struct address_prefix prefix =
			shape_prefix(AF_INET6, 0x20010db8a5a5a5a5, 0x5a5a5a5a00ff00ff, length);

		shape_add(&list, &prefix)->expires = length + 1;
	}
	list.sources[0].expires = 0;
	build(1);
	for (unsigned int now = 0; now < 129; now++)
		assert_int_equal(walk("2001:db8:a5a5:a5a5:5a5a:5a5a:ff:ff", now), 128);
	/* The last one has its turn after all others: as deep as it can be. */
	for (uint32_t i = 0; i < 129; i++)
		cell(0, i)->expires = i ? 1 : 0;
	assert_int_equal(walk("2001:db8:a5a5:a5a5:5a5a:5a5a:ff:ff", 1), 0);
}

static void test_random_expiry(void **state)
{
	uint64_t seed = 3;

	(void)state;
	for (int round = 0; round < 50; round++) {
		source_list_free(&list);
		shape_fill(&list, SHAPE_IPV6_BOTH_SIDES, 100, seed);
		for (size_t i = 0; i < list.count; i++)
			list.sources[i].expires = shape_chance(&seed) % 4;
		build(1);
		for (size_t i = 0; i < list.count; i++) {
			struct address_prefix address = list.sources[i].prefix;

			address.length = 128;
			for (uint64_t now = 1; now < 4; now++) {
				const struct source *match =
					source_list_match(&list, &address, now);

				assert_int_equal(source_image_walk(image, AF_INET6, address.address,
								   now, NULL),
						 match ? match - list.sources : -1);
			}
		}
	}
}

/* One number of the image has a value that is wrong. */
/* Counted without being read: by action and family, without what has expired. */
static void test_counts(void **state)
{
	struct source_counts counts;

	(void)state;
	build(1);
	assert_int_equal(source_image_count(image, lines, 5, &counts, &problem), 0);
	assert_true(!counts.ipv4[SOURCE_DROP] && !counts.newest);
	add("192.0.2.0/24")->load_time = 7;
	add("192.0.2.1")->action = SOURCE_ALLOW;
	add("198.51.100.0/24")->expires = 5;
	add("203.0.113.0/24")->expires = 6;
	for (int i = 1; i <= 3; i++) {
		char text[32];

		snprintf(text, sizeof(text), "2001:db8:%d::/48", i);
		add(text)->action = i == 1 ? SOURCE_DROP : SOURCE_ALLOW;
	}
	add("2001:db8:9::/48")->load_time = 9;
	list.sources[list.count - 1].expires = 4;
	build(4);
	assert_int_equal(source_image_count(image, lines, 5, &counts, &problem), 0);
	assert_int_equal(counts.ipv4[SOURCE_DROP], 2);
	assert_int_equal(counts.ipv4[SOURCE_ALLOW], 1);
	assert_int_equal(counts.ipv6[SOURCE_DROP], 1);
	assert_int_equal(counts.ipv6[SOURCE_ALLOW], 2);
	assert_int_equal(counts.newest, 7);
	header()->entry_count_ipv4 = 100;
	assert_int_equal(source_image_count(image, lines, 5, &counts, &problem), -EBADMSG);
	assert_int_equal(source_image_count(image, 0, 5, &counts, &problem), -EBADMSG);
}

static void damage(uint32_t *number, uint32_t value, const char *reason)
{
	uint32_t before = *number;

	*number = value;
	assert_damaged(reason);
	*number = before;
}

static void test_damaged_header(void **state)
{
	(void)state;
	fill_some();
	build(2);
	damage(&header()->lines, lines + 1, "cut");
	damage(&header()->lines, lines - 1, "tags are outside");
	damage(&header()->lines, 1, "outside");
	damage(&header()->copy_mask, 2, "copies");
	damage(&header()->copy_mask, UINT32_MAX, "counters are outside");
	damage(&header()->cells, lines, "counters are outside");
	damage(&header()->cells, UINT32_MAX, "counters are outside");
	damage(&header()->cell_lines, 2, "counters are outside");
	damage(&header()->cell_lines, UINT32_MAX, "counters are outside");
	damage(&header()->entries, lines - 1, "prefixes are outside");
	damage(&header()->entries, UINT32_MAX, "prefixes are outside");
	damage(&header()->entry_count, 100, "outside");
	damage(&header()->entry_count, UINT32_MAX, "number of prefixes");
	damage(&header()->entry_count, 2, "number of prefixes");
	damage(&header()->entry_count_ipv4, 2, "a prefix is none");
	damage(&header()->entry_count_ipv4, 4, "a prefix is none");
	damage(&header()->tags, lines, "tags are outside");
	damage(&header()->tags, UINT32_MAX, "tags are outside");
	damage(&header()->tags_size, UINT32_MAX, "tags are outside");
	damage(&header()->tags_size, 1, "a tag is outside");
	damage(&header()->tags_size, header()->tags_size - 1, "a tag has no end");
	lines = 0;
	assert_damaged("empty");
}

static void test_damaged_entries(void **state)
{
	struct source_entry before;

	(void)state;
	fill_some();
	build(2);
	damage(&entry(0)->tag, header()->tags_size, "a tag is outside");
	damage(&entry(0)->tag, UINT32_MAX, "a tag is outside");
	damage(&cell(0, 0)->action, SOURCE_ALLOW, "action");
	before = *entry(1);
	entry(1)->length = 33;
	assert_damaged("a prefix is none");
	entry(1)->length = 15; /* 10.1 has a bit behind it */
	assert_damaged("a prefix is none");
	*entry(1) = before;
	entry(1)->address[15] = 1;
	assert_damaged("a prefix is none");
	*entry(1) = *entry(0);
	assert_damaged("out of order");
	*entry(1) = before;
	entry(1)->address[0] = 9;
	assert_damaged("out of order");
	*entry(1) = before;
	entry(1)->family = 6;
	assert_damaged("a prefix is none");
	*entry(1) = before;
	entry(1)->action = cell(0, 1)->action = 2;
	assert_damaged("action");
	*entry(1) = before;
	cell(0, 1)->action = before.action;
	entry(1)->origin = 2;
	assert_damaged("origin");
	*entry(1) = before;
	read_again();
}

static void test_tag_of_64_bytes_is_damage(void **state)
{
	char *tags;
	char *tag;

	(void)state;
	fill_some();
	build(1);
	tags = line_at(header()->tags);
	tag = tags + entry(4)->tag;
	assert_string_equal(tag, TAG_63);
	tag[63] = '!';
	assert_damaged("a tag has no end");
}

/* A walk ends, and stays inside, whatever the links are. */
static void test_walk_on_damaged_links(void **state)
{
	uint32_t link[] = {
		SOURCE_WINDOW << SOURCE_LINK_KIND_SHIFT | SOURCE_LINK_INDEX,
		(uint32_t)SOURCE_KEYS << SOURCE_LINK_KIND_SHIFT | SOURCE_LINK_INDEX,
		(uint32_t)SOURCE_LOWER << SOURCE_LINK_KIND_SHIFT | SOURCE_LINK_INDEX,
		SOURCE_LINK_INDEX,
	};
	unsigned int links;

	(void)state;
	fill_some();
	build(1);
	for (size_t i = 0; i < sizeof(link) / sizeof(*link); i++) {
		header()->root[0].link = link[i];
		header()->root[1].link = link[i];
		assert_int_equal(walk("10.1.2.3", 0), -1);
		assert_int_equal(walk("2001:db8::1", 0), -1);
	}
	/* A ring: line 1 leads to itself. */
	struct source_keys *keys = line_at(1);

	for (size_t i = 0; i <= SOURCE_KEY_COUNT; i++)
		keys->link[i] = (uint32_t)SOURCE_KEYS << SOURCE_LINK_KIND_SHIFT | 1;
	header()->root[0].link = keys->link[0];
	assert_int_equal(source_image_walk(image, AF_INET, (uint8_t[4]){ 10 }, 0, &links), -1);
	assert_int_equal(links, SOURCE_WALK_LIMIT);
}

/* An IPv4 address has nothing behind its four bytes; its lower half is 0. */
static void test_lower_half_of_ipv4(void **state)
{
	static const uint8_t address[16] = { 10, [8] = 1 };
	struct source_keys *keys;

	(void)state;
	fill_some();
	build(1);
	keys = line_at(1);
	memset(keys->key, 0xff, sizeof(keys->key));
	keys->key[0] = 1;
	keys->link[0] = 2;
	keys->link[1] = 3;
	header()->root[0].link = (uint32_t)SOURCE_LOWER << SOURCE_LINK_KIND_SHIFT | 1;
	assert_int_equal(source_image_walk(image, AF_INET, address, 0, NULL), 1);
}

static void test_parents_in_a_ring(void **state)
{
	(void)state;
	fill_some();
	build(1);
	for (uint32_t i = 0; i < 5; i++)
		*cell(0, i) = (struct source_cell){ .expires = 1, .parent = i + 1 };
	assert_int_equal(walk("10.1.2.3", 1), -1);
	cell(0, 2)->parent = UINT32_MAX;
	assert_int_equal(walk("10.1.2.3", 1), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_empty, setup, teardown),
		cmocka_unit_test_setup_teardown(test_line_of_zeros_is_empty, setup, teardown),
		cmocka_unit_test_setup_teardown(test_all_comes_back, setup, teardown),
		cmocka_unit_test_setup_teardown(test_image_may_be_in_a_larger_map, setup, teardown),
		cmocka_unit_test_setup_teardown(test_copies, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hits_are_the_sum, setup, teardown),
		cmocka_unit_test_setup_teardown(test_expiry_falls_back, setup, teardown),
		cmocka_unit_test_setup_teardown(test_expiry_through_all_lengths, setup, teardown),
		cmocka_unit_test_setup_teardown(test_random_expiry, setup, teardown),
		cmocka_unit_test_setup_teardown(test_counts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_damaged_header, setup, teardown),
		cmocka_unit_test_setup_teardown(test_damaged_entries, setup, teardown),
		cmocka_unit_test_setup_teardown(test_tag_of_64_bytes_is_damage, setup, teardown),
		cmocka_unit_test_setup_teardown(test_walk_on_damaged_links, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lower_half_of_ipv4, setup, teardown),
		cmocka_unit_test_setup_teardown(test_parents_in_a_ring, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
