// SPDX-License-Identifier: GPL-2.0-only
#include "explanation.h"

#include <inttypes.h>
#include <stdio.h>

static bool has_daemon(const struct explanation *explanation)
{
	return explanation->now <= explanation->daemon.alive_until;
}

static const char *without_conntrack(const struct explanation *explanation)
{
	switch (explanation->conntrack) {
	case EXPLAINED_CONNTRACK_UNREADABLE:
		return explanation->conntrack_problem.text;
	case EXPLAINED_CONNTRACK_UNKNOWN:
		return "conntrack does not know it: no packet of it has passed for a while, or the "
		       "rules do not track it";
	case EXPLAINED_CONNTRACK_UNANSWERED:
		return "conntrack knows it, but not as answered: it becomes a candidate with the "
		       "first packet back (never with a conntrack helper, or in a zone)";
	default:
		return NULL;
	}
}

/* Of one that could be learned. */
static const char *of_candidate(const struct explanation *explanation)
{
	const char *text;

	if (explanation->awaited == EXPLAINED_SEEN)
		return "it was seen leaving: the daemon is about to make it a flow";
	if (explanation->awaited == EXPLAINED_AWAITED)
		return "a candidate: it becomes a flow when a packet of it is seen leaving through "
		       "an interface with the observer (--attach)";
	text = without_conntrack(explanation);
	if (text)
		return text;
	if (explanation->route == FLOW_WAY_LOCAL)
		return "it ends at this host itself, so there is nothing to forward";
	if (explanation->ledger.flows >= explanation->learned_capacity)
		return "the learned table is full: it has to wait for room, or for a larger "
		       "--max-learned";
	return "conntrack knows it, but the daemon does not wait for it: it begins or ends at "
	       "this host, or was heard of just now";
}

const char *explanation_of_learning(const struct explanation *explanation,
				    char ret_text[EXPLANATION_TEXT_SIZE])
{
	const struct bypass_settings *settings = &explanation->settings;
	const size_t size = EXPLANATION_TEXT_SIZE;

	if (explanation->has_flow)
		(void)snprintf(ret_text, size, "%s", "");
	else if (explanation->is_excluded)
		(void)snprintf(ret_text, size,
			       "not learned: one of its addresses is excluded "
			       "(--no-exclude)");
	else if (!settings->learn && !settings->mark_mask)
		(void)snprintf(ret_text, size, "not learned: learning is off (--set --learn on)");
	else if (!has_daemon(explanation))
		(void)snprintf(ret_text, size, "not learned: no daemon runs (bypass_udp --run)");
	else if (explanation->pending)
		(void)snprintf(ret_text, size,
			       "not learned yet: %" PRIu32 " of its packets have left marked, "
			       "observe-after is %" PRIu32,
			       explanation->pending, settings->observe_after);
	else if (!settings->learn)
		(void)snprintf(ret_text, size,
			       "not learned: only flows that leave marked are "
			       "(learn-mark), and it has not");
	else
		(void)snprintf(ret_text, size, "not learned: %.200s", of_candidate(explanation));
	return ret_text;
}
