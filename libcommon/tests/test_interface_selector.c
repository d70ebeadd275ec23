// SPDX-License-Identifier: GPL-2.0-only
/* Selectors among links made by hand, as not every kernel has bonds, and in a network namespace. */
#include "interface_selector.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "harness/scratch_bpffs.h"
#include "network_default_routes.h"
#include "network_links.h"
#include "scratch_net.h"

static struct network_links links;
static uint32_t defaults[8];
static struct network_default_routes routes = { .ifindexes = defaults };
static struct interface_list list;
static struct problem problem;

static void add(uint32_t ifindex, const char *name, enum network_link_kind kind, uint32_t master,
		uint32_t lower)
{
	struct network_link link = {
		.ifindex = ifindex, .kind = kind, .master = master, .lower = lower
	};

	snprintf(link.name, sizeof(link.name), "%s", name);
	assert_non_null(network_links_take(&links, &link));
}

static int make_links(void **state)
{
	(void)state;
	add(1, "lo", NETWORK_LINK_OTHER, 0, 0);
	add(2, "eth0", NETWORK_LINK_OTHER, 6, 0);
	add(3, "eth1", NETWORK_LINK_OTHER, 6, 0);
	add(4, "eth2", NETWORK_LINK_OTHER, 7, 0);
	add(5, "enp1s0", NETWORK_LINK_OTHER, 0, 0);
	add(6, "bond0", NETWORK_LINK_BOND, 0, 0);
	add(7, "br0", NETWORK_LINK_BRIDGE, 0, 0);
	add(8, "bond0.5", NETWORK_LINK_VLAN, 0, 6);
	add(9, "bond0.5.6", NETWORK_LINK_VLAN, 0, 8);
	add(10, "enp1s0.7", NETWORK_LINK_VLAN, 0, 5);
	add(11, "vlan9", NETWORK_LINK_VLAN, 0, 0);
	add(12, "bond1", NETWORK_LINK_BOND, 0, 0);
	add(13, "a,b", NETWORK_LINK_OTHER, 0, 0);
	return 0;
}

static int free_links(void **state)
{
	(void)state;
	network_links_free(&links);
	return 0;
}

static int forget(void **state)
{
	(void)state;
	interface_list_free(&list);
	routes.count = 0;
	problem = (struct problem){ 0 };
	return 0;
}

static void assert_list(const char *expected)
{
	char text[512] = "";

	for (size_t i = 0; i < list.count; i++)
		strcat(strcat(text, i ? " " : ""), list.names[i]);
	assert_string_equal(text, expected);
	interface_list_free(&list);
}

static void match(const char *selector, const char *expected)
{
	assert_int_equal(interface_selector_match(selector, &links, &routes, &list, &problem), 0);
	assert_list(expected);
}

static void patterns(void **state)
{
	(void)state;
	match("eth*", "eth0 eth1 eth2");
	match("eth[01]", "eth0 eth1");
	match("eth?", "eth0 eth1 eth2");
	match("eth[!0]", "eth1 eth2");
	match("*2", "eth2");
	match("none*", "");
	match("[e]th0", "eth0");
	/* lo is not meant, nor what cannot be given as a name. */
	match("l*", "");
	match("a*", "");
	match("br*", "br0");
}

static void bonds_and_vlans_are_followed_down(void **state)
{
	(void)state;
	match("bond*", "eth0 eth1");
	match("bond1*", "");
	match("bond0.5.?", "eth0 eth1");
	match("enp*", "enp1s0");
	match("enp1s0.*", "enp1s0");
	/* Its lower device is in another network namespace. */
	match("vlan*", "vlan9");
	match("*", "eth0 eth1 eth2 enp1s0 br0 vlan9");
}

static void members_of_a_bond(void **state)
{
	(void)state;
	match("bond:bond0", "eth0 eth1");
	assert_int_equal(interface_selector_match("bond:bond1", &links, &routes, &list, &problem),
			 -ENODEV);
	assert_string_equal(problem.text, "bond1: the bond has no members now");
	assert_int_equal(interface_selector_match("bond:bond9", &links, &routes, &list, &problem),
			 -ENODEV);
	assert_string_equal(problem.text, "bond9: no such interface");
	assert_int_equal(interface_selector_match("bond:br0", &links, &routes, &list, &problem),
			 -ENODEV);
	assert_string_equal(problem.text, "br0: not a bond; name it without \"bond:\"");
}

static void devices_of_default_routes(void **state)
{
	static const uint32_t ways[] = { 5, 9, 7, 1, 99, 10 };

	(void)state;
	assert_int_equal(interface_selector_match("default-route", &links, &routes, &list,
						  &problem),
			 -ENODEV);
	assert_string_equal(problem.text, "default-route: there is no default route now");
	memcpy(defaults, ways, sizeof(ways));
	routes.count = 1;
	match("default-route", "enp1s0");
	routes.count = sizeof(ways) / sizeof(*ways);
	match("default-route", "enp1s0 eth0 eth1 br0");
}

static void lists_grow(void **state)
{
	(void)state;
	assert_int_equal(interface_selector_match("eth1*", &links, &routes, &list, &problem), 0);
	assert_int_equal(interface_selector_match("eth*", &links, &routes, &list, &problem), 0);
	assert_list("eth1 eth0 eth2");
}

static void what_is_a_selector(void **state)
{
	static const char *const good[] = { "eth0",    "eth-0",           "a.b",  "*",
					    "[a-z]*0", "default-route",   "bond", "bond:bond0",
					    "[",       "[d]efault-route", "eth0?" };
	static const char *const bad[] = { "",       "eth 0",
					   "a/b",    "a*/",
					   "bond:",  "bond:a b",
					   "eth0:1", "eth*:1",
					   "a b*",   "sixteen_letters_",
					   "..",     "bond:*/" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		if (interface_selector_check(good[i], &problem))
			fail_msg("%s", problem.text);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		if (interface_selector_check(bad[i], &problem) != -EINVAL)
			fail_msg("'%s' is taken", bad[i]);
		assert_int_equal(interface_selector_resolve(bad[i], &list, &problem), -EINVAL);
	}
	assert_int_equal(interface_selector_check("a b", &problem), -EINVAL);
	assert_string_equal(problem.text, "'a b' does not name interfaces: write a name (eth0), a "
					  "pattern (enp*), bond:NAME or default-route");
	assert_int_equal(list.count, 0);
}

static void resolve(const char *selector, int err, const char *expected)
{
	if (interface_selector_resolve(selector, &list, &problem) != err)
		fail_msg("%s: %s", selector, problem.text);
	assert_list(expected);
}

static void of_this_host(void **state)
{
	(void)state;
	resolve(SCRATCH_VETH, 0, SCRATCH_VETH);
	resolve("no_such0", -ENODEV, "");
	assert_string_equal(problem.text, "no_such0: no such interface");
	resolve("lo", 0, "lo");
	/* Peers come first. */
	resolve("test.*", 0, SCRATCH_PEER " " SCRATCH_VETH);
	resolve("*", 0, SCRATCH_PEER " " SCRATCH_VETH);
	resolve("none*", 0, "");
	resolve("bond:" SCRATCH_VETH, -ENODEV, "");
	resolve("bond:none", -ENODEV, "");
	if (SCRATCH_RUN("ip", "link", "property", "add", "dev", SCRATCH_VETH, "altname", "other") ==
	    0)
		resolve("other", 0, SCRATCH_VETH);
}

static void routes_of_this_host(void **state)
{
	(void)state;
	resolve("default-route", -ENODEV, "");
	assert_int_equal(SCRATCH_RUN("ip", "route", "add", "default", "dev", SCRATCH_VETH, "table",
				     "1000"),
			 0);
	assert_int_equal(SCRATCH_RUN("ip", "route", "add", "192.0.2.0/24", "dev", SCRATCH_VETH), 0);
	assert_int_equal(SCRATCH_RUN("ip", "route", "add", "unreachable", "default", "metric",
				     "9999"),
			 0);
	resolve("default-route", -ENODEV, "");
	assert_int_equal(SCRATCH_RUN("ip", "route", "add", "default", "dev", SCRATCH_PEER), 0);
	resolve("default-route", 0, SCRATCH_PEER);
	assert_int_equal(SCRATCH_RUN("ip", "-6", "route", "add", "default", "dev", SCRATCH_VETH),
			 0);
	resolve("default-route", 0, SCRATCH_PEER " " SCRATCH_VETH);
	assert_int_equal(SCRATCH_RUN("ip", "route", "replace", "default", "nexthop", "dev",
				     SCRATCH_VETH, "nexthop", "dev", SCRATCH_PEER),
			 0);
	assert_int_equal(SCRATCH_RUN("ip", "-6", "route", "del", "default", "dev", SCRATCH_VETH),
			 0);
	resolve("default-route", 0, SCRATCH_VETH " " SCRATCH_PEER);
}

static int make_host(void **state)
{
	(void)state;
	scratch_net_make_veth();
	return 0;
}

static int remove_host(void **state)
{
	scratch_net_remove_veth();
	return forget(state);
}

static int run(void)
{
	const struct CMUnitTest by_hand[] = {
		cmocka_unit_test_teardown(patterns, forget),
		cmocka_unit_test_teardown(bonds_and_vlans_are_followed_down, forget),
		cmocka_unit_test_teardown(members_of_a_bond, forget),
		cmocka_unit_test_teardown(devices_of_default_routes, forget),
		cmocka_unit_test_teardown(lists_grow, forget),
		cmocka_unit_test_teardown(what_is_a_selector, forget),
	};
	const struct CMUnitTest by_kernel[] = {
		cmocka_unit_test_setup_teardown(of_this_host, make_host, remove_host),
		cmocka_unit_test_setup_teardown(routes_of_this_host, make_host, remove_host),
	};
	const char *reason;
	int failed = cmocka_run_group_tests(by_hand, make_links, free_links);

	if (failed)
		return failed;
	reason = scratch_net_enter();
	if (reason) {
		printf("SKIP: %s\n", reason);
		return SCRATCH_SKIP;
	}
	failed = cmocka_run_group_tests(by_kernel, NULL, NULL);
	scratch_bpffs_leave();
	return failed;
}

int main(void)
{
	return run();
}
