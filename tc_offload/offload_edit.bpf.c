// SPDX-License-Identifier: GPL-2.0-only
#include "bpf/flow_edit.bpf.h"

SEC("xdp") int offload_edit(struct xdp_md *ctx)
{
	return flow_edit_run(ctx);
}

char LICENSE[] SEC("license") = "GPL";
