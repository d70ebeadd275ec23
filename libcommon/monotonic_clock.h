/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ECBPF_MONOTONIC_CLOCK_H
#define ECBPF_MONOTONIC_CLOCK_H

#include <stdint.h>

/* CLOCK_MONOTONIC in nanoseconds, as the kernel side has it (bpf_ktime_get_ns()). */
uint64_t monotonic_clock_now(void);

#endif
