/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XDP_SAMPLER_METRICS_H
#define XDP_SAMPLER_METRICS_H

#include "metrics.h"
#include "problem.h"

/* As component.metrics: everything that --status counts, of every interface that has a sampler, all CPUs together;
 * without the captures beside a reader, which come and go. */
int sampler_metrics(struct metrics *metrics, const char *bpffs, struct problem *problem);

#endif
