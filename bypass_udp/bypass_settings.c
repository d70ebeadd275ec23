// SPDX-License-Identifier: GPL-2.0-only
#include "bypass_settings.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "duration.h"
#include "parse_number.h"

#define MILLISECOND UINT64_C(1000000)
#define SECOND UINT64_C(1000000000)
#define SAMPLE_LONGEST 60000  /* milliseconds */
#define IDLE_LONGEST_DAYS 365 /* what is longer is a mistake */
#define IDLE_STANDARD (60 * SECOND)
#define SAMPLE_STANDARD (500 * MILLISECOND)
#define OBSERVE_AFTER_STANDARD 10

const struct bypass_setting_row bypass_settings_rows[BYPASS_SETTING_COUNT] = {
	[BYPASS_SETTING_MONITOR] = { "monitor", "WORD",
				     "off, on: decide and count, but send nothing (off)", true },
	[BYPASS_SETTING_MAX_FLOWS] = { "max_flows", "N",
				       "static flows of each family there is room for (65536)",
				       false },
	[BYPASS_SETTING_MAX_LEARNED] = { "max_learned", "N",
					 "learned flows there is room for (65536)", false },
	[BYPASS_SETTING_IDLE_TIMEOUT] = { "idle_timeout", "LIST",
					  "a learned flow without packets for that long goes: 60s, or "
					  "for a class alone dns=10s,quic=5m (60s)",
					  true },
	[BYPASS_SETTING_SAMPLE] = { "sample", "TIME",
				    "an observed flow shows itself to the kernel that often: 500ms, "
				    "2s (500ms)",
				    true },
	[BYPASS_SETTING_LEARN] = { "learn", "WORD", "off, on: learn flows from conntrack (on)",
				   true },
	[BYPASS_SETTING_LEARN_MARK] = { "learn_mark", "MARK",
					"off, or MARK/MASK: learn flows whose packets leave with that "
					"mark, 0x10/0xff for one (off)",
					true },
	[BYPASS_SETTING_OBSERVE_AFTER] = { "observe_after", "N",
					   "so many packets of a marked flow leave before it is "
					   "learned (10)",
					   true },
};

static const char *const class_names[BYPASS_CLASS_COUNT] = {
	[BYPASS_CLASS_OTHER] = "other",
	[BYPASS_CLASS_DNS] = "dns",
	[BYPASS_CLASS_QUIC] = "quic",
};

const char *bypass_class_name(unsigned int class)
{
	return class < BYPASS_CLASS_COUNT ? class_names[class] : NULL;
}

void bypass_settings_standard(struct bypass_settings *ret_settings)
{
	*ret_settings = (struct bypass_settings){
		.tables = 1U << FLOW_TABLE_LEARNED,
		.sample = SAMPLE_STANDARD,
		.observe_after = OBSERVE_AFTER_STANDARD,
		.learn = 1,
	};
	for (int i = 0; i < BYPASS_CLASS_COUNT; i++)
		ret_settings->idle[i] = IDLE_STANDARD;
}

static int parse_switch(const char *text, bool *ret_on, struct problem *problem)
{
	if (strcmp(text, "on") != 0 && strcmp(text, "off") != 0)
		return problem_set(problem, -EINVAL, "'%s' is neither on nor off", text);
	*ret_on = !strcmp(text, "on");
	return 0;
}

static int parse_count(const char *text, uint64_t maximum, uint32_t *ret_count,
		       struct problem *problem)
{
	uint64_t number;
	int err = parse_number(text, 1, maximum, &number);

	if (err)
		return problem_set(problem, err, "'%s' is not a number from 1 to %" PRIu64, text,
				   maximum);
	*ret_count = (uint32_t)number;
	return 0;
}

static int parse_idle_time(const char *text, uint64_t *ret_idle, struct problem *problem)
{
	uint64_t seconds;
	int err = duration_parse(text, &seconds, problem);

	if (err)
		return err;
	if (seconds > IDLE_LONGEST_DAYS * UINT64_C(86400))
		return problem_set(problem, -ERANGE, "'%s' is longer than %d days", text,
				   IDLE_LONGEST_DAYS);
	*ret_idle = seconds * SECOND;
	return 0;
}

static int find_class(const char *name, unsigned int *ret_class, struct problem *problem)
{
	for (unsigned int i = 0; i < BYPASS_CLASS_COUNT && class_names[i]; i++) {
		if (!strcmp(class_names[i], name)) {
			*ret_class = i;
			return 0;
		}
	}
	return problem_set(problem, -EINVAL, "'%s' is none of the classes other, dns, quic", name);
}

/* "60s": every class without a word of its own; "dns=10s": that class. */
static int parse_idle_word(char *word, uint64_t idle[BYPASS_CLASS_COUNT], uint64_t *all,
			   struct problem *problem)
{
	char *equals = strchr(word, '=');
	unsigned int class = 0;
	int err = 0;

	if (equals) {
		*equals = '\0';
		err = find_class(word, &class, problem);
	}
	if (err)
		return err;
	if (equals ? idle[class] : *all)
		return problem_set(problem, -EINVAL, "a time for %s is given twice",
				   equals ? word : "all classes");
	return parse_idle_time(equals ? equals + 1 : word, equals ? &idle[class] : all, problem);
}

static int parse_idle(const char *text, uint64_t ret_idle[BYPASS_CLASS_COUNT],
		      struct problem *problem)
{
	uint64_t idle[BYPASS_CLASS_COUNT] = { 0 }, all = 0;
	char words[256], *rest = words, *word;
	int err = 0;

	if (strlen(text) >= sizeof(words))
		return problem_set(problem, -EINVAL, "is longer than %zu characters",
				   sizeof(words) - 1);
	strcpy(words, text);
	while (!err && (word = strsep(&rest, ",")))
		err = parse_idle_word(word, idle, &all, problem);
	for (int i = 0; !err && i < BYPASS_CLASS_COUNT; i++) {
		if (!idle[i])
			idle[i] = all;
	}
	if (!err)
		memcpy(ret_idle, idle, sizeof(idle));
	return err;
}

static int parse_sample(const char *text, uint64_t *ret_sample, struct problem *problem)
{
	size_t length = strlen(text), digits = strspn(text, "0123456789");
	uint64_t unit = !strcmp(text + digits, "ms") ? 1 : !strcmp(text + digits, "s") ? 1000 : 0;
	char number[16];
	uint64_t value = 0;

	snprintf(number, sizeof(number), "%.*s", (int)digits, text);
	if (!unit || length >= sizeof(number) ||
	    parse_number(number, 1, SAMPLE_LONGEST / unit, &value) || value * unit < 10)
		return problem_set(problem, -EINVAL,
				   "'%s' is not a time from 10ms to %ds (500ms, 2s)", text,
				   SAMPLE_LONGEST / 1000);
	*ret_sample = value * unit * MILLISECOND;
	return 0;
}

/* "0x10", "16"; the whole of the text, or up to `end`. */
static bool parse_mark_part(const char *text, const char *end, uint32_t *ret_value)
{
	char number[16], *rest;
	unsigned long long value;

	if (end == text || (size_t)(end - text) >= sizeof(number) ||
	    strspn(text, "0123456789abcdefABCDEFxX") < (size_t)(end - text))
		return false;
	snprintf(number, sizeof(number), "%.*s", (int)(end - text), text);
	value = strtoull(number, &rest, number[1] == 'x' || number[1] == 'X' ? 16 : 10);
	if (*rest || value > UINT32_MAX)
		return false;
	*ret_value = (uint32_t)value;
	return true;
}

static int parse_mark(const char *text, uint32_t *ret_mark, uint32_t *ret_mask,
		      struct problem *problem)
{
	const char *slash = strchr(text, '/');
	uint32_t mark = 0, mask = UINT32_MAX;

	if (!strcmp(text, "off")) {
		*ret_mark = *ret_mask = 0;
		return 0;
	}
	if (!parse_mark_part(text, slash ? slash : text + strlen(text), &mark) ||
	    (slash && !parse_mark_part(slash + 1, text + strlen(text), &mask)))
		return problem_set(problem, -EINVAL,
				   "'%s' is neither off nor MARK/MASK, as 0x10/0xff", text);
	if (!mask || mark & ~mask)
		return problem_set(problem, -EINVAL, "'%s': no mark is like that: the mask %s",
				   text, mask ? "leaves out bits of the mark" : "is 0");
	*ret_mark = mark;
	*ret_mask = mask;
	return 0;
}

int bypass_request_parse(struct bypass_request *request, enum bypass_setting setting,
			 const char *text, struct problem *problem)
{
	int err = -EINVAL;

	switch (setting) {
	case BYPASS_SETTING_MONITOR:
		err = parse_switch(text, &request->monitor, problem);
		break;
	case BYPASS_SETTING_MAX_FLOWS:
		err = parse_count(text, BYPASS_FLOWS_LIMIT, &request->max_flows, problem);
		break;
	case BYPASS_SETTING_MAX_LEARNED:
		err = parse_count(text, BYPASS_FLOWS_LIMIT, &request->max_learned, problem);
		break;
	case BYPASS_SETTING_IDLE_TIMEOUT:
		err = parse_idle(text, request->idle, problem);
		break;
	case BYPASS_SETTING_SAMPLE:
		err = parse_sample(text, &request->sample, problem);
		break;
	case BYPASS_SETTING_LEARN:
		err = parse_switch(text, &request->learn, problem);
		break;
	case BYPASS_SETTING_LEARN_MARK:
		err = parse_mark(text, &request->mark, &request->mark_mask, problem);
		break;
	case BYPASS_SETTING_OBSERVE_AFTER:
		err = parse_count(text, UINT32_MAX, &request->observe_after, problem);
		break;
	case BYPASS_SETTING_COUNT:
		break;
	}
	if (!err)
		request->given[setting] = true;
	return err;
}

void bypass_request_merge(struct bypass_request *request, const struct bypass_request *over)
{
	struct bypass_request merged = *over;

	for (int i = 0; i < BYPASS_CLASS_COUNT; i++) {
		if (!merged.idle[i])
			merged.idle[i] = request->idle[i];
	}
	memcpy(request->idle, merged.idle, sizeof(merged.idle));
	if (over->given[BYPASS_SETTING_MONITOR])
		request->monitor = over->monitor;
	if (over->given[BYPASS_SETTING_MAX_FLOWS])
		request->max_flows = over->max_flows;
	if (over->given[BYPASS_SETTING_MAX_LEARNED])
		request->max_learned = over->max_learned;
	if (over->given[BYPASS_SETTING_SAMPLE])
		request->sample = over->sample;
	if (over->given[BYPASS_SETTING_LEARN])
		request->learn = over->learn;
	if (over->given[BYPASS_SETTING_LEARN_MARK]) {
		request->mark = over->mark;
		request->mark_mask = over->mark_mask;
	}
	if (over->given[BYPASS_SETTING_OBSERVE_AFTER])
		request->observe_after = over->observe_after;
	for (int i = 0; i < BYPASS_SETTING_COUNT; i++)
		request->given[i] |= over->given[i];
}

bool bypass_request_any(const struct bypass_request *request)
{
	bool any = false;

	for (int i = 0; i < BYPASS_SETTING_COUNT; i++)
		any |= request->given[i];
	return any;
}

void bypass_request_apply(const struct bypass_request *request, struct bypass_settings *settings)
{
	for (int i = 0; i < BYPASS_CLASS_COUNT; i++) {
		if (request->idle[i])
			settings->idle[i] = request->idle[i];
	}
	if (request->given[BYPASS_SETTING_SAMPLE])
		settings->sample = request->sample;
	if (request->given[BYPASS_SETTING_LEARN])
		settings->learn = request->learn;
	if (request->given[BYPASS_SETTING_LEARN_MARK]) {
		settings->mark = request->mark;
		settings->mark_mask = request->mark_mask;
	}
	if (request->given[BYPASS_SETTING_OBSERVE_AFTER])
		settings->observe_after = request->observe_after;
}

const char *bypass_time_text(uint64_t nanoseconds, char ret_text[BYPASS_TIME_TEXT_SIZE])
{
	bool is_whole = nanoseconds % SECOND == 0;

	snprintf(ret_text, BYPASS_TIME_TEXT_SIZE, "%" PRIu64 "%s",
		 nanoseconds / (is_whole ? SECOND : MILLISECOND), is_whole ? "s" : "ms");
	return ret_text;
}

/* The classes that differ from the others are named. */
static void print_idle(const struct bypass_settings *settings, char *ret_text, size_t size)
{
	char time[BYPASS_TIME_TEXT_SIZE];
	uint64_t other = settings->idle[BYPASS_CLASS_OTHER];
	size_t length = (size_t)snprintf(ret_text, size, "%s", bypass_time_text(other, time));

	for (unsigned int i = 1; i < BYPASS_CLASS_COUNT && class_names[i] && length < size; i++) {
		if (settings->idle[i] != other)
			length += (size_t)snprintf(ret_text + length, size - length, ",%s=%s",
						   class_names[i],
						   bypass_time_text(settings->idle[i], time));
	}
}

const char *bypass_settings_text(const struct bypass_settings *settings,
				 enum bypass_setting setting,
				 char ret_text[BYPASS_SETTING_TEXT_SIZE])
{
	char time[BYPASS_TIME_TEXT_SIZE];

	ret_text[0] = '\0';
	if (setting == BYPASS_SETTING_IDLE_TIMEOUT)
		print_idle(settings, ret_text, BYPASS_SETTING_TEXT_SIZE);
	else if (setting == BYPASS_SETTING_SAMPLE)
		snprintf(ret_text, BYPASS_SETTING_TEXT_SIZE, "%s",
			 bypass_time_text(settings->sample, time));
	else if (setting == BYPASS_SETTING_LEARN)
		snprintf(ret_text, BYPASS_SETTING_TEXT_SIZE, "%s", settings->learn ? "on" : "off");
	else if (setting == BYPASS_SETTING_LEARN_MARK && !settings->mark_mask)
		snprintf(ret_text, BYPASS_SETTING_TEXT_SIZE, "off");
	else if (setting == BYPASS_SETTING_LEARN_MARK)
		snprintf(ret_text, BYPASS_SETTING_TEXT_SIZE, "%#x/%#x", settings->mark,
			 settings->mark_mask);
	else if (setting == BYPASS_SETTING_OBSERVE_AFTER)
		snprintf(ret_text, BYPASS_SETTING_TEXT_SIZE, "%" PRIu32, settings->observe_after);
	return ret_text;
}
