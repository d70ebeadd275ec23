/* SPDX-License-Identifier: GPL-2.0-only */
/* Empties a ring without looking at what is in it. */
#ifndef BENCH_RING_READER_H
#define BENCH_RING_READER_H

#include "sampler_case.h"

struct ring_view; /* the two positions of a mapped ring */

/* NULL: told on stderr. */
struct ring_view *ring_view_open(int map);
void ring_view_close(struct ring_view *view);
void ring_view_empty(struct ring_view *view);

/* Another CPU reads this ring from now on, the way it says; NULL or READ_BETWEEN: it pauses. Starts the
 * reader when it is first needed. 0 or a negative errno, told on stderr. */
int ring_reader_watch(struct ring_view *view, enum sampler_reader reader);

#endif
