/* SPDX-License-Identifier: GPL-2.0-only */
/* --flows and --flow-show: which flows there are, and what they have carried. */
#ifndef BYPASS_FLOWS_H
#define BYPASS_FLOWS_H

#include <stddef.h>
#include "abi/flow.h"
#include "problem.h"
#include "report.h"

/* Version of the shape of --flows --json and --flow-show --json, which is one. */
#define BYPASS_FLOWS_SCHEMA 1

/* Of --by. */
enum bypass_flow_order {
	BYPASS_BY_PPS, /* these two take a second to measure */
	BYPASS_BY_BPS,
	BYPASS_BY_PACKETS,
	BYPASS_BY_BYTES,
};

struct bypass_flows_wish {
	unsigned int tables; /* 1 << enum flow_table, 0: of all */
	size_t top;          /* so many, the largest first; 0: all, by their keys (flow_top()) */
	enum bypass_flow_order by;
	const struct flow_key *key; /* only this flow and its other direction; NULL: any */
};

/* The flows of this network namespace. -ENOENT, told: nothing is attached, or the flow is in none of
 * the tables. */
int bypass_flows(struct report *report, const char *bpffs, const struct bypass_flows_wish *wish,
		 struct problem *problem);

#endif
