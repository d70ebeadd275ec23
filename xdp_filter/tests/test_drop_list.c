// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "drop_list.h"

#define TAG_63 "123456789012345678901234567890123456789012345678901234567890123"

static struct drop_list list;
static struct problem problem;

static int setup(void **state)
{
	(void)state;
	problem = (struct problem){ 0 };
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	drop_list_free(&list);
	return 0;
}

static void assert_entry(size_t i, const char *prefix, const char *tag)
{
	char text[ADDRESS_PREFIX_TEXT_SIZE];

	assert_true(i < list.count);
	assert_string_equal(address_prefix_text(&list.entries[i].prefix, text, sizeof(text)),
			    prefix);
	assert_string_equal(list.entries[i].tag, tag);
}

static void test_words(void **state)
{
	(void)state;
	assert_int_equal(drop_list_add(&list,
				       " 192.0.2.7,10.0.0.0/8 ,\t0.0.0.0/0\n2001:db8::/32\r\n"
				       "::1\v::/0\f198.51.100.0/24,,",
				       &problem),
			 0);
	assert_int_equal(list.count, 7);
	assert_entry(0, "192.0.2.7/32", "");
	assert_entry(1, "10.0.0.0/8", "");
	assert_entry(2, "0.0.0.0/0", "");
	assert_entry(3, "2001:db8::/32", "");
	assert_entry(4, "::1/128", "");
	assert_entry(5, "::/0", "");
	assert_entry(6, "198.51.100.0/24", "");
	for (size_t i = 0; i < list.count; i++)
		assert_int_equal(list.entries[i].load_time, 0);
}

static void test_appends(void **state)
{
	(void)state;
	assert_int_equal(drop_list_add(&list, "192.0.2.1", &problem), 0);
	assert_int_equal(drop_list_add(&list, "192.0.2.2", &problem), 0);
	assert_int_equal(list.count, 2);
	assert_entry(1, "192.0.2.2/32", "");
}

/* What is refused, in which words; the list stays as it was. */
static void test_refused(void **state)
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
	assert_int_equal(drop_list_add(&list, "203.0.113.9", &problem), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(drop_list_add(&list, cases[i].text, &problem), -EINVAL);
		assert_string_equal(problem.text, cases[i].problem);
		assert_int_equal(list.count, 1);
		assert_entry(0, "203.0.113.9/32", "");
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
		assert_int_equal(drop_list_add(&list, word, &problem), -EINVAL);
		assert_true(strlen(problem.text) < 200);
		assert_int_equal(list.count, 0);
	}
}

static void test_same_numbers_other_family(void **state)
{
	(void)state;
	/* Same bytes, other length or family: distinct. */
	assert_int_equal(drop_list_add(&list, "0.0.0.0/0 0.0.0.0/1 0.0.0.0 ::/0 ::/1 ::", &problem),
			 0);
	assert_int_equal(list.count, 6);
}

static void add_three(void)
{
	assert_int_equal(drop_list_add(&list, "192.0.2.1 192.0.2.2 192.0.2.3", &problem), 0);
}

static void test_tags(void **state)
{
	static const struct {
		const char *text, *tags[3];
	} cases[] = {
		{ "a", { "a", "", "" } },
		{ "a,b,c", { "a", "b", "c" } },
		{ "  two words , ,\tlast\n", { "two words", "", "last" } },
		{ ",,", { "", "", "" } },
		{ ",b", { "", "b", "" } },
		{ TAG_63 "," TAG_63 "," TAG_63, { TAG_63, TAG_63, TAG_63 } },
		{ "caf\303\251", { "caf\303\251", "", "" } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		add_three();
		assert_int_equal(drop_list_tag(&list, cases[i].text, &problem), 0);
		assert_entry(0, "192.0.2.1/32", cases[i].tags[0]);
		assert_entry(1, "192.0.2.2/32", cases[i].tags[1]);
		assert_entry(2, "192.0.2.3/32", cases[i].tags[2]);
		drop_list_free(&list);
	}
}

static void test_tags_refused(void **state)
{
	static const struct {
		const char *text, *problem;
	} cases[] = {
		{ "a,b,c,d", "4 tags for 3 addresses: tags go to addresses by position" },
		{ "a,b,c,", "4 tags for 3 addresses: tags go to addresses by position" },
		{ "x," TAG_63 "4", "'" TAG_63 "4...' has 64 bytes, a tag has at most 63" },
		{ "x,y\tz", "'y?z' has a control character in it" },
		{ "x,\033[2J", "'?[2J' has a control character in it" },
		{ "x,\177", "'?' has a control character in it" },
	};

	(void)state;
	add_three();
	assert_int_equal(drop_list_tag(&list, "1,2,3", &problem), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(drop_list_tag(&list, cases[i].text, &problem), -EINVAL);
		assert_string_equal(problem.text, cases[i].problem);
		assert_entry(0, "192.0.2.1/32", "1");
		assert_entry(1, "192.0.2.2/32", "2");
		assert_entry(2, "192.0.2.3/32", "3");
	}
}

static void test_sort(void **state)
{
	struct drop_entry again;

	(void)state;
	assert_int_equal(
		drop_list_add(&list,
			      "2001:db8::/64 10.0.0.0/8 9.255.0.0/16 10.0.0.0 ::/0 10.0.0.0/9",
			      &problem),
		0);
	again = list.entries[1];
	assert_int_equal(drop_list_append(&list, &again), 0);
	drop_list_sort(&list);
	assert_int_equal(list.count, 6);
	assert_entry(0, "9.255.0.0/16", "");
	assert_entry(1, "10.0.0.0/8", "");
	assert_entry(2, "10.0.0.0/9", "");
	assert_entry(3, "10.0.0.0/32", "");
	assert_entry(4, "::/0", "");
	assert_entry(5, "2001:db8::/64", "");
	drop_list_sort(&list);
	assert_int_equal(list.count, 6);
}

static void test_find(void **state)
{
	struct address_prefix wanted;

	(void)state;
	assert_int_equal(parse_address_prefix("10.0.0.0/9", &wanted), 0);
	assert_null(drop_list_find(&list, &wanted));
	drop_list_sort(&list); /* of nothing */
	assert_int_equal(drop_list_add(&list, "10.0.0.0/8 10.0.0.0/9 10.0.0.0/10 a00::/9",
				       &problem),
			 0);
	drop_list_sort(&list);
	assert_ptr_equal(drop_list_find(&list, &wanted), &list.entries[1]);
	assert_int_equal(parse_address_prefix("10.0.0.0/11", &wanted), 0);
	assert_null(drop_list_find(&list, &wanted));
	assert_int_equal(parse_address_prefix("a00::/9", &wanted), 0);
	assert_ptr_equal(drop_list_find(&list, &wanted), &list.entries[3]);
	assert_int_equal(parse_address_prefix("a00::/10", &wanted), 0);
	assert_null(drop_list_find(&list, &wanted));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_words),
		TEST(test_appends),
		TEST(test_refused),
		TEST(test_long_words),
		TEST(test_same_numbers_other_family),
		TEST(test_tags),
		TEST(test_tags_refused),
		TEST(test_sort),
		TEST(test_find),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
