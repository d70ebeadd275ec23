// SPDX-License-Identifier: GPL-2.0-only
/* Single packets through tc_offload, against packets that were built as they have to leave, whole checksums and all,
 * and one packet for each reason to leave it alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "offload_frames.h"

#define TCP IPPROTO_TCP

enum place { INGRESS, EGRESS, LOOPBACK, PLACES };

static const struct offload_at places[PLACES] = {
	[INGRESS] = { .ifindex = 2, .side = OFFLOAD_INGRESS, .link_header = 14 },
	[EGRESS] = { .ifindex = 2, .side = OFFLOAD_EGRESS, .link_header = 14 },
	[LOOPBACK] = { .ifindex = 1, .side = OFFLOAD_EGRESS, .link_header = 14, .is_loopback = 1 },
};

/* By family. */
static const struct frame_tuple before[2] = {
	{ "10.0.0.1", "192.0.2.53", 4000, 53 },
	{ "2001:db8::1", "2001:db8:2::53", 4000, 53 },
};
static const struct frame_tuple after[2] = {
	{ "198.51.100.7", "10.9.8.7", 61000, 5353 },
	{ "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "fd00::1", 65535, 1 },
};

static const struct flow_way usable = {
	.ifindex = 1,
	.mtu = 1500,
	.state = FLOW_WAY_USABLE,
	.destination_mac = { 2, 1, 1, 1, 1, 1 },
	.source_mac = { 2, 3, 3, 3, 3, 3 },
};

static struct offload_subject subjects[PLACES];
static struct packet_builder in, out;
static struct subject_result result;

/* Runs the packet `in`; nothing is counted but what `expected` has been given. */
static void run(enum place place, const struct subject_counts *expected, uint32_t gso_size)
{
	struct subject_counts counts;

	subject_run(&subjects[place],
		    &(struct subject_packet){
			    .bytes = in.bytes, .length = in.length, .gso_size = gso_size },
		    &result);
	assert_int_equal(result.err, 0);
	subject_counts(&subjects[place], &counts);
	assert_memory_equal(&counts, expected, sizeof(counts));
}

static void run_sent(enum place place, unsigned int way_out, uint32_t gso_size)
{
	struct subject_counts expected;

	subject_counts(&subjects[place], &expected);
	expected.sent[way_out]++;
	run(place, &expected, gso_size);
	assert_int_equal(result.action,
			 way_out == OFFLOAD_OUT_HERE ? SUBJECT_UNSPEC : SUBJECT_REDIRECT);
}

static void expect_sent(enum place place, unsigned int way_out)
{
	run_sent(place, way_out, 0);
	assert_int_equal(result.length, out.length);
	assert_memory_equal(result.bytes, out.bytes, out.length);
}

static void expect_up(enum place place, unsigned int reason, uint32_t gso_size)
{
	struct subject_counts expected;

	subject_counts(&subjects[place], &expected);
	expected.up[reason]++;
	run(place, &expected, gso_size);
	assert_int_equal(result.action, SUBJECT_UNSPEC);
	assert_int_equal(result.length, in.length);
	assert_memory_equal(result.bytes, in.bytes, in.length);
}

static void put_macs(const struct flow_way *way)
{
	memcpy(out.bytes, way->destination_mac, 6);
	memcpy(out.bytes + 6, way->source_mac, 6);
}

/* Every kind of packet, at every place, rewritten or not, with the TTL that it has to have. */
static void check_row(struct frame_row *row, bool nat, bool keep_ttl, enum place place)
{
	const struct frame_tuple *leaves = nat ? &after[row->ipv6] : &before[row->ipv6];

	frames_flow(&subjects[place], row, &before[row->ipv6], leaves,
		    keep_ttl ? FLOW_KEEP_TTL : 0);
	row->ttl = 64;
	frames_build(&in, row, &before[row->ipv6]);
	row->ttl = place == INGRESS && !keep_ttl ? 63 : 64;
	frames_build(&out, row, leaves);
	put_macs(&usable);
	expect_sent(place, OFFLOAD_OUT_DEVICE);
}

static void test_sent(void **state)
{
	static const uint32_t payloads[] = { 0, 1, 3, 1400, 1440 };

	(void)state;
	frames_way(&subjects[0], &usable);
	for (unsigned int i = 0; i < 2 * 2 * 2 * 2 * PLACES * 5; i++) {
		struct frame_row row = { .ipv6 = i & 1,
					 .protocol = i & 2 ? TCP : 0,
					 .id = (uint16_t)(i * 257),
					 .payload = payloads[i / 16 % 5] };

		check_row(&row, i & 4, i & 8, i / 80);
	}
}

/* The packets of the seed, with finished checksums: 127.0.0.1:1236 to 1235, 3 bytes, leaves as 10.0.2.3:37713 to
 * 10.0.2.4:1234. */
static void test_seed(void **state)
{
	static const uint8_t seed[] = { 0,    0,    0,    0,    0,    0,    0,    0,    0,
					0,    0,    0,    0x08, 0x00, 0x45, 0x00, 0x00, 0x1f,
					0xf1, 0x77, 0x40, 0x00, 0x40, 0x11, 0x4b, 0x54, 0x7f,
					0x00, 0x00, 0x01, 0x7f, 0x00, 0x00, 0x01, 0x04, 0xd4,
					0x04, 0xd3, 0x00, 0x0b, 0x8a, 0xcb, 0x63, 0x63, 0x0a };
	static const uint8_t left[] = { 0x08, 0x00, 0x45, 0x00, 0x00, 0x1f, 0xf1, 0x77, 0x40,
					0x00, 0x40, 0x11, 0x31, 0x50, 0x0a, 0x00, 0x02, 0x03,
					0x0a, 0x00, 0x02, 0x04, 0x93, 0x51, 0x04, 0xd2, 0x00,
					0x0b, 0xe2, 0x4a, 0x63, 0x63, 0x0a };
	const struct frame_tuple comes = { "127.0.0.1", "127.0.0.1", 1236, 1235 };
	const struct frame_tuple leaves = { "10.0.2.3", "10.0.2.4", 37713, 1234 };

	(void)state;
	frames_way(&subjects[0], &usable);
	frames_flow(&subjects[0], &(struct frame_row){ 0 }, &comes, &leaves, 0);
	memcpy(in.bytes, seed, sizeof(seed));
	memcpy(out.bytes + 12, left, sizeof(left));
	in.length = out.length = sizeof(seed);
	put_macs(&usable);
	expect_sent(LOOPBACK, OFFLOAD_OUT_DEVICE);
	expect_sent(EGRESS, OFFLOAD_OUT_DEVICE);
}

/* RFC 768: no checksum stays none. */
static void test_zero_checksum(void **state)
{
	struct frame_row row = { .payload = 18, .zero_checksum = true };

	(void)state;
	frames_way(&subjects[0], &usable);
	for (unsigned int i = 0; i < 4; i++)
		check_row(&row, i & 1, i & 2, INGRESS);
	row.ipv6 = true;
	row.ttl = 64;
	frames_flow(&subjects[0], &row, &before[1], &after[1], 0);
	frames_build(&in, &row, &before[1]);
	expect_up(INGRESS, OFFLOAD_UP_ZERO_CHECKSUM, 0);
	/* Packets that are not rewritten, too, would arrive as they never may. */
	frames_flow(&subjects[0], &row, &before[1], &before[1], 0);
	expect_up(INGRESS, OFFLOAD_UP_ZERO_CHECKSUM, 0);
}

/* For one port in 65,535 a checksum comes to 0: of UDP that is sent as 0xffff, of TCP as it is. */
static void test_checksum_of_zero(void **state)
{
	(void)state;
	frames_way(&subjects[0], &usable);
	for (unsigned int i = 0; i < 4; i++) {
		struct frame_row row = { .ipv6 = i & 1,
					 .protocol = i & 2 ? TCP : 0,
					 .payload = 18 };
		struct frame_tuple leaves = after[row.ipv6];
		const uint8_t *checksum = frames_checksum(&out, &row);
		uint8_t wanted = i & 2 ? 0 : 0xff;

		row.ttl = 64;
		for (leaves.source_port = 1; leaves.source_port; leaves.source_port++) {
			frames_build(&out, &row, &leaves);
			if (checksum[0] == wanted && checksum[1] == wanted)
				break;
		}
		assert_int_not_equal(leaves.source_port, 0);
		put_macs(&usable);
		frames_build(&in, &row, &before[row.ipv6]);
		frames_flow(&subjects[0], &row, &before[row.ipv6], &leaves, FLOW_KEEP_TTL);
		expect_sent(INGRESS, OFFLOAD_OUT_DEVICE);
	}
}

/* Which way a packet goes on, by the state of its way, the place, and what is known. */
static void test_ways_out(void **state)
{
	struct frame_row row = { .payload = 9 };
	struct flow_nexthop nexthop = { .way = { usable } };

	(void)state;
	frames_flow(&subjects[0], &row, &before[0], &after[0], FLOW_KEEP_TTL);
	frames_build(&in, &row, &before[0]);
	frames_build(&out, &row, &after[0]);
	put_macs(&usable);
	/* Nobody follows the next hop: the kernel is asked; but where there is nothing to ask for. */
	subject_nexthop(&subjects[0], FRAMES_NEXTHOP, &nexthop);
	expect_sent(INGRESS, OFFLOAD_OUT_NEIGHBOUR);
	subject_daemon(&subjects[0], UINT64_MAX);
	expect_sent(INGRESS, OFFLOAD_OUT_DEVICE);
	nexthop.way[0].state = FLOW_WAY_RESOLVING;
	subject_nexthop(&subjects[0], FRAMES_NEXTHOP, &nexthop);
	expect_sent(EGRESS, OFFLOAD_OUT_NEIGHBOUR);
	nexthop.way[0].no_link_header = 1;
	subject_nexthop(&subjects[0], FRAMES_NEXTHOP, &nexthop);
	expect_sent(EGRESS, OFFLOAD_OUT_DEVICE);
	subject_daemon(&subjects[0], 0);
	/* A peer takes what arrives, not what leaves. */
	nexthop.way[0] = usable;
	nexthop.flags = FLOW_NEXTHOP_PEER;
	subject_nexthop(&subjects[0], FRAMES_NEXTHOP, &nexthop);
	expect_sent(INGRESS, OFFLOAD_OUT_PEER);
	expect_sent(EGRESS, OFFLOAD_OUT_NEIGHBOUR);
}

/* For this host: on its way up, or to lo. TTL 1 is enough for that. */
static void test_local(void **state)
{
	const struct flow_way local = { .state = FLOW_WAY_LOCAL };
	const struct {
		bool ipv6;
		struct frame_tuple leaves;
		bool loopback;
	} rows[] = {
		{ false, { "198.51.100.7", "10.9.8.7", 1, 2 }, false },
		{ false, { "198.51.100.7", "127.0.0.1", 1, 2 }, true },
		{ false, { "127.9.9.9", "10.9.8.7", 1, 2 }, true },
		{ true, { "2001:db8::7", "fd00::1", 1, 2 }, false },
		{ true, { "2001:db8::7", "::1", 1, 2 }, true },
		{ true, { "::1", "fd00::1", 1, 2 }, true },
	};

	(void)state;
	frames_way(&subjects[0], &local);
	for (unsigned int i = 0; i < PLACES * sizeof(rows) / sizeof(*rows); i++) {
		enum place place = i % PLACES;
		struct frame_row row = { .ipv6 = rows[i / PLACES].ipv6, .ttl = 1, .payload = 5 };
		bool to_lo = place == EGRESS || (place == INGRESS && rows[i / PLACES].loopback);

		frames_flow(&subjects[0], &row, &before[row.ipv6], &rows[i / PLACES].leaves, 0);
		frames_build(&in, &row, &before[row.ipv6]);
		frames_build(&out, &row, &rows[i / PLACES].leaves);
		if (to_lo)
			memset(out.bytes, 0, 12);
		expect_sent(place, to_lo ? OFFLOAD_OUT_LOOPBACK : OFFLOAD_OUT_HERE);
	}
}

static void rebuild(struct frame_row *row)
{
	frames_build(&in, row, &before[row->ipv6]);
}

/* One byte makes the packet another one. */
static void expect_up_with(struct frame_row *row, size_t at, uint8_t byte, unsigned int reason)
{
	rebuild(row);
	in.bytes[at] = byte;
	expect_up(INGRESS, reason, 0);
}

static void test_untouched(void **state)
{
	struct frame_row row = { .payload = 64 }, row6 = { .ipv6 = true, .payload = 64 };
	struct frame_row tcp = { .protocol = TCP };

	(void)state;
	frames_way(&subjects[0], &usable);
	frames_flow(&subjects[0], &row, &before[0], &after[0], 0);
	frames_flow(&subjects[0], &row6, &before[1], &after[1], 0);
	frames_flow(&subjects[0], &tcp, &before[0], &after[0], 0);
	expect_up_with(&row, 13, 6, OFFLOAD_UP_NOT_IP);
	expect_up_with(&row, 5, 2, OFFLOAD_UP_OTHER_HOST);
	expect_up_with(&row, 0, 1, OFFLOAD_UP_OTHER_HOST);
	expect_up_with(&row, 14, 0x65, OFFLOAD_UP_MALFORMED);
	expect_up_with(&row, 14, 0x44, OFFLOAD_UP_MALFORMED);
	expect_up_with(&row, 14, 0x46, OFFLOAD_UP_OPTIONS);
	expect_up_with(&row, 16, 1, OFFLOAD_UP_MALFORMED); /* longer than it is */
	expect_up_with(&row, 17, 19, OFFLOAD_UP_MALFORMED);
	expect_up_with(&row, 39, 7, OFFLOAD_UP_MALFORMED);
	expect_up_with(&row, 39, 73, OFFLOAD_UP_MALFORMED);
	expect_up_with(&row, 20, 0x20, OFFLOAD_UP_FRAGMENT); /* the first */
	expect_up_with(&row, 21, 0x01, OFFLOAD_UP_FRAGMENT); /* and a later one */
	expect_up_with(&row, 23, 132, OFFLOAD_UP_PROTOCOL);
	expect_up_with(&row, 23, 58, OFFLOAD_UP_PROTOCOL);
	expect_up_with(&row, 35, 1, OFFLOAD_UP_NO_FLOW);
	expect_up_with(&row, 22, 1, OFFLOAD_UP_TTL);
	expect_up_with(&row, 22, 0, OFFLOAD_UP_TTL);
	expect_up_with(&tcp, 46, 0x40, OFFLOAD_UP_MALFORMED);
	expect_up_with(&tcp, 46, 0x60, OFFLOAD_UP_MALFORMED);
	expect_up_with(&row6, 14, 0x40, OFFLOAD_UP_MALFORMED);
	expect_up_with(&row6, 18, 1, OFFLOAD_UP_MALFORMED);
	expect_up_with(&row6, 20, 44, OFFLOAD_UP_FRAGMENT);
	expect_up_with(&row6, 20, 0, OFFLOAD_UP_EXTENSION);
	expect_up_with(&row6, 20, 43, OFFLOAD_UP_EXTENSION);
	expect_up_with(&row6, 20, 51, OFFLOAD_UP_EXTENSION);
	expect_up_with(&row6, 20, 60, OFFLOAD_UP_EXTENSION);
	expect_up_with(&row6, 20, 59, OFFLOAD_UP_PROTOCOL);
	expect_up_with(&row6, 21, 1, OFFLOAD_UP_TTL);
}

/* The flow is there, and something about it speaks against sending. */
static void test_unsent(void **state)
{
	struct frame_row row = { .payload = 64 };
	struct flow_key key = frames_key(&row, &before[0]);
	struct flow_way way = usable;
	struct flow_value value;

	(void)state;
	frames_way(&subjects[0], &usable);
	frames_flow(&subjects[0], &row, &before[0], &after[0], FLOW_DEAD);
	rebuild(&row);
	expect_up(INGRESS, OFFLOAD_UP_NO_FLOW, 0);
	frames_flow(&subjects[0], &row, &before[0], &after[0], 0);
	subject_read_flow(&subjects[0], FLOW_TABLE_STATIC, &key, &value);
	value.in_ifindex = 3;
	subject_flow(&subjects[0], FLOW_TABLE_STATIC, &key, &value);
	expect_up(INGRESS, OFFLOAD_UP_WRONG_WAY_IN, 0);
	value.in_ifindex = 2;
	value.in_vlan[0] = 5;
	value.flags &= (uint16_t)~FLOW_ANY_TAGS;
	subject_flow(&subjects[0], FLOW_TABLE_STATIC, &key, &value);
	expect_up(INGRESS, OFFLOAD_UP_WRONG_WAY_IN, 0);
	value.in_vlan[0] = 0;
	value.nexthop = FLOW_NEXTHOP_LIMIT;
	subject_flow(&subjects[0], FLOW_TABLE_STATIC, &key, &value);
	expect_up(INGRESS, OFFLOAD_UP_NO_MAP, 0);
	frames_flow(&subjects[0], &row, &before[0], &after[0], 0);
	way.mtu = 91;
	frames_way(&subjects[0], &way);
	expect_up(INGRESS, OFFLOAD_UP_TOO_BIG, 0);
	expect_up(INGRESS, OFFLOAD_UP_TOO_BIG, 64);
	way.mtu = 92;
	frames_way(&subjects[0], &way);
	expect_up(INGRESS, OFFLOAD_UP_TOO_BIG, 65);
	for (way.state = 0; way.state < FLOW_WAY_USABLE; way.state++) {
		frames_way(&subjects[0], &way);
		if (way.state != FLOW_WAY_LOCAL && way.state != FLOW_WAY_RESOLVING)
			expect_up(INGRESS, OFFLOAD_UP_WAY + way.state, 0);
	}
}

/* The map of next hops is open to others: with a state that is none, a packet is still left alone or well made. */
static void test_strange_state(void **state)
{
	struct frame_row row = { .payload = 64, .ttl = 64 };
	struct flow_way way = usable;
	static struct packet_builder local;

	(void)state;
	frames_flow(&subjects[0], &row, &before[0], &after[0], 0);
	rebuild(&row);
	frames_build(&local, &row, &after[0]);
	row.ttl = 63;
	frames_build(&out, &row, &after[0]);
	put_macs(&usable);
	for (way.state = FLOW_WAY_STATES; way.state; way.state++) {
		frames_way(&subjects[0], &way);
		subject_run(&subjects[INGRESS],
			    &(struct subject_packet){ .bytes = in.bytes, .length = in.length },
			    &result);
		if (memcmp(result.bytes, in.bytes, in.length) != 0 &&
		    memcmp(result.bytes, local.bytes, in.length) != 0 &&
		    memcmp(result.bytes, out.bytes, in.length) != 0)
			fail_msg("state %u", way.state);
	}
}

/* A GSO packet is as many as it will be cut into, each with its headers; its size, not its length, has to fit. */
static void test_gso(void **state)
{
	struct frame_row row = { .payload = 3001, .protocol = TCP };
	struct flow_key key = frames_key(&row, &before[0]);
	struct flow_way way = usable;
	struct flow_value value;

	(void)state;
	way.mtu = 1040;
	frames_way(&subjects[0], &way);
	frames_flow(&subjects[0], &row, &before[0], &after[0], 0);
	rebuild(&row);
	expect_up(INGRESS, OFFLOAD_UP_TOO_BIG, 0);
	run_sent(INGRESS, OFFLOAD_OUT_DEVICE, 1000);
	subject_read_flow(&subjects[0], FLOW_TABLE_STATIC, &key, &value);
	assert_int_equal(value.home_counts.packets, 4);
	assert_int_equal(value.home_counts.bytes, 3001 + 4 * 54);
}

static int open_subjects(void **state)
{
	(void)state;
	for (size_t i = 0; i < PLACES; i++)
		subject_open(&subjects[i], &places[i], i ? &subjects[0] : NULL);
	return 0;
}

static int close_subjects(void **state)
{
	(void)state;
	for (size_t i = PLACES; i--;)
		subject_close(&subjects[i]);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sent),          cmocka_unit_test(test_seed),
		cmocka_unit_test(test_zero_checksum), cmocka_unit_test(test_checksum_of_zero),
		cmocka_unit_test(test_ways_out),      cmocka_unit_test(test_local),
		cmocka_unit_test(test_untouched),     cmocka_unit_test(test_unsent),
		cmocka_unit_test(test_strange_state), cmocka_unit_test(test_gso),
	};
	const char *reason = subject_unavailable();

	if (reason) {
		printf("SKIP: %s\n", reason);
		return 77;
	}
	return cmocka_run_group_tests(tests, open_subjects, close_subjects);
}
