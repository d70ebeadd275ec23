// SPDX-License-Identifier: GPL-2.0-only
#include "bpf/subprogram.bpf.h"

ECBPF_SUBPROGRAM(drop_everything)
{
	return ecbpf_drop(ECBPF_REASON_NONE);
}

char LICENSE[] SEC("license") = "GPL";
