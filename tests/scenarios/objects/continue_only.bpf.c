// SPDX-License-Identifier: GPL-2.0-only
#include "bpf/subprogram.bpf.h"

ECBPF_SUBPROGRAM(continue_only)
{
	return ecbpf_continue();
}

char LICENSE[] SEC("license") = "GPL";
