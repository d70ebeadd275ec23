// SPDX-License-Identifier: GPL-2.0-only
#include "sampler_headline.h"

#include <errno.h>
#include <inttypes.h>

#include "sampler_state.h"

struct headline {
	size_t interfaces;
	size_t read; /* of these, by a process that runs */
	size_t recorders;
	struct sampler_account account;
	char sick[COMPONENT_HEADLINE_SIZE]; /* the first that is */
};

static void take(void *context, const struct sampler_state *state)
{
	struct sampler_account account = sampler_account_all(state);
	struct headline *headline = context;

	headline->interfaces++;
	headline->read += state->reader == RING_READER_RUNNING;
	headline->recorders += state->recorders.count;
	headline->account.sampled += account.sampled;
	headline->account.lost += account.lost;
	if (state->disagreement_count && !*headline->sick)
		snprintf(headline->sick, sizeof(headline->sick), "%s: %s", state->interface,
			 state->disagreements[0]);
}

int sampler_headline(const char *bpffs, char ret_line[COMPONENT_HEADLINE_SIZE],
		     struct problem *problem)
{
	struct headline headline = { 0 };
	int err = sampler_state_each(bpffs, take, &headline, problem);

	if (err)
		return err;
	if (!headline.interfaces)
		return -ENOENT;
	if (*headline.sick) {
		snprintf(ret_line, COMPONENT_HEADLINE_SIZE, "%s", headline.sick);
		return problem_set(problem, -EUCLEAN, "%s", headline.sick);
	}
	snprintf(ret_line, COMPONENT_HEADLINE_SIZE,
		 "%" PRIu64 " samples, %" PRIu64 " lost in the ring, %zu recorders, %s",
		 headline.account.sampled, headline.account.lost, headline.recorders,
		 headline.read == headline.interfaces ? "read" :
		 headline.read                        ? "read in part" :
							"nobody reads");
	return 0;
}
