// SPDX-License-Identifier: GPL-2.0-only
#include "offload_flow_list.h"

#include "offload_flows.h"

int offload_flow_list(struct report *report, const char *bpffs,
		      const struct flow_listing_wish *wish, struct problem *problem)
{
	struct offload_flows flows;
	struct offload_host host;
	int err = offload_flows_look(&host, bpffs, problem);

	if (err)
		return err;
	err = offload_flows_open(&flows, &host, problem);
	if (!err)
		err = flow_listing(report, &flows.flows, wish, problem);
	offload_host_close(&host);
	return err;
}
