/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OFFLOAD_STATUS_H
#define OFFLOAD_STATUS_H

#include <stdbool.h>
#include "offload_state.h"
#include "problem.h"
#include "report.h"

/* Version of the shape of --status --json. */
#define OFFLOAD_STATUS_SCHEMA 1

/* Who does not do what was told. */
struct offload_sick {
	bool is_namespace;
	unsigned int places;
};

/* Reports a state, and counts who is sick. */
void offload_status(struct report *report, const struct offload_state *state,
		    struct offload_sick *ret_sick);

/* 0 if nobody is sick, else -EUCLEAN, told. */
int offload_sick_check(const struct offload_sick *sick, struct problem *problem);

#endif
