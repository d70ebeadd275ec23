// SPDX-License-Identifier: GPL-2.0-only
/* The same decision, made through a static key that all CPUs share: a defect on purpose. */
#include "bpf/subprogram.bpf.h"
#include "row_sums_verdict.h"

ECBPF_SUBPROGRAM(row_sums_racy)
{
	const __u8 *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	static volatile __u32 wish, reason;
	__u32 slot = ecbpf_program.slot;

	if (slot >= ECBPF_SLOT_COUNT || data + ROW_SUMS_LENGTH > end)
		return ecbpf_continue();
	wish = data[ROW_SUMS_WISH + slot];
	reason = data[ROW_SUMS_REASON + slot];
	/* As a lookup would be between the writing of a key and its use, but longer. */
	for (int i = 0; i < 32; i++)
		bpf_ktime_get_ns();
	if (wish < ROW_SUMS_CONTINUE)
		return ecbpf_continue();
	return ecbpf_final(wish == 255 ? 255 : wish % 8, reason);
}

char LICENSE[] SEC("license") = "GPL";
