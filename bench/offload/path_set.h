/* SPDX-License-Identifier: GPL-2.0-only */
/* All paths of one kind, by turns. Functions return 0 or a negative errno, told on stderr. */
#ifndef BENCH_OFFLOAD_PATH_SET_H
#define BENCH_OFFLOAD_PATH_SET_H

#include "bench_verbs.h"
#include "path.h"

/* Opens the paths of a kind in the labs of their numbers, measures all of them in each round and shows what
 * came out: prices in `unit`, and the promises that are about them. */
int path_set_measure(const struct bench_options *options, enum offload_kind kind, const char *unit,
		     int (*measure)(struct path *path, const struct bench_options *options,
				    size_t round));

#endif
