// SPDX-License-Identifier: GPL-2.0-only
/* The bypass against a second one in plain C, on flows and frames that chance made: verdict, reason and
 * bytes of each, counters of each few hundred. ECBPF_TEST_SEED repeats a run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bypass_chance.h"
#include "bypass_subject.h"
#include "monotonic_clock.h"

#define SETTINGS 2000
#define SETTINGS_QUICK 60
#define FRAMES_PER_SETTING 250
#define SLOT 7
#define SEED 20261121

static struct bypass_subject subject;
static struct bypass_model model;
static struct packet_builder builder;
static struct run_result result;
static struct model_answer answer;
static uint64_t sent, went_up[BYPASS_UP_COUNT]; /* of all settings together */
static uint64_t flow_packets[MODEL_FLOWS], flow_bytes[MODEL_FLOWS];

static void follow_model(void)
{
	subject_forget_flows(&subject);
	subject_configure(&subject, &model.config);
	subject_settings(&subject, &model.settings);
	subject_daemon(&subject, &model.daemon);
	for (__u32 i = 0; i < MODEL_NEXTHOPS; i++)
		subject_nexthop(&subject, i, &model.nexthops[i]);
	for (size_t i = 0; i < model.flow_count; i++)
		subject_flow(&subject, model.flows[i].table, &model.flows[i].key,
			     &model.flows[i].value);
}

/* The later of two flows of one key replaced the other in the kernel's table. */
static void forget_doubles(void)
{
	for (size_t i = 0; i < model.flow_count; i++) {
		for (size_t j = i + 1; j < model.flow_count; j++) {
			if (model.flows[i].table == model.flows[j].table &&
			    !memcmp(&model.flows[i].key, &model.flows[j].key,
				    sizeof(struct flow_key))) {
				model.flows[i] = model.flows[j];
				model.flows[j--] = model.flows[--model.flow_count];
			}
		}
	}
}

static void show(const char *what)
{
	fprintf(stderr,
		"%s; the model: %s %u, flow %zu, %zu bytes; the bypass: action %u, %u bytes\n",
		what, answer.sent ? "send, action" : "up, reason",
		answer.sent ? answer.action : answer.up, answer.flow, answer.length, result.action,
		result.length);
	for (__u32 i = 0; i < builder.length && i < 96; i++)
		fprintf(stderr, "%02x%s", builder.bytes[i],
			i % 16 == 15 || i == builder.length - 1 ? "\n" : " ");
	for (size_t i = 0; i < answer.length && result.length == answer.length; i++) {
		if (result.bytes[i] != answer.bytes[i])
			fprintf(stderr, "byte %zu: %02x for %02x\n", i, result.bytes[i],
				answer.bytes[i]);
	}
}

static int differs(const struct ecbpf_stats *before)
{
	struct ecbpf_stats stats;

	if (result.action != (answer.sent ? answer.action : XDP_PASS) ||
	    result.length != answer.length ||
	    memcmp(result.bytes, answer.bytes, answer.length) != 0)
		return 1;
	if (!answer.sent)
		return 0;
	assert_int_equal(run_stats(subject.chain, &stats), 0);
	return stats.row[SLOT].packets[answer.reason][answer.action] !=
	       before->row[SLOT].packets[answer.reason][answer.action] + 1;
}

static void run_frame(uint64_t *chance)
{
	struct ecbpf_stats before;

	chance_frame(chance, &model, &builder);
	bypass_model_answer(&model, builder.bytes, builder.length, &answer);
	assert_int_equal(run_stats(subject.chain, &before), 0);
	assert_int_equal(run_packet(&subject.program,
				    &(struct run_frame){ builder.bytes, builder.length, 0, 0 },
				    &result),
			 0);
	if (differs(&before)) {
		show("they differ");
		fail_msg("the bypass does something else than the model");
	}
	if (answer.sent)
		sent++;
	else
		went_up[answer.up]++;
	if (answer.sent || answer.up == BYPASS_UP_MONITOR) {
		flow_packets[answer.flow]++;
		flow_bytes[answer.flow] += builder.length;
		/* Its next packet comes to a flow that has just been seen. */
		model.flows[answer.flow].value.home_counts.last = model.now;
	}
}

static void check_counts(const uint64_t up_before[BYPASS_UP_COUNT])
{
	for (unsigned int i = 0; i < BYPASS_UP_COUNT; i++)
		assert_int_equal(subject_up(&subject, i), went_up[i] - up_before[i]);
	for (size_t i = 0; i < model.flow_count; i++) {
		struct flow_value value;

		subject_read_flow(&subject, model.flows[i].table, &model.flows[i].key, &value);
		assert_int_equal(value.home_counts.packets + value.other_counts.packets,
				 flow_packets[i]);
		assert_int_equal(value.home_counts.bytes + value.other_counts.bytes, flow_bytes[i]);
		assert_int_equal(value.first != 0, flow_packets[i] != 0);
	}
}

static void test_model(void **state)
{
	const char *seed = getenv("ECBPF_TEST_SEED");
	uint64_t chance = seed ? strtoull(seed, NULL, 0) : SEED, up_before[BYPASS_UP_COUNT];
	int settings = getenv("ECBPF_TEST_QUICK") ? SETTINGS_QUICK : SETTINGS;

	(void)state;
	for (int i = 0; i < settings; i++) {
		model.now = monotonic_clock_now();
		chance_setting(&chance, &model);
		forget_doubles();
		follow_model();
		subject_clear_up(&subject);
		memcpy(up_before, went_up, sizeof(went_up));
		memset(flow_packets, 0, sizeof(flow_packets));
		memset(flow_bytes, 0, sizeof(flow_bytes));
		for (int frame = 0; frame < FRAMES_PER_SETTING; frame++)
			run_frame(&chance);
		check_counts(up_before);
	}
	/* Chance must have met everything but what has no cause here. */
	assert_true(sent > (uint64_t)settings);
	for (unsigned int i = 0; i < BYPASS_UP_COUNT; i++) {
		if (!went_up[i] && i != BYPASS_UP_NO_HEADROOM && i != BYPASS_UP_NO_MAP)
			fail_msg("no frame went up for reason %u", i);
	}
	printf("%" PRIu64 " of %d frames were sent\n", sent, settings * FRAMES_PER_SETTING);
}

static int open_subject(void **state)
{
	*state = &subject;
	subject_open_alone(&subject, SLOT, SUBJECT_PLAIN);
	subject_device(&subject, 1);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_model),
	};
	const char *reason = run_unavailable();

	if (reason) {
		printf("SKIP: %s\n", reason);
		return 77;
	}
	return cmocka_run_group_tests(tests, open_subject, subject_tear_down);
}
