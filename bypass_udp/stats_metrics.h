/* SPDX-License-Identifier: GPL-2.0-only */
/* The numbers of a state as metrics for monitoring. Names never change their meaning; counters never go
 * back while the program stays attached. README.md lists them. */
#ifndef BYPASS_STATS_METRICS_H
#define BYPASS_STATS_METRICS_H

#include <stdbool.h>
#include <stdint.h>
#include "bypass_state.h"

#define METRIC_PREFIX "ecbpf_bypass_"

struct metric {
	const char *name; /* behind the prefix; metrics of one name come one after the other */
	const char *help;
	bool is_counter; /* else it is a gauge */
	struct {
		const char *key, *value;
	} label[3]; /* key NULL: none further */
	uint64_t value;
};

typedef void (*metric_told)(void *context, const struct metric *metric);

/* Tells every metric. */
void stats_metrics(const struct bypass_state *state, metric_told told, void *context);

/* Both return memory to be freed, NULL when out of it. Prometheus' text format; statsd's gauges, a line
 * each: "ecbpf_bypass.up_packets_total.eth0.no_flow:17|g", in which anything but letters, digits, "_" and "-"
 * of a label becomes "_". */
char *stats_metrics_prometheus(const struct bypass_state *state);
char *stats_metrics_statsd(const struct bypass_state *state);

#endif
