// SPDX-License-Identifier: GPL-2.0-only
/* Moves the beginning of a frame, so that the filter behind it meets little headroom, or a first
 * buffer that is shorter than any the kernel's test run makes. */
#include "bpf/packet.bpf.h"
#include "bpf/subprogram.bpf.h"
#include "frame_move.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct frame_move);
} frame_move SEC(".maps");

static __always_inline int put_front(struct xdp_md *ctx, const struct frame_move *move)
{
	void *data;

	if (bpf_xdp_adjust_head(ctx, -FRAME_MOVE_FRONT))
		return -1;
	data = (void *)(long)ctx->data;
	if (data + FRAME_MOVE_FRONT > (void *)(long)ctx->data_end)
		return -1;
	__builtin_memcpy(data, move->front, FRAME_MOVE_FRONT);
	return 0;
}

ECBPF_SUBPROGRAM(move_frame)
{
	struct frame_move *move =
		bpf_map_lookup_elem(&frame_move, (const void *)&ecbpf_program.only_entry);

	if (!move)
		return ecbpf_abort(ECBPF_REASON_NO_MAP);
	move->linear = packet_open(ctx, 0).frame_length;
	if (move->take && bpf_xdp_adjust_head(ctx, move->take))
		return ecbpf_abort(ECBPF_REASON_OWN);
	if (move->put && put_front(ctx, move))
		return ecbpf_abort(ECBPF_REASON_OWN);
	return ecbpf_continue();
}

char LICENSE[] SEC("license") = "GPL";
