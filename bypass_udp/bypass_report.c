// SPDX-License-Identifier: GPL-2.0-only
#include "bypass_report.h"

#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "bypass_settings.h"
#include "bypass_up_names.h"
#include "flow_row.h"
#include "load_time.h"
#include "parse_address.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))
#define MILLISECOND UINT64_C(1000000)

static const struct report_column table_columns[] = {
	{ "table", "TABLE", -8 },
	{ "family", "FAMILY", -6 },
	{ "flows", "FLOWS", 10 },
	{ "capacity", "CAPACITY", 10 },
};

static const struct report_column nexthop_columns[] = {
	{ "index", NULL, 0 },     { "text", "NEXT HOP", -44 },  { "state", "STATE", -12 },
	{ "flows", "FLOWS", 10 }, { "packets", "PACKETS", 14 }, { "bytes", "BYTES", 16 },
};

static const char *const sent_names[2][2] = { { "l2_tx", "l2_redirect" },
					      { "nat_tx", "nat_redirect" } };

const char *bypass_daemon_state_name(enum bypass_daemon_state state)
{
	static const char *const names[] = { "none", "running", "silent" };

	return names[state];
}

const char *bypass_family_name(unsigned int family)
{
	return family == FLOW_FAMILY_IPV4 ? "IPv4" : "IPv6";
}

static void put_remarks(struct report *report, const struct bypass_remarks *remarks)
{
	report_array_begin(report, "disagreements");
	for (size_t i = 0; i < remarks->disagreement_count; i++)
		report_string(report, NULL, "DISAGREES", remarks->disagreement[i]);
	report_array_end(report);
	report_array_begin(report, "notes");
	for (size_t i = 0; i < remarks->note_count; i++)
		report_string(report, NULL, "NOTE", remarks->note[i]);
	report_array_end(report);
}

static void put_age(struct report *report, const char *key, const char *label,
		    const struct bypass_host_state *host, uint64_t age)
{
	char text[BYPASS_TIME_TEXT_SIZE];

	report_line(report, "%s: %s ago", label,
		    bypass_time_text(age / MILLISECOND * MILLISECOND, text));
	if (host->daemon.alive_until)
		report_number(report, key, NULL, age / MILLISECOND);
	else
		report_null(report, key);
}

static void put_daemon(struct report *report, const struct bypass_host_state *host)
{
	const struct bypass_daemon *daemon = &host->daemon;

	report_object_begin(report, "daemon");
	report_string(report, "state", "Daemon", bypass_daemon_state_name(host->daemon_state));
	report_number(report, "pid", daemon->pid ? "  process" : NULL, daemon->pid);
	if (daemon->alive_until)
		put_age(report, "heard_ms", "  last heard of", host, bypass_state_silence(host));
	else
		report_null(report, "heard_ms");
	report_number(report, "epoch", "  epoch of the rules", daemon->epoch);
	report_object_end(report);
}

/* Text has only what is not 0. */
static void put_ledger(struct report *report, const struct bypass_ledger *ledger)
{
	const struct {
		const char *key, *label;
		uint64_t value;
	} rows[] = {
		{ "learned", "  flows learned", ledger->learned },
		{ "candidates", "  candidates, not seen leaving yet", ledger->candidates },
		{ "waiting", "  waiting for room in the table", ledger->waiting },
		{ "refused", "  refused for want of room", ledger->refused },
		{ "removed_idle", "  removed, idle", ledger->removed_idle },
		{ "removed_gone", "  removed, forgotten by conntrack", ledger->removed_gone },
		{ "removed_other", "  removed for other reasons", ledger->removed_other },
		{ "removed_packets", "  packets of removed flows", ledger->removed_packets },
		{ "removed_bytes", "  bytes of removed flows", ledger->removed_bytes },
		{ "rule_changes", "  changes of the firewall's rules", ledger->rule_changes },
		{ "route_changes", "  changes of routes", ledger->routes_changed },
		{ "lost_conntrack", "  conntrack events lost, and looked up",
		  ledger->lost_conntrack },
		{ "lost_events", "  observer's events lost, and looked up", ledger->lost_events },
		{ "timers_set", "  conntrack timers set by netlink", ledger->timers_set },
	};

	report_object_begin(report, "learning");
	report_line(report, "Learning since the first --attach:");
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		report_number(report, rows[i].key, rows[i].value ? rows[i].label : NULL,
			      rows[i].value);
	report_object_end(report);
}

static void put_settings(struct report *report, const struct bypass_settings *settings)
{
	char text[BYPASS_SETTING_TEXT_SIZE], label[40];

	report_object_begin(report, "settings");
	report_line(report, "Settings:");
	for (int i = BYPASS_SETTING_IDLE_TIMEOUT; i < BYPASS_SETTING_COUNT; i++) {
		const char *name = bypass_settings_rows[i].name;

		(void)snprintf(label, sizeof(label), "  %s", name);
		report_string(report, name, label,
			      bypass_settings_text(settings, (enum bypass_setting)i, text));
	}
	report_object_end(report);
}

static void put_excluded(struct report *report, const struct bypass_excluded *excluded)
{
	report_array_begin(report, "excluded");
	for (uint32_t i = 0; i < excluded->count && i < BYPASS_EXCLUDED_LIMIT; i++) {
		struct address_prefix prefix = {
			.family = excluded->prefix[i].family == FLOW_IPV6 ? AF_INET6 : AF_INET,
			.length = excluded->prefix[i].length,
		};
		char text[ADDRESS_PREFIX_TEXT_SIZE];

		memcpy(prefix.address, excluded->prefix[i].address, sizeof(prefix.address));
		report_string(report, NULL, "Excluded",
			      address_prefix_text(&prefix, text, sizeof(text)));
	}
	report_array_end(report);
}

static void put_tables(struct report *report, const struct bypass_host_state *host)
{
	report_table_begin(report, "tables", table_columns, COUNT_OF(table_columns));
	for (unsigned int i = 0; i < FLOW_TABLE_COUNT * FLOW_FAMILY_COUNT; i++) {
		unsigned int table = i / FLOW_FAMILY_COUNT, family = i % FLOW_FAMILY_COUNT;

		report_row_begin(report);
		report_cell_string(report, flow_table_name(table));
		report_cell_string(report, bypass_family_name(family));
		report_cell_number(report, host->tables[table][family].flows);
		report_cell_number(report, host->tables[table][family].capacity);
		report_row_end(report);
	}
	report_table_end(report);
}

static void put_nexthops(struct report *report, const struct bypass_host_state *host)
{
	if (!host->nexthop_count) { /* no table's head over nothing */
		report_array_begin(report, "nexthops");
		report_array_end(report);
		return;
	}
	report_table_begin(report, "nexthops", nexthop_columns, COUNT_OF(nexthop_columns));
	for (size_t i = 0; i < host->nexthop_count; i++) {
		const struct bypass_nexthop_use *use = &host->nexthops[i];

		report_row_begin(report);
		report_cell_number(report, use->index);
		report_cell_string(report, use->text);
		report_cell_string(report, flow_way_state_name(use->state));
		report_cell_number(report, use->flows);
		report_cell_number(report, use->packets);
		report_cell_number(report, use->bytes);
		report_row_end(report);
	}
	report_table_end(report);
}

static void put_host(struct report *report, const struct bypass_host_state *host)
{
	report_object_begin(report, "host");
	report_bool(report, "attached", NULL, host->is_there);
	report_line(report, host->is_there ?
				    "=== bypass_udp in this network namespace ===" :
				    "bypass_udp is not attached in this network namespace.");
	put_remarks(report, &host->remarks);
	/* Text spares the reader zeros that mean nothing. */
	if (host->is_there) {
		put_daemon(report, host);
		put_settings(report, &host->settings);
		put_excluded(report, &host->excluded);
		put_ledger(report, &host->ledger);
		put_tables(report, host);
		put_nexthops(report, host);
		report_line(report, "%s", "");
	} else {
		static const char *const parts[] = { "daemon",   "settings", "excluded",
						     "learning", "tables",   "nexthops" };

		for (size_t i = 0; i < COUNT_OF(parts); i++)
			report_null(report, parts[i]);
	}
	report_object_end(report);
}

static void put_place(struct report *report, const struct bypass_interface_state *interface)
{
	const struct slot *slot = &interface->place.slot;
	char time[LOAD_TIME_SIZE];

	report_line(report, "=== bypass_udp on %s ===", interface->name);
	put_remarks(report, &interface->remarks);
	report_number(report, "slot", "slot", interface->place.number);
	report_number(report, "program_id", "program id",
		      slot->program_id ? slot->program_id : slot->pinned_id);
	report_string(report, "load_time", "load time",
		      load_time_text(slot->record.loaded_at, time));
	report_bool(report, "monitor", "monitor mode", interface->config.monitor);
	report_bool(report, "observed", "observer at tc egress", interface->is_observed);
	report_string(report, "conntrack_timers", "conntrack timers set by",
		      interface->sets_timers ? "kernel" : "netlink");
	report_number(report, "driver_lost", NULL, interface->lost);
}

/* Text has only those that are not 0. */
static void put_up(struct report *report, const struct bypass_interface_state *interface)
{
	char label[48];

	report_object_begin(report, "up");
	for (unsigned int i = 0; i < BYPASS_UP_COUNT; i++) {
		const char *name = bypass_up_name(i);

		if (!name)
			continue;
		(void)snprintf(label, sizeof(label), "    %s", name);
		report_number(report, name, interface->up[i] ? label : NULL, interface->up[i]);
		if (interface->up[i])
			report_line(report, "      (%s)", bypass_up_explanation(i));
	}
	report_object_end(report);
}

static void put_packets(struct report *report, const struct bypass_interface_state *interface)
{
	uint64_t share = bypass_state_share(interface), sent = bypass_state_sent(interface);
	uint64_t up = bypass_state_up(interface);
	char label[48];

	report_object_begin(report, "packets");
	report_line(report, "Packets: %" PRIu64 ", of which %" PRIu64 ".%02" PRIu64 " %% bypassed",
		    sent + up, share / 10000, share / 100 % 100);
	report_number(report, "seen", NULL, sent + up);
	report_number(report, "bypassed", "  bypassed", sent);
	report_number(report, "bypassed_ppm", NULL, share);
	report_object_begin(report, "sent");
	for (int i = 0; i < 4; i++) {
		uint64_t packets = interface->sent[i / 2][i % 2];

		(void)snprintf(label, sizeof(label), "    %s", sent_names[i / 2][i % 2]);
		report_number(report, sent_names[i / 2][i % 2], packets ? label : NULL, packets);
	}
	report_object_end(report);
	report_number(report, "went_up", "  up the stack", up);
	put_up(report, interface);
	report_object_end(report);
}

void bypass_report(struct report *report, const struct bypass_state *state)
{
	put_host(report, &state->host);
	report_object_begin(report, "interfaces");
	for (size_t i = 0; i < state->interface_count; i++) {
		const struct bypass_interface_state *interface = &state->interfaces[i];

		report_object_begin(report, interface->name);
		put_place(report, interface);
		put_packets(report, interface);
		report_line(report, "%s", "");
		report_object_end(report);
	}
	report_object_end(report);
}
