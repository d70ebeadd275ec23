/* SPDX-License-Identifier: GPL-2.0-only */
/* The programs of a case, loaded and given their flows. Functions return 0 or a negative errno, told on
 * stderr. */
#ifndef BENCH_OFFLOAD_SUBJECT_H
#define BENCH_OFFLOAD_SUBJECT_H

#include "flow_subject.h"
#include "offload_case.h"

/* Packets enter set->entry, -1: the case has no program. tc_offload has a flow and its way back; `place` are
 * the router's two devices. */
int offload_subject_load(struct program_set *set, const struct offload_case *what,
			 const struct flow_place *place);

/* What tc_offload has counted is what it was measured for: 0, or -EINVAL. */
int offload_subject_check(const struct program_set *set, const struct offload_case *what);

#endif
