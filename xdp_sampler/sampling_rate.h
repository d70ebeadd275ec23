/* SPDX-License-Identifier: GPL-2.0-only */
/* Rates of random choice: text, numbers, and how the gaps between chosen packets are drawn. Knows
 * nothing of the kernel. */
#ifndef XDP_SAMPLER_SAMPLING_RATE_H
#define XDP_SAMPLER_SAMPLING_RATE_H

#include <stdint.h>
#include "problem.h"
#include "xdp_sampler.h"

/* 1 in N; 0: none. */
struct sampling_rates {
	uint32_t ingress;
	uint32_t verdict[ECBPF_ACTION_COUNT];
};

/* Understands "1000" or "drop=10,tx=100,1000": a verdict's name, or "ingress", and its N; a number alone
 * is for all that are not named, which without it are 0. N is 0 to SAMPLER_RATE_LIMIT. -EINVAL or
 * -ERANGE with the problem told; *ret_rates is untouched then. */
int sampling_rates_parse(const char *text, struct sampling_rates *ret_rates,
			 struct problem *problem);

/* The shortest text that means the same; returns ret_text. */
#define SAMPLING_RATES_TEXT_SIZE 160
const char *sampling_rates_text(const struct sampling_rates *rates,
				char ret_text[SAMPLING_RATES_TEXT_SIZE]);

/* How to draw with 1 in `rate`: exact to 2^-30 of the gap. */
struct sampler_draw sampler_draw_of(uint32_t rate);

#endif
