/* SPDX-License-Identifier: GPL-2.0-only */
/* A token bucket that all CPUs share, by virtual scheduling: it remembers when the next token is
 * due. Kernel side only. Who comes too early pays one read; the lock is taken only for a token. */
#ifndef ECBPF_TOKEN_BUCKET_BPF_H
#define ECBPF_TOKEN_BUCKET_BPF_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* In a map's value. Zeros are a full bucket. */
struct token_bucket {
	struct bpf_spin_lock lock;
	__u32 unused;
	__u64 next; /* CLOCK_MONOTONIC, nanoseconds */
};

/* 1 if a token is there, and takes it unless `only_look`. One comes every `interval` nanoseconds (not
 * 0); one that was not taken in time stays good for `patience` nanoseconds. In any T nanoseconds at
 * most (T + patience) / interval + 1 are taken, however many CPUs ask. */
static __always_inline int token_bucket_take(struct token_bucket *bucket, __u64 interval,
					     __u64 patience, int only_look)
{
	__u64 now = bpf_ktime_get_ns(), floor = now - patience, next;
	int taken = 0;

	if (*(volatile __u64 *)&bucket->next > now)
		return 0;
	if (only_look)
		return 1;
	bpf_spin_lock(&bucket->lock);
	next = bucket->next;
	if (next <= now) {
		bucket->next = (next > floor ? next : floor) + interval;
		taken = 1;
	}
	bpf_spin_unlock(&bucket->lock);
	return taken;
}

#endif
