/* SPDX-License-Identifier: GPL-2.0-only */
/* What is measured, as data, and what is promised of it. */
#ifndef BENCH_OFFLOAD_CASE_H
#define BENCH_OFFLOAD_CASE_H

#include <stddef.h>
#include "flow_case.h"
#include "offload_reasons.h"

/* Which verb measures it. */
enum offload_kind {
	KIND_PATH,
	KIND_RELAY,
	KIND_TCP,
};

struct offload_case {
	enum offload_kind kind;
	/* SUBJECT_OURS is tc_offload, SUBJECT_TC the bare program, SUBJECT_DROP drops at tc ingress of the
	 * router, SUBJECT_KERNEL is no program. */
	struct flow_case flow;
	enum offload_out out; /* of ours and of the bare program */
	const char *lab;      /* kind, see namespaces.sh */
};

extern const struct offload_case offload_cases[];
extern const size_t offload_case_count;

/* `peer` takes at least `least` times what `name` takes. */
struct offload_promise {
	enum offload_kind kind;
	const char *name, *peer;
	double least; /* 0: nothing is promised, the ratio is of interest */
};

extern const struct offload_promise offload_promises[];
extern const size_t offload_promise_count;

#endif
