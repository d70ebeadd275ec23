/* SPDX-License-Identifier: GPL-2.0-only */
/* The Internet checksum (RFC 1071). Kernel side only. Sums are kept in 64 bits, of words in network
 * byte order, and folded once. */
#ifndef ECBPF_CHECKSUM_BPF_H
#define ECBPF_CHECKSUM_BPF_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* Folds a sum to 16 bits. Of a header whose checksum is right it is 0xffff. */
static __always_inline __u64 checksum_fold(__u64 sum)
{
	__u32 halves;

	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffffffff) + (sum >> 32);
	halves = sum;
	/* The sum of both halves, and its carry, end up in the upper one. */
	halves += halves << 16 | halves >> 16;
	return halves >> 16;
}

/* Adds the 32-bit words from `at` on, `length` bytes of them (a multiple of 4), at most `limit` and
 * none beyond `end`. `limit` is a constant. */
static __always_inline __u64 checksum_add(__u64 sum, const void *at, const void *end, __u64 length,
					  __u32 limit)
{
	const __u32 *word = at;

#pragma clang loop unroll(disable)
	for (__u32 done = 0; done < limit && done < length; done += 4, word++) {
		if ((const void *)(word + 1) > end)
			break;
		sum += *word;
	}
	return sum;
}

#endif
