/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XDP_FILTER_RELOAD_H
#define XDP_FILTER_RELOAD_H

#include <stdio.h>
#include "filter_plan.h"
#include "problem.h"

/* Makes a loaded filter what the configuration file says now: its configuration is the plan's, and so
 * are the sources that came from the file. Those of commands stay, also where the file has the same
 * prefix. Only what differs is touched, and it is told on `stream`, a line. Under the lock. `slot` may be
 * PROGRAM_SLOT_ANY; -EBUSY then: the plan has another slot. */
int filter_reload(FILE *stream, const char *bpffs, const char *interface, unsigned int slot,
		  const struct filter_plan *plan, struct problem *problem);

#endif
