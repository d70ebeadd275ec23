/* SPDX-License-Identifier: GPL-2.0-only */
/* Where a tool's own program is in a chain. */
#ifndef ECBPF_PROGRAM_SLOT_H
#define ECBPF_PROGRAM_SLOT_H

#include "chain.h"
#include "problem.h"
#include "slot_table.h"

#define PROGRAM_SLOT_ANY ECBPF_SLOT_COUNT

struct program_slot {
	unsigned int number;
	struct slot slot; /* .program_id 0: its entry was emptied by someone else */
};

/* Looks for `program`, which has its tool's name, in slot `wanted`, or in all of them with
 * PROGRAM_SLOT_ANY. Only what a loader of ours has recorded counts. -ENOENT: not there; -EBUSY:
 * `wanted` holds another program; -EEXIST: it is in several slots. */
int program_slot_find(const struct chain *chain, const char *program, unsigned int wanted,
		      struct program_slot *ret_slot, struct problem *problem);

#endif
