// SPDX-License-Identifier: GPL-2.0-only
/* What an interface is to the offload, and which ones "all" means. */
#include "offload_interfaces.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "attached_host.h"
#include "harness/scratch_bpffs.h"

#define must attached_host_must

static struct problem *const problem = &attached_host_problem;

/* What "all" is on the machine itself, before the test leaves it. */
static struct interface_list machine;
static int machine_err;

static uint32_t index_of(const char *name)
{
	uint32_t index = 0;

	assert_int_equal(interface_index(name, &index), 0);
	return index;
}

/* A link as the kernel tells it; NULL: the attribute is not there. */
struct told {
	uint16_t type; /* ARPHRD_x */
	const char *kind, *slave_kind, *device;
};

static struct offload_interface read_told(const struct told *told)
{
	char bytes[512] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *message = mnl_nlmsg_put_header(bytes);
	struct ifinfomsg *header = mnl_nlmsg_put_extra_header(message, sizeof(*header));
	struct offload_interface interface;
	struct nlattr *info;

	message->nlmsg_type = RTM_NEWLINK;
	header->ifi_index = 7;
	header->ifi_type = told->type;
	mnl_attr_put_strz(message, IFLA_IFNAME, "x7");
	mnl_attr_put_u32(message, IFLA_MTU, 1400);
	info = mnl_attr_nest_start(message, IFLA_LINKINFO);
	if (told->kind)
		mnl_attr_put_strz(message, IFLA_INFO_KIND, told->kind);
	if (told->slave_kind)
		mnl_attr_put_strz(message, IFLA_INFO_SLAVE_KIND, told->slave_kind);
	mnl_attr_nest_end(message, info);
	if (told->device)
		mnl_attr_put_strz(message, IFLA_PARENT_DEV_NAME, told->device);
	assert_true(offload_interface_read(message, &interface));
	assert_int_equal(interface.ifindex, 7);
	assert_string_equal(interface.name, "x7");
	assert_int_equal(interface.mtu, 1400);
	return interface;
}

static void all_means_what_leads_out_of_the_machine(void **state)
{
	static const struct {
		struct told told;
		bool is_in_all, is_physical;
	} cases[] = {
		{ { ARPHRD_ETHER, NULL, NULL, "0000:00:03.0" }, true, true },
		{ { ARPHRD_ETHER, NULL, NULL, NULL }, true, true },
		{ { ARPHRD_NONE, "wwan", NULL, "1-1:1.4" }, true, true },
		{ { ARPHRD_ETHER, NULL, "bond", "0000:00:03.0" }, false, true },
		{ { ARPHRD_ETHER, NULL, "bridge", "0000:00:03.0" }, false, true },
		{ { ARPHRD_ETHER, NULL, "vrf", "0000:00:03.0" }, true, true },
		{ { ARPHRD_INFINIBAND, NULL, NULL, "0000:00:03.0" }, false, true },
		{ { ARPHRD_LOOPBACK, NULL, NULL, NULL }, false, false },
		{ { ARPHRD_ETHER, "bond", NULL, NULL }, true, false },
		{ { ARPHRD_ETHER, "bond", "bridge", NULL }, false, false },
		{ { ARPHRD_NONE, "wireguard", NULL, NULL }, true, false },
		{ { ARPHRD_ETHER, "veth", NULL, NULL }, false, false },
		{ { ARPHRD_ETHER, "vlan", NULL, NULL }, false, false },
		{ { ARPHRD_ETHER, "bridge", NULL, NULL }, false, false },
		{ { ARPHRD_NONE, "tun", NULL, NULL }, false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct offload_interface interface = read_told(&cases[i].told);

		if (interface.is_physical != cases[i].is_physical ||
		    offload_interface_is_in_all(&interface) != cases[i].is_in_all)
			fail_msg("case %zu", i);
	}
}

static void other_messages_are_none_of_ours(void **state)
{
	char bytes[512] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *message = mnl_nlmsg_put_header(bytes);
	struct offload_interface interface;
	struct ifinfomsg *header;

	(void)state;
	message->nlmsg_type = RTM_NEWLINK;
	assert_false(offload_interface_read(message, &interface));
	header = mnl_nlmsg_put_extra_header(message, sizeof(*header));
	assert_false(offload_interface_read(message, &interface));
	header->ifi_index = 7;
	assert_true(offload_interface_read(message, &interface));
	message->nlmsg_type = RTM_DELLINK;
	assert_false(offload_interface_read(message, &interface));
}

static void what_the_kernel_has_is_found(void **state)
{
	struct offload_interface found;

	(void)state;
	attached_host_run("ip link set o0 mtu 1400; ip link set o1 down");
	must(offload_interface_find("o0", &found, problem));
	assert_string_equal(found.name, "o0");
	assert_string_equal(found.kind, "veth");
	assert_int_equal(found.ifindex, index_of("o0"));
	assert_int_equal(found.mtu, 1400);
	assert_true(found.has_ethernet && found.is_up);
	assert_false(found.is_loopback || found.is_physical || found.is_slave);
	must(offload_interface_find("o1", &found, problem));
	assert_false(found.is_up);
	must(offload_interface_find("lo", &found, problem));
	assert_true(found.is_loopback && found.has_ethernet);
	assert_string_equal(found.kind, "");
	attached_host_run("ip link property add dev o0 altname uplink");
	must(offload_interface_find("uplink", &found, problem));
	assert_string_equal(found.name, "o0");
	attached_host_run("ip tuntap add t0 mode tun");
	must(offload_interface_find("t0", &found, problem));
	assert_false(found.has_ethernet);
	assert_string_equal(found.kind, "tun");
}

static void what_is_not_there_is_told(void **state)
{
	struct offload_interface found;

	(void)state;
	assert_int_equal(offload_interface_find("o9", &found, problem), -ENODEV);
	attached_host_told("o9: there is no such interface in this network namespace");
	assert_int_equal(offload_interface_find("a/b", &found, problem), -ENODEV);
}

/* tun is the one device that may have any kind of link header. */
static void other_link_headers_are_refused(void **state)
{
	struct offload_interface found;
	int err = SCRATCH_RUN("python3", "-c",
			      "import fcntl, struct\n"
			      "f = open('/dev/net/tun', 'r+b', buffering=0)\n"
			      "fcntl.ioctl(f, 0x400454ca, struct.pack('16sH22x', b't0', 0x1001))\n"
			      "fcntl.ioctl(f, 0x400454cd, 32)\n" /* TUNSETLINK: Infiniband */
			      "fcntl.ioctl(f, 0x400454cb, 1)\n");

	(void)state;
	if (err)
		skip();
	assert_int_equal(offload_interface_find("t0", &found, problem), -EOPNOTSUPP);
	attached_host_told("t0: packets have a link header of type 32");
}

static struct interface_list expand(const char *text)
{
	struct interface_list wanted = { 0 }, list;

	must(interface_list_add(&wanted, text, problem));
	must(offload_interfaces_expand(&wanted, &list, problem));
	interface_list_free(&wanted);
	return list;
}

static void names_stay_as_they_are_each_once(void **state)
{
	struct interface_list list;

	(void)state;
	attached_host_run("ip link property add dev o0 altname uplink");
	list = expand("o1,uplink,o0,nowhere,lo");
	assert_int_equal(list.count, 4);
	assert_string_equal(list.names[0], "o1");
	assert_string_equal(list.names[1], "o0");
	assert_string_equal(list.names[2], "nowhere");
	assert_string_equal(list.names[3], "lo");
	interface_list_free(&list);
}

static void all_may_be_none(void **state)
{
	struct interface_list wanted = { 0 }, list;

	(void)state;
	must(interface_list_add(&wanted, "o0,all", problem));
	assert_int_equal(offload_interfaces_expand(&wanted, &list, problem), -ENOENT);
	attached_host_told("no physical interface, bond or wireguard");
	interface_list_free(&wanted);
	interface_list_free(&list);
}

static void all_takes_the_machines_own(void **state)
{
	(void)state;
	if (machine_err == -ENOENT)
		skip();
	must(machine_err);
	for (size_t i = 0; i < machine.count; i++) {
		assert_string_not_equal(machine.names[i], "lo");
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(machine.names[i], machine.names[j]);
	}
	assert_true(machine.count > 0);
}

#define INTERFACE_TEST(name)                                                                       \
	cmocka_unit_test_setup_teardown(name, attached_host_set_up, attached_host_tear_down)

static void look_at_machine(void)
{
	struct interface_list wanted = { 0 };

	(void)interface_list_add(&wanted, OFFLOAD_ALL_INTERFACES, NULL);
	machine_err = offload_interfaces_expand(&wanted, &machine, problem);
	interface_list_free(&wanted);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		INTERFACE_TEST(all_means_what_leads_out_of_the_machine),
		INTERFACE_TEST(other_messages_are_none_of_ours),
		INTERFACE_TEST(what_the_kernel_has_is_found),
		INTERFACE_TEST(what_is_not_there_is_told),
		INTERFACE_TEST(other_link_headers_are_refused),
		INTERFACE_TEST(names_stay_as_they_are_each_once),
		INTERFACE_TEST(all_may_be_none),
		INTERFACE_TEST(all_takes_the_machines_own),
	};
	const char *reason;
	int failed;

	look_at_machine();
	reason = attached_host_enter();
	if (reason) {
		printf("SKIP: %s\n", reason);
		return ATTACHED_HOST_SKIP;
	}
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	interface_list_free(&machine);
	attached_host_leave();
	return failed;
}
