/* SPDX-License-Identifier: GPL-2.0-only */
/* What an operator typed, and the table of options that understands it. */
#ifndef BYPASS_OPTIONS_H
#define BYPASS_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include "bypass_plan.h"
#include "flow_options.h"
#include "bypass_settings.h"
#include "command_line.h"
#include "interface.h"
#include "problem.h"

/* The verbs, by their row. */
enum bypass_verb {
	BYPASS_VERB_ATTACH,
	BYPASS_VERB_DETACH,
	BYPASS_VERB_RELOAD,
	BYPASS_VERB_SET,
	BYPASS_VERB_FLOW_ADD,
	BYPASS_VERB_FLOW_DEL,
	BYPASS_VERB_FLOW_SHOW,
	BYPASS_VERB_FLOW_FILE,
	BYPASS_VERB_EXCLUDE,
	BYPASS_VERB_NO_EXCLUDE,
	BYPASS_VERB_EXPLAIN,
	BYPASS_VERB_FLOWS,
	BYPASS_VERB_RUN,
	BYPASS_VERB_STATUS,
	BYPASS_VERB_STATS,
	BYPASS_VERB_STATS_CONFIGURED,
	BYPASS_VERB_METRICS,
	BYPASS_VERB_CHECK_CONFIG,
	BYPASS_VERB_WANTED,
	BYPASS_VERB_COUNT,
};

struct bypass_options {
	struct interface_list interfaces;
	const char *bpffs;
	const char *config;
	bool no_config;
	bool configured; /* the interfaces of the configuration */
	bool attached;   /* those where it is attached */
	bool json;
	bool verbose;
	uint64_t slot;
	const char *setting[BYPASS_SETTING_COUNT]; /* by enum bypass_setting, NULL: not given */
	/* Of verbs. */
	const char *flow_del;
	const char *flow_file;
	const char *exclude;
	const char *no_exclude;
	const char *explain;
	const char *stats;
	/* Of flows. */
	struct flow_options flows;
	bool learned;
	bool only_static;
	/* Of --stats. */
	int format; /* enum bypass_stats_format */
	const char *to;
};

/* The rows, made from what is in bypass_settings_rows and from what is not. */
const struct option_row *bypass_option_rows(size_t *ret_count);

/* What the file of --config wants, or else the standard file; with `optional`, that need not be there. To
 * be freed also on failure. */
int bypass_options_plan(const struct bypass_options *options, bool optional,
			struct bypass_plan *ret_plan, struct problem *problem);

/* What was said about settings, nothing maybe. */
int bypass_options_request(const struct bypass_options *options, struct bypass_request *ret_request,
			   struct problem *problem);

/* What --flows or --flow-show (`verb`) is to list; *ret_key is what the wish points to. */
int bypass_options_flows(const struct bypass_options *options, enum bypass_verb verb,
			 struct flow_key *ret_key, struct flow_listing_wish *ret_wish,
			 struct problem *problem);

/* The seconds of --stats. */
int bypass_options_seconds(const struct bypass_options *options, uint64_t *ret_seconds,
			   struct problem *problem);

#endif
