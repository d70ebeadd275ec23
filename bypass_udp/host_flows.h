/* SPDX-License-Identifier: GPL-2.0-only */
/* The flows of a network namespace, as flow_host.h wants them. */
#ifndef BYPASS_HOST_FLOWS_H
#define BYPASS_HOST_FLOWS_H

#include "bypass_host.h"
#include "flow_host.h"
#include "problem.h"

/* Valid as long as `host` is open and this is where it is. */
struct host_flows {
	struct flow_host flows;
	const struct bypass_host *host;
	struct bypass_excluded excluded;
};

/* Reads what is excluded, and whether the daemon runs. */
int host_flows_open(struct host_flows *ret_flows, struct bypass_host *host,
		    struct problem *problem);

/* Makes FLOW_EXCLUDED of the static flows what the prefixes say. Under the lock. */
int host_flows_exclude(const struct bypass_host *host, const struct bypass_excluded *excluded,
		       struct problem *problem);

#endif
