// SPDX-License-Identifier: GPL-2.0-only
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "flow_value.h"

#define ROUNDS 200000
#define PAYLOAD_MAX 64

/* A UDP packet as far as its checksum goes. */
struct sample {
	struct flow_key tuple;
	uint16_t payload[PAYLOAD_MAX / 2];
	size_t words;
};

static uint32_t random_word(void)
{
	static uint64_t state = 0x5eed;

	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)(state >> 32);
}

/* The ends of the number range as often as all between: sums overflow there. */
static uint16_t random_half(void)
{
	switch (random_word() % 4) {
	case 0:
		return 0;
	case 1:
		return 0xffff;
	default:
		return (uint16_t)random_word();
	}
}

static void random_tuple(struct flow_key *tuple, uint8_t family)
{
	size_t words = family == FLOW_IPV4 ? 1 : 4;

	memset(tuple, 0, sizeof(*tuple));
	tuple->family = family;
	tuple->protocol = IPPROTO_UDP;
	for (size_t i = 0; i < words; i++) {
		tuple->source[i] = (uint32_t)random_half() << 16 | random_half();
		tuple->destination[i] = (uint32_t)random_half() << 16 | random_half();
	}
	tuple->source_port = random_half();
	tuple->destination_port = random_half();
}

/* Some of the four fields changed. */
static struct flow_key random_change(const struct flow_key *tuple)
{
	struct flow_key other;
	struct flow_key changed = *tuple;
	uint32_t which = random_word() % 16;

	random_tuple(&other, tuple->family);
	if (which & 1)
		memcpy(changed.source, other.source, sizeof(other.source));
	if (which & 2)
		memcpy(changed.destination, other.destination, sizeof(other.destination));
	if (which & 4)
		changed.source_port = other.source_port;
	if (which & 8)
		changed.destination_port = other.destination_port;
	return changed;
}

static uint64_t add_words(uint64_t sum, const void *data, size_t size)
{
	uint16_t word;

	for (size_t i = 0; i < size; i += sizeof(word)) {
		memcpy(&word, (const char *)data + i, sizeof(word));
		sum += word;
	}
	return sum;
}

static uint16_t fold(uint64_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

/* Over all of it, by RFC 1071. */
static uint16_t udp_checksum(const struct sample *sample)
{
	const struct flow_key *tuple = &sample->tuple;
	size_t address = tuple->family == FLOW_IPV4 ? 4 : 16;
	uint16_t length = htons((uint16_t)(8 + 2 * sample->words));
	uint64_t sum = htons(IPPROTO_UDP) + (uint64_t)length * 2;
	uint16_t checksum;

	sum = add_words(sum, tuple->source, address);
	sum = add_words(sum, tuple->destination, address);
	sum += (uint64_t)tuple->source_port + tuple->destination_port;
	checksum = (uint16_t)~fold(add_words(sum, sample->payload, 2 * sample->words));
	return checksum ? checksum : 0xffff;
}

static uint16_t header_checksum(const struct flow_key *tuple, uint16_t rest)
{
	uint64_t sum = add_words((uint64_t)rest + 0x45, tuple->source, 4);

	return (uint16_t)~fold(add_words(sum, tuple->destination, 4));
}

static uint16_t updated(uint16_t checksum, uint32_t delta)
{
	return (uint16_t)~fold((uint64_t)(uint16_t)~checksum + delta);
}

static void deltas_agree_with_full_checksums(void **state)
{
	struct sample sample;
	struct flow_value value;

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		uint16_t rest = random_half();
		uint16_t before;
		uint16_t after;
		uint16_t header;
		struct flow_key key;

		random_tuple(&sample.tuple, round % 2 ? FLOW_IPV4 : FLOW_IPV6);
		sample.words = random_word() % (PAYLOAD_MAX / 2 + 1);
		for (size_t i = 0; i < sample.words; i++)
			sample.payload[i] = random_half();
		key = sample.tuple;
		before = udp_checksum(&sample);
		header = header_checksum(&key, rest);

		sample.tuple = random_change(&key);
		flow_value_fill(&value, &key, &sample.tuple);
		after = updated(before, (uint32_t)value.address_delta + value.port_delta);
		assert_int_equal(after ? after : 0xffff, udp_checksum(&sample));
		if (round % 2)
			assert_int_equal(updated(header, value.address_delta),
					 header_checksum(&sample.tuple, rest));
	}
}

/* Ports alone must not touch the IPv4 header's checksum, nor the other way round. */
static void what_stays_adds_nothing(void **state)
{
	struct flow_value value;
	struct flow_rule rule;

	(void)state;
	assert_int_equal(flow_rule_parse("10.0.0.1:1 > 10.0.0.2:2 => *:3 > *:*", &rule, NULL), 0);
	flow_value_of_rule(&value, &rule);
	assert_int_equal(value.address_delta, 0);
	assert_int_equal(value.port_delta, htons(3) - htons(1));

	assert_int_equal(flow_rule_parse("10.0.0.1:1 > 10.0.0.2:2 => *:* > 10.0.0.9:*", &rule,
					 NULL),
			 0);
	flow_value_of_rule(&value, &rule);
	assert_int_equal(value.port_delta, 0);
	assert_int_equal(value.address_delta, htons(9) - htons(2));
}

static void fills_values(void **state)
{
	static const struct {
		const char *rule;
		uint16_t flags;
		uint16_t vlan[2];
		const char *out;
	} rows[] = {
		{ "10.0.0.1:1 > 10.0.0.2:2 => l2", FLOW_ROUTED | FLOW_ANY_TAGS, { 0, 0 }, "l2" },
		{ "10.0.0.1:1 > 10.0.0.2:2 vlan none => l2 via 10.0.0.9", 0, { 0, 0 }, "l2" },
		{ "10.0.0.1:1 > 10.0.0.2:2 vlan 7.8 => l2 dev e mac 02:00:00:00:00:01",
		  0,
		  { 7, 8 },
		  "l2" },
		{ "10.0.0.1:1 > 10.0.0.2:2 vlan 7 => 10.9.0.1:3 > 10.9.0.2:4 via 10.0.0.9",
		  FLOW_NAT,
		  { 7, 0 },
		  "10.9.0.1:3 > 10.9.0.2:4" },
		{ "[fd00::1]:1 > [fd00::2]:2 tcp => *:* > *:4",
		  FLOW_NAT | FLOW_ROUTED | FLOW_ANY_TAGS,
		  { 0, 0 },
		  "[fd00::1]:1 > [fd00::2]:4" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct flow_value expected;
		struct flow_value value;
		struct flow_rule rule;
		struct flow_key out;
		char text[FLOW_OUT_TEXT_SIZE];

		memset(&expected, 0, sizeof(expected));
		memset(&value, 0x5a, sizeof(value));
		assert_int_equal(flow_rule_parse(rows[i].rule, &rule, NULL), 0);
		flow_value_of_rule(&value, &rule);
		expected.flags = rows[i].flags;
		memcpy(expected.in_vlan, rows[i].vlan, sizeof(expected.in_vlan));
		memcpy(expected.source, rule.out.source, sizeof(expected.source));
		memcpy(expected.destination, rule.out.destination, sizeof(expected.destination));
		expected.source_port = rule.out.source_port;
		expected.destination_port = rule.out.destination_port;
		if (rule.nat) {
			expected.address_delta = value.address_delta;
			expected.port_delta = value.port_delta;
		}
		assert_memory_equal(&value, &expected, sizeof(value));
		assert_ptr_equal(flow_out_text(&rule.key, &value, text), text);
		assert_string_equal(text, rows[i].out);
		out = flow_value_out(&rule.key, &value);
		assert_memory_equal(&out, &rule.out, sizeof(out));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(deltas_agree_with_full_checksums),
		cmocka_unit_test(what_stays_adds_nothing),
		cmocka_unit_test(fills_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
