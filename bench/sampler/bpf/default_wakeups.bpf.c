// SPDX-License-Identifier: GPL-2.0-only
/* Contrast: our program with the wake-ups that the ring makes when nobody says otherwise. */
#include <linux/bpf.h>

#define BPF_RB_NO_WAKEUP 0
#include "xdp_sampler/xdp_sampler_verdict.bpf.c" // NOLINT(bugprone-suspicious-include)
