// SPDX-License-Identifier: GPL-2.0-only
/* A subprogram that decides what the packet asks of its slot. */
#include "bpf/subprogram.bpf.h"
#include "row_sums_verdict.h"

ECBPF_SUBPROGRAM(row_sums)
{
	const __u8 *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	__u32 slot = ecbpf_program.slot, wish;

	if (slot >= ECBPF_SLOT_COUNT || data + ROW_SUMS_LENGTH > end)
		return ecbpf_continue();
	wish = data[ROW_SUMS_WISH + slot];
	if (wish < ROW_SUMS_CONTINUE)
		return ecbpf_continue();
	return ecbpf_final(wish == 255 ? 255 : wish % 8, data[ROW_SUMS_REASON + slot]);
}

char LICENSE[] SEC("license") = "GPL";
