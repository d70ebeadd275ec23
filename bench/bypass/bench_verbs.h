/* SPDX-License-Identifier: GPL-2.0-only */
/* What bench_bypass can do; README.md tells how to read the figures. Each prints on stdout and returns
 * 0 or a negative errno, told on stderr. */
#ifndef BENCH_BYPASS_VERBS_H
#define BENCH_BYPASS_VERBS_H

#include <stdint.h>

struct bench_options {
	uint64_t rounds;
	uint64_t repeat; /* packets of one measurement */
	uint64_t cpu;
	const char *objects; /* folder of the object files */
	const char *only;    /* cases whose group this is, NULL: all */
};

/* Nanoseconds per packet from client to server, and which promises hold. Labs: run_paths.sh. */
int bench_paths(const struct bench_options *options);

/* Number and kind of the labs that bench_paths() needs, for lab.sh. */
int bench_labs(const struct bench_options *options);

/* Lines of case, family, flows and instructions: programs alone. */
int bench_instructions(const struct bench_options *options);

/* The same in nanoseconds, without what gives a program its packets. */
int bench_programs(const struct bench_options *options);

#endif
