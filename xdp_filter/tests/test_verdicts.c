// SPDX-License-Identifier: GPL-2.0-only
/* The filter's decisions, through the real object: shapes of packets with 0, 1 and 2 VLAN tags, from
 * listed and unlisted sources, with fragments passed and dropped, at every length. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <linux/bpf.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filter_maps.h"
#include "harness/run_program.h"
#include "verdict_shapes.h"
#include "xdp_filter.h"

#define SLOT 2
#define LISTED_IPV4 "198.51.100.77"
#define LISTED_IPV6 "2001:db8:bad::77"
#define LISTS "198.51.100.0/24, 2001:db8:bad::/48"
#define RACE_PACKETS 300000 /* per CPU */

static struct run_chain chain;
static struct run_program filter;
static struct filter_maps maps;
static struct packet_builder builder;
static struct run_result result;
static struct ecbpf_stats stats;

static void load(__u32 slot, __u32 frags)
{
	assert_int_equal(run_chain_create(&chain, frags), 0);
	assert_int_equal(run_open(&filter, &chain, ECBPF_OBJECT_DIR "/xdp_filter.o", NULL, slot),
			 0);
	assert_int_equal(run_load(&filter), 0);
	maps.fd[FILTER_CONFIG] = run_map(&filter, FILTER_MAP_CONFIG);
	maps.fd[FILTER_DROP_IPV4] = run_map(&filter, FILTER_MAP_DROP_IPV4);
	maps.fd[FILTER_DROP_IPV6] = run_map(&filter, FILTER_MAP_DROP_IPV6);
}

static void unload(void)
{
	run_close(&filter);
	run_chain_close(&chain);
}

static int setup(void **state)
{
	(void)state;
	load(SLOT, 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unload();
	return 0;
}

static void list(const char *text)
{
	struct problem problem = { 0 };
	struct drop_list sources = { 0 };

	assert_int_equal(drop_list_add(&sources, text, &problem), 0);
	assert_int_equal(filter_maps_add(&maps, &sources, &problem), 0);
	drop_list_free(&sources);
}

static void set_frags_drop(int drop)
{
	assert_int_equal(filter_maps_write_config(&maps,
						  &(struct filter_config){ .frags_drop =
										   (__u32)drop },
						  NULL),
			 0);
}

static void show(const char *what, __u32 reason, __u32 length)
{
	fprintf(stderr, "%s, %u bytes: expected reason %u, got action %u, reason %u of row %u\n",
		what, length, reason, stats.last.action, stats.last.reason, stats.last.row);
}

/* The frame is decided once: dropped in the filter's row with `reason`, or, with reason 0, passed
 * in the root's. */
static void expect_in(__u32 slot, const char *what, __u32 length, __u32 reason)
{
	__u32 row = reason ? slot : ECBPF_ROOT_ROW;
	__u32 action = reason ? XDP_DROP : XDP_PASS;
	struct run_frame frame = { builder.bytes, length, 0, 0 };

	assert_int_equal(run_stats_clear(&chain), 0);
	assert_int_equal(run_packet(&filter, &frame, &result), 0);
	assert_int_equal(run_stats(&chain, &stats), 0);
	if (result.action != action || stats.row[row].packets[reason][action] != 1)
		show(what, reason, length);
	assert_int_equal(result.action, action);
	assert_int_equal(stats.row[row].packets[reason][action], 1);
	assert_int_equal(run_stats_total(&stats), 1);
	assert_int_equal(stats.last.row, row);
	assert_int_equal(stats.last.reason, reason);
	assert_int_equal(stats.last.action, action);
}

static void expect(const char *what, __u32 length, __u32 reason)
{
	expect_in(SLOT, what, length, reason);
}

static const char *source_of(const struct verdict_shape *shape, int listed)
{
	if (shape->family == 4)
		return listed ? LISTED_IPV4 : NULL;
	return listed ? LISTED_IPV6 : NULL;
}

static __u32 source_reason(const struct verdict_shape *shape)
{
	return shape->family == 4 ? FILTER_REASON_SOURCE_IPV4 : FILTER_REASON_SOURCE_IPV6;
}

typedef void (*check)(const struct verdict_shape *shape, const char *what, int tags, __u32 reason);

/* Whether the source is listed and fragments are to be dropped, as two bits. */
static void check_shape(check check_one, const struct verdict_shape *shape, int tags, int setting)
{
	int listed = setting & 1, drop = setting >> 1;
	__u32 reason = listed ? source_reason(shape) :
		       drop   ? shape->reason_drop :
				shape->reason_pass;
	char what[160];

	set_frags_drop(drop);
	verdict_shape_build(shape, source_of(shape, listed), tags, &builder);
	snprintf(what, sizeof(what), "IPv%d %s, %d tags%s%s", shape->family, shape->name, tags,
		 listed ? ", listed" : "", drop ? ", frags_drop" : "");
	check_one(shape, what, tags, reason);
}

/* Every shape with every number of tags, each in one of the four settings; one shape in six on a slow
 * emulated machine. */
static void for_all_in_turn(check check_one)
{
	int step = getenv("ECBPF_TEST_QUICK") ? 6 : 1;

	list(LISTS);
	for (int i = 0; i < (int)verdict_shape_count; i += step) {
		for (int tags = 0; tags < 3; tags++)
			check_shape(check_one, &verdict_shapes[i], tags, (i + tags + 2) % 4);
	}
}

/* Every shape with every number of tags in every setting. */
static void for_all(check check_one)
{
	list(LISTS);
	for (size_t i = 0; i < verdict_shape_count * 12; i++)
		check_shape(check_one, &verdict_shapes[i / 12], i % 3, i / 3 % 4);
}

static void check_whole(const struct verdict_shape *shape, const char *what, int tags, __u32 reason)
{
	(void)shape;
	(void)tags;
	expect(what, builder.length, reason);
}

static void test_shapes(void **state)
{
	(void)state;
	for_all(check_whole);
}

/* The frame ends early, its headers do not know. */
static void check_cut_frame(const struct verdict_shape *shape, const char *what, int tags,
			    __u32 reason)
{
	int is_ipv4 = shape->family == 4;

	for (__u32 length = ETH_HLEN; length < builder.length; length++) {
		reason = is_ipv4 ? ECBPF_REASON_BAD_IPV4 : ECBPF_REASON_BAD_IPV6;
		if (length < verdict_shape_header_end(shape, tags))
			reason = is_ipv4 ? ECBPF_REASON_SHORT_IPV4 : ECBPF_REASON_SHORT_IPV6;
		if (length < verdict_shape_network(tags))
			reason = ECBPF_REASON_SHORT_ETHERNET;
		expect(what, length, reason);
	}
}

static void test_cut_frames(void **state)
{
	(void)state;
	for_all_in_turn(check_cut_frame);
}

/* The IP packet ends early and says so; `padded`: inside a frame that does not. */
static void check_cut_packet(const struct verdict_shape *shape, const char *what, int tags,
			     __u32 reason, int padded)
{
	__u32 network = verdict_shape_network(tags), end = verdict_shape_header_end(shape, tags);
	__u32 chain_end = verdict_shape_chain_end(shape, tags);
	unsigned char *header = builder.bytes + network;

	for (__u32 length = end; length < builder.length; length++) {
		__u16 field = htons((__u16)(shape->family == 4 ? length - network : length - end));
		__u32 expected = reason;

		memcpy(header + (shape->family == 4 ? 2 : 4), &field, sizeof(field));
		/* Payload length 0 before a hop-by-hop header means: up to the frame's end. */
		if (padded && !field && *shape->extensions == 'h')
			continue;
		if (length < chain_end && reason != source_reason(shape))
			expected = ECBPF_REASON_SHORT_EXTENSION;
		expect(what, padded ? builder.length : length, expected);
	}
}

static void check_cut_packet_short(const struct verdict_shape *shape, const char *what, int tags,
				   __u32 reason)
{
	check_cut_packet(shape, what, tags, reason, 0);
}

static void check_cut_packet_padded(const struct verdict_shape *shape, const char *what, int tags,
				    __u32 reason)
{
	check_cut_packet(shape, what, tags, reason, 1);
}

static void test_cut_packets(void **state)
{
	(void)state;
	for_all_in_turn(check_cut_packet_short);
}

static void test_cut_packets_padded(void **state)
{
	(void)state;
	for_all_in_turn(check_cut_packet_padded);
}

static void start_frame(int tags)
{
	build_start(&builder);
	build_ethernet(&builder);
	for (int i = 0; i < tags; i++)
		build_vlan(&builder, ETH_P_8021Q, 7);
}

/* What is not IP is none of the filter's business, even with everything forbidden. */
static void test_not_ip(void **state)
{
	static const __u16 types[] = { ETH_P_ARP,      ETH_P_MPLS_UC,    ETH_P_LLDP, ETH_P_PAE,
				       ETH_P_LOOPBACK, 0x0026 /* LLC */, 0xffff };

	(void)state;
	list("0.0.0.0/0, ::/0");
	set_frags_drop(1);
	for (size_t i = 0; i < sizeof(types) / sizeof(*types) * 3; i++) {
		int tags = i % 3;
		__be16 type = htons(types[i / 3]);

		start_frame(tags);
		build_payload(&builder, 40);
		memcpy(builder.bytes + verdict_shape_network(tags) - 2, &type, sizeof(type));
		for (__u32 length = verdict_shape_network(tags); length <= builder.length; length++)
			expect("not IP", length, 0);
	}
}

static void test_three_tags(void **state)
{
	(void)state;
	start_frame(3);
	build_ipv4(&builder, &(struct build_ipv4){ 0 });
	build_udp(&builder, 1, 2);
	build_finish(&builder);
	expect("three tags", builder.length, ECBPF_REASON_MANY_TAGS);
}

/* One byte of a good packet is changed. */
static void test_bad_headers(void **state)
{
	static const struct {
		const char *name;
		__u8 family, offset, value;
		__u32 reason;
	} cases[] = {
		{ "version 6 in IPv4", 4, 0, 0x65, ECBPF_REASON_BAD_IPV4 },
		{ "version 0 in IPv4", 4, 0, 0x05, ECBPF_REASON_BAD_IPV4 },
		{ "header of 16 bytes", 4, 0, 0x44, ECBPF_REASON_BAD_IPV4 },
		{ "header beyond the packet", 4, 0, 0x4f, ECBPF_REASON_BAD_IPV4 },
		{ "total length below the header's", 4, 3, 19, ECBPF_REASON_BAD_IPV4 },
		{ "total length 0", 4, 3, 0, ECBPF_REASON_BAD_IPV4 },
		{ "total length beyond the frame", 4, 2, 1, ECBPF_REASON_BAD_IPV4 },
		{ "a wrong checksum is not judged", 4, 10, 1, 0 },
		{ "version 4 in IPv6", 6, 0, 0x45, ECBPF_REASON_BAD_IPV6 },
		{ "payload beyond the frame", 6, 4, 1, ECBPF_REASON_BAD_IPV6 },
		{ "payload of 0 bytes, the rest is padding", 6, 5, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases) * 3; i++) {
		size_t n = i / 3;
		int tags = i % 3;

		start_frame(tags);
		if (cases[n].family == 4)
			build_ipv4(&builder, &(struct build_ipv4){ 0 });
		else
			build_ipv6(&builder, &(struct build_ipv6){ 0 });
		build_udp(&builder, 1, 2);
		build_payload(&builder, 12);
		build_finish(&builder);
		build_padding(&builder, 40);
		builder.bytes[verdict_shape_network(tags) + cases[n].offset] = cases[n].value;
		expect(cases[n].name, builder.length, cases[n].reason);
	}
}

static void expect_source(const char *source, __u32 reason)
{
	const struct verdict_shape shape = { .family = strchr(source, ':') ? 6 : 4,
					     .extensions = "",
					     .protocol = IPPROTO_UDP };

	verdict_shape_build(&shape, source, 0, &builder);
	expect(source, builder.length, reason);
}

/* First and last address of a prefix are in it, their neighbours are not. */
static void test_prefixes(void **state)
{
	const __u32 in4 = FILTER_REASON_SOURCE_IPV4, in6 = FILTER_REASON_SOURCE_IPV6;
	static const struct {
		const char *prefix, *before, *first, *last, *after;
	} cases[] = {
		{ "192.0.2.1", "192.0.2.0", "192.0.2.1", "192.0.2.1", "192.0.2.2" },
		{ "10.0.0.4/31", "10.0.0.3", "10.0.0.4", "10.0.0.5", "10.0.0.6" },
		{ "172.16.0.0/12", "172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0" },
		{ "128.0.0.0/1", "127.255.255.255", "128.0.0.0", "255.255.255.255", NULL },
		{ "0.0.0.0/0", NULL, "0.0.0.0", "255.255.255.255", NULL },
		{ "2001:db8::1", "2001:db8::", "2001:db8::1", "2001:db8::1", "2001:db8::2" },
		{ "2001:db8::8/125", "2001:db8::7", "2001:db8::8", "2001:db8::f", "2001:db8::10" },
		{ "fe80::/10", "fe7f:ffff::", "fe80::", "febf:ffff::", "fec0::" },
		{ "8000::/1", "7fff:ffff::", "8000::", "ffff::", NULL },
		{ "::/0", NULL, "::", "ffff::", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		__u32 in = strchr(cases[i].prefix, ':') ? in6 : in4;

		assert_int_equal(filter_maps_clear(&maps, NULL), 0);
		expect_source(cases[i].first, 0);
		list(cases[i].prefix);
		if (cases[i].before)
			expect_source(cases[i].before, 0);
		expect_source(cases[i].first, in);
		expect_source(cases[i].last, in);
		if (cases[i].after)
			expect_source(cases[i].after, 0);
	}
	/* Each family has its own list. */
	expect_source("192.0.2.1", 0);
}

/* The same copy of the object runs in any slot, counts there, and what it lets through meets the
 * slots behind it. */
static void test_slots(void **state)
{
	(void)state;
	unload();
	for (__u32 slot = 0; slot < ECBPF_SLOT_COUNT; slot++) {
		load(slot, 0);
		list(LISTS);
		verdict_shape_build(&verdict_shapes[0], LISTED_IPV4, 0, &builder);
		expect_in(slot, "listed", builder.length, FILTER_REASON_SOURCE_IPV4);
		verdict_shape_build(&verdict_shapes[0], NULL, 0, &builder);
		expect_in(slot, "not listed", builder.length, 0);
		unload();
	}
	load(SLOT, 0);
}

/* A frame of several buffers: lengths are those of the whole frame. */
static void test_multi_buffer(void **state)
{
	(void)state;
	if (!run_frags_supported())
		skip();
	unload();
	load(SLOT, 1);
	list(LISTS);
	set_frags_drop(1);
	for (int listed = 0; listed < 2; listed++) {
		start_frame(1);
		build_ipv6(&builder, &(struct build_ipv6){ .source = listed ? LISTED_IPV6 : NULL });
		build_udp(&builder, 1, 2);
		build_payload(&builder, 9000);
		build_finish(&builder);
		expect("9 KiB", builder.length, listed ? FILTER_REASON_SOURCE_IPV6 : 0);
		expect("9 KiB, cut", builder.length - 1, ECBPF_REASON_BAD_IPV6);
	}
	unload();
	load(SLOT, 0);
}

struct race {
	int cpu;
	int err;
	struct run_frame frame;
	struct packet_builder packet;
};

static void *race_run(void *argument)
{
	struct race *race = argument;
	struct run_result unused;
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(race->cpu, &cpus);
	/* Where there is one CPU only the two take turns. */
	(void)pthread_setaffinity_np(pthread_self(), sizeof(cpus), &cpus);
	race->err = run_repeat(&filter, &race->frame, RACE_PACKETS, &unused);
	return NULL;
}

/* K1: two CPUs look up different sources at once, and neither sees the other's key. */
static void race(const char *listed, __u32 reason)
{
	static struct race races[2];
	const struct verdict_shape shape = { .family = strchr(listed, ':') ? 6 : 4,
					     .extensions = "",
					     .protocol = IPPROTO_UDP };
	pthread_t threads[2];

	list(LISTS);
	assert_int_equal(run_stats_clear(&chain), 0);
	for (int i = 0; i < 2; i++) {
		verdict_shape_build(&shape, i ? listed : NULL, 0, &races[i].packet);
		races[i].cpu = i;
		races[i].frame =
			(struct run_frame){ races[i].packet.bytes, races[i].packet.length, 0, 0 };
		assert_int_equal(pthread_create(&threads[i], NULL, race_run, &races[i]), 0);
	}
	for (int i = 0; i < 2; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		assert_int_equal(races[i].err, 0);
	}
	assert_int_equal(run_stats(&chain, &stats), 0);
	assert_int_equal(stats.row[SLOT].packets[reason][XDP_DROP], RACE_PACKETS);
	assert_int_equal(run_stats_action(&stats, ECBPF_ROOT_ROW, XDP_PASS), RACE_PACKETS);
	assert_int_equal(run_stats_total(&stats), 2 * RACE_PACKETS);
}

static void test_two_cpus(void **state)
{
	(void)state;
	race(LISTED_IPV4, FILTER_REASON_SOURCE_IPV4);
	race(LISTED_IPV6, FILTER_REASON_SOURCE_IPV6);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_shapes),      TEST(test_cut_frames),
		TEST(test_cut_packets), TEST(test_cut_packets_padded),
		TEST(test_not_ip),      TEST(test_three_tags),
		TEST(test_bad_headers), TEST(test_prefixes),
		TEST(test_slots),       TEST(test_multi_buffer),
		TEST(test_two_cpus),
	};
	const char *unavailable = run_unavailable();

	if (unavailable) {
		printf("SKIP: %s\n", unavailable);
		return RUN_SKIP;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
