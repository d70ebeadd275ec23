/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ECBPF_SLOT_REPAIR_H
#define ECBPF_SLOT_REPAIR_H

#include "chain.h"
#include "problem.h"

/* Puts every pinned program whose entry was emptied by someone else back into the array, and pins
 * programs whose slot directory is gone again (that needs CAP_SYS_ADMIN: they are reached by id).
 * Says on stderr what it did. Under the lock, after slot_table_recover(). */
int slot_repair(const struct chain *chain, struct problem *problem);

#endif
