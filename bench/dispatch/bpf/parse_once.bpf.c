// SPDX-License-Identifier: GPL-2.0-only
/* A slot that reads what the root has parsed. */
#include "bpf/subprogram.bpf.h"
#include "parse_decision.bpf.h"

ECBPF_SUBPROGRAM(parse_once)
{
	const struct parse_record *record = bpf_map_lookup_elem(&parse_records, ONLY_ENTRY);

	if (!record)
		return ecbpf_abort(ECBPF_REASON_NO_MAP);
	return parse_decides(record) ? ecbpf_drop(ECBPF_REASON_OWN) : ecbpf_continue();
}

char LICENSE[] SEC("license") = "GPL";
