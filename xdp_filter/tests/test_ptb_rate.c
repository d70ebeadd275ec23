// SPDX-License-Identifier: GPL-2.0-only
/* The rate of Packet Too Big is that of the host: two CPUs answer as many as one, exact within 5 %, also
 * through two filters that share the bucket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <bpf/bpf.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "filter_subject.h"
#include "monotonic_clock.h"
#include "verdict_shapes.h"

#define CPUS 2
#define SECOND UINT64_C(1000000000)
#define RUN_TIME (2 * SECOND)
#define RUN_TIME_QUICK (SECOND / 2)

static struct run_chain chains[CPUS];
static struct filter_subject filters[CPUS];
static struct packet_builder builder;

/* When packets met a filter. On a busy machine no thread may run for a while: tokens that nobody takes
 * within FILTER_PTB_PATIENCE are lost, as they should be, and the time counts as not spent. */
struct hammering {
	uint64_t start, end;
	atomic_uint_fast64_t last; /* when a filter was last seen at work */
	atomic_uint_fast64_t lost; /* nanoseconds */
};

struct hammer {
	pthread_t thread;
	const struct run_program *program;
	struct hammering *hammering;
	int cpu; /* -1: any */
	int err;
};

static void note_time(struct hammering *hammering)
{
	uint64_t time = monotonic_clock_now(), last = atomic_exchange(&hammering->last, time);

	if (time > last + FILTER_PTB_PATIENCE)
		atomic_fetch_add(&hammering->lost, time - last - FILTER_PTB_PATIENCE);
}

static void *hammer_run(void *argument)
{
	struct hammer *hammer = argument;
	const struct run_frame frame = { builder.bytes, builder.length, 0, 0 };
	struct run_result unused;
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(hammer->cpu, &cpus);
	if (hammer->cpu >= 0)
		hammer->err = pthread_setaffinity_np(pthread_self(), sizeof(cpus), &cpus);
	/* One by one: a frame that was answered is no fragment any more when the run is repeated. */
	while (!hammer->err && atomic_load(&hammer->hammering->last) < hammer->hammering->end) {
		hammer->err = run_repeat(hammer->program, &frame, 1, &unused);
		note_time(hammer->hammering);
	}
	return NULL;
}

static uint64_t replies(const struct filter_subject *filter)
{
	struct filter_counters counters;

	subject_counters(filter, &counters);
	return counters.packets[FILTER_REASON_PTB_IPV4];
}

static uint64_t limited(const struct filter_subject *filter)
{
	struct filter_counters counters;

	subject_counters(filter, &counters);
	return counters.packets[FILTER_COUNT_PTB_LIMITED];
}

static void configure(struct filter_subject *filter, uint32_t rate)
{
	const struct filter_config config = {
		.fragments_ipv4 = FILTER_FRAGMENTS_DROP,
		.ptb_ttl = 64,
		.ptb_max_pps = rate,
		.ptb_interval = rate ? SECOND / rate : 0,
	};

	subject_configure(filter, &config);
}

static void start_bucket(const struct filter_subject *filter)
{
	const struct filter_ptb_bucket bucket = { 0 };
	uint32_t only_entry = 0;

	assert_int_equal(bpf_map_update_elem(filter->map[SUBJECT_PTB_BUCKET], &only_entry, &bucket,
					     BPF_ANY),
			 0);
}

/* Thread i runs on CPU i through filters[i % count]. */
static void hammer(int threads, int count, struct hammering *ret_hammering)
{
	struct hammer hammers[CPUS];

	ret_hammering->start = monotonic_clock_now();
	ret_hammering->end =
		ret_hammering->start + (getenv("ECBPF_TEST_QUICK") ? RUN_TIME_QUICK : RUN_TIME);
	atomic_init(&ret_hammering->last, ret_hammering->start);
	atomic_init(&ret_hammering->lost, 0);
	for (int i = 0; i < threads; i++) {
		hammers[i] = (struct hammer){ .program = &filters[i % count].program,
					      .hammering = ret_hammering,
					      .cpu = threads > 1 ? i : -1 };
		assert_int_equal(pthread_create(&hammers[i].thread, NULL, hammer_run, &hammers[i]),
				 0);
	}
	for (int i = 0; i < threads; i++) {
		assert_int_equal(pthread_join(hammers[i].thread, NULL), 0);
		assert_int_equal(hammers[i].err, 0);
	}
	ret_hammering->end = monotonic_clock_now();
}

static void expect_rate(int threads, int count, uint32_t rate)
{
	struct hammering hammering;
	uint64_t sent = 0, tried = 0;
	double time, lost, most, least;

	for (int i = 0; i < count; i++) {
		configure(&filters[i], rate);
		sent -= replies(&filters[i]);
		tried -= limited(&filters[i]);
	}
	start_bucket(&filters[0]);
	hammer(threads, count, &hammering);
	for (int i = 0; i < count; i++) {
		sent += replies(&filters[i]);
		tried += limited(&filters[i]);
	}
	time = (double)(hammering.end - hammering.start) / SECOND;
	lost = (double)atomic_load(&hammering.lost) / SECOND;
	most = rate * (time + (double)FILTER_PTB_PATIENCE / SECOND) + 1;
	least = 0.95 * rate * (time - lost) - 1;
	printf("rate %u, %d threads, %d filters: %llu sent, %llu limited in %.3f s, %.3f s lost: "
	       "%.0f to %.0f expected\n",
	       rate, threads, count, (unsigned long long)sent, (unsigned long long)tried, time,
	       lost, least, most);
	if (!rate) {
		assert_int_equal(sent + tried, 0);
		return;
	}
	assert_true((double)sent <= most);
	if ((double)(sent + tried) < 2 * rate * time) {
		printf("left out: this machine cannot ask often enough for a rate of %u\n", rate);
		return;
	}
	assert_true((double)sent >= least);
}

static const uint32_t rates[] = { 0, 20, 200, 1000, 50000 };
#define RATES (sizeof(rates) / sizeof(*rates))

static void expect_rates(int threads, int count)
{
	for (size_t i = 0; i < RATES; i++)
		expect_rate(threads, count, rates[i]);
}

static int setup(void **state)
{
	const struct verdict_shape first = { .family = 4, .fragment = VERDICT_MF, .payload = 16 };
	int bucket = -1;

	(void)state;
	verdict_shape_build(&first, NULL, 0, &builder);
	for (int i = 0; i < CPUS; i++) {
		assert_int_equal(run_chain_create(&chains[i], 0), 0);
		subject_open(&filters[i], &chains[i], 2, bucket);
		bucket = filters[i].map[SUBJECT_PTB_BUCKET];
	}
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	for (int i = 0; i < CPUS; i++) {
		subject_close(&filters[i]);
		run_chain_close(&chains[i]);
	}
	return 0;
}

static void test_one_thread(void **state)
{
	(void)state;
	expect_rate(1, 1, rates[0]);
	expect_rate(1, 1, rates[RATES - 1]);
}

static int has_two_cpus(void)
{
	if (sysconf(_SC_NPROCESSORS_ONLN) >= CPUS)
		return 1;
	print_message("SKIP: one CPU, two cannot race\n");
	return 0;
}

static void test_two_cpus(void **state)
{
	(void)state;
	if (!has_two_cpus())
		skip();
	expect_rates(CPUS, 1);
}

static void test_two_filters(void **state)
{
	(void)state;
	if (!has_two_cpus())
		skip();
	expect_rates(CPUS, 2);
}

/* Each filter takes its own interval, so a host sends at most the largest rate that is set. */
static void test_two_rates(void **state)
{
	struct hammering hammering;
	uint64_t sent = 0;
	double time;

	(void)state;
	if (!has_two_cpus())
		skip();
	configure(&filters[0], 100);
	configure(&filters[1], 1000);
	start_bucket(&filters[0]);
	for (int i = 0; i < CPUS; i++)
		sent -= replies(&filters[i]);
	hammer(CPUS, 2, &hammering);
	for (int i = 0; i < CPUS; i++)
		sent += replies(&filters[i]);
	time = (double)(hammering.end - hammering.start + FILTER_PTB_PATIENCE) / SECOND;
	assert_true((double)sent <= 1000 * time + 1);
	assert_true(sent > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_one_thread, setup, teardown),
		cmocka_unit_test_setup_teardown(test_two_cpus, setup, teardown),
		cmocka_unit_test_setup_teardown(test_two_filters, setup, teardown),
		cmocka_unit_test_setup_teardown(test_two_rates, setup, teardown),
	};
	const char *unavailable = run_unavailable();

	if (unavailable) {
		printf("SKIP: %s\n", unavailable);
		return RUN_SKIP;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
