// SPDX-License-Identifier: GPL-2.0-only
/* A subprogram that decides every packet. */
#include "bpf/subprogram.bpf.h"

ECBPF_SUBPROGRAM(drop_all)
{
	return ecbpf_drop(ECBPF_REASON_OWN);
}

char LICENSE[] SEC("license") = "GPL";
