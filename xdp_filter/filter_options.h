/* SPDX-License-Identifier: GPL-2.0-only */
/* What an operator typed, and the table of options that understands it. */
#ifndef XDP_FILTER_OPTIONS_H
#define XDP_FILTER_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include "command_line.h"
#include "filter_plan.h"
#include "filter_settings.h"
#include "interface.h"
#include "problem.h"
#include "source_list.h"

/* The verbs, by their row. */
enum filter_verb {
	FILTER_ATTACH,
	FILTER_DETACH,
	FILTER_RELOAD,
	FILTER_SET,
	FILTER_DROP,
	FILTER_NO_DROP,
	FILTER_ALLOW,
	FILTER_NO_ALLOW,
	FILTER_CLEAR,
	FILTER_DUMP,
	FILTER_STATUS,
	FILTER_WATCH,
	FILTER_CHECK_CONFIG,
	FILTER_METRICS,
	FILTER_WANTED,
	FILTER_VERB_COUNT,
};

struct filter_options {
	struct interface_list interfaces;
	const char *bpffs;
	const char *config;
	const char *ips;
	const char *file;
	const char *tags;
	const char *expires;
	bool no_config;
	bool configured;
	bool attached;
	bool replace;
	bool frags_drop, frags_drop_given;
	bool monitor;
	bool json;
	bool verbose;
	bool entries_given;
	uint64_t slot;
	uint64_t entries;
	uint64_t seconds;
	/* By enum filter_setting. */
	bool given[FILTER_SETTING_COUNT];
	int word[FILTER_SETTING_COUNT];
	uint64_t number[FILTER_SETTING_COUNT];
};

/* The rows, made from what is in filter_settings and from what is not. */
const struct option_row *filter_option_rows(size_t *ret_count);

/* What the file of --config wants, or else the standard file; with `optional`, that need not be there. To
 * be freed also on failure. */
int filter_options_plans(const struct filter_options *options, bool optional,
			 struct filter_plans *ret_plans, struct problem *problem);

/* What was said about settings, nothing maybe. */
struct filter_request filter_options_request(const struct filter_options *options);

/* The sources of --ips or --file, sorted, for a verb whose sources get `action`. `verb` is its name,
 * for texts. To be freed by the caller also on failure. */
int filter_options_sources(const struct filter_options *options, const char *verb, uint8_t action,
			   struct source_list *ret_sources, struct problem *problem);

#endif
