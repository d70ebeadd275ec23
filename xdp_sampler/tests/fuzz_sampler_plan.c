// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recorder_filter.h"
#include "sampler_plan.h"

static FILE *nowhere;

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool holds)
{
	if (!holds)
		abort();
}

static void check_settings(const struct sampler_settings *settings)
{
	struct sampler_config config = sampler_settings_config(settings);

	expect(settings->places && !(settings->places >> SAMPLER_PLACE_COUNT));
	expect(config.verdicts && !(config.verdicts >> ECBPF_ACTION_COUNT));
	expect(config.rows && !(config.rows >> ECBPF_ROW_COUNT) && config.reasons);
	expect(config.capture_length >= SAMPLER_CAPTURE_MINIMUM &&
	       config.capture_length <= SAMPLER_CAPTURE_LIMIT);
	expect(settings->ring_size && !(settings->ring_size & (settings->ring_size - 1)));
	expect(settings->ingress_slot < ECBPF_SLOT_COUNT);
	for (int i = 0; i < SAMPLER_PLACE_COUNT; i++)
		expect(config.draw[i].rate <= SAMPLER_RATE_LIMIT);
}

/* All of them fit into the kernel beside each other. */
static void check_recorders(const struct sampler_plan *plan)
{
	struct recorder_set set = { 0 }, before = { 0 };
	const struct recorder_wishes wishes = { plan->recorders, plan->recorder_count };

	for (size_t i = 0; i < plan->recorder_count; i++)
		expect(recorder_filter_is_canonical(&plan->recorders[i].filter) &&
		       plan->recorders[i].origin == RECORDER_BY_FILE);
	expect(recorder_set_renew(&set, &before, &wishes, NULL) == 0);
	expect(set.count == plan->recorder_count);
	recorder_set_free(&set);
}

static void check_sinks(const struct sampler_sinks *sinks)
{
	struct sampler_sinks again = { 0 };

	expect(sinks->count <= LEDGER_SINKS);
	for (size_t i = 0; i < sinks->count; i++) {
		const struct sink_wish *wish = &sinks->wishes[i];

		expect(wish->kind < SINK_KIND_COUNT && wish->takes <= SINK_TAKES_RECORDERS);
		expect(wish->target[0] && memchr(wish->target, '\0', sizeof(wish->target)));
		expect(memchr(wish->agent, '\0', sizeof(wish->agent)) != NULL);
		expect(sampler_sinks_add(&again, wish, NULL) == 0);
	}
}

/* Errors behind the first are logged, millions of them here. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	nowhere = fopen("/dev/null", "we");
	return nowhere ? 0 : -1;
}

static int parse_silently(const uint8_t *data, size_t size, struct sampler_plans *plans,
			  struct problem *problem)
{
	char name[INTERFACE_NAME_SIZE] = "no0";
	struct interface_list one = { .names = &name, .count = 1 };
	FILE *kept = stderr;
	int err;

	stderr = nowhere;
	err = sampler_plans_parse(plans, "/fuzz", (const char *)data, size, &one, problem);
	stderr = kept;
	return err;
}

/* What is taken is within its limits. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sampler_plans plans = { 0 };
	struct problem problem = { 0 };
	int err = parse_silently(data, size, &plans, &problem);

	if (err) {
		expect(err == -EINVAL && !strncmp(problem.text, "/fuzz: line ", 12));
	} else {
		expect(!problem.text[0] && plans.count == 1);
		for (size_t i = 0; i < plans.count; i++) {
			expect(interface_name_valid(plans.plans[i].interface));
			check_settings(&plans.plans[i].settings);
			check_recorders(&plans.plans[i]);
		}
		check_sinks(&plans.sinks);
	}
	sampler_plans_free(&plans);
	return 0;
}
