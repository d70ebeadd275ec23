/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BYPASS_STATUS_H
#define BYPASS_STATUS_H

#include <stdbool.h>
#include "bypass_state.h"
#include "problem.h"
#include "report.h"

/* Version of the shape of --status --json and of the lines of --stats. */
#define BYPASS_STATUS_SCHEMA 1

/* Who does not do what was told. */
struct bypass_sick {
	bool is_namespace;
	unsigned int interfaces;
};

/* Reports a state, and counts who is sick. */
void bypass_status(struct report *report, const struct bypass_state *state,
		   struct bypass_sick *ret_sick);

/* 0 if nobody is sick, else -EUCLEAN, told. */
int bypass_sick_check(const struct bypass_sick *sick, struct problem *problem);

#endif
