// SPDX-License-Identifier: GPL-2.0-only
#include "bypass_metrics.h"

#include "bypass_up_names.h"
#include "flow_row.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))
#define NAME(name) "ecbpf_bypass_" name

static void add_daemon(struct metrics *metrics, const struct bypass_host_state *host)
{
	static const struct metric_family alive = { NAME("daemon_alive"), METRIC_GAUGE, NULL,
						    "1: the daemon was heard of lately" };
	static const struct metric_family silence = { NAME("daemon_silence_seconds"), METRIC_GAUGE,
						      "seconds",
						      "Since the daemon was last heard of" };

	metrics_add(metrics, &alive, host->daemon_state == BYPASS_DAEMON_RUNNING, NULL);
	metrics_add_duration(metrics, &silence, bypass_state_silence(host), NULL);
}

static void add_removed(struct metrics *metrics, const struct bypass_ledger *ledger)
{
	static const struct metric_family removed = { NAME("removed_flows"), METRIC_COUNTER, NULL,
						      "Learned flows removed" };

	metrics_add(metrics, &removed, ledger->removed_idle, "why", "idle", NULL);
	metrics_add(metrics, &removed, ledger->removed_gone, "why", "gone", NULL);
	metrics_add(metrics, &removed, ledger->removed_other, "why", "other", NULL);
}

static void add_lost_events(struct metrics *metrics, const struct bypass_ledger *ledger)
{
	static const struct metric_family lost = { NAME("lost_events"), METRIC_COUNTER, NULL,
						   "Times that events were lost, and looked up" };

	metrics_add(metrics, &lost, ledger->lost_conntrack, "source", "conntrack", NULL);
	metrics_add(metrics, &lost, ledger->lost_events, "source", "observer", NULL);
}

static void add_host(struct metrics *metrics, const struct bypass_host_state *host)
{
	static const struct metric_family families[] = {
		{ NAME("attached"), METRIC_GAUGE, NULL,
		  "1: bypass_udp is attached in this network namespace" },
		{ NAME("sick"), METRIC_GAUGE, NULL,
		  "Things that disagree with what was told, see --status" },
		{ NAME("epoch"), METRIC_GAUGE, NULL,
		  "Grows with every change of the rules of the firewall" },
		{ NAME("candidates"), METRIC_GAUGE, NULL,
		  "Flows that have to be seen leaving before they are learned" },
		{ NAME("waiting_flows"), METRIC_GAUGE, NULL,
		  "Flows seen leaving that find no room in the table" },
		{ NAME("learned_flows"), METRIC_COUNTER, NULL, "Flows learned" },
		{ NAME("refused_flows"), METRIC_COUNTER, NULL,
		  "Flows not learned for want of room" },
		{ NAME("removed_packets"), METRIC_COUNTER, NULL,
		  "Packets that removed learned flows had carried" },
		{ NAME("removed_bytes"), METRIC_COUNTER, "bytes",
		  "Bytes that removed learned flows had carried" },
		{ NAME("rule_changes"), METRIC_COUNTER, NULL,
		  "Changes of the rules of the firewall" },
		{ NAME("route_changes"), METRIC_COUNTER, NULL, "Changes of routes" },
		{ NAME("timers_set"), METRIC_COUNTER, NULL, "Timers of conntrack set by netlink" },
	};
	const struct bypass_ledger *ledger = &host->ledger;
	const uint64_t values[COUNT_OF(families)] = {
		host->is_there,         host->remarks.disagreement_count,
		host->daemon.epoch,     ledger->candidates,
		ledger->waiting,        ledger->learned,
		ledger->refused,        ledger->removed_packets,
		ledger->removed_bytes,  ledger->rule_changes,
		ledger->routes_changed, ledger->timers_set,
	};

	for (size_t i = 0; i < COUNT_OF(families); i++)
		metrics_add(metrics, &families[i], values[i], NULL);
	add_daemon(metrics, host);
	add_removed(metrics, ledger);
	add_lost_events(metrics, ledger);
}

static void add_tables(struct metrics *metrics, const struct bypass_host_state *host)
{
	static const struct metric_family flows = { NAME("flows"), METRIC_GAUGE, NULL,
						    "Flows in a table" };
	static const struct metric_family limit = { NAME("flows_limit"), METRIC_GAUGE, NULL,
						    "Flows a table can hold" };

	for (unsigned int i = 0; i < FLOW_TABLE_COUNT * FLOW_FAMILY_COUNT; i++) {
		unsigned int table = i / FLOW_FAMILY_COUNT, number = i % FLOW_FAMILY_COUNT;
		const char *family = number == FLOW_FAMILY_IPV4 ? "ipv4" : "ipv6";
		const struct bypass_table_use *use = &host->tables[table][number];

		metrics_add(metrics, &flows, use->flows, "table", flow_table_name(table), "family",
			    family, NULL);
		metrics_add(metrics, &limit, use->capacity, "table", flow_table_name(table),
			    "family", family, NULL);
	}
}

/* Flows come and go: what those that are there have carried is no counter. */
static void add_carried(struct metrics *metrics, const struct bypass_host_state *host)
{
	static const struct metric_family packets = {
		NAME("flow_packets"), METRIC_GAUGE, NULL,
		"Packets that the flows in the tables have carried"
	};
	static const struct metric_family bytes = {
		NAME("flow_bytes"), METRIC_GAUGE, "bytes",
		"Bytes that the flows in the tables have carried"
	};
	uint64_t packet_sum = 0, byte_sum = 0;

	for (size_t i = 0; i < host->nexthop_count; i++) {
		packet_sum += host->nexthops[i].packets;
		byte_sum += host->nexthops[i].bytes;
	}
	metrics_add(metrics, &packets, packet_sum, NULL);
	metrics_add(metrics, &bytes, byte_sum, NULL);
}

static void add_ways(struct metrics *metrics, const struct bypass_host_state *host)
{
	static const struct metric_family family = { NAME("way_flows"), METRIC_GAUGE, NULL,
						     "Flows by the state of their next hop" };
	uint64_t flows[FLOW_WAY_STATES] = { 0 };

	for (size_t i = 0; i < host->nexthop_count; i++)
		flows[host->nexthops[i].state % FLOW_WAY_STATES] += host->nexthops[i].flows;
	for (unsigned int i = 0; i < FLOW_WAY_STATES; i++) {
		if (i == FLOW_WAY_USABLE || bypass_up_name(BYPASS_UP_WAY + i))
			metrics_add(metrics, &family, flows[i], "state", flow_way_state_name(i),
				    NULL);
	}
}

static void add_packets(struct metrics *metrics, const struct bypass_interface_state *interface)
{
	static const struct metric_family sent = { NAME("sent_packets"), METRIC_COUNTER, NULL,
						   "Packets that bypassed the kernel's stack" };
	static const struct metric_family up = { NAME("up_packets"), METRIC_COUNTER, NULL,
						 "Packets that went up the kernel's stack" };
	static const char *const modes[] = { "l2", "nat" }, *const actions[] = { "tx", "redirect" };

	for (int i = 0; i < 4; i++)
		metrics_add(metrics, &sent, interface->sent[i / 2][i % 2], "interface",
			    interface->name, "mode", modes[i / 2], "action", actions[i % 2], NULL);
	for (unsigned int i = 0; i < BYPASS_UP_COUNT; i++) {
		if (bypass_up_name(i))
			metrics_add(metrics, &up, interface->up[i], "interface", interface->name,
				    "reason", bypass_up_name(i), NULL);
	}
}

static void add_interface(struct metrics *metrics, const struct bypass_interface_state *interface)
{
	static const struct metric_family lost = { NAME("driver_lost_frames"), METRIC_COUNTER, NULL,
						   "Frames that XDP sent and the driver did not" };
	static const struct metric_family monitor = { NAME("monitor"), METRIC_GAUGE, NULL,
						      "1: monitor mode, nothing is sent" };
	static const struct metric_family observed = {
		NAME("observed"), METRIC_GAUGE, NULL,
		"1: what leaves by the interface is seen, and can be learned"
	};
	static const struct metric_family sick = {
		NAME("interface_sick"), METRIC_GAUGE, NULL,
		"Things that disagree with what was told, see --status"
	};

	add_packets(metrics, interface);
	metrics_add(metrics, &lost, interface->lost, "interface", interface->name, NULL);
	metrics_add(metrics, &monitor, interface->config.monitor, "interface", interface->name,
		    NULL);
	metrics_add(metrics, &observed, interface->is_observed, "interface", interface->name, NULL);
	metrics_add(metrics, &sick, interface->remarks.disagreement_count, "interface",
		    interface->name, NULL);
}

void bypass_metrics(struct metrics *metrics, const struct bypass_state *state)
{
	add_host(metrics, &state->host);
	if (state->host.is_there) {
		add_tables(metrics, &state->host);
		add_ways(metrics, &state->host);
		add_carried(metrics, &state->host);
	}
	for (size_t i = 0; i < state->interface_count; i++)
		add_interface(metrics, &state->interfaces[i]);
}
