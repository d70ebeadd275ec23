/* SPDX-License-Identifier: GPL-2.0-only */
/* Chains for those who only look: nothing is changed, and what is not attached can be seen, too. */
#ifndef ECBPF_CHAIN_LOOK_H
#define ECBPF_CHAIN_LOOK_H

#include <stdbool.h>
#include "chain.h"
#include "interface.h"
#include "problem.h"

/* The lock, as in loaders' hands pins are gone for a moment. It is not waited for for long: -ETIMEDOUT,
 * with a warning, when one has to look without. */
int chain_look_lock(const char *bpffs, struct problem *problem);
void chain_look_unlock(const char *bpffs, int lock); /* takes -ETIMEDOUT, too */

/* Opens the chain of an interface. -ENODEV: there is no such interface; -ENOENT: it has no root, or one
 * without its pins; what to type is told. To be closed by the caller also on failure. */
int chain_look(struct chain *chain, const char *bpffs, const char *interface,
	       struct problem *problem);

/* 0 if an open chain holds what is asked for, -ENOENT if not; another error: that cannot be known. */
typedef int (*chain_look_for)(const struct chain *chain, const void *context);

/* True if the interface has it, or if something keeps us from knowing. */
bool chain_look_has(const char *bpffs, const char *interface, chain_look_for holds,
		    const void *context);

/* Adds the names as pins have them: those of `wanted`; if none are, of every interface that has it. */
int chain_look_list(struct interface_list *ret_list, const char *bpffs,
		    const struct interface_list *wanted, chain_look_for holds, const void *context,
		    struct problem *problem);

#endif
