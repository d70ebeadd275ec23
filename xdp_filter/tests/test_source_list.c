// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "source_list.h"
#include "scratch_lists.h"

static const struct source pattern = { .action = SOURCE_DROP };

static void assert_source(size_t i, const char *prefix, const char *tag)
{
	char text[ADDRESS_PREFIX_TEXT_SIZE];

	assert_true(i < list.count);
	assert_string_equal(address_prefix_text(&list.sources[i].prefix, text, sizeof(text)),
			    prefix);
	assert_string_equal(list.tags + list.sources[i].tag, tag);
}

static struct address_prefix prefix_of(const char *text)
{
	struct address_prefix prefix;

	assert_int_equal(parse_address_prefix(text, &prefix), 0);
	return prefix;
}

/* Appends "PREFIX TAG", or "PREFIX"; returned for more to be said about it. */
static struct source *add(struct source_list *to, const char *text)
{
	struct source source = pattern;
	char word[ADDRESS_PREFIX_TEXT_SIZE];
	size_t length = strcspn(text, " ");
	const char *tag = text[length] ? text + length + 1 : "";

	snprintf(word, sizeof(word), "%.*s", (int)length, text);
	source.prefix = prefix_of(word);
	assert_int_equal(source_list_tag(to, tag, strlen(tag), &source.tag), 0);
	assert_int_equal(source_list_append(to, &source), 0);
	return &to->sources[to->count - 1];
}

static void test_words(void **state)
{
	const struct source said = {
		.action = SOURCE_ALLOW, .origin = SOURCE_FROM_CONFIG, .load_time = 11, .expires = 12
	};

	(void)state;
	assert_int_equal(source_list_add_text(&list,
					      " 192.0.2.7,10.0.0.0/8 ,\t0.0.0.0/0\n2001:db8::/32\r\n"
					      "::1\v::/0\f198.51.100.0/24,,",
					      &said, &problem),
			 0);
	assert_int_equal(list.count, 7);
	assert_source(0, "192.0.2.7/32", "");
	assert_source(1, "10.0.0.0/8", "");
	assert_source(2, "0.0.0.0/0", "");
	assert_source(3, "2001:db8::/32", "");
	assert_source(4, "::1/128", "");
	assert_source(5, "::/0", "");
	assert_source(6, "198.51.100.0/24", "");
	for (size_t i = 0; i < list.count; i++) {
		assert_int_equal(list.sources[i].action, SOURCE_ALLOW);
		assert_int_equal(list.sources[i].origin, SOURCE_FROM_CONFIG);
		assert_int_equal(list.sources[i].load_time, 11);
		assert_int_equal(list.sources[i].expires, 12);
	}
	assert_int_equal(source_list_add_text(&list, "192.0.2.2", &pattern, &problem), 0);
	assert_int_equal(list.count, 8);
	assert_source(7, "192.0.2.2/32", "");
	assert_int_equal(list.sources[7].action, SOURCE_DROP);
}

/* What is refused, in which words; the list stays as it was. */
static void test_words_refused(void **state)
{
	static const struct {
		const char *text, *problem;
	} cases[] = {
		{ "", "no address in it" },
		{ " ,\n", "no address in it" },
		{ "example.org", "'example.org' is neither an IPv4 nor an IPv6 address or prefix" },
		{ "10.0.0.0/8 192.0.2.300",
		  "'192.0.2.300' is neither an IPv4 nor an IPv6 address or prefix" },
		{ "10.0.0.0/33", "'10.0.0.0/33' is neither an IPv4 nor an IPv6 address or prefix" },
		{ "10.0.0.0/", "'10.0.0.0/' is neither an IPv4 nor an IPv6 address or prefix" },
		{ "2001:db8::/129",
		  "'2001:db8::/129' is neither an IPv4 nor an IPv6 address or prefix" },
		{ "10.0.0.0;11.0.0.0",
		  "'10.0.0.0;11.0.0.0' is neither an IPv4 nor an IPv6 address or prefix" },
		{ "\033[2J\377",
		  "'\\x1b[2J\\xff' is neither an IPv4 nor an IPv6 address or prefix" },
		{ "192.0.2.1/24",
		  "'192.0.2.1/24' has bits set behind its length: write 192.0.2.0/24 for all of them, "
		  "or '192.0.2.1' for this address alone" },
		{ "2001:db8::1/32",
		  "'2001:db8::1/32' has bits set behind its length: write 2001:db8::/32 for all of "
		  "them, or '2001:db8::1' for this address alone" },
		{ "10.0.0.0/8,11.0.0.0/8,10.0.0.0/8", "10.0.0.0/8 is given twice" },
		{ "192.0.2.1,192.0.2.1/32", "192.0.2.1/32 is given twice" },
		{ "::1 0:0::1", "::1/128 is given twice" },
		{ "203.0.113.9", "203.0.113.9/32 is given twice" }, /* is there already */
	};

	(void)state;
	add(&list, "203.0.113.9");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(source_list_add_text(&list, cases[i].text, &pattern, &problem),
				 -EINVAL);
		assert_string_equal(problem.text, cases[i].problem);
		assert_int_equal(list.count, 1);
		assert_source(0, "203.0.113.9/32", "");
	}
}

/* A word of any length is quoted in part and never overruns. */
static void test_long_words(void **state)
{
	char word[4096];

	(void)state;
	for (size_t length = 33; length < sizeof(word); length++) {
		memset(word, '1', length);
		word[length] = '\0';
		assert_int_equal(source_list_add_text(&list, word, &pattern, &problem), -EINVAL);
		assert_true(strlen(problem.text) < 200);
		assert_int_equal(strstr(problem.text, "1...'") != NULL, length > 64);
		assert_int_equal(list.count, 0);
	}
}

static void add_three(void)
{
	assert_int_equal(source_list_add_text(&list, "192.0.2.1 192.0.2.2 192.0.2.3", &pattern,
					      &problem),
			 0);
}

static void test_tags(void **state)
{
	static const struct {
		const char *text, *tags[3];
	} cases[] = {
		{ "a", { "a", "", "" } },
		{ "a,b,c", { "a", "b", "c" } },
		{ "a,a,a", { "a", "a", "a" } },
		{ "abc,ab,a", { "abc", "ab", "a" } },
		{ "  two words , ,\tlast\n", { "two words", "", "last" } },
		{ ",,", { "", "", "" } },
		{ ",b", { "", "b", "" } },
		{ TAG_63 "," TAG_63 "," TAG_63, { TAG_63, TAG_63, TAG_63 } },
		{ "caf\303\251", { "caf\303\251", "", "" } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		add_three();
		assert_int_equal(source_list_tag_text(&list, cases[i].text, &problem), 0);
		assert_source(0, "192.0.2.1/32", cases[i].tags[0]);
		assert_source(1, "192.0.2.2/32", cases[i].tags[1]);
		assert_source(2, "192.0.2.3/32", cases[i].tags[2]);
		source_list_free(&list);
	}
}

static void test_tags_refused(void **state)
{
	static const struct {
		const char *text, *problem;
	} cases[] = {
		{ "a,b,c,d", "4 tags for 3 addresses: tags go to addresses by position" },
		{ "a,b,c,", "4 tags for 3 addresses: tags go to addresses by position" },
		{ "x," TAG_63 "4", "'" TAG_63 "4' has 64 bytes, a tag has at most 63" },
		{ "x," TAG_63 "45", "'" TAG_63 "4...' has 65 bytes, a tag has at most 63" },
		{ "x,y\tz", "'y\\x09z' has a control character in it" },
		{ "x,\033[2J", "'\\x1b[2J' has a control character in it" },
		{ "x,\177", "'\\x7f' has a control character in it" },
	};

	(void)state;
	add_three();
	assert_int_equal(source_list_tag_text(&list, "1,2,3", &problem), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(source_list_tag_text(&list, cases[i].text, &problem), -EINVAL);
		assert_string_equal(problem.text, cases[i].problem);
		assert_source(0, "192.0.2.1/32", "1");
		assert_source(1, "192.0.2.2/32", "2");
		assert_source(2, "192.0.2.3/32", "3");
	}
}

/* Equal texts are kept once, also among very many, and the offsets stay good. */
static void test_many_tags(void **state)
{
	enum { COUNT = 10000 };
	static uint32_t tags[COUNT];
	char text[16];
	size_t size;

	(void)state;
	for (size_t i = 0; i < 2 * COUNT; i++) {
		uint32_t tag;

		snprintf(text, sizeof(text), "tag %zu", i % COUNT);
		assert_int_equal(source_list_tag(&list, text, strlen(text), &tag), 0);
		if (i < COUNT)
			tags[i] = tag;
		assert_int_equal(tag, tags[i % COUNT]);
		if (i == COUNT - 1)
			size = list.tags_size;
	}
	assert_int_equal(list.tags_size, size);
	assert_int_equal(list.tag_count, COUNT);
	for (size_t i = 0; i < COUNT; i++) {
		snprintf(text, sizeof(text), "tag %zu", i);
		assert_string_equal(list.tags + tags[i], text);
	}
	assert_string_equal(list.tags, "");
}

/* Texts that begin with one another are different, the longer ones being there first. */
static void test_tags_within_tags(void **state)
{
	char text[SOURCE_TAG_MAX];

	(void)state;
	for (size_t length = sizeof(text); length > 0; length--) {
		for (int letter = '0'; letter <= 'z'; letter++) {
			uint32_t tag;

			memset(text, letter, length);
			assert_int_equal(source_list_tag(&list, text, length, &tag), 0);
			assert_int_equal(strlen(list.tags + tag), length);
			assert_memory_equal(list.tags + tag, text, length);
		}
	}
}

static void test_tidy_tags(void **state)
{
	uint32_t unused;

	(void)state;
	assert_int_equal(source_list_tidy_tags(&list), 0);
	assert_int_equal(source_list_tag(&list, "unused", 6, &unused), 0);
	add(&list, "192.0.2.1 kept");
	add(&list, "192.0.2.2");
	add(&list, "192.0.2.3 kept");
	assert_int_equal(list.tags_size, sizeof("") + sizeof("unused") + sizeof("kept"));
	assert_int_equal(source_list_tidy_tags(&list), 0);
	assert_int_equal(list.tags_size, sizeof("") + sizeof("kept"));
	assert_int_equal(list.count, 3);
	assert_source(0, "192.0.2.1/32", "kept");
	assert_source(1, "192.0.2.2/32", "");
	assert_source(2, "192.0.2.3/32", "kept");
	add(&list, "192.0.2.4 kept");
	assert_int_equal(list.tags_size, sizeof("") + sizeof("kept"));
}

static void test_sort(void **state)
{
	(void)state;
	assert_int_equal(source_list_sort(&list), 0); /* of nothing */
	add(&list, "2001:db8::/64 1");
	add(&list, "10.0.0.0/8 2");
	add(&list, "9.255.0.0/16 3");
	add(&list, "10.0.0.0 4");
	add(&list, "::/0 5");
	add(&list, "10.0.0.0/8 6");
	add(&list, "10.0.0.0/9 7");
	add(&list, "2001:db8:0:0:1::/80 8");
	add(&list, "0.0.0.0/0 9");
	add(&list, "10.0.0.0/8 10");
	assert_int_equal(source_list_order(&list), 0);
	assert_int_equal(list.count, 10);
	assert_source(2, "10.0.0.0/8", "2");
	assert_source(3, "10.0.0.0/8", "6");
	assert_source(4, "10.0.0.0/8", "10");
	for (size_t again = 0; again < 2; again++) {
		assert_int_equal(source_list_sort(&list), 0);
		assert_int_equal(list.count, 8);
		assert_source(0, "0.0.0.0/0", "9");
		assert_source(1, "9.255.0.0/16", "3");
		assert_source(2, "10.0.0.0/8", "10");
		assert_source(3, "10.0.0.0/9", "7");
		assert_source(4, "10.0.0.0/32", "4");
		assert_source(5, "::/0", "5");
		assert_source(6, "2001:db8::/64", "1");
		assert_source(7, "2001:db8:0:0:1::/80", "8");
	}
}

static unsigned int random_state = 1;

static unsigned int random_below(unsigned int limit)
{
	return (unsigned int)rand_r(&random_state) % limit;
}

/* Short addresses of few values, so that many prefixes cover each other or are the same. */
static struct address_prefix random_prefix(void)
{
	struct address_prefix prefix = { .family = random_below(2) ? AF_INET : AF_INET6 };
	char text[ADDRESS_PREFIX_TEXT_SIZE];
	int err;

	prefix.length = (uint8_t)random_below(prefix.family == AF_INET ? 33 : 129);
	for (size_t i = 0; i < (prefix.family == AF_INET ? 4 : 16); i++)
		prefix.address[i] = random_below(3) ? 0 : (uint8_t)random_below(256);
	address_prefix_text(&prefix, text, sizeof(text));
	err = parse_address_prefix(text, &prefix);
	assert_true(err == 0 || err == -EDOM);
	return prefix;
}

static void add_random(struct source_list *to, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct source source = { .prefix = random_prefix(), .load_time = to->count + 1 };

		assert_int_equal(source_list_append(to, &source), 0);
	}
}

/* Sorted is ascending, and each prefix keeps what was said about it last. */
static void test_sort_random(void **state)
{
	(void)state;
	for (size_t round = 0; round < 30; round++) {
		add_random(&list, 1000);
		add_random(&other, 0);
		for (size_t i = 0; i < list.count; i++)
			assert_int_equal(source_list_append(&other, &list.sources[i]), 0);
		assert_int_equal(source_list_sort(&list), 0);
		assert_true(list.count < 1000);
		for (size_t i = 1; i < list.count; i++)
			assert_true(source_list_compare(&list.sources[i - 1].prefix,
							&list.sources[i].prefix) < 0);
		for (size_t i = 0; i < other.count; i++) {
			const struct source *kept =
				source_list_find(&list, &other.sources[i].prefix);

			assert_non_null(kept);
			assert_true(kept->load_time >= other.sources[i].load_time);
		}
		scratch_lists_tear_down(NULL);
	}
}

static void test_find(void **state)
{
	struct address_prefix wanted = prefix_of("10.0.0.0/9");

	(void)state;
	assert_null(source_list_find(&list, &wanted));
	add(&list, "10.0.0.0/8");
	add(&list, "10.0.0.0/9");
	add(&list, "10.0.0.0/10");
	add(&list, "a00::/9");
	assert_ptr_equal(source_list_find(&list, &wanted), &list.sources[1]);
	wanted = prefix_of("10.0.0.0/11");
	assert_null(source_list_find(&list, &wanted));
	wanted = prefix_of("a00::/9");
	assert_ptr_equal(source_list_find(&list, &wanted), &list.sources[3]);
	wanted = prefix_of("a00::/10");
	assert_null(source_list_find(&list, &wanted));
}

static const char *match(const char *address, uint64_t now)
{
	struct address_prefix wanted = prefix_of(address);
	const struct source *source = source_list_match(&list, &wanted, now);

	return source ? list.tags + source->tag : NULL;
}

static void test_match(void **state)
{
	(void)state;
	assert_null(match("192.0.2.1", 0));
	add(&list, "128.0.0.0/1 1");
	add(&list, "192.0.2.0/24 24");
	add(&list, "192.0.2.128/25 25")->expires = 100;
	add(&list, "192.0.2.129 32")->expires = 200;
	add(&list, "2001:db8::/32 v6 32");
	add(&list, "2001:db8::/127 v6 127");
	assert_int_equal(source_list_sort(&list), 0);
	assert_null(match("127.255.255.255", 0));
	assert_string_equal(match("128.0.0.0", 0), "1");
	assert_string_equal(match("192.0.1.255", 0), "1");
	assert_string_equal(match("192.0.2.127", 0), "24");
	assert_string_equal(match("192.0.3.0", 0), "1");
	assert_string_equal(match("192.0.2.130", 0), "25");
	assert_string_equal(match("192.0.2.130", 99), "25");
	assert_string_equal(match("192.0.2.130", 100), "24");
	assert_string_equal(match("192.0.2.129", 100), "32");
	assert_string_equal(match("192.0.2.129", 200), "24");
	assert_string_equal(match("2001:db8::1", 0), "v6 127");
	assert_string_equal(match("2001:db8::2", 0), "v6 32");
	assert_null(match("2001:db9::", 0));
	assert_null(match("8000::", 0)); /* the bits of 128.0.0.0 */
	add(&list, "::/0 all");
	assert_string_equal(match("8000::", 0), "all");
	assert_null(match("1.2.3.4", 0));
}

static void test_merge(void **state)
{
	struct source *source;

	(void)state;
	source = add(&list, "192.0.2.0/24 old");
	source->packets = 3;
	source->bytes = 300;
	source->load_time = 1;
	add(&list, "192.0.2.2 stays")->packets = 4;
	add(&other, "10.0.0.0/8 first");
	source = add(&other, "192.0.2.0/24 new");
	source->action = SOURCE_ALLOW;
	source->origin = SOURCE_FROM_CONFIG;
	source->load_time = 2;
	source->expires = 77;
	add(&other, "2001:db8::/32 stays");
	assert_int_equal(source_list_merge(&list, &other, &problem), 0);
	assert_int_equal(list.count, 4);
	assert_source(0, "10.0.0.0/8", "first");
	assert_source(1, "192.0.2.0/24", "new");
	assert_source(2, "192.0.2.2/32", "stays");
	assert_source(3, "2001:db8::/32", "stays");
	assert_int_equal(list.sources[1].packets, 3);
	assert_int_equal(list.sources[1].bytes, 300);
	assert_int_equal(list.sources[1].action, SOURCE_ALLOW);
	assert_int_equal(list.sources[1].origin, SOURCE_FROM_CONFIG);
	assert_int_equal(list.sources[1].load_time, 2);
	assert_int_equal(list.sources[1].expires, 77);
	assert_int_equal(list.sources[2].packets, 4);
	assert_int_equal(list.sources[2].tag, list.sources[3].tag);
	assert_int_equal(other.count, 3);
}

/* Merging is appending and sorting. */
static void test_merge_random(void **state)
{
	struct source_list whole = { 0 };

	(void)state;
	for (size_t round = 0; round < 30; round++) {
		size_t halves[] = { random_below(300), random_below(300) };
		struct source_list *from[] = { &list, &other };

		for (size_t i = 0; i < 2; i++) {
			add_random(from[i], halves[i]);
			assert_int_equal(source_list_sort(from[i]), 0);
			for (size_t j = 0; j < from[i]->count; j++) {
				from[i]->sources[j].origin = (uint8_t)i;
				assert_int_equal(source_list_append(&whole, &from[i]->sources[j]),
						 0);
			}
		}
		assert_int_equal(source_list_sort(&whole), 0);
		assert_int_equal(source_list_merge(&list, &other, &problem), 0);
		assert_true(source_list_equal(&whole, &list));
		source_list_free(&whole);
		scratch_lists_tear_down(NULL);
	}
}

/* One more than there is room for; the list stays. */
static void test_merge_full(void **state)
{
	struct source source = { .prefix = { .family = AF_INET, .length = 32 } };

	(void)state;
	add(&list, "255.0.0.0/8 there");
	add(&list, "::/0");
	for (uint32_t i = 0; i < SOURCE_LIST_MAX; i++) {
		source.prefix.address[0] = (uint8_t)(i >> 16);
		source.prefix.address[1] = (uint8_t)(i >> 8);
		source.prefix.address[2] = (uint8_t)i;
		assert_int_equal(source_list_append(&other, &source), 0);
	}
	assert_int_equal(source_list_merge(&list, &other, &problem), -ENOSPC);
	assert_string_equal(problem.text, "4194305 IPv4 and 1 IPv6 prefixes: at most 4194304 of "
					  "each have room");
	assert_int_equal(list.count, 2);
	assert_source(0, "255.0.0.0/8", "there");
	other.count--;
	assert_int_equal(source_list_merge(&list, &other, &problem), 0);
	assert_int_equal(list.count, SOURCE_LIST_MAX + 1);
}

static void test_remove(void **state)
{
	static const struct {
		const char *prefix, *problem;
	} cases[] = {
		{ "192.0.2.0/25", "192.0.2.0/25 is not on the drop list" },
		{ "192.0.2.7", "192.0.2.7/32 is not on the drop list, but on the other one" },
		{ "255.0.0.0/8", "255.0.0.0/8 is not on the drop list" },
	};

	(void)state;
	add(&list, "10.0.0.0/8 a");
	add(&list, "192.0.2.0/24 b");
	add(&list, "192.0.2.7 c")->action = SOURCE_ALLOW;
	add(&list, "2001:db8::/32 d");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		add(&other, "10.0.0.0/8");
		add(&other, cases[i].prefix);
		assert_int_equal(source_list_remove(&list, &other, SOURCE_DROP, &problem), -ENOENT);
		assert_string_equal(problem.text, cases[i].problem);
		assert_int_equal(list.count, 4);
		source_list_free(&other);
	}
	add(&other, "10.0.0.0/8");
	add(&other, "2001:db8::/32");
	assert_int_equal(source_list_remove(&list, &other, SOURCE_DROP, &problem), 0);
	assert_int_equal(list.count, 2);
	assert_source(0, "192.0.2.0/24", "b");
	assert_source(1, "192.0.2.7/32", "c");
	source_list_free(&other);
	add(&other, "192.0.2.0/24");
	assert_int_equal(source_list_remove(&list, &other, SOURCE_ALLOW, &problem), -ENOENT);
	assert_string_equal(problem.text,
			    "192.0.2.0/24 is not on the allow list, but on the other one");
}

static bool has_action(const struct source *source, const void *action)
{
	return source->action == *(const uint8_t *)action;
}

static void test_filter(void **state)
{
	const uint8_t allow = SOURCE_ALLOW;

	(void)state;
	source_list_filter(&list, has_action, &allow);
	assert_int_equal(list.count, 0);
	add(&list, "10.0.0.0/8 a");
	add(&list, "192.0.2.7 b")->action = SOURCE_ALLOW;
	add(&list, "192.0.2.8 c");
	source_list_filter(&list, has_action, &allow);
	assert_int_equal(list.count, 1);
	assert_source(0, "192.0.2.7/32", "b");
}

static void add_history(struct source_list *to, uint64_t load_time, uint64_t hits)
{
	static const char *const texts[] = { "10.0.0.0/8 a", "192.0.2.0/24 b", "192.0.2.7 c" };

	for (size_t i = 0; i < 3; i++) {
		struct source *source = add(to, texts[i]);

		source->load_time = load_time;
		source->packets = hits;
		source->bytes = 10 * hits;
	}
}

static void test_inherit(void **state)
{
	(void)state;
	add(&other, "1.0.0.0/8 shifts the tags");
	add_history(&other, 5, 7);
	add_history(&list, 9, 0);
	list.sources[1].action = SOURCE_ALLOW;
	assert_int_equal(source_list_tag(&list, "new", 3, &list.sources[2].tag), 0);
	add(&list, "::/0 a")->load_time = 9;
	source_list_inherit(&list, &other);
	assert_int_equal(list.sources[0].load_time, 5);
	assert_int_equal(list.sources[1].load_time, 9); /* now allows */
	assert_int_equal(list.sources[2].load_time, 9); /* has another tag */
	assert_int_equal(list.sources[3].load_time, 9);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(list.sources[i].packets, 7);
		assert_int_equal(list.sources[i].bytes, 70);
	}
	assert_int_equal(list.sources[3].packets, 0);
}

static void test_equal(void **state)
{
	const uint64_t second = 1000000000;
	struct source *source;

	(void)state;
	assert_true(source_list_equal(&list, &other));
	add(&other, "1.0.0.0/8 shifts the tags");
	other.count = 0;
	add_history(&list, 1, 2);
	add_history(&other, 3, 4);
	assert_true(source_list_equal(&list, &other));
	source = &list.sources[1];
	source->action = SOURCE_ALLOW;
	assert_false(source_list_equal(&list, &other));
	source->action = SOURCE_DROP;
	source->origin = SOURCE_FROM_CONFIG;
	assert_false(source_list_equal(&list, &other));
	source->origin = SOURCE_FROM_COMMAND;
	source->expires = 5;
	assert_false(source_list_equal(&list, &other));
	other.sources[1].expires = source->expires + second - 1;
	assert_true(source_list_equal(&list, &other));
	other.sources[1].expires++;
	assert_false(source_list_equal(&list, &other));
	other.sources[1].expires = source->expires;
	source->prefix.length--;
	assert_false(source_list_equal(&list, &other));
	source->prefix.length++;
	source->tag = 0;
	assert_false(source_list_equal(&list, &other));
	source->tag = list.sources[0].tag + 2;
	assert_true(source_list_equal(&list, &other));
	list.count--;
	assert_false(source_list_equal(&list, &other));
	assert_false(source_list_equal(&other, &list));
}

#define TEST(name)                                                                                 \
	cmocka_unit_test_setup_teardown(name, scratch_lists_set_up, scratch_lists_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_words),
		TEST(test_words_refused),
		TEST(test_long_words),
		TEST(test_tags),
		TEST(test_tags_refused),
		TEST(test_many_tags),
		TEST(test_tags_within_tags),
		TEST(test_tidy_tags),
		TEST(test_sort),
		TEST(test_sort_random),
		TEST(test_find),
		TEST(test_match),
		TEST(test_merge),
		TEST(test_merge_random),
		TEST(test_merge_full),
		TEST(test_remove),
		TEST(test_filter),
		TEST(test_inherit),
		TEST(test_equal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
