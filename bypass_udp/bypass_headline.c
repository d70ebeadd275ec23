// SPDX-License-Identifier: GPL-2.0-only
#include "bypass_headline.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

/* Of what disagrees: leaves room for "INTERFACE: ". */
#define SAID_MAX (COMPONENT_HEADLINE_SIZE - INTERFACE_NAME_SIZE - 2)

/* The first thing that disagrees, cut where the line ends; false: nothing does. */
static bool put_sick(const struct bypass_state *state, char ret_line[COMPONENT_HEADLINE_SIZE])
{
	if (state->host.remarks.disagreement_count) {
		(void)snprintf(ret_line, COMPONENT_HEADLINE_SIZE, "%.*s", SAID_MAX,
			       state->host.remarks.disagreement[0]);
		return true;
	}
	for (size_t i = 0; i < state->interface_count; i++) {
		const struct bypass_interface_state *interface = &state->interfaces[i];

		if (!interface->remarks.disagreement_count)
			continue;
		(void)snprintf(ret_line, COMPONENT_HEADLINE_SIZE, "%s: %.*s", interface->name,
			       SAID_MAX, interface->remarks.disagreement[0]);
		return true;
	}
	return false;
}

int bypass_headline(const struct bypass_state *state, char ret_line[COMPONENT_HEADLINE_SIZE])
{
	uint64_t sent = 0, all = 0;
	bool is_monitor = false;

	if (!state->host.is_there)
		return -ENOENT;
	if (put_sick(state, ret_line))
		return -EUCLEAN;
	for (size_t i = 0; i < state->interface_count; i++) {
		sent += bypass_state_sent(&state->interfaces[i]);
		all += bypass_state_sent(&state->interfaces[i]) +
		       bypass_state_up(&state->interfaces[i]);
		is_monitor |= state->interfaces[i].config.monitor;
	}
	(void)snprintf(ret_line, COMPONENT_HEADLINE_SIZE,
		       "%" PRIu64 " static and %" PRIu64 " learned flows, %" PRIu64 " of %" PRIu64
		       " packets bypassed%s%s",
		       bypass_state_flows(&state->host, FLOW_TABLE_STATIC),
		       bypass_state_flows(&state->host, FLOW_TABLE_LEARNED), sent, all,
		       state->host.daemon_state == BYPASS_DAEMON_RUNNING ? "" : ", no daemon",
		       is_monitor ? ", monitor mode" : "");
	return 0;
}
