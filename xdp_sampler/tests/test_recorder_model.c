// SPDX-License-Identifier: GPL-2.0-only
/* The search for recorders against a second one in plain C, on recorders and frames that chance made:
 * every list of ids, every length, every count. ECBPF_TEST_SEED repeats a run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "monotonic_clock.h"
#include "recorder_chance.h"
#include "recorder_filter.h"
#include "recorder_maps.h"
#include "recorder_model.h"
#include "sampler_subject.h"

#define SEED 20261121
#define FRAMES_AT_ONCE 1000 /* fit into the ring */
#define FRAME_SIZE 2048

struct frame {
	uint32_t length;
	uint8_t bytes[FRAME_SIZE];
	struct model_taken taken; /* what the model says */
};

static struct sampler_subject subject;
static struct recorder_maps maps;
static struct recorder_set set;
static struct recorder_model model;
static struct problem problem;
static struct frame frames[FRAMES_AT_ONCE];
static uint64_t frames_run;

/* How many frames had how many takers; the last is for those where some match had to stay behind. */
static uint64_t takers[SAMPLE_RECORDERS + 2];

static void stay_on_one_cpu(void)
{
	cpu_set_t cpus;
	int cpu = sched_getcpu();

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	assert_int_equal(sched_setaffinity(0, sizeof(cpus), &cpus), 0);
}

static int setup(void **state)
{
	(void)state;
	stay_on_one_cpu();
	subject_open(&subject, 1 << SAMPLER_INGRESS, 0, 0);
	maps = (struct recorder_maps){ run_map(&subject.ingress, SAMPLER_MAP_RECORDERS),
				       run_map(&subject.ingress, SAMPLER_MAP_KEYS),
				       run_map(&subject.ingress, SAMPLER_MAP_SEARCH) };
	subject_set(&subject, subject_config(), true);
	frames_run = 0;
	memset(takers, 0, sizeof(takers));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	subject_close(&subject);
	recorder_set_free(&set);
	free(model.recorders);
	model.recorders = NULL;
	return 0;
}

static uint64_t chance_start(void)
{
	const char *seed = getenv("ECBPF_TEST_SEED");
	uint64_t chance = seed ? strtoull(seed, NULL, 0) : SEED;

	return chance + !chance;
}

static void put_recorders(uint64_t *chance, const struct chance_recorders *how)
{
	chance_set(chance, how, &set);
	if (recorder_maps_apply(&maps, &set, &problem))
		fail_msg("%s", problem.text);
	model = recorder_model_of(set.recorders, set.count, monotonic_clock_now());
}

static void show(const struct frame *frame, const struct sample *sample)
{
	char text[RECORDER_FILTER_TEXT_SIZE];

	fprintf(stderr, "frame of %u bytes:", frame->length);
	for (uint32_t i = 0; i < frame->length && i < 160; i++)
		fprintf(stderr, "%s%02x", i % 16 ? " " : "\n", frame->bytes[i]);
	fprintf(stderr, "\nmodel, %zu bytes:\n", frame->taken.captured);
	for (size_t i = 0; i < frame->taken.count; i++)
		fprintf(stderr, "%u %s\n", frame->taken.ids[i],
			recorder_filter_text(&recorder_set_find(&set, frame->taken.ids[i])->filter,
					     text));
	fprintf(stderr, "kernel, %u bytes:\n", sample ? sample->captured : 0);
	for (unsigned int i = 0; sample && i < sample->recorder_count; i++) {
		const struct recorder *recorder = recorder_set_find(&set, sample->recorder[i]);

		fprintf(stderr, "%u %s\n", sample->recorder[i],
			recorder ? recorder_filter_text(&recorder->filter, text) : "?");
	}
}

static bool agrees(const struct frame *frame, const struct sample *sample)
{
	const struct model_taken *taken = &frame->taken;

	return sample->chosen == SAMPLE_BY_RECORDER && sample->place == SAMPLER_INGRESS &&
	       sample->recorder_count == taken->count &&
	       !memcmp(sample->recorder, taken->ids, taken->count * sizeof(taken->ids[0])) &&
	       sample->captured == taken->captured && sample->frame_length == frame->length &&
	       !memcmp(sample->bytes, frame->bytes, taken->captured);
}

/* Frames and samples are in the same order; a frame without takers has no sample. */
static void compare(void)
{
	struct subject_samples samples;
	size_t next = 0;

	subject_take(&subject, &samples);
	for (uint64_t i = 0; i < FRAMES_AT_ONCE; i++) {
		const struct frame *frame = &frames[i];
		const struct sample *sample = NULL;

		if (next < samples.count &&
		    samples.samples[next]->packets == frames_run - FRAMES_AT_ONCE + i + 1)
			sample = samples.samples[next++];
		takers[frame->taken.count]++;
		takers[SAMPLE_RECORDERS + 1] += frame->taken.matching > frame->taken.count;
		if (sample ? agrees(frame, sample) : !frame->taken.count)
			continue;
		show(frame, sample);
		fail_msg("frame %llu differs",
			 (unsigned long long)(frames_run - FRAMES_AT_ONCE + i));
	}
	assert_int_equal(next, samples.count);
	subject_free(&samples);
}

static void run_frames(uint64_t *chance)
{
	static struct packet_builder builder;

	for (size_t i = 0; i < FRAMES_AT_ONCE; i++) {
		struct frame *frame = &frames[i];

		chance_frame(chance, &builder);
		assert_true(builder.length <= FRAME_SIZE);
		memcpy(frame->bytes, builder.bytes, builder.length);
		frame->length = builder.length;
		recorder_model_meet(&model, frame->bytes, frame->length, &frame->taken);
		subject_run(&subject, &builder);
	}
	frames_run += FRAMES_AT_ONCE;
	compare();
}

static void compare_counts(void)
{
	struct recorder_set counted = { 0 };
	size_t met = 0;

	assert_int_equal(recorder_maps_read(&maps, &counted, &problem), 0);
	assert_int_equal(counted.count, model.count);
	for (size_t i = 0; i < model.count; i++) {
		const struct recorder *expected = &model.recorders[i].is;
		const struct recorder *recorder = recorder_set_find(&counted, expected->id);

		assert_non_null(recorder);
		assert_memory_equal(recorder, expected, sizeof(*recorder));
		met += recorder->packets != 0;
	}
	print_message("%zu of %zu recorders met; frames by takers:", met, model.count);
	for (size_t i = 0; i <= SAMPLE_RECORDERS; i++)
		print_message(" %llu", (unsigned long long)takers[i]);
	print_message(", %llu with more matches\n",
		      (unsigned long long)takers[SAMPLE_RECORDERS + 1]);
	recorder_set_free(&counted);
}

static void run(const struct chance_recorders *how, int frame_count)
{
	uint64_t chance = chance_start();

	if (getenv("ECBPF_TEST_QUICK"))
		frame_count = 5 * FRAMES_AT_ONCE;
	put_recorders(&chance, how);
	for (int i = frame_count / FRAMES_AT_ONCE; i; i--)
		run_frames(&chance);
	compare_counts();
}

static void test_usual(void **state)
{
	const struct chance_recorders how = {
		.count = 1000, .masks = 40, .shortest = 6, .priorities = 12, .any = true
	};

	(void)state;
	run(&how, 100000);
	for (size_t i = 1; i < 4; i++)
		assert_true(takers[i] > 0);
	assert_true(takers[SAMPLE_RECORDERS + 1] > 0);
}

/* Without a filter for everything, and with longer prefixes: not every frame has a taker. */
static void test_narrow(void **state)
{
	const struct chance_recorders how = {
		.count = 1000, .masks = 64, .shortest = 17, .priorities = 200
	};

	(void)state;
	run(&how, 100000);
	assert_true(takers[0] > 0 && takers[1] > 0);
}

/* So many of one priority that not all can have a packet. */
static void test_one_priority(void **state)
{
	const struct chance_recorders how = {
		.count = 1000, .masks = 56, .shortest = 1, .priorities = 1, .any = true
	};

	(void)state;
	run(&how, 100000);
	assert_true(takers[SAMPLE_RECORDERS] > 0);
	assert_true(takers[SAMPLE_RECORDERS + 1] > 0);
}

static void test_limits(void **state)
{
	const struct chance_recorders how = { .count = 1000,
					      .masks = 50,
					      .shortest = 5,
					      .priorities = 5,
					      .limits = true,
					      .any = true };

	(void)state;
	run(&how, 100000);
}

static void test_many(void **state)
{
	const struct chance_recorders how = {
		.count = 10000, .masks = 64, .shortest = 12, .priorities = 4000
	};

	(void)state;
	run(&how, 20000);
	assert_true(takers[0] > 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_usual),  TEST(test_narrow), TEST(test_one_priority),
		TEST(test_limits), TEST(test_many),
	};
	const char *unavailable = run_unavailable();

	if (unavailable) {
		printf("SKIP: %s\n", unavailable);
		return RUN_SKIP;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
