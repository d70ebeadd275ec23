// SPDX-License-Identifier: GPL-2.0-only
/* A root that parses for its slots. */
#include "bpf/chain.bpf.h"
#include "parse_decision.bpf.h"

SEC("xdp.frags")
int parse_once_root(struct xdp_md *ctx)
{
	struct parse_record *record = bpf_map_lookup_elem(&parse_records, ONLY_ENTRY);

	if (record)
		parse_fill(ctx, record);
	ECBPF_TAIL_CALL(ctx, xdp_program_array, 0);
	ecbpf_walk_after(ctx, 0);
	return ecbpf_end(ctx, ECBPF_ROOT_ROW, XDP_PASS, ECBPF_REASON_NONE);
}

char LICENSE[] SEC("license") = "GPL";
