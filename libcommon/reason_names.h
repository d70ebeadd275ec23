/* SPDX-License-Identifier: GPL-2.0-only */
/* What people call the reasons of a program. Those below ECBPF_REASON_OWN are the same everywhere; for its
 * own a program's loader pins a map beside it, slot_<N>/reason_names (array, one entry, the struct
 * below), which anyone may read, and whose absence means numbers. */
#ifndef ECBPF_REASON_NAMES_H
#define ECBPF_REASON_NAMES_H

#include "abi/reasons.h"
#include "abi/slots.h"
#include "chain.h"
#include "problem.h"

#define REASON_NAME_SIZE 32

/* Lower case, words joined by "_", terminated; "": it has none. */
struct reason_names {
	char name[ECBPF_REASON_LIMIT][REASON_NAME_SIZE];
};

/* Of a general reason, NULL for a program's own and for numbers that mean nothing. */
const char *reason_name_general(unsigned int reason);

/* A map that holds them, to be pinned: fd, owned by the caller, or a negative errno. */
int reason_names_create(const struct reason_names *names, struct problem *problem);

/* Of the program in a slot. -ENOENT, nothing told: it has none; *ret_names is empty then. */
int reason_names_read(const struct chain *chain, unsigned int slot, struct reason_names *ret_names,
		      struct problem *problem);

#endif
