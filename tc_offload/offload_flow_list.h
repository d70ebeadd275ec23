/* SPDX-License-Identifier: GPL-2.0-only */
/* --flows and --flow-show: the flows of this network namespace. */
#ifndef OFFLOAD_FLOW_LIST_H
#define OFFLOAD_FLOW_LIST_H

#include "flow_listing.h"
#include "problem.h"
#include "report.h"

/* Version of the shape of --flows --json and --flow-show --json, which is one. */
#define OFFLOAD_FLOWS_SCHEMA 1

/* As flow_listing(); also -ENOENT, told: nothing is attached. */
int offload_flow_list(struct report *report, const char *bpffs,
		      const struct flow_listing_wish *wish, struct problem *problem);

#endif
