// SPDX-License-Identifier: GPL-2.0-only
#include "bypass_remarks.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "bypass_report.h"
#include "bypass_up_names.h"

#define SECOND UINT64_C(1000000000)

__attribute__((format(printf, 3, 0))) static void
add(char (*remarks)[BYPASS_REMARK_SIZE], size_t *count, const char *format, va_list arguments)
{
	if (*count < BYPASS_DISAGREEMENTS)
		(void)vsnprintf(remarks[(*count)++], BYPASS_REMARK_SIZE, format, arguments);
}

__attribute__((format(printf, 2, 3))) static void disagree(struct bypass_remarks *remarks,
							   const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	add(remarks->disagreement, &remarks->disagreement_count, format, arguments);
	va_end(arguments);
}

__attribute__((format(printf, 2, 3))) static void note(struct bypass_remarks *remarks,
						       const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	add(remarks->note, &remarks->note_count, format, arguments);
	va_end(arguments);
}

/* A daemon that ended in good order leaves no process id behind. */
static void remark_daemon(struct bypass_host_state *host)
{
	uint64_t learned = bypass_state_flows(host, FLOW_TABLE_LEARNED);
	uint64_t silence = bypass_state_silence(host) / SECOND;

	host->daemon_state = !host->daemon.alive_until             ? BYPASS_DAEMON_NONE :
			     host->now <= host->daemon.alive_until ? BYPASS_DAEMON_RUNNING :
			     host->daemon.pid                      ? BYPASS_DAEMON_SILENT :
								     BYPASS_DAEMON_NONE;
	if (host->daemon_state == BYPASS_DAEMON_SILENT)
		disagree(&host->remarks,
			 "the daemon (process %" PRIu32 ") was last heard of %" PRIu64
			 " s ago: learned flows go up the stack, next hops of static ones are "
			 "not followed; run: bypass_udp --run",
			 host->daemon.pid, silence);
	else if (host->daemon_state == BYPASS_DAEMON_NONE && learned)
		disagree(&host->remarks,
			 "no daemon runs, so the %" PRIu64
			 " learned flows go up the stack, and next hops of static ones are not "
			 "followed; run: bypass_udp --run",
			 learned);
	else if (host->daemon_state == BYPASS_DAEMON_NONE)
		note(&host->remarks, "no daemon runs: nothing is learned, and next hops are not "
				     "followed; run: bypass_udp --run");
}

static void remark_tables(struct bypass_host_state *host)
{
	uint64_t learned = bypass_state_flows(host, FLOW_TABLE_LEARNED);
	uint64_t room = host->tables[FLOW_TABLE_LEARNED][FLOW_FAMILY_IPV4].capacity;

	/* The daemon learns no more than one family's room of both together. */
	if (learned && learned >= room)
		note(&host->remarks,
		     "the learned table is full: flows beyond %" PRIu64
		     " stay on the stack (%" PRIu64 " did so far); --detach and --attach with a "
		     "larger --max-learned",
		     room, (uint64_t)host->ledger.refused);
	for (unsigned int i = 0; i < FLOW_FAMILY_COUNT; i++) {
		const struct bypass_table_use *use = &host->tables[FLOW_TABLE_STATIC][i];

		if (use->flows && use->flows >= use->capacity)
			note(&host->remarks,
			     "the static %s table is full: --flow-add will be refused",
			     bypass_family_name(i));
	}
}

static void remark_ways(struct bypass_host_state *host)
{
	for (size_t i = 0; i < host->nexthop_count; i++) {
		const struct bypass_nexthop_use *use = &host->nexthops[i];
		const char *state = flow_way_state_name(use->state);

		/* Where the kernel has its own mind, going up is as it should be. */
		if (use->state == FLOW_WAY_USABLE || use->state == FLOW_WAY_OTHER)
			continue;
		note(&host->remarks, "%" PRIu64 " flow%s up the stack%s, %s%s%s: %s", use->flows,
		     use->flows == 1 ? " goes" : "s go",
		     use->state == FLOW_WAY_NO_TRANSMIT ?
			     " but for what leaves where it came from" :
			     "",
		     state, use->index < FLOW_WAY_FIXED ? "" : " ",
		     use->index < FLOW_WAY_FIXED ? "" : use->text,
		     bypass_up_explanation(BYPASS_UP_WAY + use->state % FLOW_WAY_STATES) ?
			     bypass_up_explanation(BYPASS_UP_WAY + use->state % FLOW_WAY_STATES) :
			     state);
	}
}

void bypass_remarks_host(struct bypass_host_state *host)
{
	if (!host->is_there)
		return;
	remark_daemon(host);
	remark_tables(host);
	remark_ways(host);
	if (!host->settings.learn && !host->settings.mark_mask)
		note(&host->remarks,
		     "learning is off: only static flows are forwarded; --set --learn on");
}

static bool wants_observer(const struct bypass_host_state *host)
{
	return host->settings.learn || host->settings.mark_mask ||
	       bypass_state_flows(host, FLOW_TABLE_LEARNED);
}

static void remark_place(struct bypass_interface_state *interface)
{
	struct bypass_remarks *remarks = &interface->remarks;

	if (!interface->has_root)
		disagree(remarks, "the root is not attached, so no packet gets here; run: "
				  "xdp_root_loader --attach");
	else if (!interface->place.slot.program_id)
		disagree(remarks, "its slot was emptied by someone else; run: xdp_root_loader "
				  "--attach");
}

void bypass_remarks_interface(struct bypass_interface_state *interface,
			      const struct bypass_host_state *host)
{
	static const uint8_t none[6];
	struct bypass_remarks *remarks = &interface->remarks;

	remark_place(interface);
	if (interface->ifindex && interface->config.ifindex != interface->ifindex)
		disagree(remarks,
			 "it was attached to an interface of index %" PRIu32
			 ", this one has %" PRIu32 "; run: bypass_udp --attach",
			 interface->config.ifindex, interface->ifindex);
	else if (memcmp(interface->mac, none, sizeof(none)) != 0 &&
		 memcmp(interface->mac, interface->config.mac, sizeof(interface->mac)) != 0)
		disagree(remarks, "the interface's link address has changed, so its packets count "
				  "as another machine's; run: bypass_udp --attach");
	if (wants_observer(host) && !interface->is_observed)
		disagree(remarks, "the observer is not attached at tc egress, so no flow that "
				  "leaves here is learned; run: bypass_udp --attach");
	if (interface->config.monitor)
		note(remarks, "monitor mode: everything is decided and counted, nothing is sent");
	if (interface->lost)
		note(remarks,
		     "the driver lost %" PRIu64
		     " frames that XDP sent (ethtool -S; counted since it began): the other end "
		     "of a veth needs an XDP program, or GRO for redirected frames",
		     interface->lost);
}
