/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the sampler's programs are in a chain. */
#ifndef XDP_SAMPLER_SEATS_H
#define XDP_SAMPLER_SEATS_H

#include <stdbool.h>
#include "chain.h"
#include "problem.h"
#include "slot_table.h"
#include "xdp_sampler.h"

struct sampler_seat {
	bool taken; /* also when its entry was emptied by someone else (slot.program_id 0) */
	unsigned int number; /* slot, or ECBPF_EXIT_HOOK; where it would go if not taken */
	struct slot slot;
};

struct sampler_seats {
	struct sampler_seat place[SAMPLER_PLACE_COUNT];
};

/* "xdp_sampler", "xdp_sampler_verdict". */
const char *sampler_program_name(enum sampler_place place);

/* Looks for both. -ENOENT: neither is there; -EEXIST: one is in several slots. */
int sampler_seats_find(const struct chain *chain, struct sampler_seats *ret_seats,
		       struct problem *problem);

#endif
