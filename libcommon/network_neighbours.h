/* SPDX-License-Identifier: GPL-2.0-only */
/* Neighbours of this network namespace (ARP and neighbour discovery). */
#ifndef ECBPF_UDP_NETWORK_NEIGHBOURS_H
#define ECBPF_UDP_NETWORK_NEIGHBOURS_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stdint.h>
#include "network_socket.h"

struct network_neighbour {
	uint32_t ifindex;
	uint8_t family; /* FLOW_IPV4 or FLOW_IPV6 */
	__be32 address[4];
	uint16_t state;   /* NUD_x; 0 also: there is none */
	uint8_t flags;    /* NTF_x */
	bool managed;     /* the kernel keeps it reachable by itself */
	uint8_t protocol; /* who made it: RTPROT_x, 0: the kernel */
	bool has_mac;
	uint8_t mac[6];
};

/* A neighbour's message (RTM_NEWNEIGH, RTM_DELNEIGH); false: it is about something else. */
bool network_neighbour_read(const struct nlmsghdr *message, struct network_neighbour *ret);

/* Fills in the rest of *neighbour, whose ifindex, family and address are set. -ENOENT: none is there. */
int network_neighbour_ask(struct network_socket *socket, struct network_neighbour *neighbour);

/* Calls `reader` with the message of every neighbour there is. */
int network_neighbours_dump(struct network_socket *socket, network_reader reader, void *context);

/* The beginning of a message about this neighbour, to which attributes can be added. */
struct nlmsghdr *network_neighbour_request(struct network_message *ret_message, int type, int flags,
					   const struct network_neighbour *neighbour);

#endif
