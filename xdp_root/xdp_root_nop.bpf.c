// SPDX-License-Identifier: GPL-2.0-only
/* Takes the root's place after --detach --nop, so that the driver stays in XDP mode: some drivers
 * re-initialise the link when the first program comes or the last one goes. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp.frags")
int xdp_root_nop(struct xdp_md *ctx)
{
	(void)ctx;
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
