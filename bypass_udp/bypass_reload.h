/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BYPASS_RELOAD_H
#define BYPASS_RELOAD_H

#include <stdio.h>
#include "bypass_plan.h"
#include "interface.h"
#include "problem.h"

/* Makes what is attached what the configuration file says now: settings (standard ones where it says
 * nothing); static flows, the room for them and excluded prefixes where it tells any, else they stay. What
 * is changed is told on `stream`. -EBUSY: the file wants another room for learned flows. */
int bypass_reload(FILE *stream, const char *bpffs, const struct bypass_plan *plan,
		  struct problem *problem);

/* The same for what an interface has for itself. Under the lock. */
int bypass_reload_interface(const char *bpffs, const char *interface, unsigned int slot,
			    const struct bypass_plan *plan, struct problem *problem);

#endif
