// SPDX-License-Identifier: GPL-2.0-only
/* Default routes in messages made by hand; test_interface_selector has those of the kernel. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "network_default_routes.h"

static struct network_message message;
static struct network_default_routes routes;

static int free_routes(void **state)
{
	(void)state;
	network_default_routes_free(&routes);
	return 0;
}

static struct nlmsghdr *begin(unsigned char length, unsigned char type, unsigned char table)
{
	struct nlmsghdr *route = network_request(&message, RTM_NEWROUTE, 0);
	struct rtmsg *header = mnl_nlmsg_put_extra_header(route, sizeof(*header));

	header->rtm_family = AF_INET;
	header->rtm_dst_len = length;
	header->rtm_type = type;
	header->rtm_table = table;
	return route;
}

static void take(const struct nlmsghdr *route)
{
	assert_int_equal(network_default_routes_take(&routes, route), 0);
}

static void a_default_route_is_taken_once(void **state)
{
	struct nlmsghdr *route = begin(0, RTN_UNICAST, RT_TABLE_MAIN);

	(void)state;
	mnl_attr_put_u32(route, RTA_OIF, 7);
	take(route);
	take(route);
	assert_int_equal(routes.count, 1);
	assert_int_equal(routes.ifindexes[0], 7);
}

static void others_are_not(void **state)
{
	struct nlmsghdr *route;

	(void)state;
	mnl_attr_put_u32(begin(24, RTN_UNICAST, RT_TABLE_MAIN), RTA_OIF, 7);
	take((struct nlmsghdr *)message.bytes);
	mnl_attr_put_u32(begin(0, RTN_UNREACHABLE, RT_TABLE_MAIN), RTA_OIF, 7);
	take((struct nlmsghdr *)message.bytes);
	mnl_attr_put_u32(begin(0, RTN_UNICAST, RT_TABLE_LOCAL), RTA_OIF, 7);
	take((struct nlmsghdr *)message.bytes);
	/* A table's number may not fit the header. */
	route = begin(0, RTN_UNICAST, RT_TABLE_MAIN);
	mnl_attr_put_u32(route, RTA_TABLE, 1000);
	mnl_attr_put_u32(route, RTA_OIF, 7);
	take(route);
	take(begin(0, RTN_UNICAST, RT_TABLE_MAIN));
	route = begin(0, RTN_UNICAST, RT_TABLE_MAIN);
	mnl_attr_put_u32(route, RTA_OIF, 7);
	route->nlmsg_type = RTM_DELROUTE;
	take(route);
	route->nlmsg_type = RTM_NEWROUTE;
	route->nlmsg_len = NLMSG_HDRLEN + 4;
	take(route);
	assert_int_equal(routes.count, 0);
}

static void the_table_may_be_an_attribute(void **state)
{
	struct nlmsghdr *route = begin(0, RTN_UNICAST, RT_TABLE_COMPAT);

	(void)state;
	mnl_attr_put_u32(route, RTA_TABLE, RT_TABLE_MAIN);
	mnl_attr_put_u32(route, RTA_OIF, 7);
	take(route);
	assert_int_equal(routes.count, 1);
}

static void every_nexthop_is_taken(void **state)
{
	struct nlmsghdr *route = begin(0, RTN_UNICAST, RT_TABLE_MAIN);
	struct {
		struct rtnexthop nexthop;
		struct rtattr gateway;
		uint32_t address;
	} hops[3] = { 0 };

	(void)state;
	for (int i = 0; i < 3; i++) {
		hops[i].nexthop.rtnh_len = sizeof(hops[i]);
		hops[i].nexthop.rtnh_ifindex = i ? 9 : 8;
		hops[i].gateway.rta_len = sizeof(hops[i].gateway) + sizeof(hops[i].address);
		hops[i].gateway.rta_type = RTA_GATEWAY;
	}
	mnl_attr_put(route, RTA_MULTIPATH, sizeof(hops), hops);
	take(route);
	assert_int_equal(routes.count, 2);
	assert_int_equal(routes.ifindexes[0], 8);
	assert_int_equal(routes.ifindexes[1], 9);
}

/* Lengths are not believed. */
static void a_broken_nexthop_ends_them(void **state)
{
	struct nlmsghdr *route = begin(0, RTN_UNICAST, RT_TABLE_MAIN);
	struct rtnexthop nexthop = { .rtnh_len = 200, .rtnh_ifindex = 8 };

	(void)state;
	mnl_attr_put(route, RTA_MULTIPATH, sizeof(nexthop), &nexthop);
	take(route);
	assert_int_equal(routes.count, 0);
	nexthop.rtnh_len = 2;
	route = begin(0, RTN_UNICAST, RT_TABLE_MAIN);
	mnl_attr_put(route, RTA_MULTIPATH, sizeof(nexthop), &nexthop);
	take(route);
	assert_int_equal(routes.count, 0);
	route = begin(0, RTN_UNICAST, RT_TABLE_MAIN);
	mnl_attr_put(route, RTA_MULTIPATH, 3, &nexthop);
	take(route);
	assert_int_equal(routes.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(a_default_route_is_taken_once, free_routes),
		cmocka_unit_test_teardown(others_are_not, free_routes),
		cmocka_unit_test_teardown(the_table_may_be_an_attribute, free_routes),
		cmocka_unit_test_teardown(every_nexthop_is_taken, free_routes),
		cmocka_unit_test_teardown(a_broken_nexthop_ends_them, free_routes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
