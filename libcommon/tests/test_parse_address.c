// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "parse_address.h"

static void understands_prefixes(void **state)
{
	static const struct {
		const char *text;
		int family;
		const char *expected;
	} rows[] = {
		{ "192.0.2.0/24", AF_INET, "192.0.2.0/24" },
		{ "192.0.2.1", AF_INET, "192.0.2.1/32" },
		{ "0.0.0.0/0", AF_INET, "0.0.0.0/0" },
		{ "128.0.0.0/1", AF_INET, "128.0.0.0/1" },
		{ "10.128.0.0/9", AF_INET, "10.128.0.0/9" },
		{ "192.0.2.254/31", AF_INET, "192.0.2.254/31" },
		{ "255.255.255.255/32", AF_INET, "255.255.255.255/32" },
		{ "2001:db8::/32", AF_INET6, "2001:db8::/32" },
		{ "2001:DB8::1", AF_INET6, "2001:db8::1/128" },
		{ "::/0", AF_INET6, "::/0" },
		{ "fe80::/10", AF_INET6, "fe80::/10" },
		{ "2001:db8::fffe/127", AF_INET6, "2001:db8::fffe/127" },
		{ "::ffff:192.0.2.1", AF_INET6, "::ffff:192.0.2.1/128" },
		{ "::ffff:192.0.2.0/120", AF_INET6, "::ffff:192.0.2.0/120" },
		{ "1111:2222:3333:4444:5555:6666:123.123.123.123/128", AF_INET6,
		  "1111:2222:3333:4444:5555:6666:7b7b:7b7b/128" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[ADDRESS_PREFIX_TEXT_SIZE];
		struct address_prefix prefix;

		assert_int_equal(parse_address_prefix(rows[i].text, &prefix), 0);
		assert_int_equal(prefix.family, rows[i].family);
		assert_ptr_equal(address_prefix_text(&prefix, text, sizeof(text)), text);
		assert_string_equal(text, rows[i].expected);
	}
}

static void refuses_the_rest(void **state)
{
	static const char *const rows[] = {
		"",
		"/",
		"/24",
		"192.0.2.0/",
		"192.0.2.0/33",
		"192.0.2.0/08",
		"192.0.2.0/00",
		"192.0.2.0/-1",
		"192.0.2.0/+8",
		"192.0.2.0/ 8",
		"192.0.2.0/8 ",
		"192.0.2.0/8/8",
		"192.0.2",
		"192.0.2.0.0",
		"192.0.2.256",
		"192.0.02.1",
		" 192.0.2.1",
		"192.0.2.1 ",
		"0x7f.0.0.1",
		"127.1",
		"2001:db8::/",
		"2001:db8::/129",
		"::/0128",
		"2001:db8:::",
		"fe80::1%eth0",
		"fe80::1%1/64",
		"[::1]",
		"2001:db8::g",
		"localhost",
		"192.0.2.0/256",
		"192.0.2.0/4294967296",
		"192.0.2.0/18446744073709551624",
		"192.0.2.0/255.255.255.0",
		"1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc/64",
	};
	struct address_prefix prefix;
	struct address_prefix untouched;

	(void)state;
	memset(&prefix, 0x5a, sizeof(prefix));
	untouched = prefix;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(parse_address_prefix(rows[i], &prefix), -EINVAL);
	assert_int_equal(parse_address_prefix(NULL, &prefix), -EINVAL);
	assert_memory_equal(&prefix, &untouched, sizeof(prefix));
}

static void points_out_host_bits(void **state)
{
	static const struct {
		const char *text;
		const char *meant;
	} rows[] = {
		{ "192.0.2.1/24", "192.0.2.0/24" },
		{ "10.64.0.0/9", "10.0.0.0/9" },
		{ "192.0.2.255/31", "192.0.2.254/31" },
		{ "128.0.0.0/0", "0.0.0.0/0" },
		{ "2001:db8::1/64", "2001:db8::/64" },
		{ "2001:db8::1/127", "2001:db8::/127" },
		{ "8000::/0", "::/0" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[ADDRESS_PREFIX_TEXT_SIZE];
		struct address_prefix prefix;

		assert_int_equal(parse_address_prefix(rows[i].text, &prefix), -EDOM);
		address_prefix_text(&prefix, text, sizeof(text));
		assert_string_equal(text, rows[i].meant);
	}
}

static void lays_out_bytes_in_network_order(void **state)
{
	static const uint8_t four[16] = { 192, 0, 2, 0 };
	static const uint8_t six[16] = { 0x20, 0x01, 0x0d, 0xb8 };
	struct address_prefix prefix;

	(void)state;
	memset(&prefix, 0x5a, sizeof(prefix));
	assert_int_equal(parse_address_prefix("192.0.2.0/24", &prefix), 0);
	assert_int_equal(prefix.length, 24);
	assert_memory_equal(prefix.address, four, sizeof(four));
	assert_int_equal(parse_address_prefix("2001:db8::/32", &prefix), 0);
	assert_int_equal(prefix.length, 32);
	assert_memory_equal(prefix.address, six, sizeof(six));
}

static void every_length_keeps_its_bits(void **state)
{
	(void)state;
	for (unsigned int length = 0; length <= 128; length++) {
		struct address_prefix prefix;
		char text[ADDRESS_PREFIX_TEXT_SIZE];
		unsigned int ones = 0;

		snprintf(text, sizeof(text), "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/%u", length);
		assert_int_equal(parse_address_prefix(text, &prefix), length < 128 ? -EDOM : 0);
		while (ones < 128 && prefix.address[ones / 8] & 0x80 >> ones % 8)
			ones++;
		assert_int_equal(ones, length);
		for (; ones < 128; ones++)
			assert_int_equal(prefix.address[ones / 8] & 0x80 >> ones % 8, 0);
	}
}

static void text_of_impossible_family(void **state)
{
	struct address_prefix prefix = { .family = 99, .length = 3 };
	char text[ADDRESS_PREFIX_TEXT_SIZE];

	(void)state;
	assert_string_equal(address_prefix_text(&prefix, text, sizeof(text)), "?/3");
	assert_string_equal(address_prefix_text(&prefix, text, 2), "?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(understands_prefixes),
		cmocka_unit_test(refuses_the_rest),
		cmocka_unit_test(points_out_host_bits),
		cmocka_unit_test(lays_out_bytes_in_network_order),
		cmocka_unit_test(every_length_keeps_its_bits),
		cmocka_unit_test(text_of_impossible_family),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
