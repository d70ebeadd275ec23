// SPDX-License-Identifier: GPL-2.0-only
#include "stats_section.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "section_keys.h"
#include "stats_target.h"

static int read_seconds(void *context, const struct config_value *member,
			struct config_errors *errors)
{
	struct stats_section *stats = context;

	if (!config_value_number(member, errors, &stats->seconds))
		return 0;
	if (!stats->seconds || stats->seconds > BYPASS_STATS_SECONDS_MAX)
		config_errors_add(errors, member, "is 1 to %d, not %s", BYPASS_STATS_SECONDS_MAX,
				  member->text);
	return 0;
}

static int read_format(void *context, const struct config_value *member,
		       struct config_errors *errors)
{
	struct stats_section *stats = context;

	if (!config_value_is(member, CONFIG_TEXT, errors))
		return 0;
	for (int i = 0; bypass_stats_formats[i]; i++) {
		stats->format = (enum bypass_stats_format)i;
		if (!strcmp(member->text, bypass_stats_formats[i]))
			return 0;
	}
	config_errors_add(errors, member, "is json, statsd or prometheus, not '%s'", member->text);
	return 0;
}

static int read_to(void *context, const struct config_value *member, struct config_errors *errors)
{
	struct stats_section *stats = context;
	struct problem problem = { 0 };
	struct stats_target target;

	if (!config_value_is(member, CONFIG_TEXT, errors))
		return 0;
	if (stats_target_parse(member->text, &target, &problem)) {
		config_errors_add(errors, member, "%s", problem.text);
		return 0;
	}
	stats->to = target.kind == STATS_TARGET_FILE ?
			    config_file_path(errors->file, member->text) :
			    strdup(member->text);
	return stats->to ? 0 : -ENOMEM;
}

static const struct section_key keys[] = {
	{ "seconds", read_seconds, SCHEMA_NUMBER, "From one time to the next", NULL, NULL },
	{ "format", read_format, SCHEMA_TEXT, "What is written: json unless it says otherwise",
	  bypass_stats_formats, NULL },
	{ "to", read_to, SCHEMA_TEXT,
	  "Where to: a file or udp:HOST:PORT; standard output, which is the journal's, if it is not there",
	  NULL, NULL },
	{ 0 },
};

int stats_section_read(struct stats_section *stats, const struct config_value *object,
		       struct config_errors *errors)
{
	size_t before = errors->count;
	struct problem problem = { 0 };
	int err;

	stats->is_given = true;
	err = section_keys_read(keys, object, stats, errors);
	if (err || errors->count > before)
		return err;
	if (!config_value_member(object, "seconds"))
		config_errors_add(errors, object, "no \"seconds\": how often is it to be written?");
	else if (bypass_stats_check(stats->format, stats->to, &problem))
		config_errors_add(errors, object, "%s", problem.text);
	return 0;
}

void stats_section_free(struct stats_section *stats)
{
	free(stats->to);
	*stats = (struct stats_section){ 0 };
}

void stats_section_declare(struct config_schema *schema)
{
	config_schema_object_begin(schema, "stats",
				   "What --stats-configured writes, again and again");
	section_keys_declare(keys, schema);
	config_schema_end(schema);
}
