// SPDX-License-Identifier: GPL-2.0-only
/* bypass_udp: the verbs and what they do. */
#include "bypass_udp.h"

#include <errno.h>
#include <stdio.h>

#include "abi/pin_names.h"
#include "bpffs.h"
#include "bypass_change.h"
#include "bypass_explain.h"
#include "bypass_flows.h"
#include "bypass_options.h"
#include "bypass_plan.h"
#include "bypass_run.h"
#include "bypass_slot.h"
#include "bypass_state.h"
#include "bypass_stats.h"
#include "bypass_status.h"
#include "bypass_work.h"
#include "capability.h"
#include "component_verbs.h"
#include "service.h"
#include "tool_report.h"

static int attach(void *options, struct problem *problem)
{
	return bypass_work_attach(options, problem);
}

static int detach(void *options, struct problem *problem)
{
	return bypass_work_detach(options, problem);
}

static int set(void *options, struct problem *problem)
{
	return bypass_work_set(options, problem);
}

static int reload(void *options, struct problem *problem)
{
	return bypass_work_reload(options, problem);
}

static int flow_add(void *options_, struct problem *problem)
{
	const struct bypass_options *options = options_;
	struct flow_rule_list rules = { 0 };
	int err = flow_options_rules(&options->flows, &rules, problem);

	if (!err)
		err = bypass_change_flow_add(stdout, options->bpffs, &rules, options->flows.dry_run,
					     problem);
	flow_rule_list_free(&rules);
	return err;
}

static int flow_del(void *options_, struct problem *problem)
{
	const struct bypass_options *options = options_;

	return bypass_change_flow_del(stdout, options->bpffs, options->flow_del,
				      options->flows.both, problem);
}

static int flow_file(void *options_, struct problem *problem)
{
	const struct bypass_options *options = options_;
	struct flow_rule_list rules = { 0 };
	int err = flow_file_load(options->flow_file, &rules, problem);

	if (!err)
		err = bypass_change_flow_file(stdout, options->bpffs, &rules, problem);
	flow_rule_list_free(&rules);
	return err;
}

static int exclude(void *options_, struct problem *problem)
{
	const struct bypass_options *options = options_;

	return bypass_change_exclude(options->bpffs, options->exclude, problem);
}

static int no_exclude(void *options_, struct problem *problem)
{
	const struct bypass_options *options = options_;

	return bypass_change_no_exclude(options->bpffs, options->no_exclude, problem);
}

/* The rights first: without them nothing of a bpffs can be seen either. */
static int check_reading(const struct bypass_options *options, const char *verb,
			 struct problem *problem)
{
	int err = capability_require_reading(verb, problem);

	return err ? err : bpffs_check(options->bpffs, problem);
}

static struct report *open_report(const struct bypass_options *options, unsigned int schema)
{
	return tool_report_open(options->json, BYPASS_TOOL, schema);
}

static int close_report(struct report *report, int err, struct problem *problem)
{
	return tool_report_close(report, err, "report", problem);
}

static int list_flows(const struct bypass_options *options, enum bypass_verb verb,
		      struct problem *problem)
{
	struct flow_listing_wish wish;
	struct report *report;
	struct flow_key key;
	int err = bypass_options_flows(options, verb, &key, &wish, problem);

	if (!err)
		err = check_reading(options, verb == BYPASS_VERB_FLOWS ? "flows" : "flow-show",
				    problem);
	if (err)
		return err;
	report = open_report(options, BYPASS_FLOWS_SCHEMA);
	err = bypass_flows(report, options->bpffs, &wish, problem);
	return close_report(report, err, problem);
}

static int flow_show(void *options, struct problem *problem)
{
	return list_flows(options, BYPASS_VERB_FLOW_SHOW, problem);
}

static int flows(void *options, struct problem *problem)
{
	return list_flows(options, BYPASS_VERB_FLOWS, problem);
}

static int explain(void *options_, struct problem *problem)
{
	const struct bypass_options *options = options_;
	const struct interface_list *interfaces = &options->interfaces;
	struct bypass_explain_wish wish = { .flow = options->explain,
					    .interface =
						    interfaces->count ? interfaces->names[0] : NULL,
					    .slot = (unsigned int)options->slot };
	struct report *report;
	int err;

	if (interfaces->count > 1)
		return problem_set(problem, -EINVAL,
				   "--explain: a packet arrives at one interface: give one");
	err = check_reading(options, "explain", problem);
	if (err)
		return err;
	report = open_report(options, BYPASS_EXPLAIN_SCHEMA);
	err = bypass_explain(report, options->bpffs, &wish, problem);
	return close_report(report, err, problem);
}

static int run(void *options_, struct problem *problem)
{
	const struct bypass_options *options = options_;
	struct run_wish wish = { .bpffs = options->bpffs };

	return bypass_run(&wish, problem);
}

static int status(void *options_, struct problem *problem)
{
	const struct bypass_options *options = options_;
	struct bypass_state state;
	struct report *report;
	struct bypass_sick sick;
	int err = check_reading(options, "status", problem);

	if (err)
		return err;
	err = bypass_state_read(&state, options->bpffs, &options->interfaces,
				(unsigned int)options->slot, problem);
	/* Whoever asks for an interface that has none is not told of the others. */
	if (err && options->interfaces.count && !state.interface_count) {
		bypass_state_free(&state);
		return err;
	}
	report = open_report(options, BYPASS_STATUS_SCHEMA);
	bypass_status(report, &state, &sick);
	bypass_state_free(&state);
	err = close_report(report, err, problem);
	return err ? err : bypass_sick_check(&sick, problem);
}

static int tell_stats(const struct bypass_options *options, struct bypass_stats_wish *wish,
		      struct problem *problem)
{
	int err = check_reading(options, "stats", problem);

	wish->bpffs = options->bpffs;
	wish->interfaces = &options->interfaces;
	wish->slot = (unsigned int)options->slot;
	return err ? err : bypass_stats(wish, problem);
}

static int stats(void *options_, struct problem *problem)
{
	const struct bypass_options *options = options_;
	struct bypass_stats_wish wish = { .format = (enum bypass_stats_format)options->format,
					  .to = options->to };
	int err = bypass_options_seconds(options, &wish.seconds, problem);

	return err ? err : tell_stats(options, &wish, problem);
}

/* A service that has nothing to do is not one that fails. */
static int stats_configured(void *options_, struct problem *problem)
{
	const struct bypass_options *options = options_;
	struct bypass_plan plan = { 0 };
	int err = bypass_options_plan(options, true, &plan, problem);

	if (!err && !plan.stats.is_given) {
		printf("%s: no \"stats\" in the section bypass_udp: nothing to do\n",
		       options->config ? options->config : CONFIG_FILE_STANDARD);
		service_ready();
	} else if (!err) {
		struct bypass_stats_wish wish = { .seconds = plan.stats.seconds,
						  .format = plan.stats.format,
						  .to = plan.stats.to };

		err = tell_stats(options, &wish, problem);
	}
	bypass_plan_free(&plan);
	return err;
}

static int check_config(void *options, struct problem *problem)
{
	return component_check_config(&bypass_udp_component,
				      ((const struct bypass_options *)options)->config, problem);
}

static int wanted(void *options, struct problem *problem)
{
	return component_wanted(&bypass_udp_component,
				((const struct bypass_options *)options)->config, problem);
}

static int metrics(void *options_, struct problem *problem)
{
	const struct bypass_options *options = options_;
	int err = check_reading(options, "metrics", problem);

	return err ? err : component_print_metrics(&bypass_udp_component, options->bpffs, problem);
}

#define VALUE(member) offsetof(struct bypass_options, member)

static const struct verb_row verbs[BYPASS_VERB_COUNT] = {
	[BYPASS_VERB_ATTACH] = { "attach", 0, NULL, 0,
				 "put the program into the chain, the first time as the configuration "
				 "file says; where it is already, upgrade it: flows, settings and "
				 "counters stay",
				 attach },
	[BYPASS_VERB_DETACH] = { "detach", 0, NULL, 0,
				 "take the program away; the last one of a network namespace takes all "
				 "flows along",
				 detach },
	[BYPASS_VERB_RELOAD] = { "reload", 0, NULL, 0,
				 "make settings, and the static flows and excluded prefixes if it tells "
				 "any, what the configuration file says now",
				 reload },
	[BYPASS_VERB_SET] = { "set", 0, NULL, 0, "change settings", set },
	[BYPASS_VERB_FLOW_ADD] = { "flow-add", 0, "RULE", VALUE(flows.add),
				   "add a static flow: \"IN => OUT\", as in \"10.0.0.1:5000 > "
				   "10.0.0.2:53 => l2 via 10.0.0.9\" or \"... => *:* > 10.9.0.2:53\"",
				   flow_add },
	[BYPASS_VERB_FLOW_DEL] = { "flow-del", 0, "IN", VALUE(flow_del), "remove a static flow",
				   flow_del },
	[BYPASS_VERB_FLOW_SHOW] = { "flow-show", 0, NULL, 0,
				    "list static flows; as JSON, in a form that --flow-file takes",
				    flow_show },
	[BYPASS_VERB_FLOW_FILE] = { "flow-file", 0, "FILE", VALUE(flow_file),
				    "make the static flows what a file says, in one change: lines \"IN "
				    "=> OUT [both]\" or JSON; \"-\": stdin",
				    flow_file },
	[BYPASS_VERB_EXCLUDE] = { "exclude", 0, "LIST", VALUE(exclude),
				  "leave flows with an address in these prefixes to the kernel",
				  exclude },
	[BYPASS_VERB_NO_EXCLUDE] = { "no-exclude", 0, "LIST", VALUE(no_exclude),
				     "exclude exactly these prefixes no more", no_exclude },
	[BYPASS_VERB_EXPLAIN] = { "explain", 0, "IN", VALUE(explain),
				  "say what would become of a packet now, and why", explain },
	[BYPASS_VERB_FLOWS] = { "flows", 0, NULL, 0,
				"list all flows with their counters, the largest maybe", flows },
	[BYPASS_VERB_RUN] = { "run", 0, NULL, 0,
			      "stay, learn flows and follow routes, neighbours and links, for all "
			      "interfaces of this network namespace",
			      run },
	[BYPASS_VERB_STATUS] = { "status", 0, NULL, 0,
				 "show programs, settings, counters, next hops and the daemon",
				 status },
	[BYPASS_VERB_STATS] = { "stats", 0, "SECONDS", VALUE(stats),
				"stay and write the counters every so many seconds", stats },
	[BYPASS_VERB_STATS_CONFIGURED] = { "stats-configured", 0, NULL, 0,
					   "the same as the configuration file says; nothing if it says "
					   "nothing",
					   stats_configured },
	[BYPASS_VERB_METRICS] = VERB_ROW_METRICS(metrics),
	[BYPASS_VERB_CHECK_CONFIG] = VERB_ROW_CHECK_CONFIG(check_config),
	[BYPASS_VERB_WANTED] = VERB_ROW_WANTED(wanted),
};

int main(int argc, char **argv)
{
	struct bypass_options options = { .bpffs = ECBPF_BPFFS_DEFAULT, .slot = BYPASS_SLOT_ANY };
	struct command_line command_line = {
		.tool = BYPASS_TOOL,
		.summary = "Forward known UDP flows around the kernel's stack.",
		.verbs = verbs,
		.verb_count = BYPASS_VERB_COUNT,
		.footer =
			"Exit status: 0 done; 1 an interface failed, or --status found one that does not "
			"do\nwhat it was told to; 2 the command line was wrong.",
	};

	command_line.options = bypass_option_rows(&command_line.option_count);
	return command_line_main(&command_line, argc, argv, &options);
}
