/* SPDX-License-Identifier: GPL-2.0-only */
/* What an operator typed, and the table of options that understands it. */
#ifndef XDP_SAMPLER_OPTIONS_H
#define XDP_SAMPLER_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include "command_line.h"
#include "interface.h"
#include "problem.h"
#include "recorder_layout.h"
#include "sampler_plan.h"
#include "sampler_settings.h"
#include "sampler_sinks.h"

/* The verbs, by their row. */
enum sampler_verb {
	SAMPLER_VERB_ATTACH,
	SAMPLER_VERB_DETACH,
	SAMPLER_VERB_SET,
	SAMPLER_VERB_RECORD,
	SAMPLER_VERB_RECORD_FILE,
	SAMPLER_VERB_NO_RECORD,
	SAMPLER_VERB_RECORDERS,
	SAMPLER_VERB_RUN,
	SAMPLER_VERB_CAPTURE,
	SAMPLER_VERB_RELOAD,
	SAMPLER_VERB_STATUS,
	SAMPLER_VERB_CHECK_CONFIG,
	SAMPLER_VERB_METRICS,
	SAMPLER_VERB_WANTED,
	SAMPLER_VERB_COUNT,
};

struct sampler_options {
	struct interface_list interfaces;
	const char *bpffs;
	const char *config;
	bool no_config;
	bool configured;
	bool attached;
	bool json;
	bool cpus;
	bool verbose;
	const char *setting[SAMPLER_SETTING_COUNT]; /* by enum sampler_setting, NULL: not given */
	/* Of verbs. */
	const char *record;
	const char *record_file;
	const char *no_record;
	/* Of recorders. */
	const char *filter;
	const char *id;
	const char *priority;
	const char *limit;
	const char *duration;
	/* Of sinks. */
	const char *write;
	const char *json_lines;
	const char *sflow;
	bool live;
	const char *rotate_size;
	const char *rotate_seconds;
	const char *rotate_samples;
	const char *keep_files;
	const char *sflow_agent;
	uint64_t count;
};

/* The rows, made from what is in sampler_settings and from what is not. */
const struct option_row *sampler_option_rows(size_t *ret_count);

/* What --configured means, and where interfaces may be left to the configuration also without it: those where it wants
 * the sampler, none maybe. *ret_missing: interfaces that are not there, told. */
int sampler_options_configured(struct sampler_options *options, unsigned int *ret_missing,
			       struct problem *problem);

/* What the file of --config wants, or else the standard file; with `optional`, that need not be there. To
 * be freed also on failure. */
int sampler_options_plans(const struct sampler_options *options, bool optional,
			  struct sampler_plans *ret_plans, struct problem *problem);

/* Applies what was said about settings, which is given then. */
int sampler_options_settings(const struct sampler_options *options,
			     struct sampler_settings *settings, struct problem *problem);

/* The recorder with this filter, as the options of recorders say. For --capture, --duration is not its
 * own. */
int sampler_options_recorder(const struct sampler_options *options, const char *filter,
			     struct recorder *ret_recorder, struct problem *problem);

/* "3,5" into *ret_ids, which the caller frees; "all" is *ret_count 0. */
int sampler_options_ids(const char *text, uint32_t **ret_ids, size_t *ret_count,
			struct problem *problem);

/* The sinks of the command line, none maybe. */
int sampler_options_sinks(const struct sampler_options *options, struct sampler_sinks *ret_sinks,
			  struct problem *problem);

/* --duration in nanoseconds, 0 if it is not given. */
int sampler_options_duration(const struct sampler_options *options, uint64_t *ret_nanoseconds,
			     struct problem *problem);

#endif
