// SPDX-License-Identifier: GPL-2.0-only
#include "network_default_routes.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "network_attributes.h"

/* A dump that meets a change is begun again this often. */
#define DUMP_TRIES 100

static int add(struct network_default_routes *routes, uint32_t ifindex)
{
	uint32_t *ifindexes;

	if (!ifindex)
		return 0;
	for (size_t i = 0; i < routes->count; i++) {
		if (routes->ifindexes[i] == ifindex)
			return 0;
	}
	ifindexes = reallocarray(routes->ifindexes, routes->count + 1, sizeof(*ifindexes));
	if (!ifindexes)
		return -ENOMEM;
	routes->ifindexes = ifindexes;
	ifindexes[routes->count++] = ifindex;
	return 0;
}

static int add_nexthops(struct network_default_routes *routes, const struct nlattr *multipath)
{
	const struct rtnexthop *nexthop = mnl_attr_get_payload(multipath);
	int left = mnl_attr_get_payload_len(multipath), err = 0;

	for (; !err && RTNH_OK(nexthop, left); nexthop = RTNH_NEXT(nexthop)) {
		err = add(routes, (uint32_t)nexthop->rtnh_ifindex);
		left -= (int)RTNH_ALIGN(nexthop->rtnh_len);
	}
	return err;
}

int network_default_routes_take(struct network_default_routes *routes,
				const struct nlmsghdr *message)
{
	const struct rtmsg *header = mnl_nlmsg_get_payload(message);
	const struct nlattr *of[RTA_TABLE + 1];
	uint32_t table;
	int err;

	if (message->nlmsg_type != RTM_NEWROUTE ||
	    mnl_nlmsg_get_payload_len(message) < sizeof(*header) || header->rtm_dst_len ||
	    header->rtm_type != RTN_UNICAST)
		return 0;
	network_attributes(message, sizeof(*header), of, RTA_TABLE + 1);
	table = of[RTA_TABLE] ? network_u32(of[RTA_TABLE]) : header->rtm_table;
	if (table != RT_TABLE_MAIN)
		return 0;
	err = add(routes, network_u32(of[RTA_OIF]));
	return err || !of[RTA_MULTIPATH] ? err : add_nexthops(routes, of[RTA_MULTIPATH]);
}

static int take_route(const struct nlmsghdr *message, void *context)
{
	if (!network_default_routes_take(context, message))
		return MNL_CB_OK;
	errno = ENOMEM;
	return MNL_CB_ERROR;
}

static int dump(struct network_default_routes *routes, struct network_socket *socket,
		unsigned char family)
{
	struct network_message message;
	int err = -EINTR;

	for (int tries = 0; err == -EINTR && tries < DUMP_TRIES; tries++) {
		struct nlmsghdr *request = network_request(&message, RTM_GETROUTE, NLM_F_DUMP);
		struct rtmsg *header = mnl_nlmsg_put_extra_header(request, sizeof(*header));

		header->rtm_family = family;
		err = network_ask(socket, request, take_route, routes);
	}
	return err;
}

int network_default_routes_load(struct network_default_routes *routes,
				struct network_socket *socket)
{
	int err = dump(routes, socket, AF_INET);

	return err ? err : dump(routes, socket, AF_INET6);
}

void network_default_routes_free(struct network_default_routes *routes)
{
	free(routes->ifindexes);
	*routes = (struct network_default_routes){ 0 };
}
