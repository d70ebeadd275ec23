/* SPDX-License-Identifier: GPL-2.0-only */
/* Which devices take frames that XDP redirects to them. Kernels from 6.3 tell (generic netlink, family
 * "netdev"), and when it changes: a veth does once its peer has an XDP program or GRO. Of older ones the
 * driver's name must do; of a driver we have not heard of the answer is no. */
#ifndef ECBPF_UDP_NETWORK_TRANSMIT_H
#define ECBPF_UDP_NETWORK_TRANSMIT_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stdint.h>
#include "network_socket.h"

/* Release with network_transmit_close(). */
struct network_transmit {
	struct network_socket socket;
	uint16_t family; /* 0: the kernel does not tell */
	uint32_t group;  /* that tells of changes */
	int ethtool;     /* socket to ask for drivers with */
};

/* 0 or a negative errno. */
int network_transmit_open(struct network_transmit *ret_transmit);
void network_transmit_close(struct network_transmit *transmit);

bool network_transmit_ask(struct network_transmit *transmit, uint32_t ifindex, const char *name);

/* A message of that group; false: it is about something else. */
bool network_transmit_read(const struct nlmsghdr *message, uint32_t *ret_ifindex, bool *ret_able);

/* By the driver's name, as `ethtool -i` shows it. */
bool network_transmit_driver(const char *driver);

#endif
