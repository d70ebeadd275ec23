/* SPDX-License-Identifier: GPL-2.0-only */
/* Questions to the kernel over netlink, one at a time. */
#ifndef ECBPF_UDP_NETWORK_SOCKET_H
#define ECBPF_UDP_NETWORK_SOCKET_H

#include <linux/netlink.h>
#include <stddef.h>

struct mnl_socket;

/* Room for a message that is sent. */
struct network_message {
	char bytes[512] __attribute__((aligned(NLMSG_ALIGNTO)));
};

/* Release with network_socket_close(); one of zeros is closed. */
struct network_socket {
	struct mnl_socket *netlink;
	unsigned int sequence;
};

/* `bus` is NETLINK_ROUTE or NETLINK_GENERIC. 0 or a negative errno. */
int network_socket_open(struct network_socket *ret_socket, int bus);
void network_socket_close(struct network_socket *socket);

/* A message with its header. */
struct nlmsghdr *network_request(struct network_message *ret_message, int type, int flags);

/* What is called with each answer: as an mnl_cb_t. */
typedef int (*network_reader)(const struct nlmsghdr *message, void *context);

/* Sends it and reads all answers; `reader` may be NULL. 0, or the negative errno that the kernel (or the
 * reader) answers with. -EINTR: what was dumped changed meanwhile. */
int network_ask(struct network_socket *socket, struct nlmsghdr *request, network_reader reader,
		void *context);

#endif
