// SPDX-License-Identifier: GPL-2.0-only
/* As if built with another kit that forgot to change its version: its read-only data is longer. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "abi/slots.h"

const volatile struct {
	__u32 abi_version;
	__u32 more[15];
} ecbpf_program SEC(".rodata.ecbpf") = { .abi_version = ECBPF_ABI_VERSION };

SEC("xdp.frags")
int other_kit(struct xdp_md *ctx)
{
	return ctx->data ? (int)ecbpf_program.more[0] : XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
