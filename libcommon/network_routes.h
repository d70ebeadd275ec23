/* SPDX-License-Identifier: GPL-2.0-only */
/* What the routes and policy rules of this network namespace say about a packet. */
#ifndef ECBPF_UDP_NETWORK_ROUTES_H
#define ECBPF_UDP_NETWORK_ROUTES_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/flow.h"
#include "network_socket.h"

enum network_route_kind {
	NETWORK_ROUTE_NONE, /* no route */
	NETWORK_ROUTE_UNICAST,
	NETWORK_ROUTE_LOCAL,
	NETWORK_ROUTE_FORBIDDEN, /* blackhole, unreachable, prohibit, broadcast, multicast; or the
				  * kernel would not forward it: forwarding is off, reverse path */
	NETWORK_ROUTE_ENCAPSULATED, /* puts it into a tunnel or puts labels on it */
};

struct network_route_question {
	struct flow_key packet; /* whose source and destination count, and what multipath looks at */
	bool any_source;        /* the source is not known */
	uint32_t mark;
	uint32_t in_ifindex;  /* 0: not known */
	uint32_t out_ifindex; /* 0: whatever the routes say; not with in_ifindex */
};

struct network_route {
	enum network_route_kind kind;
	uint32_t ifindex;
	uint8_t gateway_family; /* FLOW_IPV4, FLOW_IPV6 (also of an IPv4 route), 0: no gateway */
	__be32 gateway[4];
	uint32_t mtu; /* of the route, 0: none given */
};

/* 0, or a negative errno if the kernel does not answer. */
int network_route_ask(struct network_socket *socket, const struct network_route_question *question,
		      struct network_route *ret_route);

#endif
