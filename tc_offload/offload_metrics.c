// SPDX-License-Identifier: GPL-2.0-only
#include "offload_metrics.h"

#include "flow_row.h"
#include "offload_remarks.h"
#include "offload_report.h"
#include "offload_sysctls.h"
#include "offload_up_names.h"

#define NAME(name) "ecbpf_offload_" name

static void add_tables(struct metrics *metrics, const struct offload_host_state *host)
{
	static const struct metric_family flows = { NAME("flows"), METRIC_GAUGE, NULL,
						    "Flows in a table" };
	static const struct metric_family limit = { NAME("flows_limit"), METRIC_GAUGE, NULL,
						    "Flows a table can hold" };

	for (int i = 0; i < FLOW_FAMILY_COUNT; i++) {
		const char *family = i == FLOW_FAMILY_IPV4 ? "ipv4" : "ipv6";

		metrics_add(metrics, &flows, host->tables[i].flows, "family", family, NULL);
		metrics_add(metrics, &limit, host->tables[i].capacity, "family", family, NULL);
	}
}

/* Flows come and go: what those that are there have carried is no counter. */
static void add_ways(struct metrics *metrics, const struct offload_host_state *host)
{
	static const struct metric_family way = { NAME("way_flows"), METRIC_GAUGE, NULL,
						  "Flows by the state of their next hop" };
	static const struct metric_family packets = {
		NAME("flow_packets"), METRIC_GAUGE, NULL,
		"Packets that the flows in the tables have carried"
	};
	static const struct metric_family bytes = {
		NAME("flow_bytes"), METRIC_GAUGE, "bytes",
		"Bytes that the flows in the tables have carried"
	};
	struct offload_nexthop_use sum[FLOW_WAY_STATES] = { 0 }, all = { 0 };

	for (size_t i = 0; i < host->nexthop_count; i++) {
		const struct offload_nexthop_use *use = &host->nexthops[i];

		sum[use->state % FLOW_WAY_STATES].flows += use->flows;
		all.packets += use->packets;
		all.bytes += use->bytes;
	}
	for (unsigned int i = 0; i < FLOW_WAY_STATES; i++) {
		/* Those that packets go up the stack for, and those that they do not. */
		if (i == FLOW_WAY_USABLE || i == FLOW_WAY_LOCAL ||
		    offload_up_name(OFFLOAD_UP_WAY + i))
			metrics_add(metrics, &way, sum[i].flows, "state", flow_way_state_name(i),
				    NULL);
	}
	metrics_add(metrics, &packets, all.packets, NULL);
	metrics_add(metrics, &bytes, all.bytes, NULL);
}

static void add_sysctls(struct metrics *metrics, const struct offload_host_state *host)
{
	static const struct metric_family value = { NAME("sysctl"), METRIC_GAUGE, NULL,
						    "Sysctls of lo that flows may need" };
	static const struct metric_family is_set = {
		NAME("sysctl_set"), METRIC_GAUGE, NULL,
		"1: set by tc_offload, the last --detach gives it back"
	};

	for (unsigned int i = 0; i < OFFLOAD_SYSCTL_COUNT; i++) {
		if (host->sysctl[i] >= 0)
			metrics_add(metrics, &value, (uint64_t)host->sysctl[i], "name",
				    offload_sysctl_name(i), NULL);
		metrics_add(metrics, &is_set, host->sysctls.sysctl[i].is_set, "name",
			    offload_sysctl_name(i), NULL);
	}
}

static void add_host(struct metrics *metrics, const struct offload_host_state *host)
{
	static const struct metric_family attached = {
		NAME("attached"), METRIC_GAUGE, NULL,
		"1: tc_offload is attached in this network namespace"
	};
	static const struct metric_family sick = {
		NAME("sick"), METRIC_GAUGE, NULL,
		"Things that disagree with what was told, see --status"
	};
	static const struct metric_family alive = { NAME("daemon_alive"), METRIC_GAUGE, NULL,
						    "1: the daemon was heard of lately" };

	metrics_add(metrics, &attached, host->is_there, NULL);
	metrics_add(metrics, &sick, offload_remarks_disagreements(&host->remarks), NULL);
	metrics_add(metrics, &alive, host->daemon_state == OFFLOAD_DAEMON_RUNNING, NULL);
	if (!host->is_there)
		return;
	add_tables(metrics, host);
	add_ways(metrics, host);
	add_sysctls(metrics, host);
}

static void add_packets(struct metrics *metrics, const struct offload_place_state *state)
{
	static const struct metric_family rewritten = { NAME("rewritten_packets"), METRIC_COUNTER,
							NULL,
							"Packets of flows, by the way they went" };
	static const struct metric_family left = { NAME("left_packets"), METRIC_COUNTER, NULL,
						   "Packets that were left alone, by the reason" };
	const char *side = offload_side_name(state->place.side);

	for (unsigned int i = 0; i < OFFLOAD_OUT_COUNT; i++)
		metrics_add(metrics, &rewritten, state->counters.sent[i], "interface", state->name,
			    "side", side, "way", offload_out_name(i), NULL);
	for (unsigned int i = 0; i < OFFLOAD_UP_COUNT; i++) {
		if (offload_up_name(i))
			metrics_add(metrics, &left, state->counters.up[i], "interface", state->name,
				    "side", side, "reason", offload_up_name(i), NULL);
	}
}

static void add_place(struct metrics *metrics, const struct offload_place_state *state)
{
	static const struct metric_family place = { NAME("place"), METRIC_INFO, NULL,
						    "Where it is attached, and as what" };
	static const struct metric_family sick = {
		NAME("place_sick"), METRIC_GAUGE, NULL,
		"Things that disagree with what was told, see --status"
	};
	static const struct metric_family others = {
		NAME("other_programs"), METRIC_GAUGE, NULL,
		"Programs and filters of others at the same place"
	};
	const char *side = offload_side_name(state->place.side);

	metrics_add(metrics, &place, 1, "interface", state->name, "side", side, "kind",
		    offload_kind_name(state->place.state.kind), NULL);
	metrics_add(metrics, &sick, offload_remarks_disagreements(&state->remarks), "interface",
		    state->name, "side", side, NULL);
	metrics_add(metrics, &others, state->others.count, "interface", state->name, "side", side,
		    NULL);
	add_packets(metrics, state);
}

void offload_metrics(struct metrics *metrics, const struct offload_state *state)
{
	add_host(metrics, &state->host);
	for (size_t i = 0; i < state->place_count; i++)
		add_place(metrics, &state->places[i]);
}
