// SPDX-License-Identifier: GPL-2.0-only
#include "bypass_options.h"

#include <errno.h>
#include <string.h>

#include "bypass_stats.h"
#include "component_verbs.h"
#include "option_rows.h"
#include "parse_number.h"

#define VERB(verb) (UINT32_C(1) << BYPASS_VERB_##verb)
#define MEMBER(name) offsetof(struct bypass_options, name)
#define OF_INTERFACES                                                                              \
	(VERB(ATTACH) | VERB(DETACH) | VERB(RELOAD) | VERB(SET) | VERB(EXPLAIN) | VERB(STATUS) |   \
	 VERB(STATS))

static const struct option_row fixed_rows[] = {
	OPTION_ROW_INTERFACES(
		struct bypass_options,
		"interfaces, separated by commas; unless given, all of this network namespace "
		"that have bypass_udp, but for attach and detach",
		OF_INTERFACES),
	OPTION_ROW_CONFIGURED(struct bypass_options, VERB(ATTACH) | VERB(RELOAD)),
	OPTION_ROW_ATTACHED(struct bypass_options, VERB(DETACH)),
	OPTION_ROW_CONFIG(struct bypass_options, VERB(ATTACH) | VERB(RELOAD) |
							 VERB(STATS_CONFIGURED) |
							 VERB(CHECK_CONFIG) | VERB(WANTED)),
	OPTION_ROW_NO_CONFIG(struct bypass_options, VERB(ATTACH) | VERB(DETACH)),
	OPTION_ROW_SLOT(struct bypass_options,
			"slot of the program; unless given, where it is, else 7", OF_INTERFACES),
	FLOW_OPTION_ROWS(struct bypass_options, VERB(FLOW_ADD), VERB(FLOW_DEL), VERB(FLOW_SHOW),
			 VERB(FLOWS)),
	{ .name = "learned",
	  .kind = OPTION_FLAG,
	  .offset = MEMBER(learned),
	  .help = "only learned flows",
	  .verbs = VERB(FLOWS) },
	{ .name = "static",
	  .kind = OPTION_FLAG,
	  .offset = MEMBER(only_static),
	  .help = "only static flows",
	  .verbs = VERB(FLOWS) },
	{ .name = "format",
	  .kind = OPTION_CHOICE,
	  .offset = MEMBER(format),
	  .choices = bypass_stats_formats,
	  .value_name = "WORD",
	  .help = "what is written (json, an object a line)",
	  .verbs = VERB(STATS) },
	{ .name = "to",
	  .kind = OPTION_TEXT,
	  .offset = MEMBER(to),
	  .value_name = "TARGET",
	  .help = "FILE or udp:HOST:PORT (\"-\", stdout)",
	  .verbs = VERB(STATS) },
	OPTION_ROW_JSON(struct bypass_options, "as JSON",
			VERB(STATUS) | VERB(FLOWS) | VERB(FLOW_SHOW) | VERB(EXPLAIN)),
	OPTION_ROW_BPFFS(struct bypass_options),
	OPTION_ROW_VERBOSE(struct bypass_options, "say more"),
};

#define FIXED_COUNT (sizeof(fixed_rows) / sizeof(*fixed_rows))

const struct option_row *bypass_option_rows(size_t *ret_count)
{
	static struct option_row rows[FIXED_COUNT + BYPASS_SETTING_COUNT];
	static char names[BYPASS_SETTING_COUNT][OPTION_NAME_SIZE];

	for (int i = 0; i < BYPASS_SETTING_COUNT; i++) {
		const struct bypass_setting_row *row = &bypass_settings_rows[i];
		uint32_t verbs = VERB(ATTACH) | (row->live ? VERB(SET) : 0);

		rows[i] = OPTION_ROW_SETTING(struct bypass_options, i, row, names[i], verbs);
	}
	memcpy(&rows[BYPASS_SETTING_COUNT], fixed_rows, sizeof(fixed_rows));
	*ret_count = FIXED_COUNT + BYPASS_SETTING_COUNT;
	return rows;
}

int bypass_options_plan(const struct bypass_options *options, bool optional,
			struct bypass_plan *ret_plan, struct problem *problem)
{
	const char *path;
	int err = option_config_path(options->config, options->no_config, &path, problem);

	return err ? err : bypass_plan_load(ret_plan, path, optional && !options->config, problem);
}

int bypass_options_request(const struct bypass_options *options, struct bypass_request *ret_request,
			   struct problem *problem)
{
	*ret_request = (struct bypass_request){ 0 };
	for (int i = 0; i < BYPASS_SETTING_COUNT; i++) {
		const char *text = options->setting[i];
		int err = text ? bypass_request_parse(ret_request, (enum bypass_setting)i, text,
						      problem) :
				 0;

		if (err)
			return option_problem(problem, err, bypass_settings_rows[i].name);
	}
	return 0;
}

int bypass_options_flows(const struct bypass_options *options, enum bypass_verb verb,
			 struct flow_key *ret_key, struct flow_listing_wish *ret_wish,
			 struct problem *problem)
{
	unsigned int tables = 0;

	if (verb == BYPASS_VERB_FLOW_SHOW || options->only_static)
		tables |= 1U << FLOW_TABLE_STATIC;
	if (options->learned)
		tables |= 1U << FLOW_TABLE_LEARNED;
	return flow_options_wish(&options->flows, tables, ret_key, ret_wish, problem);
}

int bypass_options_seconds(const struct bypass_options *options, uint64_t *ret_seconds,
			   struct problem *problem)
{
	if (parse_number(options->stats, 1, BYPASS_STATS_SECONDS_MAX, ret_seconds))
		return problem_set(problem, -EINVAL,
				   "--stats takes a number of seconds from 1 to %d, not '%s'",
				   BYPASS_STATS_SECONDS_MAX, options->stats);
	return 0;
}
