/* SPDX-License-Identifier: GPL-2.0-only */
/* What bench_offload can do; README.md tells how to read the figures. Each prints on stdout and returns
 * 0 or a negative errno, told on stderr. */
#ifndef BENCH_OFFLOAD_VERBS_H
#define BENCH_OFFLOAD_VERBS_H

struct bench_options {
	unsigned int rounds;
	unsigned int repeat; /* packets of one measurement */
	unsigned int cpu;
	unsigned int receiver;     /* the CPU of TCP's receiver */
	unsigned int socat;        /* process id of the relay */
	unsigned int milliseconds; /* of one measurement of TCP */
	const char *objects;       /* folder of the object files */
	const char *kind;          /* labs of paths, relay or tcp */
};

/* Nanoseconds per packet from client to server, and which promises hold. Labs: run.sh. */
int bench_paths(const struct bench_options *options);

/* The same of a UDP relay, offloaded and in socat, whose CPU time counts too. */
int bench_relay(const struct bench_options *options);

/* One TCP stream: milliseconds per gigabyte, and of CPU time. */
int bench_tcp(const struct bench_options *options);

/* Number and kind of the labs that these need, for namespaces.sh. */
int bench_labs(const struct bench_options *options);

/* Lines of case, family and instructions: programs alone. */
int bench_instructions(const struct bench_options *options);

/* The same in nanoseconds, without what gives a program its packets. */
int bench_programs(const struct bench_options *options);

#endif
