/* SPDX-License-Identifier: GPL-2.0-only */
/* The chain's metrics: what the programs of each slot decided, and what is attached. */
#ifndef XDP_ROOT_METRICS_H
#define XDP_ROOT_METRICS_H

#include "metrics.h"
#include "problem.h"

/* As struct component wants it. */
int root_metrics(struct metrics *metrics, const char *bpffs, struct problem *problem);

#endif
