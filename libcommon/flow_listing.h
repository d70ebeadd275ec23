/* SPDX-License-Identifier: GPL-2.0-only */
/* --flows and --flow-show: which flows there are, and what they have carried. */
#ifndef ECBPF_FLOW_LISTING_H
#define ECBPF_FLOW_LISTING_H

#include <stddef.h>
#include "abi/flow.h"
#include "flow_host.h"
#include "problem.h"
#include "report.h"

/* Of --by. */
enum flow_listing_order {
	FLOW_LISTING_BY_PPS, /* these two take a second to measure */
	FLOW_LISTING_BY_BPS,
	FLOW_LISTING_BY_PACKETS,
	FLOW_LISTING_BY_BYTES,
};

struct flow_listing_wish {
	unsigned int tables; /* 1 << enum flow_table, 0: of all */
	size_t top;          /* so many, the largest first; 0: all, by their keys (flow_top()) */
	enum flow_listing_order by;
	const struct flow_key *key; /* only this flow and its other direction; NULL: any */
};

/* -ENOENT, told: the flow is in none of the tables. */
int flow_listing(struct report *report, const struct flow_host *host,
		 const struct flow_listing_wish *wish, struct problem *problem);

#endif
