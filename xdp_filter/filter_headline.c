// SPDX-License-Identifier: GPL-2.0-only
#include "filter_headline.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/bpf.h>

#include "filter_state.h"

struct headline {
	size_t interfaces;
	size_t monitoring;
	uint64_t sources;
	uint64_t dropped;
	uint64_t answered;
	char sick[COMPONENT_HEADLINE_SIZE]; /* the first that is */
};

static void take(void *context, const struct filter_state *state)
{
	const struct source_counts *counts = &state->counts;
	struct headline *headline = context;

	headline->interfaces++;
	headline->monitoring += state->config.monitor;
	for (int i = SOURCE_DROP; i <= SOURCE_ALLOW; i++)
		headline->sources += counts->ipv4[i] + counts->ipv6[i];
	headline->dropped += counters_action(&state->decided, state->place.number, XDP_DROP);
	headline->answered += counters_action(&state->decided, state->place.number, XDP_TX);
	if (state->disagreement && !*headline->sick)
		snprintf(headline->sick, sizeof(headline->sick), "%s: %s", state->interface,
			 state->disagreement);
}

int filter_headline(const char *bpffs, char ret_line[COMPONENT_HEADLINE_SIZE],
		    struct problem *problem)
{
	struct headline headline = { 0 };
	int err = filter_state_each(bpffs, take, &headline, problem);

	if (err)
		return err;
	if (!headline.interfaces)
		return -ENOENT;
	if (*headline.sick) {
		snprintf(ret_line, COMPONENT_HEADLINE_SIZE, "%s", headline.sick);
		return problem_set(problem, -EUCLEAN, "%s", headline.sick);
	}
	snprintf(ret_line, COMPONENT_HEADLINE_SIZE,
		 "%" PRIu64 " sources, %" PRIu64 " dropped, %" PRIu64 " answered%s",
		 headline.sources, headline.dropped, headline.answered,
		 headline.monitoring ? " (monitor mode)" : "");
	return 0;
}
