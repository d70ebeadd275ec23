/* SPDX-License-Identifier: GPL-2.0-only */
/* What bench_filter can do; README.md tells how to read the figures. Each prints on stdout and
 * returns 0 or a negative errno, told on stderr. */
#ifndef BENCH_VERBS_H
#define BENCH_VERBS_H

#include <stddef.h>

struct bench_options {
	unsigned int rounds;
	unsigned int repeat; /* packets of one measurement */
	unsigned int cpu;
	unsigned int family;    /* 4, 6, or 0: not given */
	unsigned int count;     /* prefixes, 0: not given */
	const char *objects;    /* folder of our object files */
	const char *xdp_filter; /* folder of Debian's */
};

/* The whole filter against the whole xdp-filter, packets that pass. */
int bench_net(const struct bench_options *options);

/* One lookup by itself, and both whole programs, over the length of the list. Lines of TSV. */
int bench_lengths(const struct bench_options *options);

/* Dropping a listed source behind a veth hop. Interfaces: run_hop.sh. */
int bench_hop(const struct bench_options *options);

/* Lines of case and instructions, in a virtual machine that counts them. */
int bench_instructions(const struct bench_options *options);

/* The list that hop uses, one prefix a line. */
int bench_print_list(const struct bench_options *options);

#endif
