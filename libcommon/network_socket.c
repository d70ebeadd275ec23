// SPDX-License-Identifier: GPL-2.0-only
#include "network_socket.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <sys/socket.h>
#include <sys/time.h>

/* As much as the kernel puts into one message of a dump. */
#define BUFFER_SIZE 32768

/* The kernel answers before the question has been sent; who asks has a heartbeat to keep. */
#define PATIENCE_SECONDS 2

int network_socket_open(struct network_socket *ret_socket, int bus)
{
	struct mnl_socket *netlink = mnl_socket_open2(bus, SOCK_CLOEXEC);
	const struct timeval patience = { .tv_sec = PATIENCE_SECONDS };
	int err;

	if (!netlink)
		return -errno;
	if (setsockopt(mnl_socket_get_fd(netlink), SOL_SOCKET, SO_RCVTIMEO, &patience,
		       sizeof(patience)) < 0 ||
	    mnl_socket_bind(netlink, 0, MNL_SOCKET_AUTOPID) < 0) {
		err = -errno;
		(void)mnl_socket_close(netlink);
		return err;
	}
	*ret_socket = (struct network_socket){ .netlink = netlink };
	return 0;
}

void network_socket_close(struct network_socket *socket)
{
	if (socket->netlink)
		(void)mnl_socket_close(socket->netlink);
	socket->netlink = NULL;
}

struct nlmsghdr *network_request(struct network_message *ret_message, int type, int flags)
{
	struct nlmsghdr *request = mnl_nlmsg_put_header(ret_message->bytes);

	request->nlmsg_type = (__u16)type;
	request->nlmsg_flags = (__u16)(NLM_F_REQUEST | flags);
	return request;
}

int network_ask(struct network_socket *socket, struct nlmsghdr *request, network_reader reader,
		void *context)
{
	char buffer[BUFFER_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));
	const struct nlmsghdr *first = (const struct nlmsghdr *)buffer;
	ssize_t length;
	int more = MNL_CB_OK;

	/* NLM_F_REPLACE is one of its two bits. */
	if ((request->nlmsg_flags & NLM_F_DUMP) != NLM_F_DUMP)
		request->nlmsg_flags |= NLM_F_ACK;
	request->nlmsg_seq = ++socket->sequence;
	if (mnl_socket_sendto(socket->netlink, request, request->nlmsg_len) < 0)
		return -errno;
	while (more == MNL_CB_OK) {
		length = mnl_socket_recvfrom(socket->netlink, buffer, sizeof(buffer));
		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0)
			return errno == EAGAIN ? -ETIMEDOUT : -errno;
		/* The rest of an answer that was given up. */
		if ((size_t)length < sizeof(*first) || first->nlmsg_seq != socket->sequence)
			continue;
		more = mnl_cb_run(buffer, (size_t)length, socket->sequence,
				  mnl_socket_get_portid(socket->netlink), reader, context);
	}
	return more < 0 ? -errno : 0;
}
