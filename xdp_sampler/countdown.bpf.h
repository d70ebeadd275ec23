/* SPDX-License-Identifier: GPL-2.0-only */
/* The choice by chance: a countdown of packets to let by, drawn so that every packet is chosen with
 * the same chance whatever came before (geometric gaps: Bernoulli sampling without a draw per packet).
 * Kernel side only. */
#ifndef XDP_SAMPLER_COUNTDOWN_BPF_H
#define XDP_SAMPLER_COUNTDOWN_BPF_H

#include <bpf/bpf_helpers.h>
#include "bit_position.bpf.h"
#include "xdp_sampler.h"

#define COUNTDOWN_FRACTION_BITS 26
#define COUNTDOWN_NEVER 0xffffffffU

/* log2 of 1 .. 2^32 in units of 2^-26; the fraction by squaring. */
static __always_inline __u64 countdown_log2(__u64 value)
{
	__u64 whole = bit_position(value), fraction = 0, mantissa;

	/* 1.0 is 2^31 from here on. */
	mantissa = value << (32 - whole) >> 1;
#pragma unroll
	for (int i = 0; i < COUNTDOWN_FRACTION_BITS; i++) {
		__u64 carry;

		mantissa = mantissa * mantissa >> 31;
		carry = mantissa >> 32;
		mantissa >>= carry;
		fraction = fraction << 1 | carry;
	}
	return whole << COUNTDOWN_FRACTION_BITS | fraction;
}

/* Packets to let by before the next one is chosen. */
static __always_inline __u32 countdown_draw(const struct sampler_draw *draw)
{
	__u64 uniform, gap;

	if (draw->rate <= 1)
		return draw->rate ? 0 : COUNTDOWN_NEVER;
	uniform = (__u64)bpf_get_prandom_u32() + 1;
	gap = (32ULL << COUNTDOWN_FRACTION_BITS) - countdown_log2(uniform);
	return gap * draw->factor >> (draw->shift & 63);
}

static __always_inline void countdown_start(struct sampler_place_cpu *place, __u32 gap)
{
	place->countdown = gap;
	place->packets += gap;
}

/* One packet whose way is not the short one (countdown_goes_on()): 1 if it is chosen with the smallest
 * rate of the place. A countdown of another configuration is thrown away and drawn anew, which changes
 * nobody's chance: geometric gaps have no memory. */
static __always_inline int countdown_take(struct sampler_place_cpu *place, __u64 word,
					  const struct sampler_draw *draw)
{
	int is_chosen = place->word == word;

	if (is_chosen && place->countdown) {
		place->countdown--;
		return 0;
	}
	place->packets++;
	if (!is_chosen) {
		place->word = word;
		place->packets -= place->countdown;
	}
	/* The second draw is for those behind this packet, if the first one has chosen it. */
#pragma clang loop unroll(disable)
	for (int draws = 0; draws < 2; draws++) {
		__u32 gap = countdown_draw(draw);

		if (is_chosen) {
			countdown_start(place, gap);
			return 1;
		}
		if (gap) {
			countdown_start(place, gap - 1);
			return 0;
		}
		is_chosen = 1;
	}
	return 1;
}

/* The way of nearly every packet: nothing was changed, nobody records, it is not its turn. */
static __always_inline int countdown_goes_on(struct sampler_place_cpu *place,
					     const struct sampler_config *config)
{
	if (place->word != config->word || !place->countdown)
		return 0;
	place->countdown--;
	return 1;
}

/* What is left of a choice with 1 in `drawn` for a packet that is wanted with 1 in `rate`. */
static __always_inline int countdown_keeps(__u32 drawn, __u32 rate)
{
	if (!rate)
		return 0;
	return rate <= drawn || (__u64)bpf_get_prandom_u32() * rate >> 32 < drawn;
}

#endif
