/* SPDX-License-Identifier: GPL-2.0-only */
/* What an operator typed, and the table of options that understands it. */
#ifndef OFFLOAD_OPTIONS_H
#define OFFLOAD_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include "command_line.h"
#include "flow_options.h"
#include "interface.h"
#include "offload_attach.h"
#include "offload_plan.h"
#include "problem.h"

/* The verbs, by their row. */
enum offload_verb {
	OFFLOAD_VERB_ATTACH,
	OFFLOAD_VERB_DETACH,
	OFFLOAD_VERB_RELOAD,
	OFFLOAD_VERB_FLOW_ADD,
	OFFLOAD_VERB_FLOW_DEL,
	OFFLOAD_VERB_FLOW_SHOW,
	OFFLOAD_VERB_FLOW_FILE,
	OFFLOAD_VERB_FLOWS,
	OFFLOAD_VERB_EXPLAIN,
	OFFLOAD_VERB_RUN,
	OFFLOAD_VERB_STATUS,
	OFFLOAD_VERB_CHECK,
	OFFLOAD_VERB_METRICS,
	OFFLOAD_VERB_CHECK_CONFIG,
	OFFLOAD_VERB_WANTED,
	OFFLOAD_VERB_COUNT,
};

struct offload_options {
	struct interface_list interfaces;
	const char *bpffs;
	const char *config;
	bool no_config;
	bool configured; /* the interfaces of the configuration */
	bool attached;   /* those where it is attached */
	bool json;
	bool verbose;
	/* Of --attach and --detach. */
	int at; /* enum offload_at_choice */
	bool at_given;
	uint64_t max_flows; /* 0: not given */
	bool set_sysctls;
	/* Of verbs. */
	const char *flow_del;
	const char *flow_file;
	const char *explain;
	struct flow_options flows;
};

const struct option_row *offload_option_rows(size_t *ret_count);

/* What the file of --config wants, or else the standard file; with `optional`, that need not be there. To
 * be freed also on failure. */
int offload_options_plan(const struct offload_options *options, bool optional,
			 struct offload_plan *ret_plan, struct problem *problem);

/* What --attach is to do at the interfaces that are in `options` by now: what was typed, and for what was not the
 * plan. The wish points into both. */
int offload_options_attach(const struct offload_options *options, const struct offload_plan *plan,
			   struct offload_attach_wish *ret_wish, struct problem *problem);

/* The sides of --detach: both, unless one was typed. */
enum offload_at_choice offload_options_detach_at(const struct offload_options *options);

/* The one interface of --explain, NULL: any. */
int offload_options_explain(const struct offload_options *options, const char **ret_interface,
			    struct problem *problem);

#endif
