// SPDX-License-Identifier: GPL-2.0-only
#include "sampler_settings.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "byte_size.h"
#include "parse_number.h"
#include "sample_names.h"

#define RING_MINIMUM (128U << 10) /* two of the longest samples */
#define RING_MAXIMUM (1U << 30)
#define EVERYTHING "all"
#define WORD_SIZE 48

const struct sampler_setting_row sampler_settings[SAMPLER_SETTING_COUNT] = {
	[SAMPLER_SETTING_AT] = { "at", "PLACES",
				 "where to sample: ingress (before anything decided), verdict (after), "
				 "or both; what is not named is taken away (verdict)",
				 false },
	[SAMPLER_SETTING_RATE] = { "rate", "RATES",
				   "take 1 packet in N at random: \"1000\", or by verdict "
				   "\"drop=10,tx=100,ingress=500,1000\", where the number alone is for "
				   "all others; 0: none (1000)",
				   true },
	[SAMPLER_SETTING_VERDICT] = { "verdict", "LIST",
				      "at the verdict take packets with these only: drop, tx, aborted, "
				      "pass, redirect, invalid (all)",
				      true },
	[SAMPLER_SETTING_SLOT] = { "slot", "LIST",
				   "at the verdict take packets decided there only: slots, root: none of "
				   "them (all)",
				   true },
	[SAMPLER_SETTING_REASON] = { "reason", "LIST",
				     "at the verdict take packets decided for these reasons only: numbers "
				     "or names (all)",
				     true },
	[SAMPLER_SETTING_CAPTURE_LENGTH] = { "capture_length", "BYTES",
					     "bytes kept of a packet taken at random, 64 to 65536, or "
					     "full (128)",
					     true },
	[SAMPLER_SETTING_RING_SIZE] = { "ring_size", "BYTES",
					"room for samples between kernel and reader, a power of two "
					"from 128K to 1G (16M)",
					false },
	[SAMPLER_SETTING_INGRESS_SLOT] = { "ingress_slot", "N", "slot of the ingress program (1)",
					   false },
};

void sampler_settings_standard(struct sampler_settings *ret_settings)
{
	*ret_settings = (struct sampler_settings){
		.places = 1U << SAMPLER_VERDICT,
		.verdicts = (1U << ECBPF_ACTION_COUNT) - 1,
		.rows = (1U << ECBPF_ROW_COUNT) - 1,
		.reasons = ~UINT64_C(0),
		.capture_length = SAMPLER_CAPTURE_DEFAULT,
		.ring_size = SAMPLER_RING_DEFAULT,
		.ingress_slot = SAMPLER_SLOT_DEFAULT,
	};
	(void)sampling_rates_parse("1000", &ret_settings->rates, NULL);
}

/* What a list of words is made of. */
struct word_set {
	const char *what;
	unsigned int count; /* of the numbers that words stand for */
	bool has_all;
	int (*number)(const char *word, unsigned int *ret_number);
	const char *(*name)(unsigned int number, char ret_name[WORD_SIZE]);
};

static const char *place_name(unsigned int number, char ret_name[WORD_SIZE])
{
	snprintf(ret_name, WORD_SIZE, "%s", sample_place_name(number));
	return ret_name;
}

static const char *verdict_name(unsigned int number, char ret_name[WORD_SIZE])
{
	static const char *const names[ECBPF_ACTION_COUNT] = { "aborted", "drop",     "pass",
							       "tx",      "redirect", "invalid" };

	snprintf(ret_name, WORD_SIZE, "%s", names[number]);
	return ret_name;
}

static int row_number(const char *word, unsigned int *ret_number)
{
	uint64_t number = ECBPF_ROOT_ROW;

	if (strcmp(word, "root") != 0 && parse_number(word, 0, ECBPF_SLOT_COUNT - 1, &number))
		return -EINVAL;
	*ret_number = (unsigned int)number;
	return 0;
}

static const char *row_name(unsigned int number, char ret_name[WORD_SIZE])
{
	if (number == ECBPF_ROOT_ROW)
		return "root";
	snprintf(ret_name, WORD_SIZE, "%u", number);
	return ret_name;
}

static const char *reason_name(unsigned int number, char ret_name[WORD_SIZE])
{
	return sample_reason_name(number, ret_name);
}

static const struct word_set places = { "a place (ingress, verdict)", SAMPLER_PLACE_COUNT, false,
					sample_place_number, place_name };
static const struct word_set verdicts = {
	"a verdict (drop, tx, aborted, pass, redirect, invalid; all)", ECBPF_ACTION_COUNT, true,
	sample_verdict_number, verdict_name
};
static const struct word_set rows = { "a slot (0 to 7, or root; all)", ECBPF_ROW_COUNT, true,
				      row_number, row_name };
static const struct word_set reasons = {
	"a reason (0 to 63, or a general one's name, not_ip for one; all)", ECBPF_REASON_LIMIT,
	true, sample_reason_number, reason_name
};

static uint64_t all_of(const struct word_set *set)
{
	return ~UINT64_C(0) >> (64 - set->count);
}

static int parse_set(const struct word_set *set, const char *text, uint64_t *ret_bits,
		     struct problem *problem)
{
	const char *at = text;
	char word[WORD_SIZE];
	uint64_t bits = 0;

	if (set->has_all && !strcmp(text, EVERYTHING)) {
		*ret_bits = all_of(set);
		return 0;
	}
	for (;;) {
		size_t length = strcspn(at, ",");
		unsigned int number;

		snprintf(word, sizeof(word), "%.*s", (int)length, at);
		if (length >= sizeof(word) || set->number(word, &number))
			return problem_set(problem, -EINVAL, "'%.*s' is not %s", (int)length, at,
					   set->what);
		bits |= UINT64_C(1) << number;
		if (!at[length])
			break;
		at += length + 1;
	}
	*ret_bits = bits;
	return 0;
}

static const char *set_text(const struct word_set *set, uint64_t bits,
			    char ret_text[SAMPLER_SETTING_TEXT_SIZE])
{
	char name[WORD_SIZE];
	size_t length = 0;

	ret_text[0] = '\0';
	if (set->has_all && bits == all_of(set))
		snprintf(ret_text, SAMPLER_SETTING_TEXT_SIZE, EVERYTHING);
	else
		for (unsigned int i = 0; i < set->count; i++) {
			if (bits >> i & 1)
				length +=
					(size_t)snprintf(ret_text + length,
							 SAMPLER_SETTING_TEXT_SIZE - length, "%s%s",
							 length ? "," : "", set->name(i, name));
		}
	return ret_text;
}

static int parse_capture_length(const char *text, uint64_t *ret_bytes, struct problem *problem)
{
	if (!strcmp(text, "full")) {
		*ret_bytes = SAMPLER_CAPTURE_LIMIT;
		return 0;
	}
	if (parse_number(text, SAMPLER_CAPTURE_MINIMUM, SAMPLER_CAPTURE_LIMIT, ret_bytes))
		return problem_set(problem, -ERANGE,
				   "'%s' is not a capture length: %d to %d bytes, or full", text,
				   SAMPLER_CAPTURE_MINIMUM, SAMPLER_CAPTURE_LIMIT);
	return 0;
}

static int parse_ring_size(const char *text, uint64_t *ret_bytes, struct problem *problem)
{
	uint64_t bytes = 0;
	int err = byte_size_parse(text, RING_MINIMUM, RING_MAXIMUM, &bytes, problem);

	if (!err && bytes & (bytes - 1))
		err = problem_set(problem, -EINVAL, "'%s' is not a power of two", text);
	if (!err)
		*ret_bytes = bytes;
	return err;
}

static int parse_slot(const char *text, uint64_t *ret_slot, struct problem *problem)
{
	if (parse_number(text, 0, ECBPF_SLOT_COUNT - 1, ret_slot))
		return problem_set(problem, -ERANGE, "'%s' is not a slot, 0 to %d", text,
				   ECBPF_SLOT_COUNT - 1);
	return 0;
}

static int parse_number_of(enum sampler_setting setting, const char *text, uint64_t *ret_number,
			   struct problem *problem)
{
	switch (setting) {
	case SAMPLER_SETTING_AT:
		return parse_set(&places, text, ret_number, problem);
	case SAMPLER_SETTING_VERDICT:
		return parse_set(&verdicts, text, ret_number, problem);
	case SAMPLER_SETTING_SLOT:
		return parse_set(&rows, text, ret_number, problem);
	case SAMPLER_SETTING_REASON:
		return parse_set(&reasons, text, ret_number, problem);
	case SAMPLER_SETTING_CAPTURE_LENGTH:
		return parse_capture_length(text, ret_number, problem);
	case SAMPLER_SETTING_RING_SIZE:
		return parse_ring_size(text, ret_number, problem);
	default:
		return parse_slot(text, ret_number, problem);
	}
}

static void set_number(struct sampler_settings *settings, enum sampler_setting setting,
		       uint64_t number)
{
	switch (setting) {
	case SAMPLER_SETTING_AT:
		settings->places = (unsigned int)number;
		break;
	case SAMPLER_SETTING_VERDICT:
		settings->verdicts = (uint32_t)number;
		break;
	case SAMPLER_SETTING_SLOT:
		settings->rows = (uint32_t)number;
		break;
	case SAMPLER_SETTING_REASON:
		settings->reasons = number;
		break;
	case SAMPLER_SETTING_CAPTURE_LENGTH:
		settings->capture_length = (uint32_t)number;
		break;
	case SAMPLER_SETTING_RING_SIZE:
		settings->ring_size = (uint32_t)number;
		break;
	default:
		settings->ingress_slot = (uint32_t)number;
	}
}

int sampler_settings_parse(struct sampler_settings *settings, enum sampler_setting setting,
			   const char *text, struct problem *problem)
{
	uint64_t number = 0;
	int err;

	if (setting == SAMPLER_SETTING_RATE) {
		err = sampling_rates_parse(text, &settings->rates, problem);
	} else {
		err = parse_number_of(setting, text, &number, problem);
		if (!err)
			set_number(settings, setting, number);
	}
	if (!err)
		settings->given[setting] = true;
	return err;
}

static const char *capture_length_text(uint32_t bytes, char ret_text[SAMPLER_SETTING_TEXT_SIZE])
{
	if (bytes == SAMPLER_CAPTURE_LIMIT)
		return "full";
	snprintf(ret_text, SAMPLER_SETTING_TEXT_SIZE, "%u", bytes);
	return ret_text;
}

const char *sampler_settings_text(const struct sampler_settings *settings,
				  enum sampler_setting setting,
				  char ret_text[SAMPLER_SETTING_TEXT_SIZE])
{
	switch (setting) {
	case SAMPLER_SETTING_AT:
		return set_text(&places, settings->places, ret_text);
	case SAMPLER_SETTING_RATE:
		return sampling_rates_text(&settings->rates, ret_text);
	case SAMPLER_SETTING_VERDICT:
		return set_text(&verdicts, settings->verdicts, ret_text);
	case SAMPLER_SETTING_SLOT:
		return set_text(&rows, settings->rows, ret_text);
	case SAMPLER_SETTING_REASON:
		return set_text(&reasons, settings->reasons, ret_text);
	case SAMPLER_SETTING_CAPTURE_LENGTH:
		return capture_length_text(settings->capture_length, ret_text);
	case SAMPLER_SETTING_RING_SIZE:
		return byte_size_text(settings->ring_size, ret_text);
	default:
		snprintf(ret_text, SAMPLER_SETTING_TEXT_SIZE, "%u", settings->ingress_slot);
		return ret_text;
	}
}

void sampler_settings_apply(struct sampler_settings *settings, const struct sampler_settings *from)
{
	char text[SAMPLER_SETTING_TEXT_SIZE];

	for (int i = 0; i < SAMPLER_SETTING_COUNT; i++) {
		if (from->given[i])
			(void)sampler_settings_parse(settings, (enum sampler_setting)i,
						     sampler_settings_text(from, i, text), NULL);
	}
}

bool sampler_settings_any(const struct sampler_settings *settings)
{
	bool any = false;

	for (int i = 0; i < SAMPLER_SETTING_COUNT; i++)
		any |= settings->given[i];
	return any;
}

/* The place draws for the packet that is wanted most. */
static uint32_t smallest_rate(const uint32_t rate[ECBPF_ACTION_COUNT])
{
	uint32_t smallest = 0;

	for (int i = 0; i < ECBPF_ACTION_COUNT; i++) {
		if (rate[i] && (!smallest || rate[i] < smallest))
			smallest = rate[i];
	}
	return smallest;
}

struct sampler_config sampler_settings_config(const struct sampler_settings *settings)
{
	struct sampler_config config = {
		.reasons = settings->reasons,
		.verdicts = settings->verdicts,
		.rows = settings->rows,
		.capture_length = settings->capture_length,
		.wake_at = settings->ring_size / 4,
	};

	config.rate[SAMPLER_INGRESS][0] = settings->rates.ingress;
	memcpy(config.rate[SAMPLER_VERDICT], settings->rates.verdict,
	       sizeof(config.rate[SAMPLER_VERDICT]));
	for (int i = 0; i < SAMPLER_PLACE_COUNT; i++)
		config.draw[i] = sampler_draw_of(smallest_rate(config.rate[i]));
	return config;
}

void sampler_settings_of_config(struct sampler_settings *settings,
				const struct sampler_config *config)
{
	settings->rates.ingress = config->rate[SAMPLER_INGRESS][0];
	memcpy(settings->rates.verdict, config->rate[SAMPLER_VERDICT],
	       sizeof(settings->rates.verdict));
	settings->verdicts = config->verdicts;
	settings->rows = config->rows;
	settings->reasons = config->reasons;
	settings->capture_length = config->capture_length;
}
