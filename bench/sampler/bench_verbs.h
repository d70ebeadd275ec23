/* SPDX-License-Identifier: GPL-2.0-only */
/* What bench_sampler can do; README.md tells how to read the figures. Each prints on stdout and returns
 * 0 or a negative errno, told on stderr. */
#ifndef BENCH_SAMPLER_VERBS_H
#define BENCH_SAMPLER_VERBS_H

#include <stdint.h>
#include "problem.h"

struct bench_options {
	uint64_t loads;
	uint64_t rounds;
	uint64_t repeat; /* packets of one measurement */
	uint64_t cpu;
	const char *objects;   /* folder of the object files */
	const char *interface; /* flood leaves through it */
	uint64_t count;        /* frames */
	uint64_t rate;         /* frames a second, 0: as fast as it goes */
	uint64_t length;       /* bytes of a frame */
};

/* Nanoseconds per packet, and which promises hold. */
int bench_prices(const struct bench_options *options);

/* Lines of case, family, recorders and instructions, in a virtual machine that counts them. */
int bench_instructions(const struct bench_options *options);

/* Live frames out of an interface. */
int bench_flood(const struct bench_options *options);

#endif
