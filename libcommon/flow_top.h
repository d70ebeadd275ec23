/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ECBPF_FLOW_TOP_H
#define ECBPF_FLOW_TOP_H

#include <stddef.h>
#include <stdint.h>
#include "flow_tables.h"

/* A flow to be shown. */
struct listed_flow {
	const struct flow_entry *entry;
	uint64_t packets, bytes;                       /* in all */
	uint64_t packets_per_second, bytes_per_second; /* if they were measured */
	uint64_t weight;                               /* what it is ordered by */
};

/* Puts the `top` with the largest weights first, the largest of all at 0; those of the same weight by
 * family, source address, destination address, source port, destination port, as numbers, static before
 * learned. Behind them the others, in no order. Of many flows and a small `top` it looks at each about
 * once. */
void flow_top(struct listed_flow *flows, size_t count, size_t top);

#endif
