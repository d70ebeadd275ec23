// SPDX-License-Identifier: GPL-2.0-only
#include "netfilter_socket.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>
#include <sys/socket.h>

static int bind_socket(struct mnl_socket *socket, uint32_t groups, int receive_size)
{
	int fd = mnl_socket_get_fd(socket), on = 1;

	if (mnl_socket_bind(socket, groups, MNL_SOCKET_AUTOPID))
		return -errno;
	/* Without the right to more than net.core.rmem_max, as much as that. */
	if (receive_size &&
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &receive_size, sizeof(receive_size)) &&
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_size, sizeof(receive_size)))
		return -errno;
	/* Errors need not repeat what was asked. */
	return mnl_socket_setsockopt(socket, NETLINK_CAP_ACK, &on, sizeof(on)) ? -errno : 0;
}

int netfilter_socket_open(struct mnl_socket **ret, uint32_t groups, int receive_size,
			  struct problem *problem)
{
	int flags = SOCK_CLOEXEC | (groups ? SOCK_NONBLOCK : 0);
	struct mnl_socket *socket = mnl_socket_open2(NETLINK_NETFILTER, flags);
	int err;

	if (!socket && errno == EPROTONOSUPPORT)
		return problem_set(problem, -EPROTONOSUPPORT,
				   "this kernel has no netfilter netlink (CONFIG_NETFILTER_NETLINK)");
	if (!socket)
		return problem_errno(problem, -errno, "cannot open a netlink socket for netfilter");
	err = bind_socket(socket, groups, receive_size);
	if (err) {
		mnl_socket_close(socket);
		return problem_errno(problem, err,
				     "cannot set up the netlink socket for netfilter");
	}
	*ret = socket;
	return 0;
}

struct nlmsghdr *netfilter_socket_message(void *buffer, uint16_t type, uint16_t flags,
					  uint8_t family)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct nfgenmsg *general;

	message->nlmsg_type = type;
	message->nlmsg_flags = NLM_F_REQUEST | flags;
	general = mnl_nlmsg_put_extra_header(message, sizeof(*general));
	general->nfgen_family = family;
	general->version = NFNETLINK_V0;
	return message;
}

static int ask(struct mnl_socket *socket, uint16_t type)
{
	char buffer[NETFILTER_BUFFER_SIZE];
	struct nlmsghdr *message = netfilter_socket_message(buffer, type, 0, AF_UNSPEC);
	ssize_t size;

	if (mnl_socket_sendto(socket, message, message->nlmsg_len) < 0)
		return -errno;
	size = mnl_socket_recvfrom(socket, buffer, sizeof(buffer));
	if (size < 0 || mnl_cb_run(buffer, (size_t)size, 0, 0, NULL, NULL) < 0)
		return -errno;
	return 0;
}

int netfilter_socket_probe(const char *what, uint16_t type, struct problem *problem)
{
	struct mnl_socket *socket = NULL;
	int err = netfilter_socket_open(&socket, 0, 0, problem);

	if (err)
		return err;
	err = ask(socket, type);
	mnl_socket_close(socket);
	/* -EINVAL is what it says of a subsystem that it does not have. */
	if (err == -EINVAL || err == -EOPNOTSUPP)
		return problem_set(problem, -EOPNOTSUPP,
				   "this kernel has no %s, or cannot load its module", what);
	if (err == -EPERM)
		return problem_set(problem, err,
				   "no right to talk to the kernel's %s (CAP_NET_ADMIN)", what);
	return err ? problem_errno(problem, err, "cannot talk to the kernel's %s", what) : 0;
}
