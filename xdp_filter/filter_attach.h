/* SPDX-License-Identifier: GPL-2.0-only */
/* Puts the filter into a slot of one interface and takes it out again. Under the lock. `slot` may be
 * PROGRAM_SLOT_ANY: where it is already, else the plan's, else its default slot. */
#ifndef XDP_FILTER_ATTACH_H
#define XDP_FILTER_ATTACH_H

#include "filter_plan.h"
#include "filter_settings.h"
#include "problem.h"

/* Loads the filter with the configuration and the sources of the plan, and over them `request`. Where
 * it is loaded already, replaces it: sources, configuration and counters stay, only `request` is
 * applied. */
int filter_attach(const char *bpffs, const char *interface, unsigned int slot,
		  const struct filter_plan *plan, const struct filter_request *request,
		  struct problem *problem);

/* Empties the slot; sources, configuration and counters are gone. */
int filter_detach(const char *bpffs, const char *interface, unsigned int slot,
		  struct problem *problem);

#endif
