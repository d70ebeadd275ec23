// SPDX-License-Identifier: GPL-2.0-only
#include "network_watch.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "network_address.h"
#include "network_attributes.h"
#include "network_transmit.h"

#define BUFFER_SIZE 32768
/* A million neighbours are told at once when a link goes. */
#define SOCKET_BUFFER (8 << 20)
#define READS_MAX 200

struct hearing {
	network_listener listener;
	void *context;
};

static int open_socket(int bus, const int *groups, size_t count)
{
	const struct sockaddr_nl any_port = { .nl_family = AF_NETLINK };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, bus), err;
	const int size = SOCKET_BUFFER;

	if (fd < 0)
		return -errno;
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	if (bind(fd, (const struct sockaddr *)&any_port, sizeof(any_port)) < 0)
		goto fail;
	for (size_t i = 0; i < count; i++) {
		if (setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &groups[i],
			       sizeof(groups[i])) < 0)
			goto fail;
	}
	return fd;
fail:
	err = -errno;
	close(fd);
	return err;
}

static int poll_also(const struct network_watch *watch, int fd)
{
	struct epoll_event event = { .events = EPOLLIN };

	return epoll_ctl(watch->poll, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

static int open_all(struct network_watch *watch, uint32_t transmit_group)
{
	/* NEXTHOP: an object that routes refer to may change without them. NETCONF: forwarding. */
	static const int groups[] = {
		RTNLGRP_LINK,       RTNLGRP_NEIGH,        RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR,
		RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE,   RTNLGRP_IPV4_RULE,   RTNLGRP_IPV6_RULE,
		RTNLGRP_NEXTHOP,    RTNLGRP_IPV4_NETCONF, RTNLGRP_IPV6_NETCONF
	};
	const int transmit = (int)transmit_group;
	int err;

	watch->poll = epoll_create1(EPOLL_CLOEXEC);
	if (watch->poll < 0)
		return -errno;
	watch->changes = open_socket(NETLINK_ROUTE, groups, sizeof(groups) / sizeof(*groups));
	if (watch->changes < 0)
		return watch->changes;
	err = poll_also(watch, watch->changes);
	if (err || !transmit_group)
		return err;
	watch->transmit = open_socket(NETLINK_GENERIC, &transmit, 1);
	return watch->transmit < 0 ? watch->transmit : poll_also(watch, watch->transmit);
}

int network_watch_open(struct network_watch *ret_watch, uint32_t transmit_group,
		       struct problem *problem)
{
	struct network_watch watch = { -1, -1, -1 };
	int err = open_all(&watch, transmit_group);

	if (err) {
		network_watch_close(&watch);
		return problem_errno(problem, err, "cannot follow the kernel's routes and links");
	}
	*ret_watch = watch;
	return 0;
}

void network_watch_close(struct network_watch *watch)
{
	int fds[] = { watch->changes, watch->transmit, watch->poll };

	for (size_t i = 0; i < sizeof(fds) / sizeof(*fds); i++) {
		if (fds[i] >= 0)
			close(fds[i]);
	}
	*watch = (struct network_watch){ -1, -1, -1 };
}

static bool read_address(const struct nlmsghdr *message, struct network_news *news)
{
	const struct ifaddrmsg *header = mnl_nlmsg_get_payload(message);
	const struct nlattr *of[IFA_LOCAL + 1], *address;
	struct network_neighbour *ours = &news->neighbour;

	if (mnl_nlmsg_get_payload_len(message) < sizeof(*header))
		return false;
	network_attributes(message, sizeof(*header), of, IFA_LOCAL + 1);
	/* IFA_ADDRESS is the other end's where the two differ. */
	address = of[IFA_LOCAL] ? of[IFA_LOCAL] : of[IFA_ADDRESS];
	ours->family = network_flow_family(header->ifa_family);
	news->kind = message->nlmsg_type == RTM_NEWADDR ? NETWORK_NEWS_ADDRESS :
							  NETWORK_NEWS_ADDRESS_GONE;
	return ours->family &&
	       network_bytes(address, ours->address, network_address_size(ours->family));
}

/* The kernel's notes of where single packets went are no routes. */
static bool is_cached(const struct nlmsghdr *message)
{
	const struct rtmsg *header = mnl_nlmsg_get_payload(message);

	return mnl_nlmsg_get_payload_len(message) >= sizeof(*header) &&
	       header->rtm_flags & RTM_F_CLONED;
}

static bool read_change(const struct nlmsghdr *message, struct network_news *news)
{
	switch (message->nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		news->kind = message->nlmsg_type == RTM_NEWLINK ? NETWORK_NEWS_LINK :
								  NETWORK_NEWS_LINK_GONE;
		return network_link_read(message, &news->link);
	case RTM_NEWNEIGH:
	case RTM_DELNEIGH:
		news->kind = NETWORK_NEWS_NEIGHBOUR;
		return network_neighbour_read(message, &news->neighbour);
	case RTM_NEWADDR:
	case RTM_DELADDR:
		return read_address(message, news);
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		news->kind = NETWORK_NEWS_ROUTE;
		return !is_cached(message);
	default:
		news->kind = NETWORK_NEWS_ROUTE;
		return true;
	}
}

static int hear_change(const struct nlmsghdr *message, void *context)
{
	const struct hearing *hearing = context;
	struct network_news news = { 0 };

	if (read_change(message, &news))
		hearing->listener(hearing->context, &news);
	return MNL_CB_OK;
}

static int hear_transmit(const struct nlmsghdr *message, void *context)
{
	const struct hearing *hearing = context;
	struct network_news news = { .kind = NETWORK_NEWS_TRANSMIT };

	if (network_transmit_read(message, &news.ifindex, &news.able))
		hearing->listener(hearing->context, &news);
	return MNL_CB_OK;
}

static int take(int fd, network_reader reader, struct hearing *hearing)
{
	char buffer[BUFFER_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));
	const struct network_news lost = { .kind = NETWORK_NEWS_LOST };
	ssize_t length;

	for (int i = 0; fd >= 0 && i < READS_MAX; i++) {
		length = recv(fd, buffer, sizeof(buffer), 0);
		if (length > 0)
			(void)mnl_cb_run(buffer, (size_t)length, 0, 0, reader, hearing);
		else if (length < 0 && errno == ENOBUFS)
			hearing->listener(hearing->context, &lost);
		else if (length < 0 && errno == EAGAIN)
			return 0;
		else if (length < 0 && errno != EINTR)
			return -errno;
	}
	return 0;
}

int network_watch_take(struct network_watch *watch, network_listener listener, void *context,
		       struct problem *problem)
{
	struct hearing hearing = { listener, context };
	int err = take(watch->changes, hear_change, &hearing);

	if (!err)
		err = take(watch->transmit, hear_transmit, &hearing);
	return err ? problem_errno(problem, err, "cannot follow the kernel's routes and links") : 0;
}
