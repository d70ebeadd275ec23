// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "recorder_filter.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static struct problem problem;

static struct recorder_filter parse(const char *text)
{
	struct recorder_filter filter;

	if (recorder_filter_parse(text, &filter, &problem))
		fail_msg("%s: %s", text, problem.text);
	return filter;
}

static void test_texts(void **state)
{
	static const struct {
		const char *given, *shown;
	} cases[] = {
		{ "10.0.0.0/8 * 192.168.33.11/32 80 TCP", "10.0.0.0/8 * 192.168.33.11/32 80 TCP" },
		{ "10.0.0.0/8 * 192.168.33.11 80 tcp", "10.0.0.0/8 * 192.168.33.11/32 80 TCP" },
		{ "* * * * *", "* * * * *" },
		{ " *\t0  *\r0 any\n", "* * * * *" },
		{ "* 0 * 0 0", "* * * * *" },
		{ "* 65535 * 1 255", "* 65535 * 1 255" },
		{ "10.0.0.0/8 * * * *", "10.0.0.0/8 * 0.0.0.0/0 * *" },
		{ "* * 10.0.0.0/8 * *", "0.0.0.0/0 * 10.0.0.0/8 * *" },
		{ "0.0.0.0/0 * * * *", "0.0.0.0/0 * 0.0.0.0/0 * *" },
		{ "* * ::/0 * 17", "::/0 * ::/0 * UDP" },
		{ "2001:DB8:0::/32 * * * icmpv6", "2001:db8::/32 * ::/0 * ICMPV6" },
		{ "* * ::1 53 UdP", "::/0 * ::1/128 53 UDP" },
		{ "* * * * Ipv6-Icmp", "* * * * ICMPV6" },
		{ "* * * * 6", "* * * * TCP" },
		{ "* * * * 250", "* * * * 250" },
		{ "0.0.0.0 * * * *", "0.0.0.0/32 * 0.0.0.0/0 * *" },
		{ "fe80::/127 1 ::2 2 SCTP", "fe80::/127 1 ::2/128 2 SCTP" },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 "
		  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/127 65534 UDPLITE",
		  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128 65535 "
		  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/127 65534 UDPLITE" },
	};
	char text[RECORDER_FILTER_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct recorder_filter filter = parse(cases[i].given), again;

		assert_string_equal(recorder_filter_text(&filter, text), cases[i].shown);
		again = parse(text);
		assert_true(recorder_filter_equal(&filter, &again));
		assert_true(recorder_filter_is_canonical(&filter));
	}
}

static void test_members(void **state)
{
	const uint8_t source[16] = { 10, 32 };
	const uint8_t destination[16] = { 192, 168, 33, 11 };
	struct recorder_filter filter = parse("10.32.0.0/11 7 192.168.33.11 80 TCP");

	(void)state;
	assert_memory_equal(filter.source, source, 16);
	assert_memory_equal(filter.destination, destination, 16);
	assert_int_equal(filter.source_length, 11);
	assert_int_equal(filter.destination_length, 32);
	assert_int_equal(filter.family, 4);
	assert_int_equal(filter.protocol, 6);
	assert_int_equal(filter.source_port, htons(7));
	assert_int_equal(filter.destination_port, htons(80));
	assert_int_equal(parse("* * ::/0 * *").family, 6);
	assert_int_equal(parse("* 1 * * *").family, 0);
}

static void test_refusals(void **state)
{
	static const struct {
		const char *text;
		int err;
		const char *says;
	} cases[] = {
		{ "", -EINVAL, "five words" },
		{ "* * * *", -EINVAL, "this one has 4" },
		{ "* * * * * *", -EINVAL, "this one has 6" },
		{ "10.0.0.1/8 * * * *", -EDOM,
		  "source '10.0.0.1/8' has bits set behind its length: write 10.0.0.0/8 for all" },
		{ "* * 2001:db8::1/64 * *", -EDOM, "or '2001:db8::1' for this address alone" },
		{ "10.0.0 * * * *", -EINVAL, "source '10.0.0' is neither" },
		{ "* * 10.0.0.0/33 * *", -EINVAL, "destination '10.0.0.0/33' is neither" },
		{ "* * :: * /0", -EINVAL, "protocol '/0'" },
		{ "10.0.0.0/8 * ::1 * *", -EINVAL, "destination '::1' is IPv6, but the source is" },
		{ "::1 * 10.0.0.0/8 * *", -EINVAL, "is IPv4, but the source is IPv6" },
		{ "* 65536 * * *", -EINVAL, "source port '65536' is not a number from 0 to 65535" },
		{ "* -1 * * *", -EINVAL, "source port '-1'" },
		{ "* * * 80x *", -EINVAL, "destination port '80x'" },
		{ "* * * any *", -EINVAL, "destination port 'any'" },
		{ "* * * * TCPX", -EINVAL, "protocol 'TCPX' is neither" },
		{ "* * * * 256", -EINVAL, "protocol '256' is neither" },
		{ "** * * * *", -EINVAL, "source '**'" },
		{ "* 00000000000000000000000000000000000000000000000000000000000000000080 * * *",
		  -EINVAL, "too long" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct recorder_filter filter, before;

		memset(&filter, 0x5a, sizeof(filter));
		before = filter;
		problem.text[0] = '\0';
		assert_int_equal(recorder_filter_parse(cases[i].text, &filter, &problem),
				 cases[i].err);
		if (!strstr(problem.text, cases[i].says))
			fail_msg("'%s': %s", cases[i].text, problem.text);
		assert_memory_equal(&filter, &before, sizeof(filter));
		assert_int_equal(recorder_filter_parse(cases[i].text, &filter, NULL), cases[i].err);
	}
}

static void test_canonical(void **state)
{
	struct recorder_filter filter = parse("10.32.0.0/11 * * * *"), wrong;

	(void)state;
	wrong = filter;
	wrong.source[1] |= 16;
	assert_false(recorder_filter_is_canonical(&wrong));
	wrong = filter;
	wrong.source[15] = 1;
	assert_false(recorder_filter_is_canonical(&wrong));
	wrong = filter;
	wrong.destination[0] = 0x80;
	assert_false(recorder_filter_is_canonical(&wrong));
	wrong = filter;
	wrong.destination_length = 33;
	assert_false(recorder_filter_is_canonical(&wrong));
	wrong = filter;
	wrong.family = 5;
	assert_false(recorder_filter_is_canonical(&wrong));
	wrong = parse("* * * * *");
	wrong.source_length = 1;
	assert_false(recorder_filter_is_canonical(&wrong));
	wrong = parse("::1 * ::2 * *");
	assert_true(recorder_filter_is_canonical(&wrong));
	wrong.source_length = 127;
	assert_false(recorder_filter_is_canonical(&wrong));
	wrong.source_length = 129;
	assert_false(recorder_filter_is_canonical(&wrong));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_canonical),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
