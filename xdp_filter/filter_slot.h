/* SPDX-License-Identifier: GPL-2.0-only */
/* Where xdp_filter is in a chain. */
#ifndef XDP_FILTER_SLOT_H
#define XDP_FILTER_SLOT_H

#include "chain.h"
#include "problem.h"
#include "slot_table.h"

#define FILTER_SLOT_ANY ECBPF_SLOT_COUNT

struct filter_slot {
	unsigned int number;
	struct slot slot;
};

/* Looks for xdp_filter in slot `wanted`, or in all of them with FILTER_SLOT_ANY. Also finds one
 * whose entry in the array was emptied by someone else (slot.program_id is 0 then). -ENOENT: not
 * there; -EBUSY: `wanted` holds another program; -EEXIST: in several slots. */
int filter_slot_find(const struct chain *chain, unsigned int wanted, struct filter_slot *ret_slot,
		     struct problem *problem);

#endif
