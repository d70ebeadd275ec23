// SPDX-License-Identifier: GPL-2.0-only
/* tc_offload: the verbs and what they do. */
#include "tc_offload.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>

#include "abi/pin_names.h"
#include "bpffs.h"
#include "capability.h"
#include "component_verbs.h"
#include "offload_change.h"
#include "offload_check.h"
#include "offload_explain.h"
#include "offload_flow_list.h"
#include "offload_options.h"
#include "offload_run.h"
#include "offload_state.h"
#include "offload_status.h"
#include "offload_work.h"
#include "tool_report.h"

static int attach(void *options, struct problem *problem)
{
	return offload_work_attach(options, problem);
}

static int detach(void *options, struct problem *problem)
{
	return offload_work_detach(options, problem);
}

static int reload(void *options, struct problem *problem)
{
	return offload_work_reload(options, problem);
}

static int flow_add(void *options_, struct problem *problem)
{
	const struct offload_options *options = options_;
	struct flow_rule_list rules = { 0 };
	int err = flow_options_rules(&options->flows, &rules, problem);

	if (!err)
		err = offload_change_flow_add(stdout, options->bpffs, &rules,
					      options->flows.dry_run, problem);
	flow_rule_list_free(&rules);
	return err;
}

static int flow_del(void *options_, struct problem *problem)
{
	const struct offload_options *options = options_;

	return offload_change_flow_del(stdout, options->bpffs, options->flow_del,
				       options->flows.both, problem);
}

static int flow_file(void *options_, struct problem *problem)
{
	const struct offload_options *options = options_;
	struct flow_rule_list rules = { 0 };
	int err = flow_file_load(options->flow_file, &rules, problem);

	if (!err)
		err = offload_change_flow_file(stdout, options->bpffs, &rules, problem);
	flow_rule_list_free(&rules);
	return err;
}

/* The rights first: without them nothing of a bpffs can be seen either. */
static int check_reading(const struct offload_options *options, const char *verb,
			 struct problem *problem)
{
	int err = capability_require_reading(verb, problem);

	return err ? err : bpffs_check(options->bpffs, problem);
}

/* The same for what looks at places as well: tc shows them to an administrator of the network only. */
static int check_reading_places(const struct offload_options *options, const char *verb,
				struct problem *problem)
{
	int err = check_reading(options, verb, problem);

	if (err || capability_has(CAP_NET_ADMIN))
		return err;
	return problem_set(problem, -EPERM,
			   "%s: missing CAP_NET_ADMIN, without which the kernel does not show what is "
			   "attached at tc: run as root, or grant it",
			   verb);
}

static int flows(void *options_, struct problem *problem)
{
	const struct offload_options *options = options_;
	struct flow_listing_wish wish;
	struct report *report;
	struct flow_key key;
	int err = flow_options_wish(&options->flows, 1U << FLOW_TABLE_STATIC, &key, &wish, problem);

	if (!err)
		err = check_reading(options, "flows", problem);
	if (err)
		return err;
	report = tool_report_open(options->json, OFFLOAD_TOOL, OFFLOAD_FLOWS_SCHEMA);
	err = offload_flow_list(report, options->bpffs, &wish, problem);
	return tool_report_close(report, err, "list", problem);
}

static int explain(void *options_, struct problem *problem)
{
	const struct offload_options *options = options_;
	const char *interface;
	struct report *report;
	int err = offload_options_explain(options, &interface, problem);

	if (!err)
		err = check_reading(options, "explain", problem);
	if (err)
		return err;
	report = tool_report_open(options->json, OFFLOAD_TOOL, OFFLOAD_EXPLAIN_SCHEMA);
	err = offload_explain(report, options->bpffs, options->explain, interface, problem);
	return tool_report_close(report, err, "explanation", problem);
}

static int run(void *options_, struct problem *problem)
{
	const struct offload_options *options = options_;
	struct offload_run_wish wish = { .bpffs = options->bpffs };

	return offload_run(&wish, problem);
}

static int status(void *options_, struct problem *problem)
{
	const struct offload_options *options = options_;
	struct offload_state state;
	struct offload_sick sick;
	struct report *report;
	int err = check_reading_places(options, "status", problem);

	if (err)
		return err;
	err = offload_state_read(&state, options->bpffs, &options->interfaces, problem);
	/* Whoever asks for an interface that has none is not told of the others. */
	if (err && options->interfaces.count && !state.place_count) {
		offload_state_free(&state);
		return err;
	}
	report = tool_report_open(options->json, OFFLOAD_TOOL, OFFLOAD_STATUS_SCHEMA);
	offload_status(report, &state, &sick);
	offload_state_free(&state);
	err = tool_report_close(report, err, "status", problem);
	return err ? err : offload_sick_check(&sick, problem);
}

static int check(void *options_, struct problem *problem)
{
	const struct offload_options *options = options_;
	struct report *report = tool_report_open(options->json, OFFLOAD_TOOL, OFFLOAD_CHECK_SCHEMA);
	size_t missing = 0;
	int err = offload_check(report, options->bpffs, &options->interfaces, &missing, problem);

	err = tool_report_close(report, err, "check", problem);
	if (err || !missing)
		return err;
	return problem_set(problem, -EUCLEAN, "%zu thing%s missing (see above what to type)",
			   missing, missing == 1 ? " is" : "s are");
}

static int metrics(void *options_, struct problem *problem)
{
	const struct offload_options *options = options_;
	int err = check_reading_places(options, "metrics", problem);

	return err ? err : component_print_metrics(&tc_offload_component, options->bpffs, problem);
}

static int check_config(void *options, struct problem *problem)
{
	return component_check_config(&tc_offload_component,
				      ((const struct offload_options *)options)->config, problem);
}

static int wanted(void *options, struct problem *problem)
{
	return component_wanted(&tc_offload_component,
				((const struct offload_options *)options)->config, problem);
}

#define VALUE(member) offsetof(struct offload_options, member)

static const struct verb_row verbs[OFFLOAD_VERB_COUNT] = {
	[OFFLOAD_VERB_ATTACH] = { "attach", 0, NULL, 0,
				  "rewrite known flows at these interfaces; where it is attached "
				  "already, upgrade it: flows and counters stay",
				  attach },
	[OFFLOAD_VERB_DETACH] = { "detach", 0, NULL, 0,
				  "take away exactly what --attach has made; the last one of a "
				  "network namespace takes all flows along",
				  detach },
	[OFFLOAD_VERB_RELOAD] = { "reload", 0, NULL, 0,
				  "make the flows what the configuration file says now, if it names "
				  "any",
				  reload },
	[OFFLOAD_VERB_FLOW_ADD] = { "flow-add", 0, "RULE", VALUE(flows.add),
				    "add a flow: \"IN => OUT\", as in \"127.0.0.1:1236 > "
				    "127.0.0.1:1235 => 10.0.2.3:1236 > 10.0.2.4:1234\"",
				    flow_add },
	[OFFLOAD_VERB_FLOW_DEL] = { "flow-del", 0, "IN", VALUE(flow_del), "remove a flow",
				    flow_del },
	[OFFLOAD_VERB_FLOW_SHOW] = { "flow-show", 0, NULL, 0,
				     "list flows; as JSON, in a form that --flow-file takes",
				     flows },
	[OFFLOAD_VERB_FLOW_FILE] = { "flow-file", 0, "FILE", VALUE(flow_file),
				     "make the flows what a file says, in one change: lines \"IN => "
				     "OUT [both]\" or JSON; \"-\": stdin",
				     flow_file },
	[OFFLOAD_VERB_FLOWS] = { "flows", 0, NULL, 0,
				 "list flows with their counters, the largest maybe", flows },
	[OFFLOAD_VERB_EXPLAIN] = { "explain", 0, "IN", VALUE(explain),
				   "say what would become of a packet now, and why", explain },
	[OFFLOAD_VERB_RUN] = { "run", 0, NULL, 0,
			       "stay and follow routes, neighbours and links, for all interfaces of "
			       "this network namespace",
			       run },
	[OFFLOAD_VERB_STATUS] = { "status", 0, NULL, 0,
				  "show where it is attached and what else is there, counters, next "
				  "hops and the daemon",
				  status },
	[OFFLOAD_VERB_CHECK] = { "check", 0, NULL, 0,
				 "say what this host lacks, and what to type; changes nothing",
				 check },
	[OFFLOAD_VERB_METRICS] = VERB_ROW_METRICS(metrics),
	[OFFLOAD_VERB_CHECK_CONFIG] = VERB_ROW_CHECK_CONFIG(check_config),
	[OFFLOAD_VERB_WANTED] = VERB_ROW_WANTED(wanted),
};

int main(int argc, char **argv)
{
	struct offload_options options = { .bpffs = ECBPF_BPFFS_DEFAULT };
	struct command_line command_line = {
		.tool = OFFLOAD_TOOL,
		.summary = "Rewrite known UDP and TCP flows at tc and send them on.",
		.verbs = verbs,
		.verb_count = OFFLOAD_VERB_COUNT,
		.footer =
			"Exit status: 0 done; 1 it failed, --status found a place that is not what it "
			"was told to be,\nor --check found something missing; 2 the command line was "
			"wrong.",
	};

	command_line.options = offload_option_rows(&command_line.option_count);
	return command_line_main(&command_line, argc, argv, &options);
}
