// SPDX-License-Identifier: GPL-2.0-only
/* The choice by chance: how many are chosen, with which gaps, by verdict, and how soon a new rate
 * counts. What has a spread is held to 4 sigma; as that much happens once in 16,000 times, a count that
 * lies outside is taken once more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "sampler_subject.h"

#define PACKETS 10000000
#define PACKETS_QUICK 200000

static struct packet_builder builder;

static __u32 packets(void)
{
	return getenv("ECBPF_TEST_QUICK") ? PACKETS_QUICK : PACKETS;
}

static void make_frame(__u8 action, __u8 reason)
{
	build_start(&builder);
	build_ethernet(&builder);
	build_ipv4(&builder, &(struct build_ipv4){ 0 });
	build_udp(&builder, 1234, 53);
	build_payload(&builder, 18);
	build_finish(&builder);
	subject_ask(&builder, action, reason);
}

static __u64 sampled_on(const struct sampler_subject *subject, unsigned int cpu,
			enum sampler_place place)
{
	struct sampler_cpu *cpus = subject_cpus(subject);
	__u64 sampled = cpus[cpu].place[place].sampled;

	free(cpus);
	return sampled;
}

/* How far, in sigmas, the packets chosen of `count` lie from 1 in `rate`. */
static double sigmas_off(const struct sampler_subject *subject, unsigned int cpu,
			 enum sampler_place place, __u32 count, double rate)
{
	__u64 before = sampled_on(subject, cpu, place);
	double expected = count / rate, chosen;

	subject_flood(subject, &builder, cpu, count);
	chosen = (double)(sampled_on(subject, cpu, place) - before);
	printf("cpu %u: %.0f of %u chosen, expected %.0f\n", cpu, chosen, count, expected);
	return fabs(chosen - expected) / sqrt(expected * (1 - 1 / rate));
}

static void assert_rate(const struct sampler_subject *subject, unsigned int cpu,
			enum sampler_place place, __u32 count, double rate)
{
	if (sigmas_off(subject, cpu, place, count, rate) > 4)
		assert_true(sigmas_off(subject, cpu, place, count, rate) <= 4);
}

static void as_many_as_the_rate_says(void **state)
{
	const __u32 rates[] = { 100, 1000 };
	struct sampler_subject subject;

	(void)state;
	make_frame(XDP_DROP, 0);
	for (int place = 0; place < SAMPLER_PLACE_COUNT; place++) {
		subject_open(&subject, 1U << place, 0, 0);
		for (size_t i = 0; i < 2; i++) {
			struct sampler_config config = subject_config();

			subject_rate(&config, (enum sampler_place)place, rates[i]);
			subject_set(&subject, config, false);
			for (unsigned int cpu = 0; cpu < subject.cpu_count && cpu < 4; cpu++)
				assert_rate(&subject, cpu, (enum sampler_place)place, packets(),
					    rates[i]);
		}
		subject_close(&subject);
	}
}

/* Gaps of 1 in 10 are geometric: no stride, and no memory. */
static void gaps_are_geometric(void **state)
{
	enum { RATE = 10, BINS = 60, COUNT = 400000, CHUNK = 40000 };
	struct sampler_config config = subject_config();
	double bins[BINS + 1] = { 0 }, total = 0, chi = 0, left = 1;
	struct sampler_subject subject;
	__u64 last = 0;

	(void)state;
	make_frame(XDP_PASS, 0);
	subject_open(&subject, 1U << SAMPLER_VERDICT, 0, 0);
	subject_rate(&config, SAMPLER_VERDICT, RATE);
	subject_set(&subject, config, false);
	for (int chunk = 0; chunk < COUNT / CHUNK; chunk++) {
		struct subject_samples samples;

		subject_flood(&subject, &builder, 0, CHUNK);
		subject_take(&subject, &samples);
		for (size_t i = 0; i < samples.count; i++) {
			__u64 gap = samples.samples[i]->packets - last;

			if (last) {
				bins[gap > BINS ? BINS : gap - 1]++;
				total++;
			}
			last = samples.samples[i]->packets;
		}
		subject_free(&samples);
	}
	for (int gap = 0; gap < BINS; gap++) {
		double expected = total * left / RATE;

		chi += (bins[gap] - expected) * (bins[gap] - expected) / expected;
		left *= 1 - 1.0 / RATE;
	}
	chi += (bins[BINS] - total * left) * (bins[BINS] - total * left) / (total * left);
	printf("%.0f gaps, chi square %.1f with %d degrees of freedom\n", total, chi, BINS);
	/* 60 + 5 sigma of its distribution. */
	assert_true(total > (double)COUNT / RATE * 0.9);
	assert_true(chi < BINS + 5 * sqrt(2.0 * BINS));
	subject_close(&subject);
}

/* Each verdict has its own rate, whatever the others have. */
static void each_verdict_has_its_rate(void **state)
{
	const struct {
		__u8 action;
		__u32 rate;
	} verdicts[] = { { XDP_DROP, 10 }, { XDP_PASS, 700 }, { XDP_TX, 0 }, { XDP_ABORTED, 1 } };
	struct sampler_config config = subject_config();
	struct sampler_subject subject;

	(void)state;
	subject_open(&subject, 1U << SAMPLER_VERDICT, 0, 1 << 16);
	subject_rate(&config, SAMPLER_VERDICT, 1);
	for (size_t i = 0; i < 4; i++)
		config.rate[SAMPLER_VERDICT][verdicts[i].action] = verdicts[i].rate;
	subject_set(&subject, config, false);
	for (size_t i = 0; i < 4; i++) {
		__u64 before = sampled_on(&subject, 0, SAMPLER_VERDICT);

		make_frame(verdicts[i].action, 0);
		if (verdicts[i].rate > 1) {
			assert_rate(&subject, 0, SAMPLER_VERDICT, packets() / 10, verdicts[i].rate);
			continue;
		}
		subject_flood(&subject, &builder, 0, 1000);
		assert_int_equal(sampled_on(&subject, 0, SAMPLER_VERDICT) - before,
				 verdicts[i].rate ? 1000 : 0);
	}
	subject_close(&subject);
}

/* A new rate counts from the next packet, however long the gap was that had been drawn. */
static void a_new_rate_counts_at_once(void **state)
{
	struct sampler_config config = subject_config();
	struct sampler_subject subject;
	__u64 before;

	(void)state;
	make_frame(XDP_DROP, 0);
	subject_open(&subject, 3, 0, 1 << 16);
	for (int place = 0; place < SAMPLER_PLACE_COUNT; place++) {
		subject_rate(&config, SAMPLER_INGRESS, 0);
		subject_rate(&config, SAMPLER_VERDICT, 0);
		subject_set(&subject, config, false);
		subject_flood(&subject, &builder, 0, 1000);
		before = sampled_on(&subject, 0, (enum sampler_place)place);
		subject_rate(&config, (enum sampler_place)place, 1);
		subject_set(&subject, config, false);
		subject_flood(&subject, &builder, 0, 7);
		assert_int_equal(sampled_on(&subject, 0, (enum sampler_place)place) - before, 7);
		subject_rate(&config, (enum sampler_place)place, SAMPLER_RATE_LIMIT);
		subject_set(&subject, config, false);
		before = sampled_on(&subject, 0, (enum sampler_place)place);
		subject_flood(&subject, &builder, 0, 50);
		assert_true(sampled_on(&subject, 0, (enum sampler_place)place) - before <= 1);
	}
	subject_close(&subject);
}

/* packets - countdown is what the place has seen, whatever was drawn and changed. */
static void packets_are_counted(void **state)
{
	struct sampler_config config = subject_config();
	struct sampler_subject subject;
	struct sampler_cpu *cpus;
	__u64 sent = 0;

	(void)state;
	make_frame(XDP_DROP, 0);
	subject_open(&subject, 3, 0, 1 << 16);
	for (__u32 i = 1; i < 200; i++) {
		subject_rate(&config, SAMPLER_INGRESS, i % 7);
		subject_rate(&config, SAMPLER_VERDICT, i % 5 * 30);
		subject_set(&subject, config, i % 3 == 0);
		subject_flood(&subject, &builder, 0, i);
		sent += i;
	}
	cpus = subject_cpus(&subject);
	for (int place = 0; place < SAMPLER_PLACE_COUNT; place++)
		assert_int_equal(cpus[0].place[place].packets - cpus[0].place[place].countdown,
				 sent);
	assert_int_equal(cpus[0].sequence, cpus[0].place[0].sampled + cpus[0].place[1].sampled);
	free(cpus);
	subject_close(&subject);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_many_as_the_rate_says),
		cmocka_unit_test(gaps_are_geometric),
		cmocka_unit_test(each_verdict_has_its_rate),
		cmocka_unit_test(a_new_rate_counts_at_once),
		cmocka_unit_test(packets_are_counted),
	};
	const char *reason = run_unavailable();

	if (reason) {
		printf("SKIP: %s\n", reason);
		return RUN_SKIP;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
