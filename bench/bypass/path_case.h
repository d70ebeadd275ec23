/* SPDX-License-Identifier: GPL-2.0-only */
/* The whole paths that are measured, and what is promised of them. */
#ifndef BENCH_PATH_CASE_H
#define BENCH_PATH_CASE_H

#include <stddef.h>
#include "flow_case.h"

/* Where a lab's frames end, and are counted. */
enum path_end {
	END_SERVER, /* in an XDP program */
	END_STACK,  /* at the server, at tc ingress */
	END_CLIENT, /* in an XDP program */
	END_ROUTER,
};

struct path_case {
	const char *group;
	struct flow_case what;
	enum path_end end;
	const char *lab; /* kind, see lab.sh */
	bool only_if_asked;
};

extern const struct path_case path_cases[];
extern const size_t path_case_count;

/* `name` takes at most `most` of what `peer` takes. */
struct path_promise {
	const char *name, *peer;
	double most;
};

extern const struct path_promise path_promises[];
extern const size_t path_promise_count;

#endif
