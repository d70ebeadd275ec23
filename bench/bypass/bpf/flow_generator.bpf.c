// SPDX-License-Identifier: GPL-2.0-only
/* Makes live frames. */
#include "flow_traffic.bpf.h"

SEC("xdp")
int flow_generator(struct xdp_md *ctx)
{
	if (flow_put(ctx))
		return XDP_ABORTED;
	return settings.ifindex ? bpf_redirect(settings.ifindex, 0) : XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
