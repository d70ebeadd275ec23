/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel tells about links, neighbours, addresses, routes, rules and nexthop objects of this
 * network namespace, of both families, and about devices that begin or cease to take redirected frames. */
#ifndef ECBPF_UDP_NETWORK_WATCH_H
#define ECBPF_UDP_NETWORK_WATCH_H

#include <stdbool.h>
#include <stdint.h>
#include "network_links.h"
#include "network_neighbours.h"
#include "problem.h"

/* Release with network_watch_close(). */
struct network_watch {
	int changes;  /* netlink socket */
	int transmit; /* generic netlink socket, -1: the kernel does not tell */
	int poll;     /* readable when one of them is */
};

enum network_news_kind {
	NETWORK_NEWS_LINK,
	NETWORK_NEWS_LINK_GONE, /* link: the ifindex counts */
	NETWORK_NEWS_NEIGHBOUR, /* state 0: it is gone */
	NETWORK_NEWS_ADDRESS,   /* of this host */
	NETWORK_NEWS_ADDRESS_GONE,
	NETWORK_NEWS_ROUTE, /* a route, a rule, or whether this host forwards */
	NETWORK_NEWS_TRANSMIT,
	NETWORK_NEWS_LOST, /* news were lost: everything may have changed */
};

struct network_news {
	enum network_news_kind kind;
	struct network_link link;
	struct network_neighbour neighbour; /* of an address: family and address */
	uint32_t ifindex;                   /* TRANSMIT */
	bool able;
};

typedef void (*network_listener)(void *context, const struct network_news *news);

/* `transmit_group`: of struct network_transmit, 0: none. What happens from now on is told; what is there
 * already is to be asked for afterwards. 0 or a negative errno. */
int network_watch_open(struct network_watch *ret_watch, uint32_t transmit_group,
		       struct problem *problem);
void network_watch_close(struct network_watch *watch);

/* Tells the listener what waits, without blocking; of very much a part. 0 or a negative errno. */
int network_watch_take(struct network_watch *watch, network_listener listener, void *context,
		       struct problem *problem);

#endif
