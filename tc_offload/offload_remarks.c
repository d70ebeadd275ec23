// SPDX-License-Identifier: GPL-2.0-only
#include "offload_remarks.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "offload_sysctls.h"
#include "offload_up_names.h"

#define SECOND UINT64_C(1000000000)

/* What is more than there is room for is not told. */
__attribute__((format(printf, 3, 4))) static void remark(struct offload_remarks *remarks,
							 bool disagrees, const char *format, ...)
{
	va_list arguments;

	if (remarks->count == OFFLOAD_REMARKS)
		return;
	remarks->remark[remarks->count].disagrees = disagrees;
	va_start(arguments, format);
	(void)vsnprintf(remarks->remark[remarks->count++].text, OFFLOAD_REMARK_SIZE, format,
			arguments);
	va_end(arguments);
}

size_t offload_remarks_disagreements(const struct offload_remarks *remarks)
{
	size_t count = 0;

	for (size_t i = 0; i < remarks->count; i++)
		count += remarks->remark[i].disagrees;
	return count;
}

enum offload_daemon_state offload_daemon_state_of(const struct offload_daemon *daemon, uint64_t now)
{
	if (!daemon->alive_until)
		return OFFLOAD_DAEMON_NONE;
	if (now <= daemon->alive_until)
		return OFFLOAD_DAEMON_RUNNING;
	return daemon->pid ? OFFLOAD_DAEMON_SILENT : OFFLOAD_DAEMON_NONE;
}

static void remark_daemon(struct offload_host_state *host)
{
	bool has_flows =
		host->tables[FLOW_FAMILY_IPV4].flows || host->tables[FLOW_FAMILY_IPV6].flows;

	if (host->daemon_state == OFFLOAD_DAEMON_SILENT)
		remark(&host->remarks, true,
		       "the daemon (process %" PRIu32 ") should have been heard of %" PRIu64
		       " s ago: next hops are not followed; run: tc_offload --run",
		       host->daemon.pid, (uint64_t)(host->now - host->daemon.alive_until) / SECOND);
	else if (host->daemon_state == OFFLOAD_DAEMON_NONE && has_flows)
		remark(&host->remarks, false,
		       "no daemon runs: changes of routes and links are not followed, and the kernel "
		       "is asked for each packet's neighbour; run: tc_offload --run");
}

static void remark_sysctls(struct offload_host_state *host)
{
	if (!host->loopback_flows)
		return;
	for (unsigned int i = 0; i < OFFLOAD_SYSCTL_COUNT; i++) {
		if (host->sysctl[i] != 0)
			continue;
		remark(&host->remarks, false,
		       "%s is 0, so the stack drops packets of %" PRIu64
		       " flow%s with an address of 127.0.0.0/8 that come from another interface than "
		       "lo; run: tc_offload --check",
		       offload_sysctl_name(i), host->loopback_flows,
		       host->loopback_flows == 1 ? "" : "s");
		return;
	}
}

/* Where flows do not leave as they are told to. */
static void remark_nexthop(struct offload_remarks *remarks, const struct offload_nexthop_use *use)
{
	unsigned int up = OFFLOAD_UP_WAY + use->state % FLOW_WAY_STATES;
	const char *state = flow_way_state_name(use->state);
	const char *why = offload_up_explanation(up);

	/* Those of which the kernel asks for the neighbour, or which stay here, are sent as well. */
	if (use->state == FLOW_WAY_USABLE || use->state == FLOW_WAY_RESOLVING ||
	    use->state == FLOW_WAY_LOCAL)
		return;
	remark(remarks, false, "%" PRIu64 " flow%s left alone, %s%s%s: %s", use->flows,
	       use->flows == 1 ? " is" : "s are", state, use->index < FLOW_WAY_FIXED ? "" : " ",
	       use->index < FLOW_WAY_FIXED ? "" : use->text, why ? why : state);
}

void offload_remarks_host(struct offload_host_state *host)
{
	if (!host->is_there)
		return;
	host->daemon_state = offload_daemon_state_of(&host->daemon, host->now);
	remark_daemon(host);
	remark_sysctls(host);
	for (int i = 0; i < FLOW_FAMILY_COUNT; i++) {
		if (host->tables[i].flows && host->tables[i].flows >= host->tables[i].capacity)
			remark(&host->remarks, false,
			       "the table of IPv%c flows is full: --flow-add will be refused; "
			       "--detach, and --attach with a larger --max-flows",
			       i == FLOW_FAMILY_IPV4 ? '4' : '6');
	}
	for (size_t i = 0; i < host->nexthop_count; i++)
		remark_nexthop(&host->remarks, &host->nexthops[i]);
}

void offload_remarks_place(struct offload_place_state *state)
{
	const char *side = offload_side_name(state->place.side);
	const struct hook_program_list *others = &state->others;

	if (state->is_gone) {
		remark(&state->remarks, true,
		       "the interface with index %" PRIu32
		       " is gone, and what was pinned for it is left; the next --attach or --detach "
		       "clears it",
		       state->place.ifindex);
		return;
	}
	if (state->place.state.kind == TC_LINK_NONE)
		remark(&state->remarks, true,
		       "somebody took the program away from tc %s, so no packet gets there; run: "
		       "tc_offload --attach --interface %s --at %s",
		       side, state->name, side);
	if (state->counters.sent[OFFLOAD_OUT_LOST])
		remark(&state->remarks, false,
		       "%" PRIu64
		       " packets were dropped half way, which should not happen: please report it",
		       (uint64_t)state->counters.sent[OFFLOAD_OUT_LOST]);
	if (others->count)
		remark(&state->remarks, false,
		       "%zu other%s attached here, %s; those that come first may take packets away",
		       others->count, others->count == 1 ? " is" : "s are",
		       others->count == 1 ? "not ours" : "none of them ours");
}
