// SPDX-License-Identifier: GPL-2.0-only
#include "filter_options.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "component_verbs.h"
#include "list_file.h"
#include "load_time.h"
#include "option_rows.h"
#include "source_expiry.h"

#define VERB(verb) (UINT32_C(1) << FILTER_##verb)
#define ADDING (VERB(DROP) | VERB(ALLOW))
#define REMOVING (VERB(NO_DROP) | VERB(NO_ALLOW))
#define SETTING (VERB(ATTACH) | VERB(SET))
#define MEMBER(name) offsetof(struct filter_options, name)

static const struct option_row fixed_rows[] = {
	OPTION_ROW_INTERFACES(struct filter_options, "interfaces, separated by commas", 0),
	{ .name = "ips",
	  .kind = OPTION_TEXT,
	  .offset = MEMBER(ips),
	  .value_name = "LIST",
	  .help = "addresses and prefixes of both families, separated by commas or white space",
	  .verbs = ADDING | REMOVING },
	{ .name = "file",
	  .letter = 'f',
	  .kind = OPTION_TEXT,
	  .offset = MEMBER(file),
	  .value_name = "FILE",
	  .help = "a list file, one prefix a line; \"-\": stdin",
	  .verbs = ADDING | REMOVING },
	{ .name = "tags",
	  .kind = OPTION_TEXT,
	  .offset = MEMBER(tags),
	  .value_name = "LIST",
	  .help = "notes of up to 63 bytes, separated by commas, for the addresses by position; "
		  "with --file one for all lines that have none",
	  .verbs = ADDING },
	{ .name = "expires",
	  .kind = OPTION_TEXT,
	  .offset = MEMBER(expires),
	  .value_name = "DURATION",
	  .help = "forget them after that time: 90s, 15m, 2h, 7d",
	  .verbs = ADDING },
	{ .name = "replace",
	  .kind = OPTION_FLAG,
	  .offset = MEMBER(replace),
	  .help = "take the place of everything that was to be dropped (or allowed), in one step",
	  .verbs = ADDING },
	OPTION_ROW_CONFIGURED(struct filter_options, VERB(ATTACH) | VERB(RELOAD)),
	OPTION_ROW_ATTACHED(struct filter_options, VERB(DETACH) | VERB(WATCH)),
	OPTION_ROW_CONFIG(struct filter_options,
			  VERB(ATTACH) | VERB(RELOAD) | VERB(CHECK_CONFIG) | VERB(WANTED)),
	OPTION_ROW_NO_CONFIG(struct filter_options, VERB(ATTACH) | VERB(DETACH)),
	{ .name = "frags-drop",
	  .kind = OPTION_FLAG,
	  .offset = MEMBER(frags_drop),
	  .given_offset = MEMBER(frags_drop_given),
	  .help = "drop fragments of both families",
	  .verbs = SETTING },
	{ .name = "no-frags-drop",
	  .kind = OPTION_FLAG_OFF,
	  .offset = MEMBER(frags_drop),
	  .given_offset = MEMBER(frags_drop_given),
	  .help = "let fragments of both families pass",
	  .verbs = SETTING },
	{ .name = "monitor",
	  .kind = OPTION_FLAG,
	  .offset = MEMBER(monitor),
	  .given_offset = MEMBER(given[FILTER_SETTING_MONITOR]),
	  .help = "decide and count, but do nothing",
	  .verbs = SETTING },
	{ .name = "no-monitor",
	  .kind = OPTION_FLAG_OFF,
	  .offset = MEMBER(monitor),
	  .given_offset = MEMBER(given[FILTER_SETTING_MONITOR]),
	  .help = "do what is decided",
	  .verbs = SETTING },
	OPTION_ROW_SLOT(struct filter_options,
			"slot of the filter; unless given, where it is, else 2", 0),
	OPTION_ROW_JSON(struct filter_options, "status as JSON", VERB(STATUS)),
	{ .name = "entries",
	  .kind = OPTION_NUMBER,
	  .offset = MEMBER(entries),
	  .given_offset = MEMBER(entries_given),
	  .maximum = 2 * SOURCE_LIST_MAX,
	  .value_name = "N",
	  .help = "show the sources with the most hits, that many (20, or 1000 in JSON); 0: all",
	  .verbs = VERB(STATUS) },
	{ .name = "interval",
	  .kind = OPTION_NUMBER,
	  .offset = MEMBER(seconds),
	  .maximum = 3600,
	  .value_name = "SECONDS",
	  .help = "measure drops per second for so long (1); 0: not at all",
	  .verbs = VERB(STATUS) },
	OPTION_ROW_BPFFS(struct filter_options),
	OPTION_ROW_VERBOSE(struct filter_options, "say more"),
};

#define FIXED_COUNT (sizeof(fixed_rows) / sizeof(*fixed_rows))

/* "ptb_max_pps" is --ptb-max-pps; fragments are shorter, as they always were. */
static const char *name_of(const char *setting, char ret_name[OPTION_NAME_SIZE])
{
	static const char fragments[] = "fragments";
	char name[OPTION_NAME_SIZE];

	if (strncmp(setting, fragments, strlen(fragments)) != 0)
		return option_name(setting, ret_name);
	snprintf(name, sizeof(name), "frags%s", setting + strlen(fragments));
	return option_name(name, ret_name);
}

static struct option_row row_of(int setting, const char *name)
{
	const struct filter_setting_row *from = &filter_settings[setting];
	size_t index = (size_t)setting;

	return (struct option_row){
		.name = name,
		.kind = from->choices ? OPTION_CHOICE : OPTION_NUMBER,
		.offset = from->choices ? MEMBER(word) + index * sizeof(int) :
					  MEMBER(number) + index * sizeof(uint64_t),
		.given_offset = MEMBER(given) + index * sizeof(bool),
		.minimum = from->minimum,
		.maximum = from->maximum,
		.choices = from->choices,
		.value_name = from->choices ? "WORD" : "N",
		.help = from->help,
		.verbs = SETTING,
	};
}

const struct option_row *filter_option_rows(size_t *ret_count)
{
	static struct option_row rows[FIXED_COUNT + FILTER_SETTING_COUNT];
	static char names[FILTER_SETTING_COUNT][OPTION_NAME_SIZE];
	size_t count = FIXED_COUNT;

	memcpy(rows, fixed_rows, sizeof(fixed_rows));
	for (int i = 0; i < FILTER_SETTING_COUNT; i++) {
		if (i == FILTER_SETTING_MONITOR) /* a flag, in the rows above */
			continue;
		rows[count++] = row_of(i, name_of(filter_settings[i].name, names[i]));
	}
	*ret_count = count;
	return rows;
}

int filter_options_plans(const struct filter_options *options, bool optional,
			 struct filter_plans *ret_plans, struct problem *problem)
{
	const char *path;
	int err = option_config_path(options->config, options->no_config, &path, problem);

	*ret_plans = (struct filter_plans){ 0 };
	return err ? err :
		     filter_plans_load(ret_plans, path, optional && !options->config,
				       &options->interfaces, problem);
}

static void request_value(struct filter_request *request, enum filter_setting setting,
			  uint32_t value)
{
	request->given[setting] = true;
	request->value[setting] = value;
}

struct filter_request filter_options_request(const struct filter_options *options)
{
	struct filter_request request = { 0 };
	uint32_t fragments = options->frags_drop ? FILTER_FRAGMENTS_DROP : FILTER_FRAGMENTS_PASS;

	if (options->frags_drop_given) {
		request_value(&request, FILTER_SETTING_FRAGMENTS_IPV4, fragments);
		request_value(&request, FILTER_SETTING_FRAGMENTS_IPV6, fragments);
	}
	for (int i = 0; i < FILTER_SETTING_COUNT; i++) {
		if (!options->given[i])
			continue;
		if (i == FILTER_SETTING_MONITOR)
			request_value(&request, i, options->monitor);
		else if (filter_settings[i].choices)
			request_value(&request, i, (uint32_t)options->word[i]);
		else
			request_value(&request, i, (uint32_t)options->number[i]);
	}
	return request;
}

/* One tag for every line of a file that has none. */
static int tag_all(struct source_list *list, const char *tag, struct source *pattern,
		   struct problem *problem)
{
	size_t length = strlen(tag);

	if (length > SOURCE_TAG_MAX)
		return problem_set(problem, -EINVAL, "--tags: a tag has at most %d bytes",
				   SOURCE_TAG_MAX);
	for (const char *at = tag; *at; at++) {
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			return problem_set(problem, -EINVAL,
					   "--tags: no control characters in a tag");
	}
	if (source_list_tag(list, tag, length, &pattern->tag))
		return problem_errno(problem, -ENOMEM, "--tags");
	return 0;
}

static int read_file(const struct filter_options *options, struct source *pattern,
		     struct source_list *ret_sources, struct problem *problem)
{
	int err = 0;

	if (options->tags)
		err = tag_all(ret_sources, options->tags, pattern, problem);
	return err ? err : list_file_load(options->file, pattern, ret_sources, problem);
}

static int read_words(const struct filter_options *options, const struct source *pattern,
		      struct source_list *ret_sources, struct problem *problem)
{
	int err = source_list_add_text(ret_sources, options->ips, pattern, problem);

	if (err)
		return problem_prefix(problem, err, "--ips");
	err = options->tags ? source_list_tag_text(ret_sources, options->tags, problem) : 0;
	if (err)
		return problem_prefix(problem, err, "--tags");
	return source_list_sort(ret_sources);
}

int filter_options_sources(const struct filter_options *options, const char *verb, uint8_t action,
			   struct source_list *ret_sources, struct problem *problem)
{
	struct source pattern = { .action = action, .load_time = load_time_now() };
	int err;

	if (!options->ips == !options->file)
		return problem_set(problem, -EINVAL, "--%s needs --ips LIST or --file FILE%s", verb,
				   options->ips ? ", not both" : "");
	if (options->expires) {
		err = source_expiry_parse(options->expires, &pattern.expires, problem);
		if (err)
			return problem_prefix(problem, err, "--expires");
	}
	return options->file ? read_file(options, &pattern, ret_sources, problem) :
			       read_words(options, &pattern, ret_sources, problem);
}
