/* SPDX-License-Identifier: GPL-2.0-only */
/* The static table of a network namespace: flows that somebody has named. Under the lock, the tables
 * settled. What is done is told on `stream`, a line per flow. */
#ifndef ECBPF_STATIC_FLOWS_H
#define ECBPF_STATIC_FLOWS_H

#include <stdbool.h>
#include <stdio.h>
#include "flow_file.h"
#include "flow_host.h"
#include "problem.h"

/* Adds the flows of the rules, all or none. Their next hops are resolved at once; flows whose next hop
 * is not known yet are added all the same. With `dry_run` nothing is changed, only told. */
int static_flows_add(const struct flow_host *host, const struct flow_rule_list *rules, bool dry_run,
		     FILE *stream, struct problem *problem);

/* Removes the flow with this key, and with `both` that of the answers: both or none. */
int static_flows_remove(const struct flow_host *host, const struct flow_key *key, bool both,
			FILE *stream, struct problem *problem);

/* The table becomes these flows and room for `max_flows` (0: as many as now), in one change. How many
 * were added, stayed and were removed is told. */
int static_flows_replace(const struct flow_host *host, const struct flow_rule_list *rules,
			 uint32_t max_flows, FILE *stream, struct problem *problem);

#endif
