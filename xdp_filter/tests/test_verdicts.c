// SPDX-License-Identifier: GPL-2.0-only
/* The packet table through the real object: header checks and fragments under every knob and policy,
 * with 0, 1 and 2 VLAN tags, in monitor mode, and cut to every length. Sources are in
 * test_source_verdicts.c, replies in test_ptb_answers.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verdict_rows.h"

#define LOCAL_IPV4 "198.51.100.0/24" /* where packets go */
#define LOCAL_IPV6 "2001:db8:1::1/128"
#define ELSEWHERE_IPV4 "198.51.0.0/24"
#define ELSEWHERE_IPV6 "2001:db8:1::2/128"

static struct filter_duel duel;
static struct packet_builder builder;

/* One row in six on a slow emulated machine. */
static size_t step(void)
{
	return getenv("ECBPF_TEST_QUICK") ? 6 : 1;
}

static void add_move(struct verdict_expectation *expectation, __u32 counter)
{
	__u8 *move = expectation->moves;

	while (*move)
		move++;
	*move = (__u8)counter;
}

static void expect_knob(const struct check_row *row, enum filter_knob knob)
{
	struct verdict_expectation expectation = { .action = XDP_PASS };
	struct filter_config config = { 0 };
	char name[128];

	config.check[row->check] = (__u8)knob;
	if (row->reason && knob == FILTER_KNOB_DROP)
		expectation = (struct verdict_expectation){ XDP_DROP, row->reason, { 0 } };
	if (knob != FILTER_KNOB_PASS)
		add_move(&expectation, row->reason);
	for (int i = 0; i < 2 && expectation.action == XDP_PASS; i++)
		add_move(&expectation, row->moves[i]);
	snprintf(name, sizeof(name), "%s, check %d, knob %d", row->name, row->check, knob);
	verdict_expect(&duel, name, &row->shape, &config, &expectation);
}

static void test_checks(void **state)
{
	(void)state;
	for (size_t i = 0; i < check_row_count; i++) {
		for (int knob = 0; knob < FILTER_KNOB_COUNT_OF; knob++)
			expect_knob(&check_rows[i], knob);
	}
}

/* Everything that is wrong with a packet is counted; the first knob that says drop ends it. */
static void test_order_of_checks(void **state)
{
	static const enum filter_check order[] = { FILTER_CHECK_OPTIONS, FILTER_CHECK_EVIL,
						   FILTER_CHECK_CHECKSUM, FILTER_CHECK_SAME,
						   FILTER_CHECK_MARTIAN };
	static const __u8 reasons[] = { FILTER_REASON_OPTIONS, FILTER_REASON_EVIL,
					FILTER_REASON_CHECKSUM, FILTER_REASON_SAME_IPV4,
					FILTER_REASON_MARTIAN_IPV4 };
	const struct verdict_shape shape = { .family = 4,
					     .option_words = 1,
					     .fragment = VERDICT_EVIL,
					     .source = "127.0.0.1",
					     .destination = "127.0.0.1",
					     .patch = { { 8, 3 } } };

	(void)state;
	for (size_t drop = 0; drop <= sizeof(reasons); drop++) {
		struct verdict_expectation expectation = { .action = XDP_PASS };
		struct filter_config config;

		memset(&config, 0, sizeof(config));
		memset(config.check, FILTER_KNOB_COUNT, sizeof(config.check));
		if (drop < sizeof(reasons)) {
			expectation.action = XDP_DROP;
			expectation.reason = reasons[drop];
			config.check[order[drop]] = FILTER_KNOB_DROP;
		}
		for (size_t i = 0; i < sizeof(reasons) && i <= drop; i++)
			add_move(&expectation, reasons[i]);
		verdict_expect(&duel, "everything wrong", &shape, &config, &expectation);
	}
}

static enum filter_check check_of(const struct fragment_row *row)
{
	return row->broken == ECBPF_REASON_SHORT_EXTENSION ? FILTER_CHECK_LENGTH :
							     FILTER_CHECK_EXTENSION_CHAIN;
}

/* A knob at count tells of the broken chain, and the policy decides all the same. */
static void expect_fragment(const struct fragment_row *row, enum filter_fragments policy,
			    int unwanted, enum filter_knob knob)
{
	__u32 unwanted_reason =
		row->shape.family == 4 ? FILTER_REASON_FRAGMENT_IPV4 : FILTER_REASON_FRAGMENT_IPV6;
	struct verdict_expectation expectation = { .action = XDP_PASS };
	struct filter_config config = { .fragments_ipv4 = (__u8)policy,
					.fragments_ipv6 = (__u8)policy };

	if (row->broken) {
		unwanted_reason = row->broken;
		config.check[check_of(row)] = (__u8)knob;
	}
	for (int i = 0; i < 2; i++)
		add_move(&expectation, row->moves[i]);
	if (unwanted && (row->broken || row->moves[0])) {
		expectation.action = XDP_DROP;
		expectation.reason = unwanted_reason;
	}
	if (expectation.reason || (row->broken && knob == FILTER_KNOB_COUNT))
		add_move(&expectation, unwanted_reason);
	verdict_expect(&duel, row->name, &row->shape, &config, &expectation);
}

static void expect_fragments(enum filter_fragments policy, int unwanted)
{
	for (size_t i = 0; i < fragment_row_count; i++) {
		expect_fragment(&fragment_rows[i], policy, unwanted, FILTER_KNOB_PASS);
		if (fragment_rows[i].broken)
			expect_fragment(&fragment_rows[i], policy, unwanted, FILTER_KNOB_COUNT);
	}
}

static void set_locals(const char *ipv4, const char *ipv6)
{
	duel.model.local_count = 2;
	model_read_prefix(ipv4, &duel.model.locals[0]);
	model_read_prefix(ipv6, &duel.model.locals[1]);
	duel_begin(&duel);
}

static void test_fragments(void **state)
{
	(void)state;
	expect_fragments(FILTER_FRAGMENTS_PASS, 0);
	expect_fragments(FILTER_FRAGMENTS_DROP, 1);
	expect_fragments(FILTER_FRAGMENTS_DROP_UNLESS_LOCAL, 1);
	set_locals(LOCAL_IPV4, LOCAL_IPV6);
	expect_fragments(FILTER_FRAGMENTS_PASS, 0);
	expect_fragments(FILTER_FRAGMENTS_DROP, 1);
	expect_fragments(FILTER_FRAGMENTS_DROP_UNLESS_LOCAL, 0);
	set_locals(ELSEWHERE_IPV4, ELSEWHERE_IPV6);
	expect_fragments(FILTER_FRAGMENTS_DROP_UNLESS_LOCAL, 1);
}

/* The families have a policy each. */
static void test_families_apart(void **state)
{
	const struct verdict_shape ipv4 = { .family = 4, .fragment = 185 };
	const struct verdict_shape ipv6 = { .family = 6, .extensions = "L" };
	const struct filter_config drop_ipv4 = { .fragments_ipv4 = FILTER_FRAGMENTS_DROP };
	const struct filter_config drop_ipv6 = { .fragments_ipv6 = FILTER_FRAGMENTS_DROP };

	(void)state;
	verdict_expect(&duel, "later", &ipv4, &drop_ipv4,
		       &(struct verdict_expectation){
			       XDP_DROP,
			       FILTER_REASON_FRAGMENT_IPV4,
			       { FILTER_COUNT_LATER_IPV4, FILTER_REASON_FRAGMENT_IPV4 } });
	verdict_expect(&duel, "later", &ipv6, &drop_ipv4,
		       &(struct verdict_expectation){ XDP_PASS, 0, { FILTER_COUNT_LATER_IPV6 } });
	verdict_expect(&duel, "later", &ipv4, &drop_ipv6,
		       &(struct verdict_expectation){ XDP_PASS, 0, { FILTER_COUNT_LATER_IPV4 } });
	verdict_expect(&duel, "later", &ipv6, &drop_ipv6,
		       &(struct verdict_expectation){
			       XDP_DROP,
			       FILTER_REASON_FRAGMENT_IPV6,
			       { FILTER_COUNT_LATER_IPV6, FILTER_REASON_FRAGMENT_IPV6 } });
}

/* Ethernet and tags cannot be said by a shape. */
static void expect_link(const char *what, __u32 length, __u32 reason)
{
	for (int knob = 0; knob < FILTER_KNOB_COUNT_OF; knob++) {
		struct filter_config config = { .fragments_ipv4 = FILTER_FRAGMENTS_DROP };
		__u64 counted = reason && knob != FILTER_KNOB_PASS;

		config.check[FILTER_CHECK_FRAME] = (__u8)knob;
		duel_configure(&duel, &config);
		duel_frame(&duel, what, builder.bytes, length);
		assert_int_equal(duel.answer.reason, knob == FILTER_KNOB_DROP ? reason : 0);
		assert_int_equal(duel.model.counter[reason], counted);
		assert_true(duel_counts(&duel));
	}
}

static void test_tags(void **state)
{
	const struct verdict_shape shape = { .family = 4, .fragment = 185 };

	(void)state;
	verdict_shape_build(&shape, NULL, 3, &builder);
	expect_link("three tags", builder.length, ECBPF_REASON_MANY_TAGS);
	/* The third tag need not be whole. */
	expect_link("two tags and the type of a third", 22, ECBPF_REASON_MANY_TAGS);
	expect_link("a tag and half of the second", 20, ECBPF_REASON_SHORT_ETHERNET);
	expect_link("half a tag", 17, ECBPF_REASON_SHORT_ETHERNET);
	expect_link("the type of a tag", 14, ECBPF_REASON_SHORT_ETHERNET);
}

/* What is not IP is none of the filter's business, even with everything forbidden. */
static void test_not_ip(void **state)
{
	static const __u16 types[] = { ETH_P_ARP,      ETH_P_MPLS_UC,    ETH_P_LLDP, ETH_P_PAE,
				       ETH_P_LOOPBACK, 0x0026 /* LLC */, 0xffff };
	struct filter_config config = { .fragments_ipv4 = FILTER_FRAGMENTS_DROP,
					.fragments_ipv6 = FILTER_FRAGMENTS_DROP };

	(void)state;
	memset(config.check, FILTER_KNOB_DROP, sizeof(config.check));
	duel.model.source_count = 2;
	model_read_prefix("0.0.0.0/0", &duel.model.sources[0].prefix);
	model_read_prefix("::/0", &duel.model.sources[1].prefix);
	duel_begin(&duel);
	duel_configure(&duel, &config);
	for (size_t i = 0; i < sizeof(types) / sizeof(*types) * 3; i++) {
		const struct verdict_shape shape = { .family = i % 2 ? 4 : 6 };
		__u32 network = verdict_shape_network(i % 3);
		__be16 type = htons(types[i / 3]);

		verdict_shape_build(&shape, NULL, i % 3, &builder);
		memcpy(builder.bytes + network - 2, &type, sizeof(type));
		for (__u32 length = network; length <= builder.length; length++) {
			duel_frame(&duel, "not IP", builder.bytes, length);
			assert_int_equal(duel.answer.action, XDP_PASS);
		}
	}
	assert_true(duel_counts(&duel));
	for (int i = 0; i < FILTER_COUNTER_LIMIT; i++)
		assert_int_equal(duel.model.counter[i], 0);
}

static unsigned int cut_all(const struct filter_config *config)
{
	unsigned int frames = 0;

	for (size_t i = 0; i < check_row_count; i += step())
		frames += verdict_cut(&duel, check_rows[i].name, &check_rows[i].shape, config);
	for (size_t i = 0; i < fragment_row_count; i += step())
		frames +=
			verdict_cut(&duel, fragment_rows[i].name, &fragment_rows[i].shape, config);
	for (size_t i = 0; i < answer_row_count; i += step()) {
		const struct verdict_shape shape = answer_row_shape(&answer_rows[i]);

		frames += verdict_cut(&duel, answer_rows[i].name, &shape, config);
	}
	return frames;
}

/* Every packet of the table cut to every length, when everything drops, and when everything counts
 * and first fragments are answered. */
static void test_every_length(void **state)
{
	struct filter_config config = { .fragments_ipv4 = FILTER_FRAGMENTS_DROP,
					.fragments_ipv6 = FILTER_FRAGMENTS_DROP,
					.ptb_ttl = 64 };
	unsigned int frames;

	(void)state;
	memset(config.check, FILTER_KNOB_DROP, sizeof(config.check));
	frames = cut_all(&config);
	memset(config.check, FILTER_KNOB_COUNT, sizeof(config.check));
	config.ptb_interval = 1;
	frames += cut_all(&config);
	printf("%u frames\n", frames);
}

#define TEST(name)                                                                                 \
	cmocka_unit_test_prestate_setup_teardown(name, duel_set_up, duel_tear_down, &duel)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_checks),       TEST(test_order_of_checks),
		TEST(test_fragments),    TEST(test_families_apart),
		TEST(test_tags),         TEST(test_not_ip),
		TEST(test_every_length),
	};
	const char *unavailable = run_unavailable();

	if (unavailable) {
		printf("SKIP: %s\n", unavailable);
		return RUN_SKIP;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
