/* SPDX-License-Identifier: GPL-2.0-only */
/* What this network namespace takes as its own addresses: the prefixes of its local routes (type
 * "local" in any table, of either family), which the kernel keeps for every address of an interface
 * and an operator adds by hand: ip route add local 192.0.2.0/24 dev lo. Anycast, broadcast and
 * multicast routes are not among them. The "local default" of a transparent proxy makes every
 * destination local; a route of another type inside of a local prefix is no exception from it. Knows
 * nothing of the kernel's maps. */
#ifndef XDP_FILTER_LOCAL_ROUTES_H
#define XDP_FILTER_LOCAL_ROUTES_H

#include <stdbool.h>
#include <stddef.h>
#include "parse_address.h"
#include "problem.h"

/* Owned by the caller; starts as zeros, release with local_routes_free(). */
struct local_routes {
	struct address_prefix *prefixes; /* sorted by local_routes_compare(), each once */
	size_t count;
	size_t space; /* prefixes that fit without allocation */
};

void local_routes_free(struct local_routes *routes);

/* The order, as qsort() and bsearch() want it: IPv4 before IPv6, by address, shorter first. */
int local_routes_compare(const void *a, const void *b);

/* Appends a prefix, in any order. 0 or -ENOMEM. */
int local_routes_append(struct local_routes *routes, const struct address_prefix *prefix);
/* Sorts what was appended; of equal prefixes one stays. */
void local_routes_sort(struct local_routes *routes);

/* Reads all of them into an empty list, and again where the kernel says that routes changed while it
 * did. -EAGAIN: they never stopped changing. To be freed by the caller also on failure. */
int local_routes_read(struct local_routes *ret_routes, struct problem *problem);

/* A socket that becomes readable when routes change: fd, closed by the caller, or a negative errno.
 * Open it before local_routes_read(): then no change is missed. */
int local_routes_follow(struct problem *problem);

/* Takes what waits in that socket, without blocking; not all if there is very much. *ret_changed: a
 * local route may have come or gone, or the kernel had more to tell than the socket holds. 0 or a
 * negative errno. */
int local_routes_take_changes(int fd, bool *ret_changed, struct problem *problem);

#endif
