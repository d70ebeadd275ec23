// SPDX-License-Identifier: GPL-2.0-only
#include "local_routes.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* As much as the kernel puts into one message of a dump. */
#define BUFFER_SIZE 32768
/* A dump that meets a change is begun again this often. */
#define DUMP_TRIES 100
/* What is told of changes is looked through this far before something is done about them. */
#define READS_MAX 1000

struct dump {
	struct local_routes *routes;
	int family;
};

void local_routes_free(struct local_routes *routes)
{
	free(routes->prefixes);
	*routes = (struct local_routes){ 0 };
}

int local_routes_compare(const void *a, const void *b)
{
	const struct address_prefix *first = a, *second = b;
	int order;

	if (first->family != second->family)
		return first->family == AF_INET ? -1 : 1;
	order = memcmp(first->address, second->address, sizeof(first->address));
	return order ? order : first->length - second->length;
}

int local_routes_append(struct local_routes *routes, const struct address_prefix *prefix)
{
	size_t space = routes->space ? 2 * routes->space : 64;
	struct address_prefix *prefixes;

	if (routes->count == routes->space) {
		prefixes = reallocarray(routes->prefixes, space, sizeof(*prefixes));
		if (!prefixes)
			return -ENOMEM;
		routes->prefixes = prefixes;
		routes->space = space;
	}
	routes->prefixes[routes->count++] = *prefix;
	return 0;
}

void local_routes_sort(struct local_routes *routes)
{
	size_t kept = 0;

	if (!routes->count)
		return;
	qsort(routes->prefixes, routes->count, sizeof(*routes->prefixes), local_routes_compare);
	for (size_t i = 1; i < routes->count; i++) {
		if (local_routes_compare(&routes->prefixes[kept], &routes->prefixes[i]))
			routes->prefixes[++kept] = routes->prefixes[i];
	}
	routes->count = kept + 1;
}

static const struct rtmsg *route_of(const struct nlmsghdr *message)
{
	bool is_route = message->nlmsg_type == RTM_NEWROUTE || message->nlmsg_type == RTM_DELROUTE;

	if (!is_route || mnl_nlmsg_get_payload_len(message) < sizeof(struct rtmsg))
		return NULL;
	return mnl_nlmsg_get_payload(message);
}

/* False if the message does not hold what it says. */
static bool read_prefix(const struct nlmsghdr *message, const struct rtmsg *route,
			struct address_prefix *ret_prefix)
{
	size_t size = route->rtm_family == AF_INET ? 4 : 16;
	const struct nlattr *attribute;

	if (route->rtm_dst_len > 8 * size)
		return false;
	*ret_prefix = (struct address_prefix){ .family = route->rtm_family,
					       .length = route->rtm_dst_len };
	mnl_attr_for_each(attribute, message, sizeof(*route))
	{
		if (mnl_attr_get_type(attribute) != RTA_DST)
			continue;
		if (mnl_attr_get_payload_len(attribute) != size)
			return false;
		memcpy(ret_prefix->address, mnl_attr_get_payload(attribute), size);
		return true;
	}
	/* The kernel leaves the destination of a default route out. */
	return route->rtm_dst_len == 0;
}

static int take_route(const struct nlmsghdr *message, void *context)
{
	const struct rtmsg *route = route_of(message);
	const struct dump *dump = context;
	struct address_prefix prefix;

	/* Kernels before 5.0 do not sort out by type, one without IPv6 answers with IPv4. */
	if (!route || route->rtm_type != RTN_LOCAL || route->rtm_family != dump->family)
		return MNL_CB_OK;
	if (!read_prefix(message, route, &prefix)) {
		errno = EBADMSG;
		return MNL_CB_ERROR;
	}
	if (local_routes_append(dump->routes, &prefix)) {
		errno = ENOMEM;
		return MNL_CB_ERROR;
	}
	return MNL_CB_OK;
}

static int receive_dump(const struct mnl_socket *netlink, unsigned int sequence,
			const struct dump *dump)
{
	char buffer[BUFFER_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));
	ssize_t length;
	int more;

	do {
		length = mnl_socket_recvfrom(netlink, buffer, sizeof(buffer));
		if (length < 0)
			return -errno;
		more = mnl_cb_run(buffer, (size_t)length, sequence, mnl_socket_get_portid(netlink),
				  take_route, (void *)dump);
	} while (more == MNL_CB_OK);
	return more < 0 ? -errno : 0;
}

static int send_request(const struct mnl_socket *netlink, unsigned int sequence, int family)
{
	char buffer[MNL_NLMSG_HDRLEN + MNL_ALIGN(sizeof(struct rtmsg))]
		__attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct rtmsg *route = mnl_nlmsg_put_extra_header(request, sizeof(*route));

	request->nlmsg_type = RTM_GETROUTE;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	request->nlmsg_seq = sequence;
	route->rtm_family = (unsigned char)family;
	route->rtm_type = RTN_LOCAL;
	return mnl_socket_sendto(netlink, request, request->nlmsg_len) < 0 ? -errno : 0;
}

/* Appends the local routes of one family. -EINTR: they changed meanwhile. */
static int dump_family(struct local_routes *routes, int family)
{
	struct mnl_socket *netlink = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	const struct dump dump = { routes, family };
	const unsigned int sequence = 1;
	int strict = 1, err;

	if (!netlink)
		return -errno;
	/* Without it the kernel sends every route there is, and we sort out. */
	(void)mnl_socket_setsockopt(netlink, NETLINK_GET_STRICT_CHK, &strict, sizeof(strict));
	err = mnl_socket_bind(netlink, 0, MNL_SOCKET_AUTOPID) < 0 ? -errno : 0;
	if (!err)
		err = send_request(netlink, sequence, family);
	if (!err)
		err = receive_dump(netlink, sequence, &dump);
	(void)mnl_socket_close(netlink);
	return err;
}

int local_routes_read(struct local_routes *ret_routes, struct problem *problem)
{
	static const int families[] = { AF_INET, AF_INET6 };

	for (size_t i = 0; i < sizeof(families) / sizeof(*families); i++) {
		const size_t before = ret_routes->count;
		int err = -EINTR;

		for (int tries = 0; err == -EINTR && tries < DUMP_TRIES; tries++) {
			ret_routes->count = before;
			err = dump_family(ret_routes, families[i]);
		}
		if (err == -EINTR)
			return problem_set(problem, -EAGAIN,
					   "the routes change faster than they can be read");
		if (err)
			return problem_errno(problem, err, "cannot read the local routes");
	}
	local_routes_sort(ret_routes);
	return 0;
}

static int join(int fd)
{
	/* RTNLGRP_LINK, because the kernel says nothing of the IPv4 routes that go with an interface. */
	static const int groups[] = { RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE, RTNLGRP_LINK };
	const struct sockaddr_nl any_port = { .nl_family = AF_NETLINK };

	if (bind(fd, (const struct sockaddr *)&any_port, sizeof(any_port)) < 0)
		return -errno;
	for (size_t i = 0; i < sizeof(groups) / sizeof(*groups); i++) {
		if (setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &groups[i],
			       sizeof(groups[i])) < 0)
			return -errno;
	}
	return 0;
}

int local_routes_follow(struct problem *problem)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), err;

	err = fd < 0 ? -errno : join(fd);
	if (!err)
		return fd;
	if (fd >= 0)
		close(fd);
	return problem_errno(problem, err, "cannot follow the routes");
}

static int note_change(const struct nlmsghdr *message, void *context)
{
	const struct rtmsg *route = route_of(message);
	bool *changed = context;

	*changed |= message->nlmsg_type == RTM_DELLINK || (route && route->rtm_type == RTN_LOCAL);
	return MNL_CB_OK;
}

int local_routes_take_changes(int fd, bool *ret_changed, struct problem *problem)
{
	char buffer[BUFFER_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));
	ssize_t length;

	*ret_changed = false;
	for (int i = 0; i < READS_MAX; i++) {
		length = recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT);
		if (length > 0)
			(void)mnl_cb_run(buffer, (size_t)length, 0, 0, note_change, ret_changed);
		else if (length < 0 && errno == ENOBUFS)
			*ret_changed = true;
		else if (length < 0 && errno != EINTR)
			return errno == EAGAIN ?
				       0 :
				       problem_errno(problem, -errno, "cannot follow the routes");
	}
	return 0;
}
