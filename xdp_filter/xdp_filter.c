// SPDX-License-Identifier: GPL-2.0-only
/* xdp_filter: the verbs and what they do per interface. */
#include "xdp_filter.h"

#include <errno.h>
#include <stdio.h>

#include "abi/pin_names.h"
#include "bpffs.h"
#include "component_verbs.h"
#include "each_interface.h"
#include "filter_attach.h"
#include "filter_change.h"
#include "filter_options.h"
#include "filter_plan.h"
#include "filter_reload.h"
#include "filter_state.h"
#include "filter_status.h"
#include "filter_watch.h"
#include "program_slot.h"
#include "tool_report.h"
#include "xdp_filter_component.h"

#define ENTRIES_TEXT 20
#define ENTRIES_JSON 1000

/* What a verb does to every interface, all of it read before anything is changed. */
struct work {
	const struct filter_options *options;
	struct filter_request request;
	struct filter_plans plans;
	struct source_list sources;
	struct filter_change change;
};

static unsigned int slot_of(const struct work *work)
{
	return (unsigned int)work->options->slot;
}

static int attach_one(void *context, const char *interface, struct problem *problem)
{
	const struct work *work = context;

	return filter_attach(work->options->bpffs, interface, slot_of(work),
			     filter_plans_find(&work->plans, interface), &work->request, problem);
}

static int detach_one(void *context, const char *interface, struct problem *problem)
{
	const struct work *work = context;

	return filter_detach(work->options->bpffs, interface, slot_of(work), problem);
}

static int reload_one(void *context, const char *interface, struct problem *problem)
{
	const struct work *work = context;

	return filter_reload(stdout, work->options->bpffs, interface, slot_of(work),
			     filter_plans_find(&work->plans, interface), problem);
}

static int change_one(void *context, const char *interface, struct problem *problem)
{
	const struct work *work = context;

	return filter_change(work->options->bpffs, interface, slot_of(work), &work->change,
			     problem);
}

static int for_each(struct work *work, const char *verb, each_interface_work do_one,
		    struct problem *problem)
{
	const struct filter_options *options = work->options;

	return each_interface(&options->interfaces, options->bpffs, verb, do_one, work, problem);
}

/* What --configured means, if it was given. *ret_missing: interfaces that are not there. */
static int take_configured(struct filter_options *options, unsigned int *ret_missing,
			   struct problem *problem)
{
	*ret_missing = 0;
	if (!options->configured)
		return 0;
	if (options->no_config)
		return problem_set(problem, -EINVAL,
				   "--configured and --no-config contradict each other");
	return component_configured(&xdp_filter_component, options->config, &options->interfaces,
				    ret_missing, problem);
}

static bool is_nothing_to_do(const struct filter_options *options)
{
	return (options->configured || options->attached) && !options->interfaces.count;
}

static int attach(void *options, struct problem *problem)
{
	struct work work = { .options = options, .request = filter_options_request(options) };
	unsigned int missing;
	int err = take_configured(options, &missing, problem);

	if (err || is_nothing_to_do(options))
		return component_missing(err, missing, problem);
	err = filter_options_plans(options, true, &work.plans, problem);
	if (!err)
		err = for_each(&work, "attach", attach_one, problem);
	filter_plans_free(&work.plans);
	return component_missing(err, missing, problem);
}

static int detach(void *options_, struct problem *problem)
{
	struct filter_options *options = options_;
	struct work work = { .options = options };
	int err = options->attached ? component_attached(options->bpffs, filter_is_attached,
							 &options->interfaces, problem) :
				      0;

	if (err || is_nothing_to_do(options))
		return err;
	return for_each(&work, "detach", detach_one, problem);
}

static int reload(void *options, struct problem *problem)
{
	struct work work = { .options = options };
	unsigned int missing;
	int err = take_configured(options, &missing, problem);

	if (err || is_nothing_to_do(options))
		return component_missing(err, missing, problem);
	err = filter_options_plans(options, false, &work.plans, problem);
	if (!err)
		err = for_each(&work, "reload", reload_one, problem);
	filter_plans_free(&work.plans);
	return component_missing(err, missing, problem);
}

static int set(void *options, struct problem *problem)
{
	struct work work = { .options = options, .request = filter_options_request(options) };
	bool any = false;

	for (int i = 0; i < FILTER_SETTING_COUNT; i++)
		any |= work.request.given[i];
	if (!any)
		return problem_set(problem, -EINVAL,
				   "--set needs something to set, --frags-drop for one; see "
				   "--help");
	work.change =
		(struct filter_change){ .kind = FILTER_CHANGE_SETTINGS, .request = &work.request };
	return for_each(&work, "set", change_one, problem);
}

static int change_sources(const struct filter_options *options, const char *verb,
			  enum filter_change_kind kind, uint8_t action, struct problem *problem)
{
	struct work work = { .options = options };
	int err;

	work.change =
		(struct filter_change){ .kind = kind, .sources = &work.sources, .action = action };
	err = filter_options_sources(options, verb, action, &work.sources, problem);
	if (!err)
		err = for_each(&work, verb, change_one, problem);
	source_list_free(&work.sources);
	return err;
}

static enum filter_change_kind adding(const struct filter_options *options)
{
	return options->replace ? FILTER_CHANGE_REPLACE : FILTER_CHANGE_ADD;
}

static int drop(void *options, struct problem *problem)
{
	return change_sources(options, "drop", adding(options), SOURCE_DROP, problem);
}

static int no_drop(void *options, struct problem *problem)
{
	return change_sources(options, "no-drop", FILTER_CHANGE_REMOVE, SOURCE_DROP, problem);
}

static int allow(void *options, struct problem *problem)
{
	return change_sources(options, "allow", adding(options), SOURCE_ALLOW, problem);
}

static int no_allow(void *options, struct problem *problem)
{
	return change_sources(options, "no-allow", FILTER_CHANGE_REMOVE, SOURCE_ALLOW, problem);
}

static int clear(void *options, struct problem *problem)
{
	struct work work = { .options = options, .change = { .kind = FILTER_CHANGE_CLEAR } };

	return for_each(&work, "clear", change_one, problem);
}

static int dump(void *options_, struct problem *problem)
{
	const struct filter_options *options = options_;
	int err;

	if (options->interfaces.count != 1)
		return problem_set(problem, -EINVAL, "--dump needs --interface NAME, one");
	err = bpffs_check(options->bpffs, problem);
	return err ? err :
		     filter_dump(stdout, options->bpffs, options->interfaces.names[0],
				 (unsigned int)options->slot, problem);
}

static int watch(void *options_, struct problem *problem)
{
	const struct filter_options *options = options_;

	if (!options->interfaces.count && !options->attached)
		return problem_set(problem, -EINVAL,
				   "--watch needs --interface LIST or --attached");
	if (options->interfaces.count && options->attached)
		return problem_set(problem, -EINVAL,
				   "--interface and --attached exclude each other: give one");
	return filter_watch(options->bpffs, &options->interfaces, (unsigned int)options->slot,
			    problem);
}

static int check_config(void *options_, struct problem *problem)
{
	const struct filter_options *options = options_;

	return component_check_config(&xdp_filter_component, options->config, problem);
}

static int metrics(void *options_, struct problem *problem)
{
	const struct filter_options *options = options_;

	return component_print_metrics(&xdp_filter_component, options->bpffs, problem);
}

static int wanted(void *options_, struct problem *problem)
{
	const struct filter_options *options = options_;

	return component_wanted(&xdp_filter_component, options->config, problem);
}

static int status(void *options_, struct problem *problem)
{
	const struct filter_options *options = options_;
	struct filter_status_wish wish = { .slot = (unsigned int)options->slot,
					   .entries = (size_t)options->entries,
					   .seconds = (unsigned int)options->seconds };
	struct report *report;
	unsigned int sick = 0;
	int err;

	if (!options->entries_given)
		wish.entries = options->json ? ENTRIES_JSON : ENTRIES_TEXT;
	err = bpffs_check(options->bpffs, problem);
	if (err)
		return err;
	report = tool_report_open(options->json, FILTER_PROGRAM, FILTER_STATUS_SCHEMA);
	err = filter_status(report, options->bpffs, &options->interfaces, &wish, &sick, problem);
	err = tool_report_close(report, err, "status", problem);
	return err ? err :
		     tool_report_sick(sick,
				      "the filter is loaded, but no packet reaches it (see the "
				      "status)",
				      problem);
}

static const struct verb_row verbs[FILTER_VERB_COUNT] = {
	[FILTER_ATTACH] = { "attach", 0, NULL, 0,
			    "load the filter as the configuration file says; where it is loaded "
			    "already, upgrade it: lists, configuration and counters stay",
			    attach },
	[FILTER_DETACH] = { "detach", 0, NULL, 0,
			    "take the filter, its lists and configuration away", detach },
	[FILTER_RELOAD] = { "reload", 0, NULL, 0,
			    "make the filter what the configuration file and its list files say "
			    "now; sources of --drop and --allow stay",
			    reload },
	[FILTER_SET] = { "set", 0, NULL, 0, "change the configuration", set },
	[FILTER_DROP] = { "drop", 0, NULL, 0, "drop packets from these sources", drop },
	[FILTER_NO_DROP] = { "no-drop", 0, NULL, 0,
			     "drop packets from exactly these prefixes no more", no_drop },
	[FILTER_ALLOW] = { "allow", 0, NULL, 0,
			   "do not drop packets from these sources, inside of shorter prefixes "
			   "that are dropped; the longest match decides",
			   allow },
	[FILTER_NO_ALLOW] = { "no-allow", 0, NULL, 0, "allow exactly these prefixes no more",
			      no_allow },
	[FILTER_CLEAR] = { "clear", 0, NULL, 0, "remove every source from the lists", clear },
	[FILTER_DUMP] = { "dump", 0, NULL, 0, "print the lists as --file takes them", dump },
	[FILTER_STATUS] = { "status", 0, NULL, 0,
			    "show configuration, counters and sources; without --interface, of "
			    "every interface that has the filter",
			    status },
	[FILTER_WATCH] = { "watch", 0, NULL, 0,
			   "stay and keep this host's own addresses current, for "
			   "drop-unless-local",
			   watch },
	[FILTER_CHECK_CONFIG] = VERB_ROW_CHECK_CONFIG(check_config),
	[FILTER_METRICS] = VERB_ROW_METRICS(metrics),
	[FILTER_WANTED] = VERB_ROW_WANTED(wanted),
};

int main(int argc, char **argv)
{
	struct filter_options options = { .bpffs = ECBPF_BPFFS_DEFAULT,
					  .slot = PROGRAM_SLOT_ANY,
					  .seconds = 1 };
	struct command_line command_line = {
		.tool = FILTER_PROGRAM,
		.summary = "Drop packets from listed sources, fragments and malformed packets.",
		.verbs = verbs,
		.verb_count = FILTER_VERB_COUNT,
		.footer = "Exit status: 0 done; 1 an interface failed, or --status found a filter "
			  "that no\npacket reaches; 2 the command line was wrong; 3 done, but an "
			  "interface that the\nconfiguration names does not exist.",
	};

	command_line.options = filter_option_rows(&command_line.option_count);
	return command_line_main(&command_line, argc, argv, &options);
}
