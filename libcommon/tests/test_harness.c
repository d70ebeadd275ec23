// SPDX-License-Identifier: GPL-2.0-only
/* The harness itself: frames with checksums, and programs that share a chain. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>

#include "abi/reasons.h"
#include "harness/packet_build.h"
#include "harness/run_program.h"

#define OBJECT TEST_OBJECT_DIR "/harness_chain.o"
#define LOOPBACK 1

static struct packet_builder builder;
static struct run_result result;

/* Frames that another program has judged: tcpdump -vv calls every checksum in them correct. */
static void assert_frame(const char *hex)
{
	char built[512] = "";

	build_finish(&builder);
	for (__u32 i = 0; i < builder.length; i++)
		snprintf(built + 2 * i, sizeof(built) - 2 * i, "%02x", builder.bytes[i]);
	assert_string_equal(built, hex);
}

static void test_frames(void **state)
{
	(void)state;
	build_start(&builder);
	build_ethernet(&builder);
	build_vlan(&builder, ETH_P_8021Q, 100);
	build_ipv4(&builder, &(struct build_ipv4){ .option_words = 1 });
	build_udp(&builder, 1000, 53);
	build_payload(&builder, 5);
	assert_frame(
		"020000000002020000000001810000640800460000250000000040118b90c0000201c63364010101"
		"010103e80035000d097d0001020304");

	build_start(&builder);
	build_ethernet(&builder);
	build_ipv4(&builder, &(struct build_ipv4){ .source = "203.0.113.7", .ttl = 1, .tos = 8 });
	build_icmp(&builder, 8, 0);
	assert_frame(
		"02000000000202000000000108004508001c000000000101539dcb007107c63364010800f7ff0000"
		"0000");

	build_start(&builder);
	build_ethernet(&builder);
	build_ipv6(&builder, &(struct build_ipv6){ .destination = "2001:db8::7" });
	build_extension(&builder, IPPROTO_DSTOPTS, 8);
	build_tcp(&builder, 1000, 443, 2);
	build_payload(&builder, 3);
	assert_frame(
		"02000000000202000000000186dd60000000001f3c4020010db80000000000000000000000012001"
		"0db8000000000000000000000007060000000000000003e801bb00000000000000005002ffff4cc2"
		"0000000102");

	build_start(&builder);
	build_ethernet(&builder);
	build_ipv6(&builder, &(struct build_ipv6){ 0 });
	build_icmpv6(&builder, 128, 0);
	assert_frame(
		"02000000000202000000000186dd6000000000083a4020010db80000000000000000000000012001"
		"0db80001000000000000000000018000244800000000");
}

struct chain {
	struct run_chain maps;
	struct run_program root, first, second;
};

static int open_chain(struct chain *chain, __u32 frags)
{
	return run_chain_create(&chain->maps, frags) ||
	       run_open(&chain->root, &chain->maps, OBJECT, "harness_root", RUN_ROOT) ||
	       run_load(&chain->root) ||
	       run_open(&chain->first, &chain->maps, OBJECT, "harness_continue", 1) ||
	       run_load(&chain->first) ||
	       run_open(&chain->second, &chain->maps, OBJECT, "harness_transmit", 6) ||
	       run_load(&chain->second);
}

static void close_chain(struct chain *chain)
{
	run_close(&chain->second);
	run_close(&chain->first);
	run_close(&chain->root);
	run_chain_close(&chain->maps);
}

static void check_chain(__u32 frags, __u32 payload)
{
	struct run_frame frame = { .bytes = builder.bytes };
	static struct ecbpf_stats stats;
	struct chain chain;

	build_start(&builder);
	build_ethernet(&builder);
	build_payload(&builder, payload);
	frame.length = builder.length;
	if (run_origin_supported())
		frame.ifindex = LOOPBACK; /* which is also where frames come from by themselves */
	assert_int_equal(open_chain(&chain, frags), 0);

	assert_int_equal(run_packet(&chain.root, &frame, &result), 0);
	assert_int_equal(result.action, XDP_TX);
	assert_int_equal(result.length, frame.length);
	assert_int_equal(result.bytes[0], 6);
	assert_int_equal(result.bytes[1], LOOPBACK);
	assert_int_equal(result.bytes[2], 0);
	assert_int_equal(result.bytes[3], frame.length & 0xff);
	assert_memory_equal(result.bytes + 4, builder.bytes + 4, frame.length - 4);
	assert_int_equal(run_stats(&chain.maps, &stats), 0);
	assert_int_equal(stats.row[6].packets[ECBPF_REASON_OWN][XDP_TX], 1);
	assert_int_equal(stats.last.row, 6);
	assert_int_equal(stats.last.action, XDP_TX);
	assert_int_equal(stats.last.reason, ECBPF_REASON_OWN);
	assert_int_equal(run_stats_total(&stats), 1);

	run_close(&chain.second);
	assert_int_equal(run_stats_clear(&chain.maps), 0);
	assert_int_equal(run_repeat(&chain.root, &frame, 10, &result), 0);
	assert_int_equal(result.action, XDP_PASS);
	assert_int_equal(run_stats(&chain.maps, &stats), 0);
	assert_int_equal(run_stats_action(&stats, ECBPF_ROOT_ROW, XDP_PASS), 10);
	assert_int_equal(run_stats_total(&stats), 10);
	close_chain(&chain);
}

static void test_chain(void **state)
{
	(void)state;
	check_chain(0, 50);
}

static void test_chain_multi_buffer(void **state)
{
	(void)state;
	if (!run_frags_supported()) {
		print_message("SKIP: no multi-buffer frames before kernel 5.18\n");
		skip();
		return;
	}
	check_chain(1, 9000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frames),
		cmocka_unit_test(test_chain),
		cmocka_unit_test(test_chain_multi_buffer),
	};
	const char *reason = run_unavailable();

	if (reason) {
		printf("SKIP: %s\n", reason);
		return RUN_SKIP;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
