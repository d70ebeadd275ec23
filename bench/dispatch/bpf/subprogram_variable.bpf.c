// SPDX-License-Identifier: GPL-2.0-only
/* What must not be: a program that takes the number of the next slot from a map, so that the kernel
 * cannot make the jump a direct one. The test of direct jumps has to notice it. */
#include "bpf/subprogram.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} next_slot SEC(".maps");

SEC("xdp.frags")
int subprogram_variable(struct xdp_md *ctx)
{
	__u32 only_entry = 0;
	__u32 *next = bpf_map_lookup_elem(&next_slot, &only_entry);

	if (next)
		bpf_tail_call(ctx, &xdp_program_array, *next + ecbpf_program.slot + 1);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
