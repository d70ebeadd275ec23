/* SPDX-License-Identifier: GPL-2.0-only */
/* Keeps neighbours resolved: by the kernel itself where it has managed neighbours (5.16), else by using
 * them again and again. Entries that an operator or another program has made are left as they are, and
 * none of ours is permanent. */
#ifndef ECBPF_UDP_NEIGHBOUR_KEEP_H
#define ECBPF_UDP_NEIGHBOUR_KEEP_H

#include <stdbool.h>
#include <stdint.h>
#include "network_neighbours.h"

/* The originator (rtm_protocol) that our neighbours bear, so that we know them again. */
#define NEIGHBOUR_KEEP_PROTOCOL 236

enum neighbour_keep_means {
	NEIGHBOUR_KEEP_UNKNOWN, /* until the first one is kept */
	NEIGHBOUR_KEEP_MANAGED,
	NEIGHBOUR_KEEP_USED, /* neighbour_keep_use() has to be called now and then */
};

struct neighbour_keep {
	struct network_socket *socket;
	enum neighbour_keep_means means;
};

/* Whose it is: somebody else made it or says how it is to be treated. */
bool neighbour_keep_foreign(const struct network_neighbour *neighbour);

/* Fills in the rest of *neighbour, of which ifindex, family and address are set; one that is not there has
 * state 0. 0 or a negative errno. */
int neighbour_keep_look(struct neighbour_keep *keep, struct network_neighbour *neighbour);

/* Has the kernel resolve this neighbour and keep it so; does nothing to a foreign one. *neighbour is
 * then as the kernel has it. 0 or a negative errno. */
int neighbour_keep_add(struct neighbour_keep *keep, struct network_neighbour *neighbour);

/* Has the kernel look whether it is still there. */
int neighbour_keep_use(struct neighbour_keep *keep, const struct network_neighbour *neighbour);

/* If it is one of ours it becomes one as any other, which the kernel forgets in time. */
int neighbour_keep_release(struct neighbour_keep *keep, const struct network_neighbour *neighbour);

/* All of ours. */
int neighbour_keep_release_all(struct neighbour_keep *keep);

#endif
