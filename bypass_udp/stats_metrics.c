// SPDX-License-Identifier: GPL-2.0-only
#include "stats_metrics.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bypass_report.h"
#include "bypass_up_names.h"
#include "flow_row.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))
#define SECOND UINT64_C(1000000000)

struct teller {
	metric_told told;
	void *context;
	const struct bypass_state *state;
};

static void tell_host(const struct teller *teller)
{
	const struct bypass_host_state *host = &teller->state->host;
	const struct bypass_ledger *ledger = &host->ledger;
	bool is_alive = host->daemon_state == BYPASS_DAEMON_RUNNING;
	const struct metric rows[] = {
		{ "attached", "1: bypass_udp is attached in this network namespace", false,
		  .value = host->is_there },
		{ "sick", "Things that disagree with what was told, see --status", false,
		  .value = host->remarks.disagreement_count },
		{ "daemon_alive", "1: the daemon was heard of lately", false, .value = is_alive },
		{ "daemon_silence_seconds", "Since the daemon was last heard of", false,
		  .value = bypass_state_silence(host) / SECOND },
		{ "epoch", "Grows with every change of the firewall's rules", false,
		  .value = host->daemon.epoch },
		{ "candidates", "Flows that have to be seen leaving before they are learned", false,
		  .value = ledger->candidates },
		{ "waiting_flows", "Flows seen leaving that find no room in the table", false,
		  .value = ledger->waiting },
		{ "learned_flows_total", "Flows learned", true, .value = ledger->learned },
		{ "refused_flows_total", "Flows not learned for want of room", true,
		  .value = ledger->refused },
		{ "removed_flows_total",
		  "Learned flows removed",
		  true,
		  { { "why", "idle" } },
		  ledger->removed_idle },
		{ "removed_flows_total", "", true, { { "why", "gone" } }, ledger->removed_gone },
		{ "removed_flows_total", "", true, { { "why", "other" } }, ledger->removed_other },
		{ "removed_packets_total", "Packets that removed learned flows had carried", true,
		  .value = ledger->removed_packets },
		{ "removed_bytes_total", "Bytes that removed learned flows had carried", true,
		  .value = ledger->removed_bytes },
		{ "rule_changes_total", "Changes of the firewall's rules", true,
		  .value = ledger->rule_changes },
		{ "route_changes_total", "Changes of routes", true,
		  .value = ledger->routes_changed },
		{ "lost_events_total",
		  "Times that events were lost, and looked up",
		  true,
		  { { "source", "conntrack" } },
		  ledger->lost_conntrack },
		{ "lost_events_total", "", true, { { "source", "observer" } }, ledger->lost_events },
		{ "timers_set_total", "Timers of conntrack set by netlink", true,
		  .value = ledger->timers_set },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++)
		teller->told(teller->context, &rows[i]);
}

static void tell_tables(const struct teller *teller, bool limit)
{
	for (unsigned int i = 0; i < FLOW_TABLE_COUNT * FLOW_FAMILY_COUNT; i++) {
		unsigned int table = i / FLOW_FAMILY_COUNT, family = i % FLOW_FAMILY_COUNT;
		const struct bypass_table_use *use = &teller->state->host.tables[table][family];

		teller->told(teller->context,
			     &(struct metric){ limit ? "flows_limit" : "flows",
					       limit ? "Flows a table can hold" :
						       "Flows in a table",
					       false,
					       { { "table", flow_table_name(table) },
						 { "family", bypass_family_name(family) } },
					       limit ? use->capacity : use->flows });
	}
}

static void tell_ways(const struct teller *teller)
{
	const struct bypass_host_state *host = &teller->state->host;
	uint64_t flows[FLOW_WAY_STATES] = { 0 };

	for (size_t i = 0; i < host->nexthop_count; i++)
		flows[host->nexthops[i].state % FLOW_WAY_STATES] += host->nexthops[i].flows;
	for (unsigned int i = 0; i < FLOW_WAY_STATES; i++) {
		if (i != FLOW_WAY_USABLE && !bypass_up_name(BYPASS_UP_WAY + i))
			continue;
		teller->told(teller->context,
			     &(struct metric){ "way_flows",
					       "Flows by the state of their next hop",
					       false,
					       { { "state", flow_way_state_name(i) } },
					       flows[i] });
	}
}

static void tell_sent(const struct teller *teller, const struct bypass_interface_state *interface)
{
	static const char *const modes[] = { "l2", "nat" }, *const actions[] = { "tx", "redirect" };

	for (int i = 0; i < 4; i++)
		teller->told(teller->context,
			     &(struct metric){ "sent_packets_total",
					       "Packets that bypassed the kernel's stack",
					       true,
					       { { "interface", interface->name },
						 { "mode", modes[i / 2] },
						 { "action", actions[i % 2] } },
					       interface->sent[i / 2][i % 2] });
}

static void tell_up(const struct teller *teller, const struct bypass_interface_state *interface)
{
	for (unsigned int i = 0; i < BYPASS_UP_COUNT; i++) {
		if (!bypass_up_name(i))
			continue;
		teller->told(teller->context,
			     &(struct metric){ "up_packets_total",
					       "Packets that went up the kernel's stack",
					       true,
					       { { "interface", interface->name },
						 { "reason", bypass_up_name(i) } },
					       interface->up[i] });
	}
}

static void tell_lost(const struct teller *teller, const struct bypass_interface_state *interface)
{
	teller->told(teller->context,
		     &(struct metric){ "driver_lost_frames_total",
				       "Frames that XDP sent and the driver did not",
				       true,
				       { { "interface", interface->name } },
				       interface->lost });
}

static void tell_monitor(const struct teller *teller,
			 const struct bypass_interface_state *interface)
{
	teller->told(teller->context, &(struct metric){ "monitor",
							"1: monitor mode, nothing is sent",
							false,
							{ { "interface", interface->name } },
							interface->config.monitor });
}

static void tell_sick(const struct teller *teller, const struct bypass_interface_state *interface)
{
	teller->told(teller->context,
		     &(struct metric){ "interface_sick",
				       "Things that disagree with what was told, see --status",
				       false,
				       { { "interface", interface->name } },
				       interface->remarks.disagreement_count });
}

void stats_metrics(const struct bypass_state *state, metric_told told, void *context)
{
	static void (*const tell[])(const struct teller *,
				    const struct bypass_interface_state *) = {
		tell_sent, tell_up, tell_lost, tell_monitor, tell_sick
	};
	const struct teller teller = { told, context, state };

	tell_host(&teller);
	if (state->host.is_there) {
		tell_tables(&teller, false);
		tell_tables(&teller, true);
		tell_ways(&teller);
	}
	for (size_t i = 0; i < COUNT_OF(tell); i++) {
		for (size_t j = 0; j < state->interface_count; j++)
			tell[i](&teller, &state->interfaces[j]);
	}
}

struct prometheus {
	FILE *stream;
	const char *name; /* of the metric before */
};

/* Label values are quoted: an interface's name may hold anything but a slash and white space. */
static void put_quoted(FILE *stream, const char *value)
{
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			fputc('\\', stream);
		fputc(*value, stream);
	}
}

static void put_prometheus(void *context, const struct metric *metric)
{
	struct prometheus *prometheus = context;
	FILE *stream = prometheus->stream;

	if (!prometheus->name || strcmp(prometheus->name, metric->name) != 0)
		fprintf(stream, "# HELP " METRIC_PREFIX "%s %s\n# TYPE " METRIC_PREFIX "%s %s\n",
			metric->name, metric->help, metric->name,
			metric->is_counter ? "counter" : "gauge");
	prometheus->name = metric->name;
	fprintf(stream, METRIC_PREFIX "%s", metric->name);
	for (size_t i = 0; i < COUNT_OF(metric->label) && metric->label[i].key; i++) {
		fprintf(stream, "%c%s=\"", i ? ',' : '{', metric->label[i].key);
		put_quoted(stream, metric->label[i].value);
		fputc('"', stream);
	}
	fprintf(stream, "%s %" PRIu64 "\n", metric->label[0].key ? "}" : "", metric->value);
}

static void put_statsd(void *context, const struct metric *metric)
{
	FILE *stream = context;

	fprintf(stream, "ecbpf_bypass.%s", metric->name);
	for (size_t i = 0; i < COUNT_OF(metric->label) && metric->label[i].key; i++) {
		fputc('.', stream);
		for (const char *c = metric->label[i].value; *c; c++)
			fputc(isalnum((unsigned char)*c) || strchr("_-", *c) ? *c : '_', stream);
	}
	fprintf(stream, ":%" PRIu64 "|g\n", metric->value);
}

char *stats_metrics_prometheus(const struct bypass_state *state)
{
	char *text = NULL;
	size_t size;
	struct prometheus prometheus = { open_memstream(&text, &size), NULL };

	if (!prometheus.stream)
		return NULL;
	stats_metrics(state, put_prometheus, &prometheus);
	if (fclose(prometheus.stream)) {
		free(text);
		text = NULL;
	}
	return text;
}

char *stats_metrics_statsd(const struct bypass_state *state)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	if (!stream)
		return NULL;
	stats_metrics(state, put_statsd, stream);
	if (fclose(stream)) {
		free(text);
		text = NULL;
	}
	return text;
}
