// SPDX-License-Identifier: GPL-2.0-only
#include "offload_headline.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "offload_report.h"

/* The first thing that disagrees, cut where the line ends; NULL: nothing does. */
static const char *first_of(const struct offload_remarks *remarks)
{
	for (size_t i = 0; i < remarks->count; i++) {
		if (remarks->remark[i].disagrees)
			return remarks->remark[i].text;
	}
	return NULL;
}

static bool put_sick(const struct offload_state *state, char ret_line[COMPONENT_HEADLINE_SIZE])
{
	/* Of what disagrees: room for "INTERFACE, ingress: " is left. */
	const int room = COMPONENT_HEADLINE_SIZE - INTERFACE_NAME_SIZE - 12;
	const char *text = first_of(&state->host.remarks);

	if (text) {
		(void)snprintf(ret_line, COMPONENT_HEADLINE_SIZE, "%.*s", room, text);
		return true;
	}
	for (size_t i = 0; i < state->place_count; i++) {
		const struct offload_place_state *place = &state->places[i];

		text = first_of(&place->remarks);
		if (!text)
			continue;
		(void)snprintf(ret_line, COMPONENT_HEADLINE_SIZE, "%s, %s: %.*s", place->name,
			       offload_side_name(place->place.side), room, text);
		return true;
	}
	return false;
}

int offload_headline(const struct offload_state *state, char ret_line[COMPONENT_HEADLINE_SIZE])
{
	const struct offload_host_state *host = &state->host;
	uint64_t rewritten = 0, all = 0;

	if (!host->is_there)
		return -ENOENT;
	if (put_sick(state, ret_line))
		return -EUCLEAN;
	for (size_t i = 0; i < state->place_count; i++) {
		rewritten += offload_report_rewritten(&state->places[i].counters);
		all += offload_report_seen(&state->places[i].counters);
	}
	(void)snprintf(ret_line, COMPONENT_HEADLINE_SIZE,
		       "%" PRIu64 " flows, %" PRIu64 " of %" PRIu64
		       " packets rewritten at %zu place%s%s",
		       host->tables[FLOW_FAMILY_IPV4].flows + host->tables[FLOW_FAMILY_IPV6].flows,
		       rewritten, all, state->place_count, state->place_count == 1 ? "" : "s",
		       host->daemon_state == OFFLOAD_DAEMON_RUNNING ? "" : ", no daemon");
	return 0;
}
