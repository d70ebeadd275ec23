/* SPDX-License-Identifier: GPL-2.0-only */
/* The filter's counters by name. */
#ifndef XDP_FILTER_COUNTERS_H
#define XDP_FILTER_COUNTERS_H

#include <stddef.h>
#include <stdint.h>
#include "reason_names.h"
#include "xdp_filter.h"

struct filter_counter {
	const char *name; /* "source_ipv4" */
	unsigned int number;
};

/* Every counter the kernel side moves. */
extern const struct filter_counter filter_counter_names[];
extern const size_t filter_counter_count;

/* The names of those that are reasons of a verdict. */
struct reason_names filter_reason_names(void);

/* A sum under the name it has in the original. */
struct filter_sum {
	const char *name;       /* "ip_header_err" */
	unsigned int number[9]; /* of its counters, 0 behind the last */
};

extern const struct filter_sum filter_sums[];
extern const size_t filter_sum_count;

uint64_t filter_sum(const struct filter_sum *sum, const struct filter_counters *counters);

#endif
