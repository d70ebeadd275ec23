// SPDX-License-Identifier: GPL-2.0-only
/* The root of a chain: starts the walk over the slots. It does not look at the packet. Its object
 * also declares the maps that only loaders use, so that they carry BTF like all others. */
#include "bpf/chain.bpf.h"

#include "abi/chain.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct ecbpf_stats);
} xdp_stats_clear SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct ecbpf_chain_identity);
} xdp_chain SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, ECBPF_PROGRAM_RECORDS);
	__type(key, __u32);
	__type(value, struct ecbpf_program_record);
} xdp_programs SEC(".maps");

SEC("xdp.frags")
int xdp_root(struct xdp_md *ctx)
{
	ECBPF_TAIL_CALL(ctx, xdp_program_array, 0);
	ecbpf_walk_after(ctx, 0);
	return ecbpf_end(ctx, ECBPF_ROOT_ROW, XDP_PASS, ECBPF_REASON_NONE);
}

char LICENSE[] SEC("license") = "GPL";
