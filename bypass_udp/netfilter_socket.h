/* SPDX-License-Identifier: GPL-2.0-only */
/* Talking to netfilter over netlink. */
#ifndef BYPASS_NETFILTER_SOCKET_H
#define BYPASS_NETFILTER_SOCKET_H

#include <stdint.h>
#include "problem.h"

struct mnl_socket; /* of libmnl */
struct nlmsghdr;

/* One message or one piece of a dump fits into it. */
#define NETFILTER_BUFFER_SIZE 32768

/* A socket that never waits, if `groups` (a bit per multicast group) is not 0; else one that does.
 * `receive_size`: bytes that may wait in it, 0: as the system has it. -EPROTONOSUPPORT: the kernel has
 * no netfilter. */
int netfilter_socket_open(struct mnl_socket **ret, uint32_t groups, int receive_size,
			  struct problem *problem);

/* Begins a message in `buffer`, of `type` (subsystem << 8 | message) for AF_x. */
struct nlmsghdr *netfilter_socket_message(void *buffer, uint16_t type, uint16_t flags,
					  uint8_t family);

/* Asks a question whose answer is one message, to see whether the kernel has the subsystem; this loads
 * its module. `what` is the subsystem's name for people. -EOPNOTSUPP: it has not. */
int netfilter_socket_probe(const char *what, uint16_t type, struct problem *problem);

#endif
