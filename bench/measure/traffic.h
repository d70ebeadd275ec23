/* SPDX-License-Identifier: GPL-2.0-only */
/* Packets whose source changes: settings of the programs in bench/filter/bpf/traffic.bpf.h. Functions
 * return 0 or a negative errno, told on stderr. */
#ifndef BENCH_TRAFFIC_H
#define BENCH_TRAFFIC_H

#include "price_table.h"
#include "traffic_layout.h"

/* Every packet of the row gets another source from now on, TRAFFIC_SOURCES of them in turn. */
int traffic_enter(struct price_row *row, const struct traffic_source *sources);

/* A generator of live frames that leave through `ifindex`; 0: it drops them itself. */
int traffic_generator(struct program_set *set, const struct frame *frame, int family,
		      unsigned int ifindex, const struct traffic_source *sources);

/* Sends `repeat` frames of `length` bytes through a generator. *ret_price (may be NULL): nanoseconds
 * for each. `ifindex` is the generator's. */
int traffic_send(const struct program_set *generator, unsigned int ifindex, unsigned int length,
		 unsigned int repeat, double *ret_price);

#endif
