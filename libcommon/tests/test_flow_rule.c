// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "flow_rule.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define IN4 "10.0.0.1:5000 > 10.0.0.2:53"
#define IN6 "[fd00::1]:5000 > [fd00::2]:53"

static struct flow_rule parse(const char *text)
{
	struct problem problem = { 0 };
	struct flow_rule rule;

	if (flow_rule_parse(text, &rule, &problem) != 0)
		fail_msg("%s: %s", text, problem.text);
	return rule;
}

/* Each text, and how it is printed. */
static void understands_rules(void **state)
{
	static const struct {
		const char *text;
		const char *printed; /* NULL: as written */
	} rows[] = {
		{ IN4 " => l2", NULL },
		{ IN6 " => l2 both", NULL },
		{ IN4 " udp => l2", IN4 " => l2" },
		{ IN4 " tcp => l2", NULL },
		{ "\t 10.0.0.1:5000\v>  10.0.0.2:53 => l2 \r", IN4 " => l2" },
		{ IN4 " => l2 # udp", IN4 " => l2" },
		{ IN4 " => l2 both #both", IN4 " => l2 both" },
		{ IN4 " vlan any => l2", IN4 " => l2" },
		{ IN4 " vlan none => l2", NULL },
		{ IN4 " vlan 1 => l2", NULL },
		{ IN4 " vlan 10.4094 => l2", NULL },
		{ IN4 " vlan 10 on eth0 tcp => l2", IN4 " tcp on eth0 vlan 10 => l2" },
		{ IN4 " on fifteenletters => l2", IN4 " on fifteenletters => l2" },
		{ IN4 " on => => l2", NULL },
		{ IN4 " on udp udp => l2", IN4 " on udp => l2" },
		{ IN4 " => 10.9.0.1:4000 > 10.9.0.2:54", NULL },
		{ IN4 " => *:* > *:54", IN4 " => 10.0.0.1:5000 > 10.0.0.2:54" },
		{ IN4 " => *:* > 10.9.0.2:*", IN4 " => 10.0.0.1:5000 > 10.9.0.2:53" },
		{ IN4 " => *:1 > *:*", IN4 " => 10.0.0.1:1 > 10.0.0.2:53" },
		{ IN4 " => 10.9.0.1:* > *:*", IN4 " => 10.9.0.1:5000 > 10.0.0.2:53" },
		{ IN6 " => *:65535 > [FD00:0::9]:*", IN6 " => [fd00::1]:65535 > [fd00::9]:53" },
		{ IN4 " => l2 via 10.9.0.9", NULL },
		{ IN4 " => l2 via fd00::9", NULL },
		{ IN6 " => l2 via fe80::1 dev eth1", NULL },
		{ IN4 " => l2 dev eth1 via 10.9.0.9", IN4 " => l2 via 10.9.0.9 dev eth1" },
		{ IN4 " => l2 mac 02:00:00:0A:bC:dE dev eth1",
		  IN4 " => l2 dev eth1 mac 02:00:00:0a:bc:de" },
		{ IN4 " => l2 via 10.9.0.9 vlan none", NULL },
		{ IN4 " => l2 via 10.9.0.9 dev eth1 peer keep-ttl", NULL },
		{ IN4 " => l2 keep-ttl", NULL },
		{ IN4 " => l2 via 10.9.0.9 vlan 7", NULL },
		{ IN4 " => *:* > *:54 vlan 7.8 via 10.9.0.9 both",
		  IN4 " => 10.0.0.1:5000 > 10.0.0.2:54 via 10.9.0.9 vlan 7.8 both" },
		{ IN4 " => l2 via 10.9.0.9 dev both", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *printed = rows[i].printed ? rows[i].printed : rows[i].text;
		struct flow_rule rule = parse(rows[i].text);
		struct flow_rule again;
		char text[FLOW_RULE_TEXT_SIZE];

		assert_ptr_equal(flow_rule_text(&rule, text), text);
		assert_string_equal(text, printed);
		again = parse(text);
		assert_memory_equal(&again, &rule, sizeof(rule));
	}
}

/* What the texts only show to be the same both ways. */
static void fills_every_field(void **state)
{
	static const uint8_t mac[] = { 0x02, 0xa0, 0x0b, 0, 0x1f, 0xff };
	struct flow_rule rule = parse("10.0.0.1:5000 > 10.0.0.2:53 tcp on eth0 vlan 10.20 => "
				      "*:* > 10.9.0.2:54 via 10.1.1.1 dev eth1 vlan 7 both");

	(void)state;
	assert_int_equal(rule.key.family, FLOW_IPV4);
	assert_int_equal(rule.key.protocol, IPPROTO_TCP);
	assert_int_equal(rule.key.source[0], htonl(0x0a000001));
	assert_int_equal(rule.key.source[1] | rule.key.source[2] | rule.key.source[3], 0);
	assert_int_equal(rule.key.destination[0], htonl(0x0a000002));
	assert_int_equal(rule.key.source_port, htons(5000));
	assert_int_equal(rule.key.destination_port, htons(53));
	assert_int_equal(rule.key.unused, 0);
	assert_string_equal(rule.in_device, "eth0");
	assert_false(rule.in_any_tags);
	assert_int_equal(rule.in_vlan[0], 10);
	assert_int_equal(rule.in_vlan[1], 20);
	assert_true(rule.nat && rule.both && rule.has_via && rule.has_vlan && !rule.has_mac);
	assert_int_equal(rule.out.source[0], htonl(0x0a000001));
	assert_int_equal(rule.out.destination[0], htonl(0x0a090002));
	assert_int_equal(rule.out.source_port, htons(5000));
	assert_int_equal(rule.out.destination_port, htons(54));
	assert_int_equal(rule.out.protocol, IPPROTO_TCP);
	assert_int_equal(rule.via_family, FLOW_IPV4);
	assert_int_equal(rule.via[0], htonl(0x0a010101));
	assert_string_equal(rule.device, "eth1");
	assert_int_equal(rule.vlan[0], 7);
	assert_int_equal(rule.vlan[1], 0);

	rule = parse(IN6 " => l2 dev eth1 mac 02:a0:0B:00:1f:ff");
	assert_int_equal(rule.key.family, FLOW_IPV6);
	assert_int_equal(rule.key.protocol, IPPROTO_UDP);
	assert_int_equal(rule.key.source[0], htonl(0xfd000000));
	assert_int_equal(rule.key.source[3], htonl(1));
	assert_int_equal(rule.key.destination[3], htonl(2));
	assert_true(rule.in_any_tags && !rule.nat && !rule.both && rule.has_mac);
	assert_memory_equal(rule.mac, mac, sizeof(mac));
	assert_memory_equal(&rule.out, &rule.key, sizeof(rule.key));
	rule = parse(IN6 " => l2 via fe80::7 dev e");
	assert_int_equal(rule.via_family, FLOW_IPV6);
	assert_int_equal(rule.via[0], htonl(0xfe800000));
	assert_int_equal(rule.via[3], htonl(7));
}

static void refuses_what_is_no_rule(void **state)
{
	static const struct {
		const char *text;
		const char *why;
	} rows[] = {
		{ "", "nothing there" },
		{ "# " IN4, "nothing there" },
		{ IN4, "no '=>'" },
		{ IN4 " # => l2", "no '=>'" },
		{ IN4 " =>", "nothing behind '=>'" },
		{ IN4 " => l3", "'l3' is no address and port" },
		{ IN4 "=> l2", "'10.0.0.2:53=>' has a '>' in it: put spaces" },
		{ "10.0.0.1:5000>10.0.0.2:53 => l2", "has a '>' in it" },
		{ "10.0.0.1:5000", "the end where a '>'" },
		{ "10.0.0.1:5000 >", "the end is no address and port" },
		{ "10.0.0.1:5000 < 10.0.0.2:53 => l2", "'<' where a '>'" },
		{ "10.0.0.1 > 10.0.0.2:53 => l2", "'10.0.0.1' is no address and port" },
		{ ":5000 > 10.0.0.2:53 => l2", "':5000' is no address and port" },
		{ "10.0.0.1: > 10.0.0.2:53 => l2", "does not end in a port" },
		{ "10.0.0.1:65536 > 10.0.0.2:53 => l2", "does not end in a port" },
		{ "10.0.0.1:+1 > 10.0.0.2:53 => l2", "does not end in a port" },
		{ "10.0.0.256:1 > 10.0.0.2:53 => l2", "does not begin with an IPv4 address" },
		{ "010.0.0.1:1 > 10.0.0.2:53 => l2", "does not begin with an IPv4 address" },
		{ "*:1 > 10.0.0.2:53 => l2", "does not begin with an IPv4 address" },
		{ "10.0.0.1:* > 10.0.0.2:53 => l2", "does not end in a port" },
		{ "fd00::1:5000 > [fd00::2]:53 => l2", "IPv6 is written [fd00::1]:5000" },
		{ "[10.0.0.1]:5000 > 10.0.0.2:53 => l2", "an IPv6 address in brackets" },
		{ "[fd00::1%e]:5000 > [fd00::2]:53 => l2", "an IPv6 address in brackets" },
		{ "[*]:5000 > [fd00::2]:53 => l2", "an IPv6 address in brackets" },
		{ "10.0.0.1:5000 > [fd00::2]:53 => l2", "from IPv4 to IPv6" },
		{ IN4 " => *:* > [fd00::2]:53", "from IPv4 to IPv6" },
		{ IN6 " => 10.0.0.1:* > *:53", "from IPv6 to IPv4" },
		{ IN4 " sctp => l2", "'sctp' where one of udp, tcp, on, vlan may stand" },
		{ IN4 " udp tcp => l2", "'tcp' is one too many" },
		{ IN4 " on a on b => l2", "'on' is one too many" },
		{ IN4 " on", "on wants a device behind it" },
		{ IN4 " on # => l2", "on wants a device behind it" },
		{ IN4 " on sixteen_letters_ => l2", "'sixteen_letters_' is no name of a device" },
		{ IN4 " on a/b => l2", "is no name of a device" },
		{ IN4 " vlan 0 => l2", "'0' is no VLAN" },
		{ IN4 " vlan 4095 => l2", "is no VLAN" },
		{ IN4 " vlan 1.0 => l2", "is no VLAN" },
		{ IN4 " vlan 1.2.3 => l2", "is no VLAN" },
		{ IN4 " vlan .2 => l2", "is no VLAN" },
		{ IN4 " both => l2", "'both' where one of" },
		{ IN4 " => l2 => l2", "'=>' comes twice" },
		{ IN4 " => l2 peer", "peer without dev" },
		{ IN4 " => l2 keep-ttl keep-ttl", "is one too many" },
		{ IN4 " => l2 udp",
		  "'udp' where one of both, via, dev, mac, vlan, peer, keep-ttl may stand" },
		{ IN4 " => l2 both both", "'both' is one too many" },
		{ IN4 " => l2 via", "via wants an address behind it" },
		{ IN4 " => l2 via *", "'*' behind via is no address" },
		{ IN4 " => l2 via 10.9.0.9 via 10.9.0.9", "'via' is one too many" },
		{ IN4 " => l2 via 10.9.0.9 vlan any", "'any' is no VLAN" },
		{ IN4 " => l2 dev e mac 2:0:0:0:0:1", "is no MAC address" },
		{ IN4 " => l2 dev e mac 02:00:00:00:00:01:", "is no MAC address" },
		{ IN4 " => l2 dev e mac 02:00:00:00:0::01", "is no MAC address" },
		{ IN4 " => l2 dev e mac 02:00:00:00:00:0g", "is no MAC address" },
		{ IN4 " => l2 dev e mac 02-00-00-00-00-01", "is no MAC address" },
		{ "\xff\x1b[31m > x", "'\\xff?[31m' is no address and port" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct problem problem = { 0 };
		struct flow_rule before;
		struct flow_rule rule;

		memset(&rule, 0x5a, sizeof(rule));
		before = rule;
		if (flow_rule_parse(rows[i].text, &rule, &problem) != -EINVAL)
			fail_msg("%s is understood", rows[i].text);
		if (!strstr(problem.text, rows[i].why))
			fail_msg("%s: %s", rows[i].text, problem.text);
		assert_memory_equal(&rule, &before, sizeof(rule));
		assert_int_equal(flow_rule_parse(rows[i].text, &rule, NULL), -EINVAL);
	}
}

static void refuses_what_makes_no_sense(void **state)
{
	static const struct {
		const char *text;
		const char *why;
	} rows[] = {
		{ "10.0.0.1:0 > 10.0.0.2:53 => l2", "source port 0" },
		{ "10.0.0.1:1 > 10.0.0.2:0 => l2", "destination port 0" },
		{ IN4 " => *:0 > *:*", "source port 0" },
		{ IN4 " => *:* > *:0", "destination port 0" },
		{ "0.0.0.0:1 > 10.0.0.2:53 => l2", "0.0.0.0 is the unspecified address" },
		{ "10.0.0.1:1 > 255.255.255.255:53 => l2", "255.255.255.255 is the broadcast" },
		{ "10.0.0.1:1 > 224.0.0.1:53 => l2", "224.0.0.1 is a multicast address" },
		{ "239.255.255.255:1 > 10.0.0.2:53 => l2", "a multicast address: give the source" },
		{ "[::]:1 > [fd00::2]:53 => l2", ":: is the unspecified address" },
		{ "[fd00::1]:1 > [ff02::1]:53 => l2", "ff02::1 is a multicast address" },
		{ IN4 " => *:* > 224.0.0.1:*", "224.0.0.1 is a multicast address" },
		{ IN6 " => [ff02::1]:* > *:*", "ff02::1 is a multicast address" },
		{ "10.0.0.1:53 > 10.0.0.1:53 => l2", "source and destination are the same" },
		{ IN4 " => *:53 > 10.0.0.1:53", "source and destination are the same" },
		{ IN4 " => *:* > *:*", "leave as they came" },
		{ IN4 " => " IN4 " both", "leave as they came" },
		{ IN4 " => 10.0.0.2:53 > 10.0.0.1:5000", "only changed over" },
		{ IN4 " => l2 dev eth1", "dev without via or mac" },
		{ IN4 " => l2 vlan 7", "vlan without via or mac" },
		{ IN4 " => l2 mac 02:00:00:00:00:01", "mac without dev" },
		{ IN4 " => l2 dev e mac 00:00:00:00:00:00", "no single host" },
		{ IN4 " => l2 dev e mac ff:ff:ff:ff:ff:ff", "no single host" },
		{ IN4 " => l2 dev e mac 01:00:5e:00:00:01", "no single host" },
		{ IN4 " => l2 via 10.9.0.9 dev e mac 02:00:00:00:00:01", "give one of them" },
		{ IN4 " => l2 via 0.0.0.0", "give the via address of one host" },
		{ IN4 " => l2 via 224.0.0.1", "224.0.0.1 is a multicast address" },
		{ IN6 " => l2 via fe80::1", "say on which device with dev" },
		{ IN6 " => l2 via 10.9.0.9", "an IPv6 flow via an IPv4 address" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct problem problem = { 0 };
		struct flow_rule rule;

		if (flow_rule_parse(rows[i].text, &rule, &problem) != -EINVAL)
			fail_msg("%s is understood", rows[i].text);
		if (!strstr(problem.text, rows[i].why))
			fail_msg("%s: %s", rows[i].text, problem.text);
	}
}

static void takes_what_is_almost_refused(void **state)
{
	(void)state;
	parse("10.0.0.1:53 > 10.0.0.1:54 => l2");
	parse("10.0.0.1:53 > 10.0.0.2:53 => l2");
	parse("223.255.255.255:1 > 240.0.0.1:65535 => l2");
	parse("[fe80::1]:1 > [fe80::2]:1 => l2");
	parse("127.0.0.1:1 > 127.0.0.1:2 => l2");
}

static void parses_sides(void **state)
{
	struct problem problem = { 0 };
	struct flow_rule whole = parse(IN4 " on e => *:* > *:54");
	struct flow_rule rule;

	(void)state;
	assert_int_equal(flow_rule_parse_sides(IN4 " on e", "*:* > *:54", &rule, &problem), 0);
	assert_memory_equal(&rule, &whole, sizeof(rule));
	assert_int_equal(flow_rule_parse_sides(IN4, "l2 both", &rule, &problem), -EINVAL);
	assert_non_null(
		strstr(problem.text,
		       "'both' where one of via, dev, mac, vlan, peer, keep-ttl may stand"));
	assert_int_equal(flow_rule_parse_sides(IN4 " => l2", "l2", &rule, &problem), -EINVAL);
	assert_non_null(strstr(problem.text, "'=>' does not belong here"));
	assert_int_equal(flow_rule_parse_sides(IN4, "", &rule, &problem), -EINVAL);
	assert_int_equal(flow_rule_parse_sides("", "l2", &rule, &problem), -EINVAL);
}

static void parses_keys(void **state)
{
	struct problem problem = { 0 };
	struct flow_rule rule = parse(IN6 " tcp => l2");
	char text[FLOW_KEY_TEXT_SIZE];
	struct flow_key key;

	(void)state;
	assert_int_equal(flow_key_parse(IN6 " tcp", &key, &problem), 0);
	assert_memory_equal(&key, &rule.key, sizeof(key));
	assert_string_equal(flow_key_text(&key, text), IN6 " tcp");
	assert_string_equal(flow_tuple_text(&key, text), IN6);
	/* What may be asked about is not what may be a rule. */
	assert_int_equal(flow_key_parse("0.0.0.0:0 > 224.0.0.1:0", &key, &problem), 0);
	assert_string_equal(flow_key_text(&key, text), "0.0.0.0:0 > 224.0.0.1:0");
	assert_int_equal(flow_rule_parse_in(IN4 " on e vlan 5", &rule, &problem), 0);
	assert_string_equal(rule.in_device, "e");
	assert_int_equal(rule.in_vlan[0], 5);
	assert_string_equal(problem.text, "");

	key.protocol = IPPROTO_SCTP;
	assert_string_equal(flow_key_text(&key, text), "0.0.0.0:0 > 224.0.0.1:0 protocol 132");
	assert_int_equal(flow_key_parse(IN4 " on e", &key, &problem), -EINVAL);
	assert_non_null(strstr(problem.text, "on and vlan have no meaning here"));
	assert_int_equal(flow_key_parse(IN4 " vlan 5", &key, &problem), -EINVAL);
	assert_int_equal(flow_key_parse(IN4 " => l2", &key, &problem), -EINVAL);
	assert_int_equal(key.protocol, IPPROTO_SCTP);
}

/* The longest there is fits. */
static void prints_long_rules(void **state)
{
	static const char end[] = "[1111:2222:3333:4444:5555:6666:7777:8888]:65535";
	static const char last[] = "[1111:2222:3333:4444:5555:6666:7777:9999]:65535";
	static const char other[] = "[1111:2222:3333:4444:5555:6666:7777:aaaa]:65535";
	char text[FLOW_RULE_TEXT_SIZE];
	char printed[FLOW_RULE_TEXT_SIZE];
	struct flow_rule rule;

	(void)state;
	snprintf(text, sizeof(text),
		 "%s > %s tcp on fifteenletters0 vlan 4094.4093 => %s > %s via "
		 "1111:2222:3333:4444:5555:6666:7777:8888 dev fifteenletters1 vlan 4092.4091 both",
		 end, last, end, other);
	rule = parse(text);
	assert_string_equal(flow_rule_text(&rule, printed), text);
}

static void reverses(void **state)
{
	struct flow_rule rule = parse(IN4 " tcp on e vlan 5 => 10.9.0.1:4000 > 10.9.0.2:54 via "
					  "10.1.1.1 dev f vlan 7 both");
	struct flow_rule reverse = flow_rule_reverse(&rule);
	struct flow_key key = flow_key_reverse(&rule.key);
	struct flow_rule expected =
		parse("10.9.0.2:54 > 10.9.0.1:4000 tcp => 10.0.0.2:53 > 10.0.0.1:5000");
	char text[FLOW_KEY_TEXT_SIZE];

	(void)state;
	assert_memory_equal(&reverse, &expected, sizeof(expected));
	assert_string_equal(flow_key_text(&key, text), "10.0.0.2:53 > 10.0.0.1:5000 tcp");

	rule = parse(IN6 " => l2 both");
	reverse = flow_rule_reverse(&rule);
	expected = parse("[fd00::2]:53 > [fd00::1]:5000 => l2");
	assert_memory_equal(&reverse, &expected, sizeof(expected));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(understands_rules),
		cmocka_unit_test(fills_every_field),
		cmocka_unit_test(refuses_what_is_no_rule),
		cmocka_unit_test(refuses_what_makes_no_sense),
		cmocka_unit_test(takes_what_is_almost_refused),
		cmocka_unit_test(parses_sides),
		cmocka_unit_test(parses_keys),
		cmocka_unit_test(prints_long_rules),
		cmocka_unit_test(reverses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
