/* SPDX-License-Identifier: GPL-2.0-only */
/* Puts the filter into a slot of one interface and takes it out again. Under the lock. */
#ifndef XDP_FILTER_ATTACH_H
#define XDP_FILTER_ATTACH_H

#include <stdbool.h>
#include "problem.h"
#include "xdp_filter.h"

/* What an operator said about the configuration; what was not said stays as it is. */
struct filter_settings {
	bool frags_drop_given;
	bool frags_drop;
};

void filter_settings_apply(const struct filter_settings *settings, struct filter_config *config);

/* Loads the filter, or replaces the one that is there: lists and configuration stay. `slot` may be
 * FILTER_SLOT_ANY: where it is already, else its default slot. */
int filter_attach(const char *bpffs, const char *interface, unsigned int slot,
		  const struct filter_settings *settings, struct problem *problem);

/* Empties the slot; lists and configuration are gone. */
int filter_detach(const char *bpffs, const char *interface, unsigned int slot,
		  struct problem *problem);

#endif
