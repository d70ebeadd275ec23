/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of --flows and --flow-show. In JSON a flow is { "in", "out", "both", "state": { … } }: what is
 * printed is a file for --flow-file. */
#ifndef BYPASS_FLOW_REPORT_H
#define BYPASS_FLOW_REPORT_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/nexthop.h"
#include "flow_top.h"
#include "report.h"

struct flow_report_row {
	const struct listed_flow *flow;
	const struct flow_nexthop *nexthop; /* NULL: the entry is free */
	const char *nexthop_text;           /* "via 10.0.0.1 dev eth1 …" */
	uint64_t now;                       /* CLOCK_MONOTONIC, nanoseconds */
	bool is_measured;                   /* the flow's rates are known */
	const struct flow_entry *back;      /* its other direction, NULL: there is no such flow */
};

void flow_report_begin(struct report *report);
void flow_report_put(struct report *report, const struct flow_report_row *row);
void flow_report_end(struct report *report);

#endif
