/* SPDX-License-Identifier: GPL-2.0-only */
/* The programs that are measured by themselves. */
#ifndef BENCH_PROGRAM_CASE_H
#define BENCH_PROGRAM_CASE_H

#include <stddef.h>
#include "flow_case.h"

struct program_case {
	struct flow_case what;
	int must_do; /* XDP action */
};

extern const struct program_case program_cases[];
extern const size_t program_case_count;

#endif
