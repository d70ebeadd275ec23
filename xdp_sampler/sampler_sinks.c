// SPDX-License-Identifier: GPL-2.0-only
#include "sampler_sinks.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "byte_size.h"
#include "duration.h"
#include "parse_number.h"

#define KIND(kind) (1U << SINK_##kind)
#define FILES (KIND(PCAPNG) | KIND(JSON))
#define ANY_KIND (FILES | KIND(SFLOW) | KIND(LIVE))
#define STANDARD_OUTPUT "-"

const char *const sink_kind_names[SINK_KIND_COUNT + 1] = {
	[SINK_PCAPNG] = "pcapng",
	[SINK_SFLOW] = "sflow",
	[SINK_JSON] = "json",
	[SINK_LIVE] = "live",
};

static const char *const takes_names[] = {
	[SINK_TAKES_ALL] = "all",
	[SINK_TAKES_CHANCE] = "chance",
	[SINK_TAKES_RECORDERS] = "recorders",
};

enum word_kind { WORD_TEXT, WORD_TAKES, WORD_NUMBER, WORD_SIZE, WORD_SECONDS };

static const struct sink_word {
	const char *name;
	enum word_kind kind;
	unsigned int sinks; /* bit per kind of sink that it is for */
	size_t offset;
	uint64_t minimum, maximum; /* of a text: its size */
	const char *help;
} words[] = {
	{ "file", WORD_TEXT, FILES, offsetof(struct sink_wish, target), 0, SINK_TARGET_SIZE,
	  "pcapng, json: where to, from the directory of this file on" },
	{ "collector", WORD_TEXT, KIND(SFLOW), offsetof(struct sink_wish, target), 0,
	  SINK_TARGET_SIZE, "sflow: HOST or HOST:PORT, or several" },
	{ "takes", WORD_TAKES, ANY_KIND, 0, 0, 0, "which samples: all, chance or recorders (all)" },
	{ "rotate_size", WORD_SIZE, FILES, offsetof(struct sink_wish, rotate_bytes), 64 << 10,
	  UINT64_C(1) << 50, "pcapng, json: begin a new file before one is longer, 100M for one" },
	{ "rotate_seconds", WORD_SECONDS, FILES, offsetof(struct sink_wish, rotate_seconds), 1,
	  UINT32_MAX, "pcapng, json: begin a new file after so long, 3600 or 1h" },
	{ "rotate_samples", WORD_NUMBER, FILES, offsetof(struct sink_wish, rotate_samples), 1,
	  UINT64_MAX, "pcapng, json: begin a new file after so many samples" },
	{ "keep_files", WORD_NUMBER, FILES, offsetof(struct sink_wish, keep_files), 1, 1000000,
	  "pcapng, json: of files that were rotated keep the newest only, that many" },
	{ "agent", WORD_TEXT, KIND(SFLOW), offsetof(struct sink_wish, agent), 0,
	  sizeof(((struct sink_wish *)0)->agent),
	  "sflow: agent address (the one it is sent from)" },
	{ "sub_agent", WORD_NUMBER, KIND(SFLOW), offsetof(struct sink_wish, sub_agent), 0,
	  UINT32_MAX, "sflow: number of the agent among those of this address (0)" },
	{ "counter_seconds", WORD_SECONDS, KIND(SFLOW), offsetof(struct sink_wish, counter_seconds),
	  1, 86400, "sflow: how often counters of interfaces are sent (30)" },
	{ "datagram_size", WORD_SIZE, KIND(SFLOW), offsetof(struct sink_wish, datagram_bytes), 512,
	  65507, "sflow: bytes of a datagram at most (1400)" },
	{ "queue_size", WORD_SIZE, ANY_KIND, offsetof(struct sink_wish, queue_bytes), 256 << 10,
	  1 << 30, "memory for samples that wait for this sink (32M)" },
};
#define WORD_COUNT (sizeof(words) / sizeof(*words))

const char *sink_word_name(size_t index)
{
	return index < WORD_COUNT ? words[index].name : NULL;
}

const char *sink_word_help(size_t index)
{
	return index < WORD_COUNT ? words[index].help : NULL;
}

const char *sink_kind_name(enum sink_kind kind)
{
	return sink_kind_names[kind];
}

int sink_kind_parse(const char *text, enum sink_kind *ret_kind, struct problem *problem)
{
	for (unsigned int i = 0; i < SINK_KIND_COUNT; i++) {
		if (!strcmp(text, sink_kind_names[i])) {
			*ret_kind = (enum sink_kind)i;
			return 0;
		}
	}
	return problem_set(problem, -EINVAL, "'%s' is no kind of sink: pcapng, sflow, json or live",
			   text);
}

/* NULL with the problem told. */
static const struct sink_word *find_word(const struct sink_wish *wish, const char *name,
					 struct problem *problem)
{
	for (size_t i = 0; i < WORD_COUNT; i++) {
		if (strcmp(name, words[i].name) != 0)
			continue;
		if (words[i].sinks >> wish->kind & 1)
			return &words[i];
		problem_set(problem, -EINVAL, "is nothing for a %s sink",
			    sink_kind_names[wish->kind]);
		return NULL;
	}
	problem_set(problem, -EINVAL, "a sink has no such setting");
	return NULL;
}

static int set_text(struct sink_wish *wish, const struct sink_word *word, const char *text,
		    struct problem *problem)
{
	if (!*text || strlen(text) >= word->maximum)
		return problem_set(problem, -EINVAL, "'%s' is not 1 to %d bytes", text,
				   (int)word->maximum - 1);
	snprintf((char *)wish + word->offset, word->maximum, "%s", text);
	return 0;
}

static int set_takes(struct sink_wish *wish, const char *text, struct problem *problem)
{
	for (unsigned int i = 0; i < sizeof(takes_names) / sizeof(*takes_names); i++) {
		if (!strcmp(text, takes_names[i])) {
			wish->takes = (enum sink_takes)i;
			return 0;
		}
	}
	return problem_set(problem, -EINVAL, "'%s' is none of all, chance, recorders", text);
}

static int parse_plain(const char *text, const struct sink_word *word, uint64_t *ret_number,
		       struct problem *problem)
{
	if (!parse_number(text, word->minimum, word->maximum, ret_number))
		return 0;
	return problem_set(problem, -ERANGE, "'%s' is not a number from %llu to %llu", text,
			   (unsigned long long)word->minimum, (unsigned long long)word->maximum);
}

/* "90" or "90s" or "15m". */
static int parse_seconds(const char *text, const struct sink_word *word, uint64_t *ret_seconds,
			 struct problem *problem)
{
	uint64_t seconds;

	if (!parse_number(text, word->minimum, word->maximum, ret_seconds))
		return 0;
	if (duration_parse(text, &seconds, problem))
		return problem_set(problem, -EINVAL,
				   "'%s' is neither seconds (from %llu to %llu) nor a duration (15m)",
				   text, (unsigned long long)word->minimum,
				   (unsigned long long)word->maximum);
	if (seconds < word->minimum || seconds > word->maximum)
		return problem_set(problem, -ERANGE, "'%s' is not from %llu to %llu seconds", text,
				   (unsigned long long)word->minimum,
				   (unsigned long long)word->maximum);
	*ret_seconds = seconds;
	return 0;
}

int sink_wish_set(struct sink_wish *wish, const char *name, const char *text,
		  struct problem *problem)
{
	const struct sink_word *word = find_word(wish, name, problem);
	uint64_t number = 0;
	int err;

	if (!word)
		return -EINVAL;
	if (word->kind == WORD_TEXT)
		return set_text(wish, word, text, problem);
	if (word->kind == WORD_TAKES)
		return set_takes(wish, text, problem);
	if (word->kind == WORD_SIZE)
		err = byte_size_parse(text, word->minimum, word->maximum, &number, problem);
	else if (word->kind == WORD_SECONDS)
		err = parse_seconds(text, word, &number, problem);
	else
		err = parse_plain(text, word, &number, problem);
	if (!err)
		memcpy((char *)wish + word->offset, &number, sizeof(number));
	return err;
}

static int check(const struct sink_wish *wish, struct problem *problem)
{
	bool rotates = wish->rotate_bytes || wish->rotate_seconds || wish->rotate_samples;

	if (!*wish->target)
		return problem_set(problem, -EINVAL, "a %s sink needs a %s",
				   sink_kind_names[wish->kind],
				   wish->kind == SINK_SFLOW ? "collector" : "file");
	if (wish->keep_files && !rotates)
		return problem_set(problem, -EINVAL,
				   "keep_files without rotation: there is one file only");
	if (rotates && !strcmp(wish->target, STANDARD_OUTPUT))
		return problem_set(problem, -EINVAL, "what is written to stdout cannot be rotated");
	return 0;
}

int sampler_sinks_add(struct sampler_sinks *sinks, const struct sink_wish *wish,
		      struct problem *problem)
{
	struct sink_wish complete = *wish;
	int err;

	if (complete.kind == SINK_LIVE)
		snprintf(complete.target, sizeof(complete.target), STANDARD_OUTPUT);
	err = check(&complete, problem);
	if (err)
		return err;
	for (size_t i = 0; i < sinks->count; i++) {
		const struct sink_wish *other = &sinks->wishes[i];

		if (!strcmp(other->target, complete.target) &&
		    (other->kind == SINK_SFLOW) == (complete.kind == SINK_SFLOW))
			return problem_set(problem, -EINVAL,
					   "'%s' is the target of a %s sink already",
					   complete.target, sink_kind_names[other->kind]);
	}
	if (sinks->count == LEDGER_SINKS)
		return problem_set(problem, -E2BIG, "more than %d sinks", LEDGER_SINKS);
	sinks->wishes[sinks->count++] = complete;
	return 0;
}
