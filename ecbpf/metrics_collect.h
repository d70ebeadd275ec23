/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ECBPF_METRICS_COLLECT_H
#define ECBPF_METRICS_COLLECT_H

#include "component.h"
#include "metrics.h"
#include "problem.h"

/* Adds the metrics of each component of a NULL-terminated list, and which of them are attached, sick or cannot be
 * read (that is sick as well). Goes on behind a failure; returns the first one, told, with the component's name. */
int metrics_collect(const struct component *const *list, const char *bpffs, struct metrics *metrics,
		    struct problem *problem);

/* 0, or -EPERM, told: this process may read nothing. */
int metrics_collect_possible(struct problem *problem);

#endif
