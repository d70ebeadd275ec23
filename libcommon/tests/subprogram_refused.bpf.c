// SPDX-License-Identifier: GPL-2.0-only
/* Reads the packet without looking where it ends: the verifier refuses. */
#include "bpf/subprogram.bpf.h"

ECBPF_SUBPROGRAM(reads_anywhere)
{
	const __u8 *bytes = (void *)(long)ctx->data;

	return bytes[20] ? ecbpf_drop(ECBPF_REASON_OWN) : ecbpf_continue();
}

char LICENSE[] SEC("license") = "GPL";
