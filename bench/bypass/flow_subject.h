/* SPDX-License-Identifier: GPL-2.0-only */
/* The programs of a case, loaded and given their flows. Functions return 0 or a negative errno, told on
 * stderr. */
#ifndef BENCH_FLOW_SUBJECT_H
#define BENCH_FLOW_SUBJECT_H

#include "flow_case.h"
#include "program_set.h"

/* Packets enter set->entry, -1: the case has no program. */
int flow_subject_load(struct program_set *set, const struct flow_case *what,
		      const struct flow_place *place);

/* The two parts of it that have flows. */
int flow_subject_ours(struct program_set *set, const struct flow_case *what,
		      const struct flow_place *place);
int flow_subject_bare(struct program_set *set, const struct flow_case *what,
		      const struct flow_place *place);

/* A generator of live frames that leave through `ifindex` (0: it drops them), and a program that makes
 * every packet of BPF_PROG_TEST_RUN a new one of the case and enters `subject`. */
int flow_traffic_generator(struct program_set *set, const struct flow_case *what, __u32 ifindex);
int flow_traffic_replay(struct program_set *set, const struct flow_case *what, int subject);

#endif
