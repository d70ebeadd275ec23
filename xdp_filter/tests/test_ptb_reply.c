// SPDX-License-Identifier: GPL-2.0-only
/* Packet Too Big to the byte: replies that were worked out by hand, and every length of quote. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filter_duel.h"
#include "verdict_shapes.h"

static struct filter_duel duel;
static struct packet_builder builder;
static struct run_result result;

/* All first fragments are dropped, and answered without limit. */
static void answer(struct filter_config config)
{
	config.fragments_ipv4 = config.fragments_ipv6 = FILTER_FRAGMENTS_DROP;
	config.ptb_interval = 1;
	duel_configure(&duel, &config);
}

static __u32 from_hex(const char *hex, __u8 *ret_bytes)
{
	__u32 length = 0;
	int digits;

	while (sscanf(hex, "%2hhx%n", &ret_bytes[length], &digits) == 1) {
		hex += digits;
		length++;
	}
	return length;
}

/* Frames made and replies worked out by another program, each checksum by hand. */
static void test_bytes(void **state)
{
	static const struct {
		struct filter_config config;
		const char *frame, *reply;
	} cases[] = {
		/* 8 bytes of IPv4: the MTU is at least 68. */
		{ { .ptb_ttl = 64 },
		  "02000000000202000000000108004500001c0000200040116e9bc0000201c6336401000000000000"
		  "0000",
		  "0200000000010200000000020800450000380000400040014e8fc6336401c00002010304fcb70000"
		  "00444500001c0000200040116e9bc0000201c63364010000000000000000" },
		/* Options and a tag; DSCP 46, TTL 255, MTU 576. */
		{ { .ptb_ttl = 255, .ptb_dscp = 46, .ptb_mtu = 576 },
		  "020000000002020000000001810000640800460000300000200040116b85c0000201c63364010101"
		  "010104d200350018d640000102030405060708090a0b0c0d0e0f",
		  "02000000000102000000000281000064080045b8004c00004000ff018ec2c6336401c00002010304"
		  "e71b00000240460000300000200040116b85c0000201c63364010101010104d200350018d6400001"
		  "02030405060708090a0b0c0d0e0f" },
		/* 8 bytes of IPv6: the MTU is at least 1280. */
		{ { .ptb_ttl = 64 },
		  "02000000000202000000000186dd6000000000102c4020010db80000000000000000000000012001"
		  "0db800010000000000000000000111000001000012670000000000000000",
		  "02000000000102000000000286dd6000000000403a4020010db80001000000000000000000012001"
		  "0db8000000000000000000000001020091e2000005006000000000102c4020010db8000000000000"
		  "00000000000120010db800010000000000000000000111000001000012670000000000000000" },
		/* Two tags; DSCP 34, hop limit 9, MTU 9000. */
		{ { .ptb_ttl = 9, .ptb_dscp = 34, .ptb_mtu = 9000 },
		  "02000000000202000000000188a800c88100006486dd6000000000202c4020010db8000000000000"
		  "00000000000120010db8000100000000000000000001110000010000126704d20035001867020001"
		  "02030405060708090a0b0c0d0e0f",
		  "02000000000102000000000288a800c88100006486dd6880000000503a0920010db8000100000000"
		  "00000000000120010db80000000000000000000000010200cf38000023286000000000202c402001"
		  "0db800000000000000000000000120010db8000100000000000000000001110000010000126704d2"
		  "003500186702000102030405060708090a0b0c0d0e0f" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		__u8 frame[256], reply[256];
		const struct run_frame given = { frame, from_hex(cases[i].frame, frame), 0, 0 };
		__u32 length = from_hex(cases[i].reply, reply);

		answer(cases[i].config);
		assert_int_equal(run_packet(&duel.subject.program, &given, &result), 0);
		assert_int_equal(result.action, XDP_TX);
		assert_int_equal(result.length, length);
		assert_memory_equal(result.bytes, reply, length);
	}
}

static void expect_checksums(int family, __u32 network)
{
	const __u8 *ip = result.bytes + network;
	__u32 length = result.length - network, pseudo = 0;

	if (family == 4) {
		assert_int_equal(build_checksum(ip, 20, 0), 0);
		assert_int_equal(build_checksum(ip + 20, length - 20, 0), 0);
		return;
	}
	for (int i = 8; i < 40; i += 2)
		pseudo += (__u32)ip[i] << 8 | ip[i + 1];
	assert_int_equal(build_checksum(ip + 40, length - 40, pseudo + length - 40 + 58), 0);
}

/* Whole frames: the headers of the reply, and how much it quotes. */
static void test_long_bytes(void **state)
{
	static const struct {
		struct verdict_shape shape;
		int tags;
		struct filter_config config;
		const char *headers;
		__u32 quote;
	} cases[] = {
		{ { .family = 4, .fragment = VERDICT_MF, .payload = 1472 },
		  0,
		  { .ptb_ttl = 64, .ptb_dscp = 48, .ptb_mtu = 1400 },
		  "020000000001020000000002080045c002400000400040014bc7c6336401c00002010304e2660000"
		  "0578",
		  548 },
		{ { .family = 4, .fragment = VERDICT_MF, .option_words = 10, .payload = 1432 },
		  2,
		  { .ptb_ttl = 1, .ptb_dscp = 63 },
		  "02000000000102000000000288a800c881000064080045fc02400000400001018a8bc6336401c000"
		  "02010304837c000005dc",
		  548 },
		{ { .family = 6, .extensions = "F", .payload = 1440 },
		  1,
		  { .ptb_ttl = 255, .ptb_dscp = 48 },
		  "0200000000010200000000028100006486dd6c00000004d83aff20010db800010000000000000000"
		  "000120010db8000000000000000000000001020016b3000005d8",
		  1232 },
		{ { .family = 6, .extensions = "F", .payload = 1440 },
		  0,
		  { .ptb_ttl = 7, .ptb_dscp = 33, .ptb_mtu = 1400 },
		  "02000000000102000000000286dd6840000004d83a0720010db80001000000000000000000012001"
		  "0db80000000000000000000000010200171300000578",
		  1232 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		__u32 network = verdict_shape_network(cases[i].tags), length;
		__u8 headers[128];
		struct run_frame frame = { builder.bytes, 0, 0, 0 };

		answer(cases[i].config);
		verdict_shape_build(&cases[i].shape, NULL, cases[i].tags, &builder);
		frame.length = builder.length;
		assert_int_equal(run_packet(&duel.subject.program, &frame, &result), 0);
		assert_int_equal(result.action, XDP_TX);
		length = from_hex(cases[i].headers, headers);
		assert_int_equal(result.length, length + cases[i].quote);
		assert_memory_equal(result.bytes, headers, length);
		assert_memory_equal(result.bytes + length, builder.bytes + network, cases[i].quote);
		expect_checksums(cases[i].shape.family, network);
	}
}

/* Datagrams around the longest quote, and MTUs around the least. */
static void test_limits(void **state)
{
	static const __u16 mtus[] = { 0, 1, 67, 68, 69, 1279, 1280, 1281, 65535 };

	(void)state;
	for (__u16 payload = 8; payload <= 1440; payload += 8) {
		const struct verdict_shape ipv4 = {
			.family = 4, .fragment = VERDICT_MF, .no_header = 1, .payload = payload
		};
		const struct verdict_shape ipv6 = {
			.family = 6, .extensions = "F", .no_header = 1, .payload = payload
		};
		struct filter_config config = { 0 };

		for (size_t i = 0; i < sizeof(mtus) / sizeof(*mtus); i++) {
			config.ptb_mtu = mtus[i];
			config.ptb_dscp = (__u8)(payload / 8 % 64);
			config.ptb_ttl = (__u8)(1 + payload % 255);
			answer(config);
			verdict_shape_build(&ipv4, NULL, (int)i % 3, &builder);
			duel_frame(&duel, "IPv4", builder.bytes, builder.length);
			assert_int_equal(duel.answer.action, XDP_TX);
			verdict_shape_build(&ipv6, NULL, (int)i % 3, &builder);
			duel_frame(&duel, "IPv6", builder.bytes, builder.length);
			assert_int_equal(duel.answer.action, XDP_TX);
		}
	}
}

#define TEST(name)                                                                                 \
	cmocka_unit_test_prestate_setup_teardown(name, duel_set_up, duel_tear_down, &duel)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_bytes),
		TEST(test_long_bytes),
		TEST(test_limits),
	};
	const char *unavailable = run_unavailable();

	if (unavailable) {
		printf("SKIP: %s\n", unavailable);
		return RUN_SKIP;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
