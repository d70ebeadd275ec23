/* SPDX-License-Identifier: GPL-2.0-only */
/* Where bypass_udp is in a chain, and on which interfaces. */
#ifndef BYPASS_SLOT_H
#define BYPASS_SLOT_H

#include <stdbool.h>
#include <stdint.h>
#include "chain.h"
#include "interface.h"
#include "problem.h"
#include "slot_table.h"

#define BYPASS_SLOT_ANY ECBPF_SLOT_COUNT
#define BYPASS_CONNTRACK_OBJECT "bypass_udp_conntrack" /* as its record has it */

struct bypass_slot {
	unsigned int number;
	struct slot slot; /* .program_id 0: its entry was emptied by someone else */
};

/* Looks for bypass_udp in slot `wanted`, or in all of them with BYPASS_SLOT_ANY. -ENOENT: not there;
 * -EBUSY: `wanted` holds another program; -EEXIST: it is in several slots. */
int bypass_slot_find(const struct chain *chain, unsigned int wanted, struct bypass_slot *ret_slot,
		     struct problem *problem);

/* True if its program is the one that sets conntrack's timers by itself. */
bool bypass_slot_sets_timers(const struct bypass_slot *slot);

/* 0 with the interface's index, if bypass_udp is attached to it; -ENOENT: it is not, or the name is one
 * of another network namespace, or the interface has gone; another error: that cannot be known. */
int bypass_slot_look(const char *bpffs, const char *interface, uint32_t *ret_ifindex);

/* The names as pins have them: those of `wanted`; if that is empty, every interface of this network
 * namespace that has bypass_udp. */
int bypass_slot_interfaces(struct interface_list *ret_list, const char *bpffs,
			   const struct interface_list *wanted, struct problem *problem);

#endif
