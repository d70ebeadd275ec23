// SPDX-License-Identifier: GPL-2.0-only
/* As if built with a later kit, whose read-only data has the size it has here. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "abi/slots.h"

const volatile struct ecbpf_program ecbpf_program SEC(".rodata.ecbpf") = {
	.abi_version = ECBPF_ABI_VERSION + 1,
};

SEC("xdp.frags")
int newer_kit(struct xdp_md *ctx)
{
	return ctx->data ? (int)ecbpf_program.slot : XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
