/* SPDX-License-Identifier: GPL-2.0-only */
/* Verbs of a benchmark's command line (libcommon's), each of which runs on one CPU. */
#ifndef BENCH_MEASURED_VERB_H
#define BENCH_MEASURED_VERB_H

#include <stdint.h>
#include "problem.h"

struct bench_options; /* each benchmark's own */

/* Runs the verb on that CPU. 0 or a negative errno, told in `problem`. */
int measured_verb_run(int (*verb)(const struct bench_options *options),
		      const struct bench_options *options, uint64_t cpu, struct problem *problem);

/* An option_row: a number that goes to a member of struct bench_options. */
#define MEASURED_NUMBER(text, member, least, most, explained, allowed)                             \
	{                                                                                          \
		.name = (text), .kind = OPTION_NUMBER,                                             \
		.offset = offsetof(struct bench_options, member), .minimum = (least),              \
		.maximum = (most), .value_name = "N", .help = (explained), .verbs = (allowed)      \
	}

#endif
