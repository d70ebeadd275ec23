/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ECBPF_NETWORK_DEFAULT_ROUTES_H
#define ECBPF_NETWORK_DEFAULT_ROUTES_H

#include <linux/netlink.h>
#include <stddef.h>
#include <stdint.h>
#include "network_socket.h"

/* Indexes of the devices that the default routes of the main table lead to, each once. Starts as zeros, release
 * with network_default_routes_free(). */
struct network_default_routes {
	uint32_t *ifindexes;
	size_t count;
};

/* IPv4, then IPv6; of several next hops all. 0 or a negative errno. */
int network_default_routes_load(struct network_default_routes *routes,
				struct network_socket *socket);
void network_default_routes_free(struct network_default_routes *routes);

/* Adds those of a route's message (RTM_NEWROUTE), if it is a default route. 0 or -ENOMEM. */
int network_default_routes_take(struct network_default_routes *routes,
				const struct nlmsghdr *message);

#endif
