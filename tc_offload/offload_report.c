// SPDX-License-Identifier: GPL-2.0-only
#include "offload_report.h"

#include <inttypes.h>
#include <stdio.h>

#include "load_time.h"
#include "offload_sysctls.h"
#include "offload_up_names.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

static const struct report_column table_columns[] = {
	{ "family", "FAMILY", -6 },
	{ "flows", "FLOWS", 10 },
	{ "capacity", "CAPACITY", 10 },
};

static const struct report_column nexthop_columns[] = {
	{ "state", "STATE", -12 },    { "text", "NEXT HOP", -40 }, { "flows", "FLOWS", 8 },
	{ "packets", "PACKETS", 14 }, { "bytes", "BYTES", 16 },    { "index", NULL, 0 },
};

static const struct report_column other_columns[] = {
	{ "kind", "ALSO HERE", -9 },   { "name", "NAME", -24 },     { "program_id", "PROGRAM", 8 },
	{ "priority", "PRIORITY", 8 }, { "handle", "HANDLE", -10 },
};

const char *offload_kind_name(enum tc_link_kind kind)
{
	static const char *const names[] = { NULL, "tcx", "clsact" };

	return names[kind];
}

const char *offload_daemon_state_name(enum offload_daemon_state state)
{
	static const char *const names[] = { "none", "running", "silent" };

	return names[state];
}

static void put_those(struct report *report, const struct offload_remarks *remarks, bool disagree)
{
	report_array_begin(report, disagree ? "disagreements" : "notes");
	for (size_t i = 0; i < remarks->count; i++) {
		if (remarks->remark[i].disagrees == disagree)
			report_string(report, NULL, disagree ? "DISAGREES" : "NOTE",
				      remarks->remark[i].text);
	}
	report_array_end(report);
}

static void put_remarks(struct report *report, const struct offload_remarks *remarks)
{
	put_those(report, remarks, true);
	put_those(report, remarks, false);
}

static void put_daemon(struct report *report, const struct offload_host_state *host)
{
	report_object_begin(report, "daemon");
	report_string(report, "state", "Daemon", offload_daemon_state_name(host->daemon_state));
	report_number(report, "pid", host->daemon.pid ? "  process" : NULL, host->daemon.pid);
	report_object_end(report);
}

/* Text has only those that were changed here. */
static void put_sysctls(struct report *report, const struct offload_host_state *host)
{
	report_array_begin(report, "sysctls");
	for (unsigned int i = 0; i < OFFLOAD_SYSCTL_COUNT; i++) {
		bool is_set = host->sysctls.sysctl[i].is_set != 0;
		bool is_known = host->sysctl[i] >= 0;

		report_object_begin(report, NULL);
		report_string(report, "name", NULL, offload_sysctl_name(i));
		report_bool(report, "set_here", NULL, is_set);
		if (is_known)
			report_number(report, "value", NULL, (uint64_t)host->sysctl[i]);
		else
			report_null(report, "value");
		if (is_set)
			report_line(report,
				    "Sysctl set here: %s (was %d; given back by the last --detach)",
				    offload_sysctl_name(i), host->sysctls.sysctl[i].before);
		report_object_end(report);
	}
	report_array_end(report);
}

static void put_tables(struct report *report, const struct offload_host_state *host)
{
	report_table_begin(report, "tables", table_columns, COUNT_OF(table_columns));
	for (int i = 0; i < FLOW_FAMILY_COUNT; i++) {
		report_row_begin(report);
		report_cell_string(report, i == FLOW_FAMILY_IPV4 ? "IPv4" : "IPv6");
		report_cell_number(report, host->tables[i].flows);
		report_cell_number(report, host->tables[i].capacity);
		report_row_end(report);
	}
	report_table_end(report);
}

/* No table's head over nothing. */
static void put_empty(struct report *report, const char *key)
{
	report_array_begin(report, key);
	report_array_end(report);
}

static void put_nexthops(struct report *report, const struct offload_host_state *host)
{
	if (!host->nexthop_count) {
		put_empty(report, "nexthops");
		return;
	}
	report_table_begin(report, "nexthops", nexthop_columns, COUNT_OF(nexthop_columns));
	for (const struct offload_nexthop_use *use = host->nexthops;
	     use < host->nexthops + host->nexthop_count; use++) {
		report_row_begin(report);
		report_cell_string(report, flow_way_state_name(use->state));
		report_cell_string(report, use->text);
		report_cell_number(report, use->flows);
		report_cell_number(report, use->packets);
		report_cell_number(report, use->bytes);
		report_cell_number(report, use->index);
		report_row_end(report);
	}
	report_table_end(report);
}

static void put_host(struct report *report, const struct offload_host_state *host)
{
	report_object_begin(report, "host");
	report_bool(report, "attached", NULL, host->is_there);
	if (host->is_there) {
		report_line(report, "=== tc_offload in this network namespace ===");
		put_remarks(report, &host->remarks);
		put_daemon(report, host);
		put_sysctls(report, host);
		put_tables(report, host);
		put_nexthops(report, host);
		report_line(report, "%s", "");
	} else {
		static const char *const parts[] = { "daemon", "sysctls", "tables", "nexthops" };

		report_line(report, "tc_offload is not attached in this network namespace.");
		put_remarks(report, &host->remarks);
		for (size_t i = 0; i < COUNT_OF(parts); i++)
			report_null(report, parts[i]);
	}
	report_object_end(report);
}

/* Packets by reason: an object with all of them; text has those that are not 0, with the sentence. */
static void put_counts(struct report *report, const char *key, const __u64 *counts, size_t count,
		       const char *(*name_of)(unsigned int), const char *(*why)(unsigned int))
{
	char label[48];

	report_object_begin(report, key);
	for (unsigned int i = 0; i < count; i++) {
		const char *name = name_of(i);

		if (!name)
			continue;
		(void)snprintf(label, sizeof(label), "    %s", name);
		report_number(report, name, counts[i] ? label : NULL, counts[i]);
		if (counts[i])
			report_line(report, "      (%s)", why(i));
	}
	report_object_end(report);
}

static uint64_t sum(const __u64 *counts, size_t count)
{
	uint64_t all = 0;

	for (size_t i = 0; i < count; i++)
		all += counts[i];
	return all;
}

uint64_t offload_report_rewritten(const struct offload_cpu *counters)
{
	return sum(counters->sent, OFFLOAD_OUT_COUNT);
}

uint64_t offload_report_seen(const struct offload_cpu *counters)
{
	return offload_report_rewritten(counters) + sum(counters->up, OFFLOAD_UP_COUNT);
}

static void put_packets(struct report *report, const struct offload_cpu *counters)
{
	uint64_t sent = offload_report_rewritten(counters), seen = offload_report_seen(counters);

	report_object_begin(report, "packets");
	report_number(report, "seen", "Packets", seen);
	report_number(report, "rewritten", "  rewritten", sent);
	put_counts(report, "out", counters->sent, OFFLOAD_OUT_COUNT, offload_out_name,
		   offload_out_explanation);
	report_number(report, "left_alone", "  left alone", seen - sent);
	put_counts(report, "up", counters->up, OFFLOAD_UP_COUNT, offload_up_name,
		   offload_up_explanation);
	report_object_end(report);
}

static void put_other(struct report *report, const struct hook_program *other)
{
	char handle[16];

	(void)snprintf(handle, sizeof(handle), "%#x", other->handle);
	report_row_begin(report);
	report_cell_string(report, offload_kind_name(other->kind));
	report_cell_string(report, *other->name ? other->name : NULL);
	if (other->program_id)
		report_cell_number(report, other->program_id);
	else
		report_cell_none(report);
	if (other->kind == TC_LINK_CLSACT) {
		report_cell_number(report, other->priority);
		report_cell_string(report, handle);
	} else {
		report_cell_none(report);
		report_cell_none(report);
	}
	report_row_end(report);
}

static void put_others(struct report *report, const struct hook_program_list *others)
{
	if (!others->count) {
		put_empty(report, "others");
		return;
	}
	report_table_begin(report, "others", other_columns, COUNT_OF(other_columns));
	for (size_t i = 0; i < others->count; i++)
		put_other(report, &others->programs[i]);
	report_table_end(report);
}

static void put_place(struct report *report, const struct offload_place_state *state)
{
	const struct offload_place *place = &state->place;
	char time[LOAD_TIME_SIZE];

	report_object_begin(report, NULL);
	report_line(report, "=== tc_offload on %s, %s ===", state->name,
		    offload_side_name(place->side));
	put_remarks(report, &state->remarks);
	report_string(report, "interface", NULL, state->name);
	report_number(report, "ifindex", NULL, place->ifindex);
	report_string(report, "side", NULL, offload_side_name(place->side));
	report_string(report, "kind", "attached as", offload_kind_name(place->state.kind));
	if (place->state.program_id)
		report_number(report, "program_id", "program id", place->state.program_id);
	else
		report_null(report, "program_id");
	report_string(report, "load_time", "load time", load_time_text(state->loaded_at, time));
	put_packets(report, &state->counters);
	put_others(report, &state->others);
	report_line(report, "%s", "");
	report_object_end(report);
}

void offload_report(struct report *report, const struct offload_state *state)
{
	put_host(report, &state->host);
	report_array_begin(report, "places");
	for (size_t i = 0; i < state->place_count; i++)
		put_place(report, &state->places[i]);
	report_array_end(report);
}
