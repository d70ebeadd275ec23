// SPDX-License-Identifier: GPL-2.0-only
#include "bypass_flows.h"

#include <errno.h>

#include "chain_look.h"
#include "host_flows.h"

/* The lock only for opening: pins are gone for a moment in a loader's hands. */
static int open_host(struct bypass_host *host, const char *bpffs, struct problem *problem)
{
	int err, lock = chain_look_lock(bpffs, problem);

	if (lock < 0 && lock != -ETIMEDOUT)
		return lock;
	err = bypass_host_open(host, bpffs, problem);
	chain_look_unlock(bpffs, lock);
	if (err)
		bypass_host_close(host);
	return err;
}

int bypass_flows(struct report *report, const char *bpffs, const struct flow_listing_wish *wish,
		 struct problem *problem)
{
	struct host_flows flows;
	struct bypass_host host;
	int err = open_host(&host, bpffs, problem);

	if (err)
		return err;
	err = host_flows_open(&flows, &host, problem);
	if (!err)
		err = flow_listing(report, &flows.flows, wish, problem);
	bypass_host_close(&host);
	return err;
}
