// SPDX-License-Identifier: GPL-2.0-only
/* ICMP errors about packets that left rewritten, against the errors that their senders would have had without a
 * rewrite, built from scratch: every checksum, outside, inside and over both, is the builder's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "offload_frames.h"

#define TCP IPPROTO_TCP
#define WHOLE 0xffff /* the packet inside is there to its end */

/* By family. A client sends to the service; that leaves from us for the server, and the answers are turned back. */
static const struct frame_tuple sent[2] = {
	{ "10.0.0.1", "192.0.2.53", 4000, 53 },
	{ "2001:db8::1", "2001:db8:2::53", 4000, 53 },
};
static const struct frame_tuple left[2] = {
	{ "198.51.100.7", "203.0.113.9", 61000, 5353 },
	{ "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "fd00::1", 65535, 1 },
};
static const char *const router[2] = { "172.16.9.9", "fd99::9" };

static const struct flow_way usable = {
	.ifindex = 1,
	.mtu = 1500,
	.state = FLOW_WAY_USABLE,
	.destination_mac = { 2, 1, 1, 1, 1, 1 },
	.source_mac = { 2, 3, 3, 3, 3, 3 },
};

static struct offload_subject subject;
static bool takes_device_sum;
static struct packet_builder in, out;
static struct subject_result result;

/* One error. */
struct error_row {
	struct frame_row about; /* the packet inside */
	uint8_t type;
	uint8_t code;
	uint8_t ttl;     /* of the error itself, 0: 64 */
	bool from_peer;  /* the server itself says so, not a router */
	uint32_t length; /* of the packet inside, or WHOLE */
};

static struct frame_tuple turned(const struct frame_tuple *tuple)
{
	return (struct frame_tuple){ tuple->destination, tuple->source, tuple->destination_port,
				     tuple->source_port };
}

static uint32_t header_of(const struct error_row *row)
{
	return row->about.ipv6 ? 40 : 20;
}

/* The error about a packet with these addresses, told to its sender. */
static void build_error(struct packet_builder *ret_builder, const struct error_row *row,
			const struct frame_tuple *about)
{
	const char *source = row->from_peer ? about->destination : router[row->about.ipv6];
	static struct packet_builder inside;
	uint32_t length;

	frames_build(&inside, &row->about, about);
	length = inside.length - ETH_HLEN;
	if (row->length < length)
		length = row->length;
	build_start(ret_builder);
	build_ethernet(ret_builder);
	if (row->about.ipv6) {
		build_ipv6(ret_builder, &(struct build_ipv6){ .source = source,
							      .destination = about->source,
							      .hop_limit = row->ttl });
		build_icmpv6(ret_builder, row->type, row->code);
	} else {
		build_ipv4(ret_builder, &(struct build_ipv4){ .source = source,
							      .destination = about->source,
							      .ttl = row->ttl });
		build_icmp(ret_builder, row->type, row->code);
	}
	/* An MTU, where there is one. */
	memcpy(ret_builder->bytes + ret_builder->length - 2, "\x05\x14", 2);
	build_payload(ret_builder, length);
	memcpy(ret_builder->bytes + ret_builder->length - length, inside.bytes + ETH_HLEN, length);
	build_finish(ret_builder);
	memset(ret_builder->bytes, 0, ETH_ALEN);
}

/* Runs `in`; nothing is counted but what `expected` has been given. */
static void run(const struct subject_counts *expected, bool device_sum)
{
	struct subject_counts counts;

	subject_run(&subject,
		    &(struct subject_packet){
			    .bytes = in.bytes, .length = in.length, .device_sum = device_sum },
		    &result);
	assert_int_equal(result.err, 0);
	subject_counts(&subject, &counts);
	assert_memory_equal(&counts, expected, sizeof(counts));
}

/* With a device's sum as well, if the kernel can. */
static void expect_error(void)
{
	struct subject_counts expected;

	subject_counts(&subject, &expected);
	expected.sent[OFFLOAD_OUT_ICMP]++;
	run(&expected, false);
	if (!takes_device_sum)
		return;
	expected.sent[OFFLOAD_OUT_ICMP]++;
	run(&expected, true);
}

static void expect_up(unsigned int reason)
{
	struct subject_counts expected;

	subject_counts(&subject, &expected);
	expected.up[reason]++;
	run(&expected, false);
	assert_int_equal(result.action, SUBJECT_UNSPEC);
	assert_int_equal(result.length, in.length);
	assert_memory_equal(result.bytes, in.bytes, in.length);
}

/* The flow of the answers, the other way round from what was sent. */
static void set_flow(const struct error_row *row, uint16_t flags)
{
	struct frame_tuple answers = turned(&left[row->about.ipv6]);
	struct frame_tuple told = turned(&sent[row->about.ipv6]);

	frames_flow(&subject, &row->about, &answers, &told, flags);
}

static void expect_translated(const struct error_row *row, bool keep_ttl)
{
	struct error_row told = *row;

	set_flow(row, keep_ttl ? FLOW_KEEP_TTL : 0);
	build_error(&in, row, &left[row->about.ipv6]);
	told.ttl = keep_ttl ? 64 : 63;
	build_error(&out, &told, &sent[row->about.ipv6]);
	memcpy(out.bytes, usable.destination_mac, 6);
	memcpy(out.bytes + 6, usable.source_mac, 6);
	expect_error();
	if (result.action != SUBJECT_REDIRECT || result.length != out.length ||
	    memcmp(result.bytes, out.bytes, out.length) != 0)
		fail_msg("IPv%d, type %u, protocol %u, %u bytes inside, from %s: action %u",
			 row->about.ipv6 ? 6 : 4, row->type, row->about.protocol, row->length,
			 row->from_peer ? "the peer" : "a router", result.action);
}

/* Every type, both protocols, both families; the packet inside is there with its first eight bytes, to
 * where TCP has its checksum, to the end of that, further on, and as a whole. */
static void test_translated(void **state)
{
	static const uint8_t types[2][3] = { { 3, 11, 3 }, { 1, 2, 3 } };
	static const uint32_t lengths[] = { 8, 16, 18, 20, 28, 101, WHOLE };

	(void)state;
	frames_way(&subject, &usable);
	for (unsigned int i = 0; i < 2 * 2 * 2 * 2 * 3 * 7; i++) {
		struct error_row row = { .about = { .ipv6 = i & 1,
						    .protocol = i & 2 ? TCP : 0,
						    .ttl = 50,
						    .payload = 201 },
					 .from_peer = i & 4,
					 .length = lengths[i / 48] };

		row.type = types[row.about.ipv6][i / 16 % 3];
		row.code = row.type == 3 ? 4 : 0;
		if (row.length != WHOLE)
			row.length += header_of(&row);
		expect_translated(&row, i & 8);
	}
}

/* Inside, too, a UDP checksum of zero says that there is none, and one that comes to zero is 0xffff. */
static void test_zero_inside(void **state)
{
	struct error_row row = { .about = { .zero_checksum = true, .payload = 33 },
				 .type = 3,
				 .length = WHOLE };
	static struct packet_builder inside;
	struct frame_row about = { .payload = 33 };
	struct frame_tuple tuple = sent[0];
	struct frame_tuple answers = turned(&left[0]);

	(void)state;
	frames_way(&subject, &usable);
	expect_translated(&row, false);
	row.about.zero_checksum = false;
	for (tuple.source_port = 1; tuple.source_port; tuple.source_port++) {
		frames_build(&inside, &about, &tuple);
		if (!memcmp(frames_checksum(&inside, &about), "\xff\xff", 2))
			break;
	}
	assert_int_not_equal(tuple.source_port, 0);
	build_error(&in, &row, &left[0]);
	row.ttl = 63;
	build_error(&out, &row, &tuple);
	tuple = turned(&tuple);
	frames_flow(&subject, &about, &answers, &tuple, 0);
	expect_error();
	assert_memory_equal(result.bytes + 14, out.bytes + 14, out.length - 14);
}

/* The packet inside is not known for sure. */
static void expect_unsure(struct error_row *row, size_t at, uint8_t byte, unsigned int reason)
{
	size_t inside = ETH_HLEN + header_of(row) + 8;

	build_error(&in, row, &left[row->about.ipv6]);
	in.bytes[inside + at] = byte;
	expect_up(reason);
}

static void test_unsure(void **state)
{
	struct error_row row = { .about = { .payload = 9 }, .type = 3, .length = WHOLE };
	struct error_row row6 = { .about = { .ipv6 = true, .payload = 9 }, .type = 1 };

	(void)state;
	frames_way(&subject, &usable);
	set_flow(&row, 0);
	row6.length = WHOLE;
	set_flow(&row6, 0);
	expect_unsure(&row, 0, 0x46, OFFLOAD_UP_ICMP_UNSURE);
	expect_unsure(&row, 0, 0x65, OFFLOAD_UP_ICMP_UNSURE);
	expect_unsure(&row, 6, 0x20, OFFLOAD_UP_ICMP_UNSURE);
	expect_unsure(&row, 7, 1, OFFLOAD_UP_ICMP_UNSURE);
	expect_unsure(&row, 15, 8, OFFLOAD_UP_ICMP_UNSURE); /* was sent by another */
	expect_unsure(&row6, 0, 0x40, OFFLOAD_UP_ICMP_UNSURE);
	expect_unsure(&row6, 23, 8, OFFLOAD_UP_ICMP_UNSURE);
	expect_unsure(&row, 9, 132, OFFLOAD_UP_ICMP_FOREIGN);
	expect_unsure(&row, 9, 1, OFFLOAD_UP_ICMP_FOREIGN);
	expect_unsure(&row6, 6, 0, OFFLOAD_UP_ICMP_FOREIGN);
	expect_unsure(&row6, 6, 44, OFFLOAD_UP_ICMP_FOREIGN);
	expect_unsure(&row, 21, 1, OFFLOAD_UP_ICMP_FOREIGN); /* of no flow */
	expect_unsure(&row6, 43, 9, OFFLOAD_UP_ICMP_FOREIGN);
	for (uint32_t length = 0; length < 28; length++) {
		row.length = length;
		build_error(&in, &row, &left[0]);
		expect_up(OFFLOAD_UP_ICMP_UNSURE);
	}
	for (uint32_t length = 0; length < 48; length++) {
		row6.length = length;
		build_error(&in, &row6, &left[1]);
		expect_up(OFFLOAD_UP_ICMP_UNSURE);
	}
}

/* Bytes behind the IP packet are no part of the error, though they look like the rest of it. */
static void test_padding(void **state)
{
	struct error_row row = { .about = { .payload = 60 }, .type = 3 };
	uint32_t whole;

	(void)state;
	frames_way(&subject, &usable);
	for (int i = 0; i < 4; i++) {
		row.about.ipv6 = i & 1;
		row.about.protocol = i & 2 ? TCP : 0;
		set_flow(&row, 0);
		row.length = WHOLE;
		build_error(&in, &row, &left[row.about.ipv6]);
		whole = in.length;
		row.length = header_of(&row) + 7;
		build_error(&in, &row, &left[row.about.ipv6]);
		in.length = whole;
		expect_up(OFFLOAD_UP_ICMP_UNSURE);
	}
	/* Here it is TCP's checksum that is not there. */
	row.length = header_of(&row) + 16;
	row.about.ipv6 = true;
	build_error(&in, &row, &left[1]);
	row.ttl = 63;
	build_error(&out, &row, &sent[1]);
	memset(in.bytes + in.length, 0xab, 20);
	memset(out.bytes + out.length, 0xab, 20);
	in.length += 20;
	out.length += 20;
	expect_error();
	assert_memory_equal(result.bytes + 14, out.bytes + 14, out.length - 14);
}

/* Other types and flows that change nothing are none of ours. */
static void test_foreign(void **state)
{
	static const uint8_t others[2][5] = { { 0, 4, 5, 8, 12 }, { 0, 4, 128, 135, 137 } };
	struct error_row row = { .about = { .payload = 9 }, .type = 3, .length = WHOLE };
	struct frame_tuple answers = turned(&left[0]);

	(void)state;
	frames_way(&subject, &usable);
	set_flow(&row, FLOW_DEAD);
	build_error(&in, &row, &left[0]);
	expect_up(OFFLOAD_UP_ICMP_FOREIGN);
	frames_flow(&subject, &row.about, &answers, &answers, 0);
	expect_up(OFFLOAD_UP_ICMP_FOREIGN);
	for (int i = 0; i < 10; i++) {
		row.about.ipv6 = i & 1;
		row.type = others[i & 1][i / 2];
		set_flow(&row, 0);
		build_error(&in, &row, &left[row.about.ipv6]);
		expect_up(OFFLOAD_UP_PROTOCOL);
	}
}

/* The flow is right, and the way is not. */
static void test_unsent(void **state)
{
	struct error_row row = { .about = { .payload = 9 }, .type = 11, .length = WHOLE };
	struct flow_way way = usable;

	(void)state;
	frames_way(&subject, &usable);
	set_flow(&row, 0);
	row.ttl = 1;
	build_error(&in, &row, &left[0]);
	expect_up(OFFLOAD_UP_TTL);
	row.ttl = 0;
	build_error(&in, &row, &left[0]);
	way.mtu = in.length - ETH_HLEN - 1;
	frames_way(&subject, &way);
	expect_up(OFFLOAD_UP_TOO_BIG);
	way.state = FLOW_WAY_LINK_DOWN;
	frames_way(&subject, &way);
	expect_up(OFFLOAD_UP_WAY + FLOW_WAY_LINK_DOWN);
}

static int open_subject(void **state)
{
	struct offload_at at = { .ifindex = 2, .side = OFFLOAD_INGRESS, .link_header = 14 };

	(void)state;
	at.has_ipv6_flag = subject_has_ipv6_flag();
	subject_open(&subject, &at, NULL);
	/* Without the flag the helper has to take IPv6 addresses for ones that nothing makes up for. */
	takes_device_sum = at.has_ipv6_flag && subject_takes_device_sum(&subject);
	return 0;
}

static int close_subject(void **state)
{
	(void)state;
	subject_close(&subject);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_translated), cmocka_unit_test(test_zero_inside),
		cmocka_unit_test(test_unsure),     cmocka_unit_test(test_padding),
		cmocka_unit_test(test_foreign),    cmocka_unit_test(test_unsent),
	};
	const char *reason = subject_unavailable();

	if (reason) {
		printf("SKIP: %s\n", reason);
		return 77;
	}
	return cmocka_run_group_tests(tests, open_subject, close_subject);
}
