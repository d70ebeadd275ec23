// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness/packet_build.h"
#include "packet_summary.h"

static const char *const reached_names[] = { "nothing", "link", "network", "protocol",
					     "transport" };
static const char *const fragment_names[] = { "", " first", " later" };

/* Everything that is told, on one line. */
static const char *describe(const struct packet_summary *summary)
{
	static char line[512];
	char source[SUMMARY_ADDRESS_SIZE];
	char destination[SUMMARY_ADDRESS_SIZE];
	char protocol[SUMMARY_PROTOCOL_SIZE];
	int at = sprintf(line, "%s %s", reached_names[summary->reached],
			 summary_stop_name(summary->stop));

	if (summary->reached >= SUMMARY_LINK)
		at += sprintf(line + at, " %02x>%02x", summary->source_mac[5],
			      summary->destination_mac[5]);
	for (unsigned int i = 0; i < summary->tag_count; i++)
		at += sprintf(line + at, " %04x/%04x", summary->tag[i].type, summary->tag[i].tci);
	if (summary->reached >= SUMMARY_LINK)
		at += sprintf(line + at, " %04x", summary->ethertype);
	if (summary->family)
		at += sprintf(line + at, " %s>%s",
			      summary_address_text(summary->family, summary->source, source),
			      summary_address_text(summary->family, summary->destination,
						   destination));
	if (summary->reached >= SUMMARY_PROTOCOL)
		at += sprintf(line + at, " %s%s",
			      summary_protocol_name(summary->protocol, protocol),
			      fragment_names[summary->fragment]);
	if (summary->fragment != SUMMARY_WHOLE)
		at += sprintf(line + at, " %u%s", summary->fragment_offset,
			      summary->more_fragments ? "+" : "");
	if (summary->transport == SUMMARY_PORTS)
		at += sprintf(line + at, " %u>%u", summary->source_port, summary->destination_port);
	if (summary->transport == SUMMARY_ICMP)
		at += sprintf(line + at, " %u/%u", summary->icmp_type, summary->icmp_code);
	if (summary->has_tcp_flags)
		sprintf(line + at, " %02x", summary->tcp_flags);
	return line;
}

#define V4 "01>02 0800 192.0.2.1>198.51.100.1"
#define V6 "01>02 86dd 2001:db8::1>2001:db8:1::1"

static void tcp(struct packet_builder *builder)
{
	build_ipv4(builder, &(struct build_ipv4){ 0 });
	build_tcp(builder, 1234, 80, 0x12);
}

static void options(struct packet_builder *builder)
{
	build_ipv4(builder, &(struct build_ipv4){ .option_words = 10 });
	build_udp(builder, 1, 65535);
}

static void two_tags(struct packet_builder *builder)
{
	build_vlan(builder, ETH_P_8021AD, 0xf123);
	build_vlan(builder, ETH_P_8021Q, 7);
	build_ipv6(builder, &(struct build_ipv6){ 0 });
	build_udp(builder, 5, 6);
}

static void three_tags(struct packet_builder *builder)
{
	build_vlan(builder, ETH_P_8021Q, 1);
	build_vlan(builder, ETH_P_8021Q, 2);
	build_vlan(builder, ETH_P_8021Q, 3);
	build_ipv4(builder, &(struct build_ipv4){ 0 });
}

static void arp(struct packet_builder *builder)
{
	builder->bytes[12] = 8;
	builder->bytes[13] = 6;
	build_payload(builder, 28);
}

static void first_fragment(struct packet_builder *builder)
{
	build_ipv4(builder, &(struct build_ipv4){ .fragment = 0x2000 });
	build_udp(builder, 7, 8);
}

static void later_fragment(struct packet_builder *builder)
{
	build_ipv4(builder, &(struct build_ipv4){ .fragment = 0x2001 });
	build_udp(builder, 7, 8);
}

static void ping(struct packet_builder *builder)
{
	build_ipv4(builder, &(struct build_ipv4){ 0 });
	build_icmp(builder, 8, 1);
}

static void ping_of_the_other_family(struct packet_builder *builder)
{
	build_ipv4(builder, &(struct build_ipv4){ 0 });
	build_icmpv6(builder, 128, 0);
}

static void ping_6(struct packet_builder *builder)
{
	build_ipv6(builder, &(struct build_ipv6){ 0 });
	build_extension(builder, IPPROTO_HOPOPTS, 8);
	build_icmpv6(builder, 128, 3);
}

static void extensions(struct packet_builder *builder)
{
	build_ipv6(builder, &(struct build_ipv6){ 0 });
	build_extension(builder, IPPROTO_HOPOPTS, 16);
	build_extension(builder, IPPROTO_ROUTING, 24);
	build_ipv6_fragment(builder, 0, 1, 9);
	build_extension(builder, IPPROTO_AH, 12);
	build_extension(builder, IPPROTO_DSTOPTS, 8);
	build_tcp(builder, 22, 23, 0xff);
}

static void later_fragment_6(struct packet_builder *builder)
{
	build_ipv6(builder, &(struct build_ipv6){ 0 });
	build_ipv6_fragment(builder, 65528, 0, 9);
	build_udp(builder, 7, 8);
}

/* What looks like a header behind it is the middle of something. */
static void later_fragment_of_options(struct packet_builder *builder)
{
	build_ipv6(builder, &(struct build_ipv6){ 0 });
	build_ipv6_fragment(builder, 8, 1, 9);
	build_extension(builder, IPPROTO_DSTOPTS, 8);
	build_udp(builder, 7, 8);
}

static void atomic_fragment(struct packet_builder *builder)
{
	build_ipv6(builder, &(struct build_ipv6){ 0 });
	build_ipv6_fragment(builder, 0, 0, 9);
	build_udp(builder, 7, 8);
}

static void two_fragment_headers(struct packet_builder *builder)
{
	build_ipv6(builder, &(struct build_ipv6){ 0 });
	build_ipv6_fragment(builder, 0, 1, 9);
	build_ipv6_fragment(builder, 0, 1, 9);
	build_udp(builder, 7, 8);
}

static void eight_extensions(struct packet_builder *builder)
{
	build_ipv6(builder, &(struct build_ipv6){ 0 });
	for (int i = 0; i < SUMMARY_EXTENSION_LIMIT; i++)
		build_extension(builder, IPPROTO_DSTOPTS, 8);
	build_udp(builder, 7, 8);
}

static void nine_extensions(struct packet_builder *builder)
{
	build_ipv6(builder, &(struct build_ipv6){ 0 });
	for (int i = 0; i < SUMMARY_EXTENSION_LIMIT + 1; i++)
		build_extension(builder, IPPROTO_DSTOPTS, 8);
	build_udp(builder, 7, 8);
}

static void jumbogram(struct packet_builder *builder)
{
	build_ipv6(builder, &(struct build_ipv6){ .jumbo = 1 });
	build_extension(builder, IPPROTO_HOPOPTS, 8);
	build_udp(builder, 7, 8);
}

static void sctp(struct packet_builder *builder)
{
	build_ipv4(builder, &(struct build_ipv4){ 0 });
	build_protocol(builder, IPPROTO_SCTP, 12, 9, 10);
}

static void unknown_protocol(struct packet_builder *builder)
{
	build_ipv4(builder, &(struct build_ipv4){ 0 });
	build_protocol(builder, 250, 12, 9, 10);
}

static void short_udp(struct packet_builder *builder)
{
	build_ipv4(builder, &(struct build_ipv4){ 0 });
	build_protocol(builder, IPPROTO_UDP, 3, 0, 0);
}

static void long_total(struct packet_builder *builder)
{
	build_ipv4(builder, &(struct build_ipv4){ .total_length = 2000 });
	build_udp(builder, 7, 8);
}

static void short_total(struct packet_builder *builder)
{
	build_ipv4(builder, &(struct build_ipv4){ .total_length = 19 });
	build_udp(builder, 7, 8);
}

static void long_payload(struct packet_builder *builder)
{
	build_ipv6(builder, &(struct build_ipv6){ .payload_length = 2000 });
	build_udp(builder, 7, 8);
}

static const struct {
	void (*build)(struct packet_builder *builder);
	const char *expected;
} frames[] = {
	{ tcp, "transport complete " V4 " TCP 1234>80 12" },
	{ options, "transport complete " V4 " UDP 1>65535" },
	{ two_tags, "transport complete 01>02 88a8/f123 8100/0007 86dd 2001:db8::1>2001:db8:1::1"
		    " UDP 5>6" },
	{ three_tags, "link unread 01>02 8100/0001 8100/0002 8100" },
	{ arp, "link unread 01>02 0806" },
	{ first_fragment, "transport complete " V4 " UDP first 0+ 7>8" },
	{ later_fragment, "protocol unread " V4 " UDP later 8+" },
	{ ping, "transport complete " V4 " ICMP 8/1" },
	{ ping_of_the_other_family, "protocol unread " V4 " ICMPv6" },
	{ ping_6, "transport complete " V6 " ICMPv6 128/3" },
	{ extensions, "transport complete " V6 " TCP first 0+ 22>23 ff" },
	{ later_fragment_6, "protocol unread " V6 " UDP later 65528" },
	{ later_fragment_of_options, "protocol unread " V6 " 60 later 8+" },
	{ atomic_fragment, "transport complete " V6 " UDP 7>8" },
	{ two_fragment_headers, "network malformed " V6 },
	{ eight_extensions, "transport complete " V6 " UDP 7>8" },
	{ nine_extensions, "network unread " V6 },
	{ jumbogram, "transport complete " V6 " UDP 7>8" },
	{ sctp, "transport complete " V4 " SCTP 9>10" },
	{ unknown_protocol, "protocol unread " V4 " 250" },
	{ short_udp, "protocol malformed " V4 " UDP" },
	{ long_total, "network malformed " V4 },
	{ short_total, "network malformed " V4 },
	{ long_payload, "network malformed " V6 },
};

#define FRAMES (sizeof(frames) / sizeof(frames[0]))

static void build(size_t number, struct packet_builder *builder)
{
	build_start(builder);
	build_ethernet(builder);
	frames[number].build(builder);
	build_finish(builder);
	if (frames[number].build == arp)
		memcpy(builder->bytes + 12, "\x08\x06", 2);
	build_padding(builder, 16);
}

/* Bytes that end where memory does: who reads one more is killed. */
static uint8_t *at_the_end(const void *bytes, size_t length)
{
	static uint8_t *memory;
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	if (!memory) {
		memory = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			      -1, 0);
		assert_ptr_not_equal(memory, MAP_FAILED);
		assert_int_equal(mprotect(memory + page, page, PROT_NONE), 0);
	}
	assert_true(length <= page);
	memcpy(memory + page - length, bytes, length);
	return memory + page - length;
}

static void what_frames_say(void **state)
{
	static struct packet_builder builder;
	struct packet_summary summary;

	(void)state;
	for (size_t i = 0; i < FRAMES; i++) {
		build(i, &builder);
		packet_summary_read(at_the_end(builder.bytes, builder.length), builder.length,
				    builder.length, &summary);
		assert_string_equal(describe(&summary), frames[i].expected);
	}
}

/* What is told of a cut frame is what is told of the whole one, as far as it goes. */
static void check_cut(const struct packet_summary *cut, const struct packet_summary *whole)
{
	struct packet_summary expected = { .reached = cut->reached, .stop = cut->stop };

	assert_true(cut->reached <= whole->reached);
	if (cut->reached >= SUMMARY_LINK) {
		memcpy(expected.source_mac, whole->source_mac, sizeof(expected.source_mac));
		memcpy(expected.destination_mac, whole->destination_mac,
		       sizeof(expected.destination_mac));
		memcpy(expected.tag, whole->tag, cut->tag_count * sizeof(expected.tag[0]));
		expected.tag_count = cut->tag_count;
		expected.ethertype = cut->tag_count < whole->tag_count ?
					     whole->tag[cut->tag_count].type :
					     whole->ethertype;
	}
	if (cut->reached >= SUMMARY_NETWORK) {
		expected.family = whole->family;
		memcpy(expected.source, whole->source, sizeof(expected.source));
		memcpy(expected.destination, whole->destination, sizeof(expected.destination));
	}
	if (cut->reached >= SUMMARY_PROTOCOL) {
		expected.protocol = whole->protocol;
		expected.fragment = whole->fragment;
		expected.fragment_offset = whole->fragment_offset;
		expected.more_fragments = whole->more_fragments;
	}
	if (cut->reached >= SUMMARY_TRANSPORT) {
		expected.transport = whole->transport;
		expected.source_port = whole->source_port;
		expected.destination_port = whole->destination_port;
		expected.icmp_type = whole->icmp_type;
		expected.icmp_code = whole->icmp_code;
		expected.has_tcp_flags = cut->has_tcp_flags;
		expected.tcp_flags = cut->has_tcp_flags ? whole->tcp_flags : 0;
	}
	assert_memory_equal(cut, &expected, sizeof(expected));
}

static void every_cut(void **state)
{
	static struct packet_builder builder;
	struct packet_summary whole, cut, before;

	(void)state;
	for (size_t i = 0; i < FRAMES; i++) {
		build(i, &builder);
		packet_summary_read(builder.bytes, builder.length, builder.length, &whole);
		packet_summary_read(NULL, 0, builder.length, &before);
		assert_int_equal(before.stop, SUMMARY_CUT);
		for (size_t captured = 1; captured <= builder.length; captured++) {
			packet_summary_read(at_the_end(builder.bytes, captured), captured,
					    builder.length, &cut);
			check_cut(&cut, &whole);
			assert_true(cut.reached >= before.reached);
			assert_true(cut.stop == SUMMARY_CUT || cut.stop == whole.stop);
			assert_true(before.stop == SUMMARY_CUT || before.stop == cut.stop);
			before = cut;
		}
	}
}

/* A frame that ends early is malformed, not cut, and never complete before its time. */
static void every_short_frame(void **state)
{
	static struct packet_builder builder;
	struct packet_summary summary;

	(void)state;
	for (size_t i = 0; i < FRAMES; i++) {
		build(i, &builder);
		for (size_t length = 0; length < builder.length; length++) {
			const uint8_t *bytes = at_the_end(builder.bytes, length);

			packet_summary_read(bytes, length, length, &summary);
			assert_int_not_equal(summary.stop, SUMMARY_CUT);
			/* A jumbogram ends where the frame does. */
			if (summary.stop == SUMMARY_COMPLETE && frames[i].build != jumbogram)
				assert_true(length >= builder.length - 16);
		}
	}
}

static void what_is_cut(void **state)
{
	static const struct {
		void (*build)(struct packet_builder *builder);
		size_t captured;
		const char *expected;
	} rows[] = {
		{ tcp, 13, "nothing cut" },
		{ tcp, 14, "link cut 01>02 0800" },
		{ tcp, 33, "link cut 01>02 0800" },
		{ tcp, 34, "protocol cut " V4 " TCP" },
		{ tcp, 38, "transport cut " V4 " TCP 1234>80" },
		{ tcp, 47, "transport cut " V4 " TCP 1234>80" },
		{ tcp, 48, "transport complete " V4 " TCP 1234>80 12" },
		{ options, 60, "protocol cut " V4 " UDP" },
		{ two_tags, 17, "link cut 01>02 88a8" },
		{ two_tags, 18, "link cut 01>02 88a8/f123 8100" },
		{ extensions, 54, "network cut " V6 },
		{ ping, 35, "protocol cut " V4 " ICMP" },
		{ ping, 36, "transport complete " V4 " ICMP 8/1" },
	};
	static struct packet_builder builder;
	struct packet_summary summary;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		build_start(&builder);
		build_ethernet(&builder);
		rows[i].build(&builder);
		build_finish(&builder);
		packet_summary_read(at_the_end(builder.bytes, rows[i].captured), rows[i].captured,
				    builder.length, &summary);
		assert_string_equal(describe(&summary), rows[i].expected);
	}
}

static void wrong_versions(void **state)
{
	static struct packet_builder builder;
	struct packet_summary summary;

	(void)state;
	build(0, &builder);
	builder.bytes[14] = 0x65;
	packet_summary_read(builder.bytes, builder.length, builder.length, &summary);
	assert_string_equal(describe(&summary), "link malformed 01>02 0800");
	builder.bytes[14] = 0x44;
	packet_summary_read(builder.bytes, builder.length, builder.length, &summary);
	assert_string_equal(describe(&summary), "link malformed 01>02 0800");
	builder.bytes[12] = 0x86;
	builder.bytes[13] = 0xdd;
	packet_summary_read(builder.bytes, builder.length, builder.length, &summary);
	assert_string_equal(describe(&summary), "link malformed 01>02 86dd");
	/* A frame is never shorter than what was captured of it. */
	build(0, &builder);
	packet_summary_read(builder.bytes, builder.length, 0, &summary);
	assert_string_equal(describe(&summary), frames[0].expected);
	packet_summary_read(builder.bytes, 20, 0, &summary);
	assert_string_equal(describe(&summary), "link malformed 01>02 0800");
}

static void damaged_frames(void **state)
{
	static struct packet_builder builder;
	struct packet_summary summary, cut;
	unsigned int seed = 1;

	(void)state;
	for (int round = 0; round < 200000; round++) {
		size_t captured;

		build((size_t)rand_r(&seed) % FRAMES, &builder);
		for (int i = rand_r(&seed) % 4; i >= 0; i--)
			builder.bytes[(unsigned int)rand_r(&seed) % builder.length] =
				(unsigned char)rand_r(&seed);
		captured = (size_t)rand_r(&seed) % (builder.length + 1);
		packet_summary_read(builder.bytes, builder.length, builder.length, &summary);
		packet_summary_read(at_the_end(builder.bytes, captured), captured, builder.length,
				    &cut);
		check_cut(&cut, &summary);
	}
}

static void names(void **state)
{
	char text[SUMMARY_PROTOCOL_SIZE];

	(void)state;
	assert_string_equal(summary_protocol_name(IPPROTO_TCP, text), "TCP");
	assert_string_equal(summary_protocol_name(132, text), "SCTP");
	assert_string_equal(summary_protocol_name(0, text), "0");
	assert_string_equal(summary_protocol_name(255, text), "255");
	assert_string_equal(summary_stop_name(SUMMARY_UNREAD), "unread");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_frames_say),
		cmocka_unit_test(every_cut),
		cmocka_unit_test(every_short_frame),
		cmocka_unit_test(what_is_cut),
		cmocka_unit_test(wrong_versions),
		cmocka_unit_test(damaged_frames),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
