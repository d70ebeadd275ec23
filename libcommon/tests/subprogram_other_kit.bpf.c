// SPDX-License-Identifier: GPL-2.0-only
/* As if built with a later kit: its read-only data has another version and size. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

const volatile struct {
	__u32 abi_version;
	__u32 more[15];
} ecbpf_program SEC(".rodata.ecbpf") = { .abi_version = 77 };

SEC("xdp.frags")
int other_kit(struct xdp_md *ctx)
{
	return ctx->data ? (int)ecbpf_program.more[0] : XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
