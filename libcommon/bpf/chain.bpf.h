/* SPDX-License-Identifier: GPL-2.0-only */
/* The one way out of every program of a chain, the root included. Kernel side only. */
#ifndef ECBPF_CHAIN_BPF_H
#define ECBPF_CHAIN_BPF_H

#include "../abi/reasons.h"
#include "walk.bpf.h"

static __always_inline void ecbpf_capture(struct xdp_md *ctx, __u32 action)
{
	switch (action) {
	case XDP_ABORTED:
		ECBPF_TAIL_CALL(ctx, xdpcap_hook, XDP_ABORTED);
		break;
	case XDP_DROP:
		ECBPF_TAIL_CALL(ctx, xdpcap_hook, XDP_DROP);
		break;
	case XDP_PASS:
		ECBPF_TAIL_CALL(ctx, xdpcap_hook, XDP_PASS);
		break;
	case XDP_TX:
		ECBPF_TAIL_CALL(ctx, xdpcap_hook, XDP_TX);
		break;
	case XDP_REDIRECT:
		ECBPF_TAIL_CALL(ctx, xdpcap_hook, XDP_REDIRECT);
		break;
	}
}

/* Ends the packet's way: counts it once, notes the verdict for whoever is hooked, runs the hooks.
 * Returns the action as it was given, also one the kernel will refuse. */
static __always_inline int ecbpf_end(struct xdp_md *ctx, __u32 row, __u32 action, __u32 reason)
{
	__u32 cell = action > XDP_REDIRECT ? ECBPF_ACTION_INVALID : action;
	struct ecbpf_stats *stats;

	reason &= ECBPF_REASON_LIMIT - 1;
	stats = bpf_map_lookup_elem(&xdp_stats, (const void *)&ecbpf_program.only_entry);
	if (stats && row < ECBPF_ROW_COUNT) {
		stats->last =
			(struct ecbpf_exit_note){ .action = cell, .reason = reason, .row = row };
		stats->row[row].packets[reason][cell]++;
	}
	ECBPF_TAIL_CALL(ctx, xdp_exit_hook, 0);
	ecbpf_capture(ctx, action);
	return action;
}

#endif
