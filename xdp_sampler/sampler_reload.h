/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XDP_SAMPLER_RELOAD_H
#define XDP_SAMPLER_RELOAD_H

#include <stdio.h>
#include "interface.h"
#include "problem.h"
#include "sampler_plan.h"

/* Makes an attached sampler what the configuration file says now: places, settings, recorders of the
 * file. Those of commands stay. Only what differs is touched, and settings that do are told on `stream`,
 * a line. Under the lock. -EBUSY: the file wants another ring or slot. */
int sampler_reload(FILE *stream, const char *bpffs, const char *interface,
		   const struct sampler_plan *plan, struct problem *problem);

/* Has the readers of these interfaces take their sinks from the file again, and waits until they have:
 * 0 also if nobody reads; -ETIMEDOUT; or what a reader says. Not under the lock. */
int sampler_reload_readers(FILE *stream, const char *bpffs, const struct interface_list *interfaces,
			   struct problem *problem);

#endif
