// SPDX-License-Identifier: GPL-2.0-only
#include "sample_names.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "abi/reasons.h"
#include "counters.h"
#include "parse_number.h"
#include "reason_names.h"

#define VERDICT_PREFIX "XDP_"
#define REASON_PREFIX "reason_"

static const char *const place_names[SAMPLER_PLACE_COUNT] = {
	[SAMPLER_INGRESS] = "ingress",
	[SAMPLER_VERDICT] = "verdict",
};

const char *sample_place_name(unsigned int place)
{
	return place < SAMPLER_PLACE_COUNT ? place_names[place] : "-";
}

const char *sample_verdict_name(unsigned int verdict)
{
	return verdict < ECBPF_ACTION_COUNT ? counters_action_names[verdict] : "-";
}

const char *sample_reason_name(unsigned int reason, char ret_text[SAMPLE_REASON_NAME_SIZE])
{
	const char *name = reason_name_general(reason);

	if (name)
		return name;
	snprintf(ret_text, SAMPLE_REASON_NAME_SIZE, REASON_PREFIX "%u", reason);
	return ret_text;
}

const char *sample_view_reason(const struct sample_view *view,
			       char ret_text[SAMPLE_REASON_NAME_SIZE])
{
	return view->reason ? view->reason : sample_reason_name(view->sample->reason, ret_text);
}

int sample_place_number(const char *text, unsigned int *ret_place)
{
	for (unsigned int place = 0; place < SAMPLER_PLACE_COUNT; place++) {
		if (strcmp(text, place_names[place]) == 0) {
			*ret_place = place;
			return 0;
		}
	}
	return -EINVAL;
}

int sample_verdict_number(const char *text, unsigned int *ret_verdict)
{
	const size_t prefix = strlen(VERDICT_PREFIX);
	const char *name = text;

	if (strncasecmp(text, VERDICT_PREFIX, prefix) == 0)
		name += prefix;
	for (unsigned int verdict = 0; verdict < ECBPF_ACTION_COUNT; verdict++) {
		if (strcasecmp(name, counters_action_names[verdict] + prefix) == 0) {
			*ret_verdict = verdict;
			return 0;
		}
	}
	if (strcasecmp(name, "invalid") != 0)
		return -EINVAL;
	*ret_verdict = ECBPF_ACTION_INVALID;
	return 0;
}

int sample_reason_number(const char *text, unsigned int *ret_reason)
{
	const size_t prefix = strlen(REASON_PREFIX);
	uint64_t number;

	for (unsigned int reason = 0; reason < ECBPF_REASON_OWN; reason++) {
		const char *name = reason_name_general(reason);

		if (name && strcmp(text, name) == 0) {
			*ret_reason = reason;
			return 0;
		}
	}
	if (strncmp(text, REASON_PREFIX, prefix) == 0)
		text += prefix;
	if (parse_number(text, 0, ECBPF_REASON_LIMIT - 1, &number) < 0)
		return -EINVAL;
	*ret_reason = (unsigned int)number;
	return 0;
}
