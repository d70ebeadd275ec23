/* SPDX-License-Identifier: GPL-2.0-only */
/* A client, a router and a server, each in a network namespace of its own, that namespaces.sh makes: packets
 * leave `client`, arrive at `in`, leave through `out` and arrive at `server`. Functions return 0 or a
 * negative errno, told on stderr. */
#ifndef BENCH_ROAD_H
#define BENCH_ROAD_H

#include <linux/types.h>

enum road_place {
	ROAD_ROUTER,
	ROAD_CLIENT,
	ROAD_SERVER,
	ROAD_PLACES,
};

struct road {
	int namespaces[ROAD_PLACES];   /* descriptors, -1: not open */
	__u32 client, in, out, server; /* ifindexes, each in its own namespace */
};

int road_open(struct road *ret_road, unsigned int number);
void road_close(struct road *road);

/* This process belongs there from here on. */
int road_enter(const struct road *road, enum road_place place);

/* In the namespace this process belongs to: at tc ingress, by a tcx link where the kernel has them.
 * *ret_link: its descriptor, -1: a filter, which stays as long as the namespace. */
int road_attach(__u32 ifindex, int program, int *ret_link);

#endif
