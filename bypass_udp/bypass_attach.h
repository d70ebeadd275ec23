/* SPDX-License-Identifier: GPL-2.0-only */
/* Puts bypass_udp into an interface's chain and its observer behind the interface, and takes both away.
 * Under the lock. */
#ifndef BYPASS_ATTACH_H
#define BYPASS_ATTACH_H

#include <stdbool.h>
#include "bypass_plan.h"
#include "bypass_settings.h"
#include "problem.h"

struct bypass_attach_wish {
	unsigned int slot;              /* may be BYPASS_SLOT_ANY: where it is, else its default */
	const struct bypass_plan *plan; /* of the configuration file, for what is not there yet */
	const struct bypass_request *said; /* on the command line: applied in any case */
};

/* Where bypass_udp is already, the programs are replaced: flows, settings and counters stay. The first
 * attach of a network namespace makes what all share there, with the flows and excluded prefixes of the
 * plan. -EBUSY: the slot is someone else's, or the tables would have other sizes. On failure everything is
 * as it was. */
int bypass_attach(const char *bpffs, const char *interface, const struct bypass_attach_wish *wish,
		  struct problem *problem);

/* The last one of a network namespace takes all flows along. -ENOENT: it was not there; what was left of
 * it all the same is cleared. */
int bypass_detach(const char *bpffs, const char *interface, unsigned int slot,
		  struct problem *problem);

#endif
