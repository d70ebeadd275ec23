// SPDX-License-Identifier: GPL-2.0-only
/* Source lists through the real object: the longest prefix decides, expired ones are not there, an
 * allowed source is still looked at; in any slot, in frames of several buffers, on two CPUs. */
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

#include "verdict_rows.h"

#define LISTED_IPV4 "198.51.100.77"
#define LISTED_IPV6 "2001:db8:bad::77"
#define LISTS "198.51.100.0/24, 2001:db8:bad::/48"
#define RACE_PACKETS 300000 /* per CPU */

enum { DROP, ALLOW, DROP_EXPIRED, ALLOW_EXPIRED };

static struct filter_duel duel;
static struct packet_builder builder;

static void add_source(const char *prefix, int what)
{
	struct model_source *source = &duel.model.sources[duel.model.source_count++];

	*source = (struct model_source){ .allow = what == ALLOW || what == ALLOW_EXPIRED,
					 .expired = what >= DROP_EXPIRED };
	model_read_prefix(prefix, &source->prefix);
}

static int family_of(const char *address)
{
	return strchr(address, ':') ? 6 : 4;
}

static __u32 source_reason(int family)
{
	return family == 4 ? FILTER_REASON_SOURCE_IPV4 : FILTER_REASON_SOURCE_IPV6;
}

static void expect_source(const char *source, int dropped)
{
	const struct verdict_shape shape = { .family = (__u8)family_of(source), .source = source };
	const struct filter_config nothing = { 0 };
	__u32 reason = source_reason(shape.family);
	struct verdict_expectation expectation = { .action = XDP_PASS };

	if (dropped)
		expectation = (struct verdict_expectation){ XDP_DROP, reason, { (__u8)reason } };
	verdict_expect(&duel, source, &shape, &nothing, &expectation);
}

/* First and last address of a prefix are in it, their neighbours are not. */
static void test_prefixes(void **state)
{
	static const struct {
		const char *prefix, *before, *first, *last, *after;
	} cases[] = {
		{ "192.0.2.1/32", "192.0.2.0", "192.0.2.1", "192.0.2.1", "192.0.2.2" },
		{ "10.0.0.4/31", "10.0.0.3", "10.0.0.4", "10.0.0.5", "10.0.0.6" },
		{ "172.16.0.0/12", "172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0" },
		{ "128.0.0.0/1", "127.255.255.255", "128.0.0.0", "255.255.255.255", NULL },
		{ "0.0.0.0/0", NULL, "0.0.0.0", "255.255.255.255", NULL },
		{ "2001:db8::1/128", "2001:db8::", "2001:db8::1", "2001:db8::1", "2001:db8::2" },
		{ "2001:db8::8/125", "2001:db8::7", "2001:db8::8", "2001:db8::f", "2001:db8::10" },
		{ "2001:db8:0:4::/64", "2001:db8:0:3:ffff:ffff:ffff:ffff",
		  "2001:db8:0:4::", "2001:db8:0:4:ffff:ffff:ffff:ffff", "2001:db8:0:5::" },
		{ "2001:db8::/63", "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff",
		  "2001:db8::", "2001:db8:0:1:ffff:ffff:ffff:ffff", "2001:db8:0:2::" },
		{ "2001:db8::/65", "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff",
		  "2001:db8::", "2001:db8:0:0:7fff:ffff:ffff:ffff", "2001:db8::8000:0:0:0" },
		{ "fe80::/10", "fe7f:ffff::", "fe80::", "febf:ffff::", "fec0::" },
		{ "8000::/1", "7fff:ffff::", "8000::", "ffff::", NULL },
		{ "::/0", NULL, "::", "ffff::", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		duel.model.source_count = 0;
		duel_begin(&duel);
		expect_source(cases[i].first, 0);
		add_source(cases[i].prefix, DROP);
		duel_begin(&duel);
		if (cases[i].before)
			expect_source(cases[i].before, 0);
		expect_source(cases[i].first, 1);
		expect_source(cases[i].last, 1);
		if (cases[i].after)
			expect_source(cases[i].after, 0);
	}
	/* Each family has its own list. */
	expect_source("192.0.2.1", 0);
}

static const struct {
	const char *prefix;
	int what;
} longest_sources[] = {
	/* Listed as one reads it; the list is sorted anyway. */
	{ "198.51.100.0/24", DROP },
	{ "198.51.100.64/26", ALLOW },
	{ "198.51.100.77/32", DROP },
	{ "203.0.113.0/24", DROP_EXPIRED },
	{ "10.0.0.0/8", DROP },
	{ "10.1.0.0/16", ALLOW_EXPIRED },
	{ "10.1.2.0/24", DROP_EXPIRED },
	{ "10.1.2.3/32", ALLOW_EXPIRED },
	{ "10.2.0.0/16", ALLOW },
	{ "10.2.2.0/24", DROP_EXPIRED },
	{ "2001:db8::/32", DROP },
	{ "2001:db8:1::/48", ALLOW },
	{ "2001:db8:1:1::/64", DROP },
	{ "2001:db8:1:1::5/128", ALLOW },
	{ "2001:db8:2::/48", ALLOW_EXPIRED },
	{ "2001:db8:2:2::2/128", ALLOW_EXPIRED },
	{ "fd00::/8", DROP_EXPIRED },
};

static const struct {
	const char *source;
	int dropped;
	const char *hit; /* the prefix that decides; NULL: none */
} longest_cases[] = {
	{ "198.51.100.1", 1, "198.51.100.0/24" },
	{ "198.51.100.64", 0, "198.51.100.64/26" },
	{ "198.51.100.76", 0, "198.51.100.64/26" },
	{ "198.51.100.77", 1, "198.51.100.77/32" },
	{ "198.51.100.78", 0, "198.51.100.64/26" },
	{ "198.51.100.128", 1, "198.51.100.0/24" },
	{ "198.51.101.1", 0, NULL },
	{ "203.0.113.9", 0, NULL },
	{ "10.9.9.9", 1, "10.0.0.0/8" },
	{ "10.1.9.9", 1, "10.0.0.0/8" },
	{ "10.1.2.9", 1, "10.0.0.0/8" },
	{ "10.1.2.3", 1, "10.0.0.0/8" },
	{ "10.2.9.9", 0, "10.2.0.0/16" },
	{ "10.2.2.2", 0, "10.2.0.0/16" },
	{ "2001:db8:9::1", 1, "2001:db8::/32" },
	{ "2001:db8:1::1", 0, "2001:db8:1::/48" },
	{ "2001:db8:1:1::4", 1, "2001:db8:1:1::/64" },
	{ "2001:db8:1:1::5", 0, "2001:db8:1:1::5/128" },
	{ "2001:db8:1:1::6", 1, "2001:db8:1:1::/64" },
	{ "2001:db8:1:2::5", 0, "2001:db8:1::/48" },
	{ "2001:db8:2::1", 1, "2001:db8::/32" },
	{ "2001:db8:2:2::2", 1, "2001:db8::/32" },
	{ "fd00::1", 0, NULL },
};

/* One packet for each number of tags in both modes: six hits. */
static void expect_hits(const char *hit)
{
	const uint64_t bytes = 2 * (3 * (uint64_t)builder.length - 4 - 8);

	for (size_t i = 0; i < duel.model.source_count; i++) {
		const struct model_source *source = &duel.model.sources[i];
		int is_hit = hit && !strcmp(hit, longest_sources[i].prefix);

		assert_int_equal(source->packets, is_hit ? 6 : 0);
		assert_int_equal(source->bytes, is_hit ? bytes : 0);
	}
}

static void test_longest_match(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(longest_sources) / sizeof(*longest_sources); i++)
		add_source(longest_sources[i].prefix, longest_sources[i].what);
	for (size_t i = 0; i < sizeof(longest_cases) / sizeof(*longest_cases); i++) {
		const struct verdict_shape same = {
			.family = (__u8)family_of(longest_cases[i].source),
		};

		duel_begin(&duel);
		expect_source(longest_cases[i].source, longest_cases[i].dropped);
		verdict_shape_build(&same, longest_cases[i].source, 2, &builder);
		expect_hits(longest_cases[i].hit);
	}
}

/* A source counts before its packet's lengths do, and what is allowed is still checked. */
static void test_order(void **state)
{
	const struct verdict_shape bad_ipv4 = { .family = 4, .patch = { { 3, 19 } } };
	const struct verdict_shape bad_ipv6 = { .family = 6, .patch = { { 4, 1 } } };
	const struct verdict_shape version = { .family = 4, .patch = { { 0, 0x65 } } };
	const struct verdict_shape later = { .family = 4, .fragment = 185 };
	struct filter_config config = { .fragments_ipv4 = FILTER_FRAGMENTS_DROP };

	(void)state;
	memset(config.check, FILTER_KNOB_DROP, sizeof(config.check));
	add_source("192.0.2.1/32", DROP);
	add_source("2001:db8::/32", DROP);
	duel_begin(&duel);
	verdict_expect(&duel, "listed, bad length", &bad_ipv4, &config,
		       &(struct verdict_expectation){ XDP_DROP,
						      FILTER_REASON_SOURCE_IPV4,
						      { FILTER_REASON_SOURCE_IPV4 } });
	verdict_expect(&duel, "listed, bad length", &bad_ipv6, &config,
		       &(struct verdict_expectation){ XDP_DROP,
						      FILTER_REASON_SOURCE_IPV6,
						      { FILTER_REASON_SOURCE_IPV6 } });
	verdict_expect(&duel, "listed, wrong version", &version, &config,
		       &(struct verdict_expectation){ XDP_DROP,
						      FILTER_REASON_VERSION_IPV4,
						      { FILTER_REASON_VERSION_IPV4 } });
	duel.model.sources[0].allow = duel.model.sources[1].allow = true;
	duel_begin(&duel);
	verdict_expect(&duel, "allowed, bad length", &bad_ipv4, &config,
		       &(struct verdict_expectation){
			       XDP_DROP, ECBPF_REASON_BAD_IPV4, { ECBPF_REASON_BAD_IPV4 } });
	verdict_expect(&duel, "allowed, bad length", &bad_ipv6, &config,
		       &(struct verdict_expectation){
			       XDP_DROP, ECBPF_REASON_BAD_IPV6, { ECBPF_REASON_BAD_IPV6 } });
	verdict_expect(&duel, "allowed, later fragment", &later, &config,
		       &(struct verdict_expectation){
			       XDP_DROP,
			       FILTER_REASON_FRAGMENT_IPV4,
			       { FILTER_COUNT_LATER_IPV4, FILTER_REASON_FRAGMENT_IPV4 } });
}

/* Packets of listed and allowed sources cut to every length. */
static void test_every_length(void **state)
{
	static const struct verdict_shape shapes[] = {
		{ .family = 4, .option_words = 2 },
		{ .family = 4, .fragment = VERDICT_MF },
		{ .family = 6, .extensions = "hd" },
		{ .family = 6, .extensions = "F" },
	};
	struct filter_config config = { .fragments_ipv4 = FILTER_FRAGMENTS_DROP };

	(void)state;
	memset(config.check, FILTER_KNOB_DROP, sizeof(config.check));
	add_source("192.0.2.0/24", DROP);
	add_source("2001:db8::1/128", DROP);
	for (int allow = 0; allow < 2; allow++) {
		duel.model.sources[0].allow = duel.model.sources[1].allow = allow;
		duel_begin(&duel);
		for (size_t i = 0; i < sizeof(shapes) / sizeof(*shapes); i++)
			(void)verdict_cut(&duel, "a listed source", &shapes[i], &config);
	}
}

/* The same copy of the object runs in any slot and counts there. */
static void test_slots(void **state)
{
	static struct run_result result;
	static struct ecbpf_stats stats;
	const struct verdict_shape shape = { .family = 4, .source = LISTED_IPV4 };

	(void)state;
	verdict_shape_build(&shape, NULL, 0, &builder);
	for (__u32 slot = 0; slot < ECBPF_SLOT_COUNT; slot++) {
		const struct run_frame frame = { builder.bytes, builder.length, 0, 0 };
		struct filter_subject subject;

		subject_open(&subject, &duel.chain, slot, -1);
		subject_list(&subject, LISTS, 1);
		assert_int_equal(run_stats_clear(&duel.chain), 0);
		assert_int_equal(run_packet(&subject.program, &frame, &result), 0);
		assert_int_equal(result.action, XDP_DROP);
		assert_int_equal(run_stats(&duel.chain, &stats), 0);
		assert_int_equal(stats.row[slot].packets[FILTER_REASON_SOURCE_IPV4][XDP_DROP], 1);
		assert_int_equal(run_stats_total(&stats), 1);
		subject_close(&subject);
	}
}

struct race {
	const struct run_program *program;
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
	race->err = run_repeat(race->program, &race->frame, RACE_PACKETS, &unused);
	return NULL;
}

/* Two CPUs look up different sources at once, and neither sees the other's key. */
static void race(const char *listed)
{
	static struct race races[2];
	static struct ecbpf_stats stats;
	const struct verdict_shape shape = { .family = (__u8)family_of(listed) };
	pthread_t threads[2];

	assert_int_equal(run_stats_clear(&duel.chain), 0);
	for (int i = 0; i < 2; i++) {
		verdict_shape_build(&shape, i ? listed : NULL, 0, &races[i].packet);
		races[i].program = &duel.subject.program;
		races[i].cpu = i;
		races[i].frame =
			(struct run_frame){ races[i].packet.bytes, races[i].packet.length, 0, 0 };
		assert_int_equal(pthread_create(&threads[i], NULL, race_run, &races[i]), 0);
	}
	for (int i = 0; i < 2; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		assert_int_equal(races[i].err, 0);
	}
	assert_int_equal(run_stats(&duel.chain, &stats), 0);
	assert_int_equal(stats.row[DUEL_SLOT].packets[source_reason(shape.family)][XDP_DROP],
			 RACE_PACKETS);
	assert_int_equal(run_stats_action(&stats, ECBPF_ROOT_ROW, XDP_PASS), RACE_PACKETS);
	assert_int_equal(run_stats_total(&stats), 2 * RACE_PACKETS);
}

static void test_two_cpus(void **state)
{
	(void)state;
	subject_list(&duel.subject, LISTS, 2);
	race(LISTED_IPV4);
	race(LISTED_IPV6);
}

/* A frame of several buffers: lengths and hits are those of the whole frame. */
static void test_multi_buffer(void **state)
{
	static const struct verdict_shape shapes[] = {
		{ .family = 4, .payload = 9000 },
		{ .family = 6, .payload = 9000 },
	};

	(void)state;
	if (!run_frags_supported())
		skip();
	duel_close(&duel);
	duel_open(&duel, 1);
	add_source("192.0.2.1/32", DROP);
	add_source("2001:db8::/64", DROP);
	for (int allow = 0; allow < 2; allow++) {
		struct filter_config config = { .check = { 0 } };

		config.check[FILTER_CHECK_LENGTH] = FILTER_KNOB_DROP;
		duel.model.sources[0].allow = duel.model.sources[1].allow = allow;
		duel_begin(&duel);
		duel_configure(&duel, &config);
		for (int i = 0; i < 2; i++) {
			verdict_shape_build(&shapes[i], NULL, 1, &builder);
			duel_frame(&duel, "9 KB", builder.bytes, builder.length);
			assert_int_equal(duel.answer.action, allow ? XDP_PASS : XDP_DROP);
			duel_frame(&duel, "9 KB, cut", builder.bytes, builder.length - 1);
			assert_int_equal(duel.answer.action, XDP_DROP);
		}
		assert_true(duel_counts(&duel));
	}
}

#define TEST(name)                                                                                 \
	cmocka_unit_test_prestate_setup_teardown(name, duel_set_up, duel_tear_down, &duel)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_prefixes),     TEST(test_longest_match), TEST(test_order),
		TEST(test_every_length), TEST(test_slots),         TEST(test_multi_buffer),
		TEST(test_two_cpus),
	};
	const char *unavailable = run_unavailable();

	if (unavailable) {
		printf("SKIP: %s\n", unavailable);
		return RUN_SKIP;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
