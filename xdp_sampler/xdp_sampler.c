// SPDX-License-Identifier: GPL-2.0-only
/* xdp_sampler: the verbs and what they do per interface. */
#include "xdp_sampler.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "abi/pin_names.h"
#include "bpffs.h"
#include "component_verbs.h"
#include "each_interface.h"
#include "sampler_attach.h"
#include "sampler_change.h"
#include "sampler_options.h"
#include "sampler_plan.h"
#include "sampler_reading.h"
#include "sampler_reload.h"
#include "sampler_state.h"
#include "sampler_status.h"
#include "tool_report.h"
#include "xdp_sampler_component.h"

/* What a verb does to every interface, all of it read before anything is changed. */
struct work {
	const struct sampler_options *options;
	struct sampler_plans plans;
	struct sampler_settings settings;
	struct recorder recorder;
	struct recorder_text text;
	uint32_t *ids;
	size_t id_count;
};

static int attach_one(void *context, const char *interface, struct problem *problem)
{
	const struct work *work = context;
	const char *bpffs = work->options->bpffs;
	const struct sampler_plan *plan = sampler_plans_find(&work->plans, interface);
	struct sampler_settings settings = plan->settings;
	bool is_upgrade = sampler_is_attached(bpffs, interface);
	int err;

	/* Where a sampler is already, the command line alone counts. */
	for (int i = 0; i < SAMPLER_SETTING_COUNT; i++)
		settings.given[i] = false;
	err = sampler_options_settings(work->options, &settings, problem);
	if (!err)
		err = sampler_attach(bpffs, interface, &settings, problem);
	if (!err && plan->recorder_count && !is_upgrade)
		err = sampler_record_plan(bpffs, interface, plan, problem);
	return err;
}

static int for_each(struct work *work, const char *verb, each_interface_work do_one,
		    struct problem *problem)
{
	return each_interface(&work->options->interfaces, work->options->bpffs, verb, do_one, work,
			      problem);
}

static bool is_nothing_to_do(const struct sampler_options *options)
{
	return (options->configured || options->attached) && !options->interfaces.count;
}

static int attach(void *options, struct problem *problem)
{
	struct work work = { .options = options };
	unsigned int missing;
	int err = sampler_options_configured(options, &missing, problem);

	if (err || is_nothing_to_do(options))
		return component_missing(err, missing, problem);
	err = sampler_options_settings(work.options, &work.settings, problem);
	if (!err)
		err = sampler_options_plans(work.options, true, &work.plans, problem);
	if (!err)
		err = for_each(&work, "attach", attach_one, problem);
	sampler_plans_free(&work.plans);
	return component_missing(err, missing, problem);
}

static int detach_one(void *context, const char *interface, struct problem *problem)
{
	const struct work *work = context;

	return sampler_detach(work->options->bpffs, interface, problem);
}

static int detach(void *options_, struct problem *problem)
{
	struct sampler_options *options = options_;
	struct work work = { .options = options };
	int err = options->attached ? component_attached(options->bpffs, sampler_is_attached,
							 &options->interfaces, problem) :
				      0;

	if (err || is_nothing_to_do(options))
		return err;
	return for_each(&work, "detach", detach_one, problem);
}

static int set_one(void *context, const char *interface, struct problem *problem)
{
	const struct work *work = context;

	return sampler_set(work->options->bpffs, interface, &work->settings, problem);
}

static int set(void *options, struct problem *problem)
{
	struct work work = { .options = options };
	int err = sampler_options_settings(options, &work.settings, problem);

	if (!err && !sampler_settings_any(&work.settings))
		err = problem_set(problem, -EINVAL,
				  "--set needs something to set, --rate for one; see --help");
	return err ? err : for_each(&work, "set", set_one, problem);
}

static int record_one(void *context, const char *interface, struct problem *problem)
{
	const struct work *work = context;

	return sampler_record(stdout, work->options->bpffs, interface, &work->recorder, problem);
}

static int record(void *options, struct problem *problem)
{
	struct work work = { .options = options };
	int err = sampler_options_recorder(options, work.options->record, &work.recorder, problem);

	return err ? err : for_each(&work, "record", record_one, problem);
}

static int record_file_one(void *context, const char *interface, struct problem *problem)
{
	const struct work *work = context;

	return sampler_record_file(stdout, work->options->bpffs, interface, &work->text, problem);
}

static int record_file(void *options, struct problem *problem)
{
	struct work work = { .options = options };
	int err = recorder_text_load(&work.text, work.options->record_file, problem);

	if (!err)
		err = for_each(&work, "record-file", record_file_one, problem);
	recorder_text_free(&work.text);
	return err;
}

static int no_record_one(void *context, const char *interface, struct problem *problem)
{
	const struct work *work = context;

	return sampler_no_record(work->options->bpffs, interface, work->ids, work->id_count,
				 problem);
}

static int no_record(void *options, struct problem *problem)
{
	struct work work = { .options = options };
	int err = sampler_options_ids(work.options->no_record, &work.ids, &work.id_count, problem);

	if (!err)
		err = for_each(&work, "no-record", no_record_one, problem);
	free(work.ids);
	return err;
}

static int report_status(const struct sampler_options *options, enum sampler_view view,
			 unsigned int *ret_sick, struct problem *problem)
{
	struct report *report;
	int err = bpffs_check(options->bpffs, problem);

	if (err)
		return err;
	report = tool_report_open(options->json, SAMPLER_TOOL, SAMPLER_STATUS_SCHEMA);
	err = sampler_status(report, options->bpffs, &options->interfaces, view, ret_sick, problem);
	return tool_report_close(report, err, "status", problem);
}

static int recorders(void *options, struct problem *problem)
{
	unsigned int sick;

	return report_status(options, SAMPLER_VIEW_RECORDERS, &sick, problem);
}

static int status(void *options_, struct problem *problem)
{
	const struct sampler_options *options = options_;
	bool each_cpu = options->json || options->cpus;
	unsigned int sick = 0;
	int err = report_status(options, each_cpu ? SAMPLER_VIEW_CPUS : SAMPLER_VIEW_ALL, &sick,
				problem);

	return err ? err :
		     tool_report_sick(sick,
				      "the sampler does not do what it was told to (see what "
				      "DISAGREES in the status)",
				      problem);
}

static int reload_one(void *context, const char *interface, struct problem *problem)
{
	const struct work *work = context;

	return sampler_reload(stdout, work->options->bpffs, interface,
			      sampler_plans_find(&work->plans, interface), problem);
}

static int reload(void *options, struct problem *problem)
{
	struct work work = { .options = options };
	unsigned int missing;
	int err = sampler_options_configured(options, &missing, problem);

	if (err || is_nothing_to_do(options))
		return component_missing(err, missing, problem);
	err = sampler_options_plans(options, false, &work.plans, problem);
	if (!err)
		err = for_each(&work, "reload", reload_one, problem);
	if (!err)
		err = sampler_reload_readers(stdout, work.options->bpffs, &work.options->interfaces,
					     problem);
	sampler_plans_free(&work.plans);
	return component_missing(err, missing, problem);
}

static int check_config(void *options_, struct problem *problem)
{
	const struct sampler_options *options = options_;

	return component_check_config(&xdp_sampler_component, options->config, problem);
}

static int metrics(void *options_, struct problem *problem)
{
	const struct sampler_options *options = options_;

	return component_print_metrics(&xdp_sampler_component, options->bpffs, problem);
}

static int wanted(void *options_, struct problem *problem)
{
	const struct sampler_options *options = options_;

	return component_wanted(&xdp_sampler_component, options->config, problem);
}

#define VALUE(member) offsetof(struct sampler_options, member)

static const struct verb_row verbs[SAMPLER_VERB_COUNT] = {
	[SAMPLER_VERB_ATTACH] = { "attach", 0, NULL, 0,
				  "put the programs into the chain as the configuration file says; where "
				  "they are already, upgrade them: settings, recorders and counters stay",
				  attach },
	[SAMPLER_VERB_DETACH] = { "detach", 0, NULL, 0,
				  "take the programs, recorders and counters away", detach },
	[SAMPLER_VERB_SET] = { "set", 0, NULL, 0, "change settings", set },
	[SAMPLER_VERB_RECORD] = { "record", 0, "FILTER", VALUE(record),
				  "take every packet that matches \"SOURCE SPORT DESTINATION DPORT "
				  "PROTOCOL\", each of them may be *; tells the recorder's id",
				  record },
	[SAMPLER_VERB_RECORD_FILE] = { "record-file", 0, "FILE", VALUE(record_file),
				       "the same for a file, a filter a line and behind it id=, "
				       "priority=, capture=, limit=, duration=; \"-\": stdin",
				       record_file },
	[SAMPLER_VERB_NO_RECORD] = { "no-record", 0, "LIST", VALUE(no_record),
				     "remove the recorders with these ids, or all", no_record },
	[SAMPLER_VERB_RECORDERS] = { "recorders", 0, NULL, 0,
				     "list recorders and what they have taken", recorders },
	[SAMPLER_VERB_RUN] = { "run", 0, NULL, 0,
			       "stay, read the samples of all these interfaces and write them to the "
			       "sinks of the command line, else of the configuration file",
			       sampler_reading_run },
	[SAMPLER_VERB_CAPTURE] = { "capture", 0, NULL, 0,
				   "attach where nothing is attached, show or write samples until ^C, "
				   "--count or --duration, and take away what was attached",
				   sampler_reading_capture },
	[SAMPLER_VERB_RELOAD] = { "reload", 0, NULL, 0,
				  "make settings, recorders and the sinks of the reader what the "
				  "configuration file says now; recorders of --record stay",
				  reload },
	[SAMPLER_VERB_STATUS] = { "status", 0, NULL, 0,
				  "show programs, settings, counts, reader and sinks; without "
				  "--interface, of every interface that has the sampler",
				  status },
	[SAMPLER_VERB_CHECK_CONFIG] = VERB_ROW_CHECK_CONFIG(check_config),
	[SAMPLER_VERB_METRICS] = VERB_ROW_METRICS(metrics),
	[SAMPLER_VERB_WANTED] = VERB_ROW_WANTED(wanted),
};

int main(int argc, char **argv)
{
	struct sampler_options options = { .bpffs = ECBPF_BPFFS_DEFAULT };
	struct command_line command_line = {
		.tool = SAMPLER_TOOL,
		.summary = "Show what XDP sees and what it did: sample packets before or after the "
			   "verdict.",
		.verbs = verbs,
		.verb_count = SAMPLER_VERB_COUNT,
		.footer =
			"Exit status: 0 done; 1 an interface failed, or --status found a sampler that "
			"does\nnot do what it was told to; 2 the command line was wrong; 3 done, but an "
			"interface\nthat the configuration names does not exist.",
	};

	command_line.options = sampler_option_rows(&command_line.option_count);
	return command_line_main(&command_line, argc, argv, &options);
}
