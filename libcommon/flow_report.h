/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of --flows and --flow-show. In JSON a flow is { "in", "out", "both", "state": { … } }: what is
 * printed is a file for --flow-file. */
#ifndef ECBPF_FLOW_REPORT_H
#define ECBPF_FLOW_REPORT_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/nexthop.h"
#include "flow_top.h"
#include "report.h"

struct flow_report_row {
	const struct listed_flow *flow;
	const struct flow_nexthop *nexthop; /* NULL: the entry is free */
	const char *nexthop_text;           /* "via 10.0.0.1 dev eth1 …" */
	const char *class_name;             /* of a learned flow */
	uint64_t now;                       /* CLOCK_MONOTONIC, nanoseconds */
	const struct flow_entry *back;      /* its other direction, NULL: there is no such flow */
};

#define FLOW_REPORT_COLUMNS 20

struct flow_report_table {
	struct report *report;
	bool has_rates;
	struct report_column columns[FLOW_REPORT_COLUMNS];
};

/* Text goes without the columns that are not there; in JSON their members are. `has_rates`: they were
 * measured; `has_flags`: a flow may have some. */
void flow_report_begin(struct flow_report_table *ret_table, struct report *report, bool has_rates,
		       bool has_flags);
void flow_report_put(const struct flow_report_table *table, const struct flow_report_row *row);
void flow_report_end(const struct flow_report_table *table);

#endif
