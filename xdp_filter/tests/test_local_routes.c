// SPDX-License-Identifier: GPL-2.0-only
/* The local routes of a network namespace of this test's own, as they are read and followed; what the
 * kernel says only seldom is put into its mouth. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "local_routes.h"
#include "own_namespace.h"

#define LOOPBACK_IPV4 "127.0.0.0/8 127.0.0.1/32"

static struct problem problem;

/* What our recvmsg() and setsockopt() do instead of the kernel's. */
static struct {
	unsigned int interrupted; /* dumps that a change comes into, and that are wrong then */
	int wrong_length;         /* of a destination, 0: as it is */
	bool old_kernel;          /* does not know NETLINK_GET_STRICT_CHK */
	unsigned int routes;      /* seen in dumps */
} kernel;

/* Of an interrupted dump the first route is one that is gone again, the others are marked. */
static void change_messages(struct nlmsghdr *message, int length)
{
	struct rtmsg *route = mnl_nlmsg_get_payload(message);

	if (kernel.interrupted && message->nlmsg_type == RTM_NEWROUTE)
		route->rtm_dst_len = 3;
	for (int i = 0; mnl_nlmsg_ok(message, length); i++) {
		route = mnl_nlmsg_get_payload(message);
		if (kernel.interrupted && i)
			message->nlmsg_flags |= NLM_F_DUMP_INTR;
		if (message->nlmsg_type == RTM_NEWROUTE) {
			kernel.routes++;
			if (kernel.wrong_length)
				route->rtm_dst_len = (unsigned char)kernel.wrong_length;
		}
		message = mnl_nlmsg_next(message, &length);
	}
}

/* In place of the C library's, which libmnl would use. */
ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
	ssize_t length = syscall(SYS_recvmsg, fd, message, flags);

	if (length > 0) {
		change_messages(message->msg_iov->iov_base, (int)length);
		kernel.interrupted -= kernel.interrupted > 0;
	}
	return length;
}

int setsockopt(int fd, int level, int optname, const void *optval, socklen_t optlen)
{
	if (kernel.old_kernel && level == SOL_NETLINK && optname == NETLINK_GET_STRICT_CHK) {
		errno = ENOPROTOOPT;
		return -1;
	}
	return (int)syscall(SYS_setsockopt, fd, level, optname, optval, optlen);
}

static int renew(void **state)
{
	(void)state;
	memset(&kernel, 0, sizeof(kernel));
	problem = (struct problem){ 0 };
	own_namespace_renew();
	return 0;
}

/* The local routes are exactly these. */
static void expect_routes(const char *expected)
{
	struct local_routes routes = { 0 };

	assert_int_equal(local_routes_read(&routes, &problem), 0);
	assert_string_equal(routes_text(&routes), expected);
	local_routes_free(&routes);
}

static int follow(void)
{
	int fd = local_routes_follow(&problem);

	assert_true(fd >= 0);
	return fd;
}

/* The kernel makes the local route of an IPv6 address some time after the ip command has ended. */
static void wait_for_change(int fd)
{
	struct pollfd event = { .fd = fd, .events = POLLIN };
	bool changed = false;

	while (!changed) {
		assert_int_equal(poll(&event, 1, 10000), 1);
		assert_int_equal(local_routes_take_changes(fd, &changed, &problem), 0);
	}
}

static void test_order(void **state)
{
	struct local_routes routes = routes_from_text(
		"fd00::1/128 192.0.2.1/32 ::/0 192.0.2.0/24 0.0.0.0/0 192.0.2.1/32 "
		"192.0.2.0/25 fd00::/8 192.0.2.1/32 fd00::1/128");

	(void)state;
	assert_string_equal(routes_text(&routes),
			    "0.0.0.0/0 192.0.2.0/24 192.0.2.0/25 192.0.2.1/32 "
			    "::/0 fd00::/8 fd00::1/128");
	local_routes_free(&routes);
	assert_null(routes.prefixes);
	local_routes_sort(&routes);
	assert_int_equal(routes.count, 0);
}

static void test_addresses(void **state)
{
	int fd;

	(void)state;
	expect_routes(LOOPBACK_IPV4 " ::1/128");
	ip("link add veth0 type veth peer name veth1");
	ip("link set veth0 up");
	ip("address add 192.0.2.1/24 dev veth0");
	fd = follow();
	ip("-6 address add fd00:1::1/64 dev lo nodad");
	wait_for_change(fd);
	expect_routes(LOOPBACK_IPV4 " 192.0.2.1/32 ::1/128 fd00:1::1/128");
	ip("address del 192.0.2.1/24 dev veth0");
	ip("-6 address del fd00:1::1/64 dev lo");
	expect_routes(LOOPBACK_IPV4 " ::1/128");
	close(fd);
}

static void test_only_local(void **state)
{
	(void)state;
	ip("route add local 198.51.100.0/24 dev lo");
	ip("route add local 198.51.100.0/24 dev lo table 100");
	ip("route add local 203.0.113.0/24 dev lo table 100");
	ip("-6 route add local fd00:2::/64 dev lo table 1000");
	ip("route add broadcast 192.0.2.255/32 dev lo table local");
	ip("route add blackhole 192.0.2.0/24");
	ip("route add unicast 192.0.2.128/25 dev lo");
	ip("-6 route add anycast fd00:3::/128 dev lo");
	ip("-6 route add blackhole fd00:4::/64");
	ip("-6 route add unicast fd00:5::/64 dev lo");
	expect_routes(LOOPBACK_IPV4 " 198.51.100.0/24 203.0.113.0/24 ::1/128 fd00:2::/64");
}

/* As a transparent proxy has it; the kernel sends no destination then. */
static void test_default(void **state)
{
	(void)state;
	ip("route add local default dev lo table 100");
	ip("-6 route add local default dev lo table 100");
	expect_routes("0.0.0.0/0 " LOOPBACK_IPV4 " ::/0 ::1/128");
}

static void test_more_than_one_message(void **state)
{
	struct local_routes routes = { 0 };

	(void)state;
	ip_routes("add", "local", AF_INET, 0, 5000);
	ip_routes("add", "local", AF_INET6, 0x1000, 3000);
	assert_int_equal(local_routes_read(&routes, &problem), 0);
	assert_int_equal(routes.count, 5000 + 3000 + 3);
	for (unsigned int i = 0; i < 5000; i++) {
		const uint8_t address[4] = { 10, 0, (uint8_t)(i >> 8), (uint8_t)i };

		assert_memory_equal(routes.prefixes[i].address, address, sizeof(address));
		assert_int_equal(routes.prefixes[i].length, 32);
	}
	local_routes_free(&routes);
}

static void test_interrupted_dump(void **state)
{
	(void)state;
	kernel.interrupted = 3;
	expect_routes(LOOPBACK_IPV4 " ::1/128");
	assert_int_equal(kernel.interrupted, 0);
}

static void test_dump_without_end(void **state)
{
	struct local_routes routes = { 0 };

	(void)state;
	kernel.interrupted = 1000000;
	assert_int_equal(local_routes_read(&routes, &problem), -EAGAIN);
	assert_string_equal(problem.text, "the routes change faster than they can be read");
	local_routes_free(&routes);
}

static void test_impossible_length(void **state)
{
	const int lengths[] = { 33, 129, 255 };

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
		struct local_routes routes = { 0 };

		kernel.wrong_length = lengths[i];
		assert_int_equal(local_routes_read(&routes, &problem), -EBADMSG);
		assert_non_null(strstr(problem.text, "cannot read the local routes: -EBADMSG"));
		local_routes_free(&routes);
	}
}

/* The kernel sorts by type where it can, so that a full table costs us nothing. */
static void test_kernel_sorts(void **state)
{
	(void)state;
	ip_routes("add", "unicast", AF_INET, 0, 500);
	expect_routes(LOOPBACK_IPV4 " ::1/128");
	assert_int_equal(kernel.routes, 3);
	kernel.routes = 0;
	kernel.old_kernel = true;
	expect_routes(LOOPBACK_IPV4 " ::1/128");
	assert_true(kernel.routes > 500);
}

static void test_no_descriptor_left(void **state)
{
	int before = dup(0), after;

	(void)state;
	close(before);
	expect_routes(LOOPBACK_IPV4 " ::1/128");
	kernel.interrupted = 2;
	expect_routes(LOOPBACK_IPV4 " ::1/128");
	after = dup(0);
	close(after);
	assert_int_equal(after, before);
}

/* The kernel has queued everything by the time the ip command ends. */
static void expect_change(int fd, bool expected)
{
	bool changed = !expected;

	assert_int_equal(local_routes_take_changes(fd, &changed, &problem), 0);
	assert_int_equal(changed, expected);
}

static void test_changes(void **state)
{
	int fd = follow();

	(void)state;
	expect_change(fd, false);
	ip("address add 192.0.2.1/32 dev lo");
	expect_change(fd, true);
	expect_change(fd, false);
	ip("-6 address add fd00::1/128 dev lo nodad");
	wait_for_change(fd);
	ip("route add local 198.51.100.0/24 dev lo table 100");
	expect_change(fd, true);
	ip("route add blackhole 203.0.113.0/24");
	ip("route del blackhole 203.0.113.0/24");
	ip("-6 route add blackhole fd00:4::/64");
	expect_change(fd, false);
	ip("address del 192.0.2.1/32 dev lo");
	expect_change(fd, true);
	ip("-6 address del fd00::1/128 dev lo");
	expect_change(fd, true);
	ip("route del local 198.51.100.0/24 dev lo table 100");
	expect_change(fd, true);
	expect_change(fd, false);
	close(fd);
}

/* Of the IPv4 routes that go with an interface the kernel says nothing. */
static void test_interface_goes(void **state)
{
	int fd;

	(void)state;
	ip("link add veth0 type veth peer name veth1");
	ip("link set veth0 up");
	ip("-6 address flush dev veth0");
	ip("route add local 198.51.100.0/24 dev veth0");
	expect_routes(LOOPBACK_IPV4 " 198.51.100.0/24 ::1/128");
	fd = follow();
	ip("link del veth0");
	expect_change(fd, true);
	expect_routes(LOOPBACK_IPV4 " ::1/128");
	close(fd);
}

/* More than the socket holds: what was lost may have been about local routes. */
static void test_overrun(void **state)
{
	const int small = 1;
	int fd = follow();

	(void)state;
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small)), 0);
	ip_routes("add", "unicast", AF_INET, 0, 200);
	expect_change(fd, true);
	expect_change(fd, false);
	ip("address add 192.0.2.1/32 dev lo");
	expect_change(fd, true);
	close(fd);
}

/* However much there is to tell, it comes back, and goes on the next time. */
static void test_flood(void **state)
{
	const int large = 64 << 20;
	int fd = follow();
	unsigned int calls = 0;
	bool changed = false;

	(void)state;
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &large, sizeof(large)), 0);
	ip_routes("add", "unicast", AF_INET, 0, 3000);
	ip("address add 192.0.2.1/32 dev lo");
	for (; !changed && calls < 100; calls++)
		assert_int_equal(local_routes_take_changes(fd, &changed, &problem), 0);
	assert_true(changed);
	assert_true(calls > 1);
	close(fd);
}

static void test_closed_socket(void **state)
{
	bool changed;

	(void)state;
	assert_int_equal(local_routes_take_changes(-1, &changed, &problem), -EBADF);
	assert_non_null(strstr(problem.text, "cannot follow the routes: -EBADF"));
}

int main(void)
{
	const char *reason = own_namespace_enter();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_order, renew),
		cmocka_unit_test_setup(test_addresses, renew),
		cmocka_unit_test_setup(test_only_local, renew),
		cmocka_unit_test_setup(test_default, renew),
		cmocka_unit_test_setup(test_more_than_one_message, renew),
		cmocka_unit_test_setup(test_interrupted_dump, renew),
		cmocka_unit_test_setup(test_dump_without_end, renew),
		cmocka_unit_test_setup(test_impossible_length, renew),
		cmocka_unit_test_setup(test_kernel_sorts, renew),
		cmocka_unit_test_setup(test_no_descriptor_left, renew),
		cmocka_unit_test_setup(test_changes, renew),
		cmocka_unit_test_setup(test_interface_goes, renew),
		cmocka_unit_test_setup(test_overrun, renew),
		cmocka_unit_test_setup(test_flood, renew),
		cmocka_unit_test_setup(test_closed_socket, renew),
	};

	if (reason) {
		printf("SKIP: %s\n", reason);
		return OWN_NAMESPACE_SKIP;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
