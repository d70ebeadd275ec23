// SPDX-License-Identifier: GPL-2.0-only
#include "sampling_rate.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "parse_number.h"
#include "sample_names.h"

/* A rate of every verdict, and behind them that of the ingress place. */
#define INGRESS ECBPF_ACTION_COUNT
#define RATE_COUNT (ECBPF_ACTION_COUNT + 1)
#define WORD_SIZE 48

static const char *const names[RATE_COUNT] = { "aborted",  "drop",    "pass",   "tx",
					       "redirect", "invalid", "ingress" };

struct rate_list {
	uint32_t rate[RATE_COUNT];
	bool named[RATE_COUNT];
	bool has_others;
	uint32_t others;
};

static int parse_rate(const char *text, uint32_t *ret_rate, struct problem *problem)
{
	uint64_t number;

	if (parse_number(text, 0, SAMPLER_RATE_LIMIT, &number))
		return problem_set(problem, -ERANGE,
				   "'%s' is not a rate: N for 1 packet in N, from 1 to %d, or 0 "
				   "for none",
				   text, SAMPLER_RATE_LIMIT);
	*ret_rate = (uint32_t)number;
	return 0;
}

static int find_name(const char *text, unsigned int *ret_index, struct problem *problem)
{
	if (!strcmp(text, names[INGRESS])) {
		*ret_index = INGRESS;
		return 0;
	}
	if (sample_verdict_number(text, ret_index))
		return problem_set(problem, -EINVAL,
				   "'%s' is neither a verdict (drop, tx, aborted, pass, redirect, "
				   "invalid) nor ingress",
				   text);
	return 0;
}

static int parse_word(char *word, struct rate_list *list, struct problem *problem)
{
	char *sign = strchr(word, '=');
	unsigned int index;
	int err;

	if (!sign) {
		if (list->has_others)
			return problem_set(problem, -EINVAL,
					   "'%s': there is a rate for all others already", word);
		list->has_others = true;
		return parse_rate(word, &list->others, problem);
	}
	*sign = '\0';
	err = find_name(word, &index, problem);
	if (err)
		return err;
	if (list->named[index])
		return problem_set(problem, -EINVAL, "'%s' is given twice", word);
	list->named[index] = true;
	return parse_rate(sign + 1, &list->rate[index], problem);
}

int sampling_rates_parse(const char *text, struct sampling_rates *ret_rates,
			 struct problem *problem)
{
	struct rate_list list = { 0 };
	char word[WORD_SIZE];
	const char *at = text;
	int err = 0;

	while (!err) {
		size_t length = strcspn(at, ",");

		if (length >= sizeof(word))
			return problem_set(problem, -EINVAL, "'%.*s' is not a rate", (int)length,
					   at);
		memcpy(word, at, length);
		word[length] = '\0';
		err = parse_word(word, &list, problem);
		if (!at[length])
			break;
		at += length + 1;
	}
	if (err)
		return err;
	for (unsigned int i = 0; i < RATE_COUNT; i++) {
		if (!list.named[i])
			list.rate[i] = list.others;
	}
	memcpy(ret_rates->verdict, list.rate, sizeof(ret_rates->verdict));
	ret_rates->ingress = list.rate[INGRESS];
	return 0;
}

static uint32_t rate_at(const struct sampling_rates *rates, unsigned int index)
{
	return index == INGRESS ? rates->ingress : rates->verdict[index];
}

/* The rate that most have. */
static uint32_t common_rate(const struct sampling_rates *rates)
{
	unsigned int best = 0, best_count = 0;

	for (unsigned int i = 0; i < RATE_COUNT; i++) {
		unsigned int count = 0;

		for (unsigned int j = 0; j < RATE_COUNT; j++)
			count += rate_at(rates, i) == rate_at(rates, j);
		if (count > best_count) {
			best_count = count;
			best = i;
		}
	}
	return rate_at(rates, best);
}

const char *sampling_rates_text(const struct sampling_rates *rates,
				char ret_text[SAMPLING_RATES_TEXT_SIZE])
{
	uint32_t others = common_rate(rates);
	size_t length = 0;

	for (unsigned int i = 0; i < RATE_COUNT; i++) {
		if (rate_at(rates, i) != others)
			length += (size_t)snprintf(ret_text + length,
						   SAMPLING_RATES_TEXT_SIZE - length, "%s=%u,",
						   names[i], rate_at(rates, i));
	}
	snprintf(ret_text + length, SAMPLING_RATES_TEXT_SIZE - length, "%u", others);
	return ret_text;
}

struct sampler_draw sampler_draw_of(uint32_t rate)
{
	struct sampler_draw draw = { .rate = rate };
	double mantissa;
	int exponent;

	if (rate <= 1)
		return draw;
	/* Gaps of one bit of luck: the mantissa is in [0.5, 1). */
	mantissa = frexp(M_LN2 / -log1p(-1.0 / rate), &exponent);
	draw.factor = (uint32_t)ldexp(mantissa, 32);
	draw.shift = (uint32_t)(26 + 32 - exponent);
	return draw;
}
