// SPDX-License-Identifier: GPL-2.0-only
/* Packet Too Big through the real object: whom it is sent to and whom it must not be sent to, no token,
 * no room in the frame, frames of several buffers. The replies themselves are in test_ptb_reply.c, the
 * rate in test_ptb_rate.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filter_mover.h"
#include "monotonic_clock.h"
#include "verdict_rows.h"

#define FAR_FUTURE UINT64_C(3600000000000) /* nanoseconds from now */

/* All first fragments are dropped, and answered without limit. */
static const struct filter_config answering = {
	.fragments_ipv4 = FILTER_FRAGMENTS_DROP,
	.fragments_ipv6 = FILTER_FRAGMENTS_DROP,
	.ptb_ttl = 64,
	.ptb_interval = 1,
};

static struct filter_duel duel;
static struct packet_builder builder;

static struct verdict_expectation expectation_of(const struct answer_row *row, __u8 unanswered)
{
	int is_ipv4 = row->shape.family == 4;
	__u8 sent = is_ipv4 ? FILTER_REASON_PTB_IPV4 : FILTER_REASON_PTB_IPV6;
	__u8 dropped = is_ipv4 ? FILTER_REASON_FRAGMENT_IPV4 : FILTER_REASON_FRAGMENT_IPV6;
	__u8 first = is_ipv4 ? FILTER_COUNT_FIRST_IPV4 : FILTER_COUNT_FIRST_IPV6;
	__u8 tiny = is_ipv4 ? FILTER_COUNT_TINY_IPV4 : FILTER_COUNT_TINY_IPV6;

	if (!row->refused && !unanswered)
		return (struct verdict_expectation){ XDP_TX, sent, { first, sent } };
	if (row->refused)
		unanswered = FILTER_COUNT_PTB_REFUSED;
	return (struct verdict_expectation){ XDP_DROP,
					     dropped,
					     { first, dropped, unanswered, row->tiny ? tiny : 0 } };
}

static void expect_answers(const struct filter_config *config, __u8 unanswered)
{
	for (size_t i = 0; i < answer_row_count; i++) {
		const struct verdict_shape shape = answer_row_shape(&answer_rows[i]);
		struct verdict_expectation expectation =
			expectation_of(&answer_rows[i], unanswered);

		verdict_expect(&duel, answer_rows[i].name, &shape, config, &expectation);
	}
}

static void test_answers(void **state)
{
	struct filter_config unless_local = answering;

	(void)state;
	expect_answers(&answering, 0);
	unless_local.fragments_ipv4 = unless_local.fragments_ipv6 =
		FILTER_FRAGMENTS_DROP_UNLESS_LOCAL;
	expect_answers(&unless_local, 0);
}

/* Rate 0: nobody is answered, and nobody is counted as refused. Nor are later fragments, and whole
 * packets, and those that pass. */
static void test_unasked(void **state)
{
	const struct verdict_shape first = { .family = 4, .fragment = VERDICT_MF, .payload = 16 };
	const struct verdict_shape later = { .family = 6, .extensions = "M", .payload = 16 };
	const struct verdict_shape whole = { .family = 4, .payload = 16 };
	struct filter_config rate_0 = answering, passing = answering;

	(void)state;
	rate_0.ptb_interval = 0;
	passing.fragments_ipv4 = FILTER_FRAGMENTS_PASS;
	verdict_expect(&duel, "rate 0", &first, &rate_0,
		       &(struct verdict_expectation){
			       XDP_DROP,
			       FILTER_REASON_FRAGMENT_IPV4,
			       { FILTER_COUNT_FIRST_IPV4, FILTER_REASON_FRAGMENT_IPV4 } });
	verdict_expect(&duel, "first, passed", &first, &passing,
		       &(struct verdict_expectation){ XDP_PASS, 0, { FILTER_COUNT_FIRST_IPV4 } });
	verdict_expect(&duel, "later", &later, &answering,
		       &(struct verdict_expectation){
			       XDP_DROP,
			       FILTER_REASON_FRAGMENT_IPV6,
			       { FILTER_COUNT_LATER_IPV6, FILTER_REASON_FRAGMENT_IPV6 } });
	verdict_expect(&duel, "whole", &whole, &answering,
		       &(struct verdict_expectation){ XDP_PASS, 0, { 0 } });
}

static struct filter_ptb_bucket bucket(void)
{
	struct filter_ptb_bucket bucket;
	__u32 only_entry = 0;

	assert_int_equal(bpf_map_lookup_elem(duel.subject.map[SUBJECT_PTB_BUCKET], &only_entry,
					     &bucket),
			 0);
	return bucket;
}

/* Sets when the next token is due, from now on. */
static void set_bucket(uint64_t nanoseconds)
{
	struct filter_ptb_bucket bucket = { .next = monotonic_clock_now() + nanoseconds };
	__u32 only_entry = 0;

	assert_int_equal(bpf_map_update_elem(duel.subject.map[SUBJECT_PTB_BUCKET], &only_entry,
					     &bucket, BPF_ANY),
			 0);
}

static void test_limited(void **state)
{
	(void)state;
	set_bucket(FAR_FUTURE);
	duel.model.token = false;
	expect_answers(&answering, FILTER_COUNT_PTB_LIMITED);
}

/* Only a packet that is answered takes a token, and none in monitor mode does. */
static void test_tokens(void **state)
{
	const struct verdict_shape refused = { .family = 4, .fragment = VERDICT_MF, .payload = 9 };
	const struct verdict_shape first = { .family = 4, .fragment = VERDICT_MF, .payload = 16 };
	struct filter_config slow = answering;
	uint64_t next;

	(void)state;
	slow.ptb_interval = FAR_FUTURE;
	slow.monitor = 1;
	next = bucket().next;
	for (int i = 0; i < 2; i++) {
		duel_configure(&duel, &slow);
		verdict_shape_build(i ? &first : &refused, NULL, 0, &builder);
		duel_frame(&duel, "not answered", builder.bytes, builder.length);
		assert_true(duel_counts(&duel));
		assert_int_equal(bucket().next, next);
	}
	assert_int_equal(duel.model.counter[FILTER_REASON_PTB_IPV4], 1);
	slow.monitor = 0;
	duel_configure(&duel, &slow);
	duel_frame(&duel, "answered", builder.bytes, builder.length);
	assert_int_equal(duel.answer.action, XDP_TX);
	assert_true(bucket().next >= next + FAR_FUTURE);
	duel.model.token = false;
	duel_frame(&duel, "not answered again", builder.bytes, builder.length);
	assert_int_equal(duel.answer.action, XDP_DROP);
	assert_true(duel_counts(&duel));
}

/* The frame has no bytes in front of it into which a header fits: it is dropped as it is. */
static void expect_no_room(struct filter_mover *mover, const struct verdict_shape *shape, int tags)
{
	verdict_shape_build(shape, NULL, tags, &builder);
	duel_configure(&duel, &answering);
	mover_cramped_frame(mover, "no room", &builder);
	assert_int_equal(duel.answer.action, XDP_DROP);
	assert_int_equal(duel.model.counter[FILTER_COUNT_PTB_NO_ROOM], 1);
	assert_true(duel_counts(&duel));
}

static void test_no_room(void **state)
{
	const struct verdict_shape ipv4 = { .family = 4, .fragment = VERDICT_MF, .payload = 800 };
	const struct verdict_shape ipv6 = { .family = 6, .extensions = "F", .payload = 1440 };
	struct filter_mover mover;

	(void)state;
	mover_open(&mover, &duel);
	duel.model.room = false;
	for (int tags = 0; tags < 3; tags++) {
		expect_no_room(&mover, &ipv4, tags);
		expect_no_room(&mover, &ipv6, tags);
	}
	mover_close(&mover);
}

/* The first buffer ends at every byte: the quote is what is in it, if that is enough. */
static void test_multi_buffer(void **state)
{
	static const struct verdict_shape shapes[] = {
		{ .family = 4, .fragment = VERDICT_MF, .payload = 8000 },
		{ .family = 4, .fragment = VERDICT_MF, .option_words = 10, .payload = 8000 },
		{ .family = 6, .extensions = "F", .payload = 8000 },
		{ .family = 6, .extensions = "hdFd", .payload = 8000 },
	};
	struct filter_config config = answering;
	struct filter_mover mover;

	(void)state;
	if (!run_frags_supported())
		skip();
	duel_close(&duel);
	duel_open(&duel, 1);
	duel_begin(&duel);
	memset(config.check, FILTER_KNOB_COUNT, sizeof(config.check));
	mover_open(&mover, &duel);
	for (size_t i = 0; i < sizeof(shapes) / sizeof(*shapes); i++) {
		const uint64_t *counter = duel.model.counter;

		duel_configure(&duel, &config);
		verdict_shape_build(&shapes[i], NULL, (int)i % 3, &builder);
		for (__u32 linear = ETH_HLEN; linear < 1400; linear++)
			mover_split_frame(&mover, "split", &builder, linear);
		assert_true(duel_counts(&duel));
		assert_true(counter[FILTER_COUNT_PTB_REFUSED] > 0);
		assert_true(counter[FILTER_REASON_PTB_IPV4] + counter[FILTER_REASON_PTB_IPV6] > 0);
	}
	mover_close(&mover);
}

#define TEST(name)                                                                                 \
	cmocka_unit_test_prestate_setup_teardown(name, duel_set_up, duel_tear_down, &duel)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_answers), TEST(test_unasked), TEST(test_limited),
		TEST(test_tokens),  TEST(test_no_room), TEST(test_multi_buffer),
	};
	const char *unavailable = run_unavailable();

	if (unavailable) {
		printf("SKIP: %s\n", unavailable);
		return RUN_SKIP;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
