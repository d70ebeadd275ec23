/* SPDX-License-Identifier: GPL-2.0-only */
/* The numbers of a state as metrics for monitoring. Names never change their meaning; README.md lists them. */
#ifndef OFFLOAD_METRICS_H
#define OFFLOAD_METRICS_H

#include "metrics.h"
#include "offload_state.h"

/* Adds every metric. */
void offload_metrics(struct metrics *metrics, const struct offload_state *state);

#endif
