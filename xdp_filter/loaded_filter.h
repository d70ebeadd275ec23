/* SPDX-License-Identifier: GPL-2.0-only */
/* A filter that is loaded, with its maps open. */
#ifndef XDP_FILTER_LOADED_FILTER_H
#define XDP_FILTER_LOADED_FILTER_H

#include "attachment.h"
#include "filter_maps.h"
#include "program_slot.h"
#include "source_maps.h"

struct loaded_filter {
	struct chain chain;
	struct attachment attachment;
	struct program_slot place;
	struct filter_maps maps;
	struct source_maps sources;
};

/* To change it: needs the root to be attached, and finishes what a killed loader left. Under the lock.
 * `slot` may be PROGRAM_SLOT_ANY. To be closed by the caller also on failure. */
int loaded_filter_open(struct loaded_filter *filter, const char *bpffs, const char *interface,
		       unsigned int slot, struct problem *problem);

/* To look at it only: changes nothing, and works also where no packet reaches it. */
int loaded_filter_look(struct loaded_filter *filter, const char *bpffs, const char *interface,
		       unsigned int slot, struct problem *problem);

void loaded_filter_close(struct loaded_filter *filter);

#endif
