// SPDX-License-Identifier: GPL-2.0-only
/* The least a subprogram of the kit can do. */
#include "bpf/subprogram.bpf.h"

ECBPF_SUBPROGRAM(subprogram_continue)
{
	return ecbpf_continue();
}

char LICENSE[] SEC("license") = "GPL";
