/* SPDX-License-Identifier: GPL-2.0-only */
/* Time for every packet, at the price of a read: CLOCK_MONOTONIC is asked once a tick. Kernel side only. */
#ifndef BYPASS_CLOCK_BPF_H
#define BYPASS_CLOCK_BPF_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "bypass_udp.h"

/* Nanoseconds, up to a tick old; never going back on one CPU. */
static __always_inline __u64 bypass_now(struct bypass_cpu *cpu)
{
	__u64 jiffies = bpf_jiffies64();

	if (cpu->jiffies != jiffies) {
		cpu->jiffies = jiffies;
		cpu->now = bpf_ktime_get_ns();
	}
	return cpu->now;
}

#endif
