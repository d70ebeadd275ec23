// SPDX-License-Identifier: GPL-2.0-only
/* A small chain for the test of the harness itself. */
#include "bpf/packet.bpf.h"
#include "bpf/subprogram.bpf.h"

SEC("xdp.frags") int harness_root(struct xdp_md *ctx)
{
	ECBPF_TAIL_CALL(ctx, xdp_program_array, 0);
	ecbpf_walk_after(ctx, 0);
	return ecbpf_end(ctx, ECBPF_ROOT_ROW, XDP_PASS, ECBPF_REASON_NONE);
}

ECBPF_SUBPROGRAM(harness_continue)
{
	return ecbpf_continue();
}

/* Writes what it knows of itself and of where the frame came from into the first bytes. */
ECBPF_SUBPROGRAM(harness_transmit)
{
	struct packet packet = packet_open(ctx, ecbpf_program.frags);
	__u8 *bytes = packet.at;

	if (packet_read_link(&packet))
		return ecbpf_abort(ECBPF_REASON_SHORT_ETHERNET);
	bytes[0] = ecbpf_program.slot;
	bytes[1] = ctx->ingress_ifindex;
	bytes[2] = ctx->rx_queue_index;
	bytes[3] = packet.frame_length;
	return ecbpf_transmit(ECBPF_REASON_OWN);
}

char LICENSE[] SEC("license") = "GPL";
