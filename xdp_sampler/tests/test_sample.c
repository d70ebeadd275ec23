// SPDX-License-Identifier: GPL-2.0-only
/* What a sample says: every field, every captured length, frames of several buffers, the id that joins
 * the two samples of a packet, and what is counted when the ring is full. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <bpf/bpf.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "monotonic_clock.h"
#include "sampler_subject.h"

#define BOTH (1U << SAMPLER_INGRESS | 1U << SAMPLER_VERDICT)

static struct packet_builder builder;

/* A frame of `length` bytes; those behind the headers tell their place. */
static void make_frame(__u32 length, __u8 action, __u8 reason)
{
	build_start(&builder);
	build_ethernet(&builder);
	build_finish(&builder);
	for (__u32 i = ETH_HLEN; i < length; i++)
		builder.bytes[i] = (unsigned char)(i * 7 + (i >> 8));
	builder.bytes[12] = 0x88; /* local experimental ethertype */
	builder.bytes[13] = 0xb5;
	builder.length = length;
	subject_ask(&builder, action, reason);
}

static void open_all(struct sampler_subject *subject, unsigned int places, __u32 capture_length)
{
	struct sampler_config config = subject_config();

	subject_open(subject, places, 0, 0);
	config.capture_length = capture_length;
	subject_rate(&config, SAMPLER_INGRESS, places & 1U << SAMPLER_INGRESS ? 1 : 0);
	subject_rate(&config, SAMPLER_VERDICT, places & 1U << SAMPLER_VERDICT ? 1 : 0);
	subject_set(subject, config, false);
}

static void every_field(void **state)
{
	struct subject_samples samples;
	struct sampler_subject subject;
	const struct sample *sample;
	__u64 before = monotonic_clock_now();

	(void)state;
	open_all(&subject, BOTH, 128);
	make_frame(200, XDP_DROP, 37);
	subject_run(&subject, &builder);
	subject_run(&subject, &builder);
	subject_take(&subject, &samples);
	assert_int_equal(samples.count, 4);
	for (size_t i = 0; i < 4; i++) {
		sample = samples.samples[i];
		assert_true(sample->time >= before && sample->time <= monotonic_clock_now());
		assert_true(!i || sample->time >= samples.samples[i - 1]->time);
		assert_int_equal(sample->frame_length, 200);
		assert_int_equal(sample->captured, 128);
		assert_int_equal(sample->rate, 1);
		assert_int_equal(sample->ifindex, if_nametoindex("lo"));
		assert_int_equal(sample->queue, 0);
		assert_int_equal(sample->recorder_count, 0);
		assert_true(sample->cpu < subject.cpu_count);
		assert_int_equal(sample->place, i % 2);
		assert_int_equal(sample->verdict, i % 2 ? XDP_DROP : SAMPLE_NO_VERDICT);
		assert_int_equal(sample->reason, i % 2 ? 37 : SAMPLE_NO_VERDICT);
		assert_int_equal(sample->row, i % 2 ? SUBJECT_DECIDER_SLOT : SAMPLE_NO_VERDICT);
		assert_int_equal(sample->chosen,
				 i % 2 ? SAMPLE_BY_CHANCE | SAMPLE_FOLLOWED : SAMPLE_BY_CHANCE);
		assert_memory_equal(sample->bytes, builder.bytes, 128);
	}
	subject_free(&samples);
	subject_close(&subject);
}

/* Each verdict and row, and the capture hook behind the exit hook sees what it would without. */
static void every_verdict(void **state)
{
	const __u8 actions[] = { XDP_ABORTED,  XDP_DROP, XDP_PASS,       XDP_TX,
				 XDP_REDIRECT, 77,       SUBJECT_NOTHING };
	struct sampler_subject subject;

	(void)state;
	open_all(&subject, 1U << SAMPLER_VERDICT, 128);
	for (size_t i = 0; i < sizeof(actions); i++) {
		bool is_left = actions[i] == SUBJECT_NOTHING, is_valid = actions[i] <= XDP_REDIRECT;
		const struct run_frame frame = { builder.bytes, 64, 0, 0 };
		struct subject_samples samples;
		struct run_result result;

		make_frame(64, actions[i], 5);
		assert_int_equal(run_packet(&subject.root, &frame, &result), 0);
		subject_take(&subject, &samples);
		assert_int_equal(samples.count, 1);
		assert_int_equal(samples.samples[0]->row,
				 is_left ? ECBPF_ROOT_ROW : SUBJECT_DECIDER_SLOT);
		assert_int_equal(samples.samples[0]->verdict, is_left  ? XDP_PASS :
							      is_valid ? actions[i] :
									 ECBPF_ACTION_INVALID);
		assert_int_equal(result.action, samples.samples[0]->verdict);
		subject_free(&samples);
	}
	subject_close(&subject);
}

static void what_is_let_in(void **state)
{
	const struct {
		__u32 verdicts, rows;
		__u64 reasons;
		size_t expected;
	} filters[] = {
		{ ~0U, ~0U, ~UINT64_C(0), 1 },
		{ 1U << XDP_DROP, ~0U, ~UINT64_C(0), 1 },
		{ 1U << XDP_PASS, ~0U, ~UINT64_C(0), 0 },
		{ ~(1U << XDP_DROP), ~0U, ~UINT64_C(0), 0 },
		{ ~0U, 1U << SUBJECT_DECIDER_SLOT, ~UINT64_C(0), 1 },
		{ ~0U, 1U << ECBPF_ROOT_ROW, ~UINT64_C(0), 0 },
		{ ~0U, ~0U, UINT64_C(1) << 63, 1 },
		{ ~0U, ~0U, ~(UINT64_C(1) << 63), 0 },
	};
	struct sampler_subject subject;

	(void)state;
	open_all(&subject, BOTH, 128);
	make_frame(64, XDP_DROP, 63);
	for (size_t i = 0; i < sizeof(filters) / sizeof(*filters); i++) {
		struct sampler_config config = subject_config();
		struct subject_samples samples;

		/* What ingress takes is followed only where it is let in. */
		subject_rate(&config, SAMPLER_INGRESS, i % 2);
		subject_rate(&config, SAMPLER_VERDICT, 1);
		config.verdicts = filters[i].verdicts;
		config.rows = filters[i].rows;
		config.reasons = filters[i].reasons;
		subject_set(&subject, config, false);
		subject_run(&subject, &builder);
		subject_take(&subject, &samples);
		assert_int_equal(samples.count, i % 2 + filters[i].expected);
		subject_free(&samples);
	}
	subject_close(&subject);
}

static void every_length(void **state)
{
	const __u32 captures[] = { 64, 127, 128, 129, 512, 513, 2048, SAMPLER_CAPTURE_LIMIT };
	const __u32 step = getenv("ECBPF_TEST_QUICK") ? 19 : 1;
	struct sampler_subject subject;

	(void)state;
	open_all(&subject, 1U << SAMPLER_INGRESS, 128);
	for (size_t i = 0; i < sizeof(captures) / sizeof(*captures); i++) {
		struct sampler_config config = subject_config();

		subject_rate(&config, SAMPLER_INGRESS, 1);
		config.capture_length = captures[i];
		subject_set(&subject, config, false);
		for (__u32 length = ETH_HLEN; length < 3000; length += length < 600 ? step : 97) {
			__u32 kept = length < captures[i] ? length : captures[i];
			struct subject_samples samples;

			make_frame(length, XDP_PASS, 0);
			subject_run(&subject, &builder);
			subject_take(&subject, &samples);
			assert_int_equal(samples.count, 1);
			assert_int_equal(samples.samples[0]->frame_length, length);
			assert_int_equal(samples.samples[0]->captured, kept);
			assert_memory_equal(samples.samples[0]->bytes, builder.bytes, kept);
			subject_free(&samples);
		}
	}
	subject_close(&subject);
}

/* Frames of several buffers are captured whole, up to the longest. */
static void frames_of_several_buffers(void **state)
{
	const __u32 lengths[] = { 64, 3000, 4096, 4500, 9014, 16000 };
	struct sampler_config config = subject_config();
	struct sampler_subject subject;

	(void)state;
	if (!run_frags_supported()) {
		print_message("no multi-buffer frames in this kernel\n");
		return;
	}
	subject_open(&subject, BOTH, 1, 0);
	config.capture_length = SAMPLER_CAPTURE_LIMIT;
	subject_rate(&config, SAMPLER_INGRESS, 1);
	subject_set(&subject, config, false);
	for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
		struct subject_samples samples;

		make_frame(lengths[i], XDP_PASS, 0);
		subject_run(&subject, &builder);
		subject_take(&subject, &samples);
		assert_int_equal(samples.count, 2);
		for (size_t j = 0; j < 2; j++) {
			assert_int_equal(samples.samples[j]->frame_length, lengths[i]);
			assert_int_equal(samples.samples[j]->captured, lengths[i]);
			assert_memory_equal(samples.samples[j]->bytes, builder.bytes, lengths[i]);
		}
		subject_free(&samples);
	}
	subject_close(&subject);
}

/* Before and after a rewrite lie side by side. */
static void joins_what_belongs_together(void **state)
{
	struct sampler_config config = subject_config();
	struct subject_samples samples;
	struct sampler_subject subject;
	size_t joined = 0, alone = 0;
	__u64 last = 0;

	(void)state;
	subject_open(&subject, BOTH, 0, 0);
	subject_rate(&config, SAMPLER_INGRESS, 5);
	subject_rate(&config, SAMPLER_VERDICT, 7);
	subject_set(&subject, config, false);
	make_frame(64, XDP_TX, 0);
	for (__u32 i = 0; i < 2000; i++) {
		/* The number of the packet, so that strangers would be seen. */
		builder.bytes[20] = (unsigned char)i;
		builder.bytes[21] = (unsigned char)(i >> 8);
		subject_ask(&builder, XDP_TX | 0x80, 0);
		subject_run(&subject, &builder);
	}
	subject_take(&subject, &samples);
	for (size_t i = 0; i < samples.count; i++) {
		const struct sample *sample = samples.samples[i], *before;

		if (sample->place == SAMPLER_INGRESS) {
			assert_true(sample->join && sample->join != last);
			last = sample->join;
			continue;
		}
		assert_int_equal(sample->bytes[5], 0xee);
		assert_int_equal(!!sample->join, !!(sample->chosen & SAMPLE_FOLLOWED));
		alone += !sample->join;
		if (!sample->join)
			continue;
		joined++;
		assert_true(i > 0);
		before = samples.samples[i - 1];
		assert_int_equal(before->join, sample->join);
		assert_int_equal(before->bytes[5], 2);
		assert_memory_equal(before->bytes + ETH_ALEN, sample->bytes + ETH_ALEN,
				    64 - ETH_ALEN);
	}
	/* All that ingress took, 1 in 5, were followed; 1 in 7 of the others were taken. */
	assert_true(joined > 250 && joined < 550);
	assert_true(alone > 120 && alone < 360);
	subject_free(&samples);
	subject_close(&subject);
}

/* What a slot before the ingress place decided is no packet that ingress has seen; neither is one that
 * comes after a packet whose verdict nobody saw. */
static void joins_no_strangers(void **state)
{
	struct subject_samples samples;
	struct run_program early;
	struct sampler_subject subject;
	__u32 hook = 0;
	int verdict;

	(void)state;
	open_all(&subject, BOTH, 128);
	make_frame(64, XDP_DROP, 0);
	verdict = bpf_program__fd(subject.verdict.program);
	assert_int_equal(bpf_map_delete_elem(subject.chain.exit_hook, &hook), 0);
	subject_run(&subject, &builder);
	assert_int_equal(bpf_map_update_elem(subject.chain.exit_hook, &hook, &verdict, BPF_ANY), 0);
	assert_int_equal(run_open(&early, &subject.chain, TEST_OBJECT_DIR "/sampler_decider.o",
				  NULL, 0),
			 0);
	assert_int_equal(run_load(&early), 0);
	subject_run(&subject, &builder);
	subject_take(&subject, &samples);
	assert_int_equal(samples.count, 2);
	assert_int_equal(samples.samples[0]->place, SAMPLER_INGRESS);
	assert_int_equal(samples.samples[1]->place, SAMPLER_VERDICT);
	assert_int_equal(samples.samples[1]->row, 0);
	assert_int_equal(samples.samples[1]->join, 0);
	subject_free(&samples);
	run_close(&early);
	subject_close(&subject);
}

/* Nothing reads: what finds no room is counted, and sequences show where it is missing. */
static void a_full_ring_loses_exactly(void **state)
{
	enum { PACKETS = 3000 };
	struct sampler_config config = subject_config();
	struct sampler_subject subject;
	struct subject_samples first, later;
	struct sampler_cpu *cpus;
	__u64 lost, sampled;

	(void)state;
	subject_open(&subject, BOTH, 0, 1 << 16);
	subject_rate(&config, SAMPLER_INGRESS, 1);
	subject_set(&subject, config, false);
	make_frame(64, XDP_DROP, 0);
	subject_flood(&subject, &builder, 0, PACKETS);
	subject_take(&subject, &first);
	subject_flood(&subject, &builder, 0, 1);
	subject_take(&subject, &later);
	cpus = subject_cpus(&subject);
	sampled = cpus[0].place[0].sampled + cpus[0].place[1].sampled;
	lost = cpus[0].place[0].lost + cpus[0].place[1].lost;
	assert_int_equal(sampled, 2 * PACKETS + 2);
	assert_int_equal(cpus[0].place[0].sampled, PACKETS + 1);
	assert_true(lost > 0);
	assert_int_equal(first.count + later.count + lost, sampled);
	assert_int_equal(later.count, 2);
	assert_int_equal(later.samples[0]->sequence, 2 * PACKETS + 1);
	assert_int_equal(first.samples[0]->sequence, 1);
	subject_free(&first);
	subject_free(&later);
	free(cpus);
	subject_close(&subject);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field),
		cmocka_unit_test(every_verdict),
		cmocka_unit_test(what_is_let_in),
		cmocka_unit_test(every_length),
		cmocka_unit_test(frames_of_several_buffers),
		cmocka_unit_test(joins_what_belongs_together),
		cmocka_unit_test(joins_no_strangers),
		cmocka_unit_test(a_full_ring_loses_exactly),
	};
	const char *reason = run_unavailable();

	if (reason) {
		printf("SKIP: %s\n", reason);
		return RUN_SKIP;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
