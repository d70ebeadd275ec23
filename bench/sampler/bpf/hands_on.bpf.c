// SPDX-License-Identifier: GPL-2.0-only
/* The least that a program in the exit hook can do: reads the verdict and hands the packet on. */
#include "bpf/chain.bpf.h"

SEC("xdp.frags")
int hands_on(struct xdp_md *ctx)
{
	const struct ecbpf_stats *stats =
		bpf_map_lookup_elem(&xdp_stats, (const void *)&ecbpf_program.only_entry);
	struct ecbpf_exit_note note;

	if (!stats)
		return XDP_ABORTED;
	note = stats->last;
	ecbpf_capture(ctx, note.action);
	return note.action;
}

char LICENSE[] SEC("license") = "GPL";
