// SPDX-License-Identifier: GPL-2.0-only
#include "filter_metrics.h"

#include <linux/bpf.h>
#include <stdio.h>

#include "filter_counters.h"
#include "filter_state.h"

static const struct metric_family info = { "ecbpf_filter", METRIC_INFO, NULL,
					   "Where the filter runs" };
static const struct metric_family sick = { "ecbpf_filter_sick", METRIC_GAUGE, NULL,
					   "1: the filter is loaded, but no packet reaches it" };
static const struct metric_family monitor = {
	"ecbpf_filter_monitor", METRIC_GAUGE, NULL,
	"1: everything is decided and counted, nothing is done"
};
static const struct metric_family watched = {
	"ecbpf_filter_watched", METRIC_GAUGE, NULL,
	"1: a process keeps the addresses of this host current"
};
static const struct metric_family unsettled = {
	"ecbpf_filter_unsettled", METRIC_GAUGE, NULL,
	"1: a change of the list was killed and left memory in use"
};
static const struct metric_family loaded = { "ecbpf_filter_loaded_timestamp_seconds", METRIC_GAUGE,
					     "seconds", "When the program was loaded" };
static const struct metric_family seen = {
	"ecbpf_filter_seen_packets", METRIC_COUNTER, NULL,
	"Packets that reached the filter since it was loaded or the chain was cleared"
};
static const struct metric_family decided = {
	"ecbpf_filter_decided_packets", METRIC_COUNTER, NULL,
	"Packets that the filter dropped, answered or aborted since the chain was cleared"
};
static const struct metric_family found = {
	"ecbpf_filter_found_packets", METRIC_COUNTER, NULL,
	"Packets by what was found in them, whatever was done with them"
};
static const struct metric_family summed = {
	"ecbpf_filter_summed_packets", METRIC_COUNTER, NULL,
	"Sums of what was found, by the names they always had"
};
static const struct metric_family sources = { "ecbpf_filter_sources", METRIC_GAUGE, NULL,
					      "Prefixes in the source list that are in force" };
static const struct metric_family memory = { "ecbpf_filter_list_bytes", METRIC_GAUGE, "bytes",
					     "Memory of the source list" };
static const struct metric_family newest = { "ecbpf_filter_newest_source_timestamp_seconds",
					     METRIC_GAUGE, "seconds",
					     "When the newest source came; 0: there is none" };

static void add_state(struct metrics *metrics, const struct filter_state *state)
{
	const char *interface = state->interface;
	char slot[16];

	snprintf(slot, sizeof(slot), "%u", state->place.number);
	metrics_add(metrics, &info, 1, "interface", interface, "slot", slot, NULL);
	metrics_add(metrics, &sick, state->disagreement != NULL, "interface", interface, NULL);
	metrics_add(metrics, &monitor, state->config.monitor, "interface", interface, NULL);
	metrics_add(metrics, &watched, state->is_watched, "interface", interface, NULL);
	metrics_add(metrics, &unsettled, state->is_unsettled, "interface", interface, NULL);
	metrics_add_duration(metrics, &loaded, state->place.slot.record.loaded_at, "interface",
			     interface, NULL);
}

static void add_packets(struct metrics *metrics, const struct filter_state *state)
{
	static const struct {
		const char *name;
		unsigned int action;
	} results[] = { { "dropped", XDP_DROP },
			{ "answered", XDP_TX },
			{ "aborted", XDP_ABORTED } };
	const char *interface = state->interface;
	unsigned int row = state->place.number;

	metrics_add(metrics, &seen,
		    counters_seen(&state->decided, row, state->place.slot.record.seen_before),
		    "interface", interface, NULL);
	for (size_t i = 0; i < sizeof(results) / sizeof(*results); i++)
		metrics_add(metrics, &decided,
			    counters_action(&state->decided, row, results[i].action), "interface",
			    interface, "result", results[i].name, NULL);
	for (size_t i = 0; i < filter_counter_count; i++)
		metrics_add(metrics, &found, state->packets.packets[filter_counter_names[i].number],
			    "interface", interface, "counter", filter_counter_names[i].name, NULL);
	for (size_t i = 0; i < filter_sum_count; i++)
		metrics_add(metrics, &summed, filter_sum(&filter_sums[i], &state->packets),
			    "interface", interface, "sum", filter_sums[i].name, NULL);
}

static void add_list(struct metrics *metrics, const struct filter_state *state)
{
	static const char *const actions[] = { [SOURCE_DROP] = "drop", [SOURCE_ALLOW] = "allow" };
	const char *interface = state->interface;

	for (int i = SOURCE_DROP; i <= SOURCE_ALLOW; i++) {
		metrics_add(metrics, &sources, state->counts.ipv4[i], "interface", interface,
			    "action", actions[i], "family", "ipv4", NULL);
		metrics_add(metrics, &sources, state->counts.ipv6[i], "interface", interface,
			    "action", actions[i], "family", "ipv6", NULL);
	}
	metrics_add(metrics, &memory, state->sources_size, "interface", interface, NULL);
	metrics_add_duration(metrics, &newest, state->counts.newest, "interface", interface, NULL);
}

static void take(void *context, const struct filter_state *state)
{
	add_state(context, state);
	add_packets(context, state);
	add_list(context, state);
}

int filter_metrics(struct metrics *metrics, const char *bpffs, struct problem *problem)
{
	return filter_state_each(bpffs, take, metrics, problem);
}
