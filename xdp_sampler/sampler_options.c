// SPDX-License-Identifier: GPL-2.0-only
#include "sampler_options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "component_verbs.h"
#include "duration.h"
#include "option_rows.h"
#include "parse_number.h"
#include "recorder_filter.h"
#include "recorder_option.h"
#include "recorder_set.h"
#include "xdp_sampler_component.h"

#define VERB(verb) (UINT32_C(1) << SAMPLER_VERB_##verb)
#define READING (VERB(RUN) | VERB(CAPTURE))
#define MEMBER(name) offsetof(struct sampler_options, name)
#define NANOSECONDS UINT64_C(1000000000)

/* An option whose text is understood later. */
#define TEXT_ROW(name_, member_, value_, verbs_, help_)                                            \
	{                                                                                          \
		.name = (name_), .kind = OPTION_TEXT, .offset = MEMBER(member_),                   \
		.value_name = (value_), .help = (help_), .verbs = (verbs_)                         \
	}

static const struct option_row fixed_rows[] = {
	OPTION_ROW_INTERFACES(struct sampler_options, "interfaces, separated by commas", 0),
	OPTION_ROW_CONFIGURED(struct sampler_options, VERB(ATTACH) | VERB(RUN) | VERB(RELOAD)),
	OPTION_ROW_ATTACHED(struct sampler_options, VERB(DETACH) | VERB(RUN)),
	OPTION_ROW_CONFIG(struct sampler_options, VERB(ATTACH) | VERB(RUN) | VERB(RELOAD) |
							  VERB(CHECK_CONFIG) | VERB(WANTED)),
	OPTION_ROW_NO_CONFIG(struct sampler_options, VERB(ATTACH) | VERB(DETACH) | VERB(RUN)),
	TEXT_ROW("filter", filter, "FILTER", VERB(CAPTURE),
		 "capture what matches, as a recorder that ends with the capture: \"SOURCE SPORT "
		 "DESTINATION DPORT PROTOCOL\", each of them may be *"),
	TEXT_ROW("id", id, "N", VERB(RECORD), "number of the recorder; unless given, a free one"),
	TEXT_ROW("priority", priority, "N", VERB(RECORD),
		 "of the recorders that match a packet, those of the highest priority take it (0)"),
	TEXT_ROW("limit", limit, "N", VERB(RECORD), "take that many packets"),
	TEXT_ROW("duration", duration, "DURATION", VERB(RECORD) | VERB(CAPTURE),
		 "end after that time: 90s, 15m, 2h, 7d"),
	{ .name = "count",
	  .kind = OPTION_NUMBER,
	  .offset = MEMBER(count),
	  .minimum = 1,
	  .maximum = UINT64_MAX,
	  .value_name = "N",
	  .help = "end after that many samples",
	  .verbs = VERB(CAPTURE) },
	{ .name = "write",
	  .letter = 'w',
	  .kind = OPTION_TEXT,
	  .offset = MEMBER(write),
	  .value_name = "FILE",
	  .help = "write pcapng; \"-\": stdout",
	  .verbs = READING },
	TEXT_ROW("json-lines", json_lines, "FILE", READING,
		 "write JSON, an object a line; \"-\": stdout"),
	TEXT_ROW("sflow", sflow, "LIST", READING,
		 "send sFlow version 5 to these collectors, HOST or HOST:PORT, separated by commas"),
	{ .name = "live",
	  .kind = OPTION_FLAG,
	  .offset = MEMBER(live),
	  .help = "show the samples on stdout",
	  .verbs = READING },
	TEXT_ROW("rotate-size", rotate_size, "BYTES", READING,
		 "begin a new file before one is longer: 100M"),
	TEXT_ROW("rotate-seconds", rotate_seconds, "N", READING,
		 "begin a new file every N seconds"),
	TEXT_ROW("rotate-samples", rotate_samples, "N", READING,
		 "begin a new file every N samples"),
	TEXT_ROW("keep-files", keep_files, "N", READING,
		 "of files that were rotated keep the newest N only"),
	TEXT_ROW("sflow-agent", sflow_agent, "ADDRESS", READING,
		 "agent address in sFlow (the address it is sent from)"),
	{ .name = "cpus",
	  .kind = OPTION_FLAG,
	  .offset = MEMBER(cpus),
	  .help = "and what each CPU has done; JSON always has it",
	  .verbs = VERB(STATUS) },
	OPTION_ROW_JSON(struct sampler_options, "as JSON", VERB(STATUS) | VERB(RECORDERS)),
	OPTION_ROW_BPFFS(struct sampler_options),
	OPTION_ROW_VERBOSE(struct sampler_options, "say more"),
};

#define FIXED_COUNT (sizeof(fixed_rows) / sizeof(*fixed_rows))

static uint32_t verbs_of(int setting)
{
	uint32_t verbs = VERB(ATTACH) | VERB(CAPTURE);

	if (sampler_settings[setting].live)
		verbs |= VERB(SET);
	/* A recorder has a length of its own. */
	return setting == SAMPLER_SETTING_CAPTURE_LENGTH ? verbs | VERB(RECORD) : verbs;
}

const struct option_row *sampler_option_rows(size_t *ret_count)
{
	static struct option_row rows[FIXED_COUNT + SAMPLER_SETTING_COUNT];
	static char names[SAMPLER_SETTING_COUNT][OPTION_NAME_SIZE];

	for (int i = 0; i < SAMPLER_SETTING_COUNT; i++)
		rows[i] = OPTION_ROW_SETTING(struct sampler_options, i, &sampler_settings[i],
					     names[i], verbs_of(i));
	memcpy(&rows[SAMPLER_SETTING_COUNT], fixed_rows, sizeof(fixed_rows));
	*ret_count = FIXED_COUNT + SAMPLER_SETTING_COUNT;
	return rows;
}

int sampler_options_configured(struct sampler_options *options, unsigned int *ret_missing,
			       struct problem *problem)
{
	*ret_missing = 0;
	if (options->configured && options->no_config)
		return problem_set(problem, -EINVAL,
				   "--configured and --no-config contradict each other");
	if (!options->configured && (options->interfaces.count || options->no_config))
		return 0;
	return component_configured(&xdp_sampler_component, options->config, &options->interfaces,
				    ret_missing, problem);
}

int sampler_options_plans(const struct sampler_options *options, bool optional,
			  struct sampler_plans *ret_plans, struct problem *problem)
{
	const char *path;
	int err = option_config_path(options->config, options->no_config, &path, problem);

	*ret_plans = (struct sampler_plans){ 0 };
	return err ? err :
		     sampler_plans_load(ret_plans, path, optional && !options->config,
					&options->interfaces, problem);
}

int sampler_options_settings(const struct sampler_options *options,
			     struct sampler_settings *settings, struct problem *problem)
{
	for (int i = 0; i < SAMPLER_SETTING_COUNT; i++) {
		int err;

		if (!options->setting[i])
			continue;
		err = sampler_settings_parse(settings, (enum sampler_setting)i, options->setting[i],
					     problem);
		if (err)
			return option_problem(problem, err, sampler_settings[i].name);
	}
	return 0;
}

int sampler_options_recorder(const struct sampler_options *options, const char *filter,
			     struct recorder *ret_recorder, struct problem *problem)
{
	const struct {
		const char *option;
		const char *name;
		const char *value;
	} rows[] = {
		{ "id", "id", options->id },
		{ "priority", "priority", options->priority },
		{ "capture-length", "capture", options->setting[SAMPLER_SETTING_CAPTURE_LENGTH] },
		{ "limit", "limit", options->limit },
		{ "duration", "duration", options->filter ? NULL : options->duration },
	};
	int err;

	*ret_recorder = recorder_usual();
	err = recorder_filter_parse(filter, &ret_recorder->filter, problem);
	for (size_t i = 0; !err && i < sizeof(rows) / sizeof(*rows); i++) {
		if (!rows[i].value)
			continue;
		err = recorder_option_parse(rows[i].name, rows[i].value, ret_recorder, problem);
		if (err)
			problem_prefix(problem, err, "--%s", rows[i].option);
	}
	return err;
}

static size_t count_words(const char *text)
{
	size_t count = 1;

	for (; *text; text++)
		count += *text == ',';
	return count;
}

int sampler_options_ids(const char *text, uint32_t **ret_ids, size_t *ret_count,
			struct problem *problem)
{
	const char *at = text;
	size_t count = 0;

	*ret_ids = NULL;
	*ret_count = 0;
	if (!strcmp(text, "all"))
		return 0;
	*ret_ids = calloc(count_words(text), sizeof(**ret_ids));
	if (!*ret_ids)
		return problem_errno(problem, -ENOMEM, "--no-record");
	for (;;) {
		size_t length = strcspn(at, ",");
		char word[16];
		uint64_t id;

		snprintf(word, sizeof(word), "%.*s", (int)length, at);
		if (length >= sizeof(word) || parse_number(word, 1, RECORDER_ID_LIMIT, &id))
			return problem_set(problem, -EINVAL,
					   "--no-record: '%.*s' is not a recorder's id: numbers with "
					   "commas between, or all",
					   (int)length, at);
		(*ret_ids)[count++] = (uint32_t)id;
		if (!at[length])
			break;
		at += length + 1;
	}
	*ret_count = count;
	return 0;
}

struct sink_option {
	const char *option;
	const char *word;
	const char *value;
};

static int add_sink(struct sampler_sinks *sinks, enum sink_kind kind,
		    const struct sink_option *target, const struct sink_option *words, size_t count,
		    struct problem *problem)
{
	struct sink_wish wish = { .kind = kind };
	int err;

	if (!target->value)
		return 0;
	err = sink_wish_set(&wish, target->word, target->value, problem);
	if (err)
		return problem_prefix(problem, err, "--%s", target->option);
	for (size_t i = 0; i < count; i++) {
		if (!words[i].value)
			continue;
		err = sink_wish_set(&wish, words[i].word, words[i].value, problem);
		if (err)
			return problem_prefix(problem, err, "--%s", words[i].option);
	}
	err = sampler_sinks_add(sinks, &wish, problem);
	return err ? problem_prefix(problem, err, "--%s", target->option) : 0;
}

static bool is_file(const char *target)
{
	return target && strcmp(target, "-") != 0;
}

/* What is said about sinks that there are none of. */
static int check_words(const struct sink_option *words, size_t count, bool has_sink,
		       const char *need, struct problem *problem)
{
	for (size_t i = 0; i < count; i++) {
		if (words[i].value && !has_sink)
			return problem_set(problem, -EINVAL, "--%s needs %s", words[i].option,
					   need);
	}
	return 0;
}

int sampler_options_sinks(const struct sampler_options *options, struct sampler_sinks *ret_sinks,
			  struct problem *problem)
{
	const struct sink_option files[] = {
		{ "rotate-size", "rotate_size", options->rotate_size },
		{ "rotate-seconds", "rotate_seconds", options->rotate_seconds },
		{ "rotate-samples", "rotate_samples", options->rotate_samples },
		{ "keep-files", "keep_files", options->keep_files },
	};
	const size_t file_count = sizeof(files) / sizeof(*files);
	const struct sink_wish live = { .kind = SINK_LIVE };
	const struct sink_option agent = { "sflow-agent", "agent", options->sflow_agent };
	const struct sink_option targets[] = {
		[SINK_PCAPNG] = { "write", "file", options->write },
		[SINK_SFLOW] = { "sflow", "collector", options->sflow },
		[SINK_JSON] = { "json-lines", "file", options->json_lines },
	};
	int err;

	*ret_sinks = (struct sampler_sinks){ 0 };
	err = check_words(files, file_count,
			  is_file(options->write) || is_file(options->json_lines),
			  "--write FILE or --json-lines FILE", problem);
	if (!err)
		err = check_words(&agent, 1, options->sflow, "--sflow", problem);
	for (unsigned int i = 0; !err && i < sizeof(targets) / sizeof(*targets); i++) {
		bool is_sflow = i == SINK_SFLOW, rotates = !is_sflow && is_file(targets[i].value);

		err = add_sink(ret_sinks, (enum sink_kind)i, &targets[i], is_sflow ? &agent : files,
			       is_sflow ? 1 :
			       rotates  ? file_count :
					  0,
			       problem);
	}
	if (!err && options->live) {
		err = sampler_sinks_add(ret_sinks, &live, problem);
		if (err)
			problem_prefix(problem, err, "--live");
	}
	return err;
}

int sampler_options_duration(const struct sampler_options *options, uint64_t *ret_nanoseconds,
			     struct problem *problem)
{
	uint64_t seconds = 0;
	int err = options->duration ? duration_parse(options->duration, &seconds, problem) : 0;

	if (err)
		return problem_prefix(problem, err, "--duration");
	*ret_nanoseconds = seconds * NANOSECONDS;
	return 0;
}
