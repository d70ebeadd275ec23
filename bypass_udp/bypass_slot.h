/* SPDX-License-Identifier: GPL-2.0-only */
/* Where bypass_udp is in a chain, and on which interfaces. */
#ifndef BYPASS_SLOT_H
#define BYPASS_SLOT_H

#include <stdbool.h>
#include <stdint.h>
#include "chain.h"
#include "interface.h"
#include "problem.h"
#include "program_slot.h"

#define BYPASS_SLOT_ANY PROGRAM_SLOT_ANY
#define BYPASS_CONNTRACK_OBJECT "bypass_udp_conntrack" /* as its record has it */

/* True if its program is the one that sets conntrack's timers by itself. */
bool bypass_slot_sets_timers(const struct program_slot *slot);

/* 0 with the interface's index, if bypass_udp is attached to it; -ENOENT: it is not, or the name is one
 * of another network namespace, or the interface has gone; another error: that cannot be known. */
int bypass_slot_look(const char *bpffs, const char *interface, uint32_t *ret_ifindex);

/* The names as pins have them: those of `wanted`; if that is empty, every interface of this network
 * namespace that has bypass_udp. */
int bypass_slot_interfaces(struct interface_list *ret_list, const char *bpffs,
			   const struct interface_list *wanted, struct problem *problem);

#endif
