/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XDP_FILTER_METRICS_H
#define XDP_FILTER_METRICS_H

#include "metrics.h"
#include "problem.h"

/* As component.metrics: everything that --status counts, of every interface that has the filter; sources as
 * numbers only. */
int filter_metrics(struct metrics *metrics, const char *bpffs, struct problem *problem);

#endif
