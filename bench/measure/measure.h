/* SPDX-License-Identifier: GPL-2.0-only */
/* What a packet costs in a loaded program, by BPF_PROG_TEST_RUN. Functions that return int return 0
 * or a negative errno. */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Binds this process to one CPU. */
int measure_pin(unsigned int cpu);

struct measure_frame {
	const void *bytes;
	unsigned int length;
};

/* 64 bytes, IPv4, UDP to port 53. */
extern const struct measure_frame measure_udp;

/* Runs one packet `repeat` times through the program; the price of one of them.
 *
 * In time: nanoseconds of this thread, without what a call costs that runs the packet twice. The
 * kernel's own figure has no decimals, which is too coarse for programs of 10 ns.
 * `exact`: the kernel's own figure. Where one instruction is one nanosecond, in a virtual machine
 * that counts instructions, it is the number of instructions. */
int measure_packet(int program, const struct measure_frame *frame, unsigned int repeat, bool exact,
		   double *ret_price);

/* The next of a sequence of random numbers, which is the same each time (splitmix64). */
uint64_t measure_random(uint64_t *state);

/* Sorts. 0 for no values. */
double measure_median(double *values, size_t count);
double measure_minimum(const double *values, size_t count);

#endif
