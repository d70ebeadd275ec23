// SPDX-License-Identifier: GPL-2.0-only
#include "sampler_reading.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "bpffs.h"
#include "sampler_capture.h"
#include "sampler_options.h"
#include "sampler_plan.h"
#include "sampler_run.h"
#include "service.h"

#define NO_SINKS                                                                                   \
	"--run needs somewhere to put samples: --write, --json-lines, --sflow, --live, or sinks "  \
	"in the configuration file"

/* Sinks of the command line, or if there are none those of the file; maybe none either. */
static int choose_sinks(const struct sampler_options *options, const struct sampler_plans *plans,
			struct sampler_sinks *ret_sinks, struct problem *problem)
{
	int err = sampler_options_sinks(options, ret_sinks, problem);

	if (!err && !ret_sinks->count)
		*ret_sinks = plans->sinks;
	return err;
}

static int reload_sinks(void *context, struct sink_wish **ret_sinks, size_t *ret_sink_count,
			struct problem *problem)
{
	struct sampler_plans plans = { 0 };
	struct sampler_sinks sinks = { 0 };
	int err = sampler_options_plans(context, true, &plans, problem);

	if (!err)
		err = choose_sinks(context, &plans, &sinks, problem);
	if (!err && !sinks.count)
		err = problem_set(problem, -EINVAL, NO_SINKS);
	sampler_plans_free(&plans);
	if (err)
		return err;
	*ret_sinks = calloc(sinks.count, sizeof(**ret_sinks));
	if (!*ret_sinks)
		return problem_errno(problem, -ENOMEM, "cannot take the sinks");
	for (size_t i = 0; i < sinks.count; i++)
		(*ret_sinks)[i] = sinks.wishes[i];
	*ret_sink_count = sinks.count;
	return 0;
}

/* Where to read: no interfaces mean wherever a sampler is attached. */
static int take_interfaces(struct sampler_options *options, struct problem *problem)
{
	unsigned int missing;
	int err;

	if (options->attached && (options->interfaces.count || options->configured))
		return problem_set(problem, -EINVAL,
				   "--interface, --configured and --attached exclude each other: "
				   "give one");
	if (options->attached)
		return 0;
	err = sampler_options_configured(options, &missing, problem);
	if (!err && !options->interfaces.count)
		err = problem_set(problem, -EINVAL,
				  "--run needs --interface LIST, --attached, or interfaces in the "
				  "configuration file");
	return err;
}

static int run(struct sampler_options *options, const struct sampler_sinks *sinks,
	       struct problem *problem)
{
	struct run_wish wish = { .bpffs = options->bpffs,
				 .interfaces = &options->interfaces,
				 .sinks = sinks->wishes,
				 .sink_count = sinks->count,
				 .daemon = true,
				 .reload = reload_sinks,
				 .context = options };
	int err = bpffs_check(options->bpffs, problem);

	return err ? err : sampler_run(&wish, problem);
}

int sampler_reading_run(void *options_, struct problem *problem)
{
	struct sampler_options *options = options_;
	struct sampler_plans plans = { 0 };
	struct sampler_sinks sinks = { 0 };
	int err = take_interfaces(options, problem);

	if (!err)
		err = sampler_options_plans(options, true, &plans, problem);
	if (!err)
		err = choose_sinks(options, &plans, &sinks, problem);
	sampler_plans_free(&plans);
	if (err)
		return err;
	if (sinks.count)
		return run(options, &sinks, problem);
	if (!options->attached && !service_is_managed())
		return problem_set(problem, -EINVAL, NO_SINKS);
	/* A service of a host that only captures now and then. */
	printf("no sinks in the configuration file: nothing to read samples for\n");
	service_ready();
	return 0;
}

/* Every packet, or with a filter those that match it only. */
static int capture_settings(const struct sampler_options *options,
			    struct sampler_settings *ret_settings, struct problem *problem)
{
	sampler_settings_standard(ret_settings);
	(void)sampler_settings_parse(ret_settings, SAMPLER_SETTING_RATE,
				     options->filter ? "0" : "1", NULL);
	ret_settings->given[SAMPLER_SETTING_RATE] = false;
	return sampler_options_settings(options, ret_settings, problem);
}

int sampler_reading_capture(void *options_, struct problem *problem)
{
	struct sampler_options *options = options_;
	struct capture_wish wish = { .bpffs = options->bpffs,
				     .interfaces = &options->interfaces,
				     .count = options->count };
	struct sampler_settings settings;
	struct sampler_sinks sinks;
	struct recorder recorder;
	int err = options->interfaces.count ?
			  bpffs_check(options->bpffs, problem) :
			  problem_set(problem, -EINVAL, "--capture needs --interface LIST");

	if (!err)
		err = capture_settings(options, &settings, problem);
	if (!err && options->filter)
		err = sampler_options_recorder(options, options->filter, &recorder, problem);
	if (!err)
		err = sampler_options_duration(options, &wish.duration_ns, problem);
	options->live |= !options->write && !options->json_lines && !options->sflow;
	if (!err)
		err = sampler_options_sinks(options, &sinks, problem);
	if (err)
		return err;
	wish.settings = &settings;
	wish.recorder = options->filter ? &recorder : NULL;
	wish.sinks = sinks.wishes;
	wish.sink_count = sinks.count;
	return sampler_capture(&wish, problem);
}
