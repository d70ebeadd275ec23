// SPDX-License-Identifier: GPL-2.0-only
/* A slot that parses for itself. */
#include "bpf/subprogram.bpf.h"
#include "parse_decision.bpf.h"

ECBPF_SUBPROGRAM(parse_each)
{
	struct parse_record record;

	parse_fill(ctx, &record);
	return parse_decides(&record) ? ecbpf_drop(ECBPF_REASON_OWN) : ecbpf_continue();
}

char LICENSE[] SEC("license") = "GPL";
