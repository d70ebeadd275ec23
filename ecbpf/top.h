/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ECBPF_TOP_H
#define ECBPF_TOP_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include "interface.h"
#include "problem.h"

struct top_wish {
	const char *bpffs;
	const struct interface_list *interfaces; /* empty: all that have a chain */
	uint64_t seconds;                        /* from one page to the next */
	uint64_t count;                          /* pages; 0: until the end is asked for */
	bool json;
};

/* Live rates: one page every so often, redrawn in place on a terminal, where q ends and s sorts in another way; one
 * below the other elsewhere; as JSON one line each. Chains may come and go meanwhile. 0 also when ended by SIGINT or
 * SIGTERM. -EPERM: without CAP_BPF. */
int top_run(FILE *out, const struct top_wish *wish, struct problem *problem);

#endif
