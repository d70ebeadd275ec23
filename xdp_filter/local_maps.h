/* SPDX-License-Identifier: GPL-2.0-only */
/* The filter's two tries of this host's own addresses. Needs no lock: those who change them at the
 * same time come to the same end. */
#ifndef XDP_FILTER_LOCAL_MAPS_H
#define XDP_FILTER_LOCAL_MAPS_H

#include <stddef.h>
#include "local_routes.h"
#include "problem.h"

/* Makes the tries hold exactly these prefixes. What is new is added before what is gone is removed,
 * and what stays is not touched: no packet misses a prefix that was there and stays. -ENOSPC: more than
 * FILTER_LOCAL_SIZE of one family; all that fit are there, and nothing that is gone. *ret_changes counts
 * what was added and removed. */
int local_maps_sync(int ipv4_trie, int ipv6_trie, const struct local_routes *routes,
		    size_t *ret_changes, struct problem *problem);

/* Reads the local routes of this network namespace into the tries, again until nothing is left to
 * change: who does the same at the same time has not left an older state behind then. */
int local_maps_sync_now(int ipv4_trie, int ipv6_trie, struct problem *problem);

#endif
