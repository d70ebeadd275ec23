/* SPDX-License-Identifier: GPL-2.0-only */
/* The numbers of a state as metrics for monitoring. Names never change their meaning; counters never go
 * back while the program stays attached. README.md lists them. */
#ifndef BYPASS_METRICS_H
#define BYPASS_METRICS_H

#include "bypass_state.h"
#include "metrics.h"

/* Adds every metric. */
void bypass_metrics(struct metrics *metrics, const struct bypass_state *state);

#endif
