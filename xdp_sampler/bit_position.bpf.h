/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XDP_SAMPLER_BIT_POSITION_BPF_H
#define XDP_SAMPLER_BIT_POSITION_BPF_H

#include <linux/types.h>

/* Number of the highest bit that is set, for 1 .. 2^63. Without branches, which the verifier would
 * follow one by one. */
static __always_inline __u64 bit_position(__u64 value)
{
	__u64 position = 0;

#pragma unroll
	for (int bits = 32; bits; bits /= 2) {
		__u64 is_above = ((1ULL << bits) - 1 - value) >> 63;

		position += is_above * bits;
		value >>= is_above * bits;
	}
	/* What the compiler knows of the range, older verifiers do not: it may not drop the caller's mask. */
	asm volatile("" : "+r"(position));
	return position;
}

#endif
