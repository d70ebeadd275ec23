// SPDX-License-Identifier: GPL-2.0-only
/* Interface counters against what /sys says of the same interfaces, in a network namespace of the
 * test's own; what the kernel says only seldom is put into its mouth. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "interface_counters.h"

#define SKIP 77

static char sysfs[] = "/tmp/interface_counters.XXXXXX";

/* What our recv() does with the kernel's answer. */
static void (*change_answer)(struct nlmsghdr *answer, size_t *length);

/* In place of the C library's. */
ssize_t recv(int fd, void *buf, size_t n, int flags)
{
	ssize_t length = syscall(SYS_recvfrom, fd, buf, n, flags, NULL, NULL);
	size_t changed = (size_t)length;

	if (length > 0 && change_answer) {
		change_answer(buf, &changed);
		length = (ssize_t)changed;
	}
	return length;
}

/* What our ioctl() makes of speed and duplex, if the first is not 0. */
static struct {
	uint32_t speed;
	uint8_t duplex;
} link_settings;

int ioctl(int fd, unsigned long request, ...)
{
	struct ethtool_link_settings *settings;
	va_list arguments;
	struct ifreq *interface;
	long ret;

	va_start(arguments, request);
	interface = va_arg(arguments, struct ifreq *);
	va_end(arguments);
	ret = syscall(SYS_ioctl, fd, request, interface);
	if (!ret && request == SIOCETHTOOL && link_settings.speed) {
		settings = (struct ethtool_link_settings *)interface->ifr_data;
		settings->speed = link_settings.speed;
		settings->duplex = link_settings.duplex;
	}
	return (int)ret;
}

static int leave_answer(void **state)
{
	(void)state;
	change_answer = NULL;
	link_settings.speed = 0;
	return 0;
}

static uint64_t statistic(const char *interface, const char *name)
{
	char path[256];
	unsigned long long value;
	FILE *file;

	snprintf(path, sizeof(path), "%s/class/net/%s/statistics/%s", sysfs, interface, name);
	file = fopen(path, "r");
	assert_non_null(file);
	assert_int_equal(fscanf(file, "%llu", &value), 1);
	fclose(file);
	return value;
}

static struct interface_counters counters_of(const char *interface)
{
	struct interface_counters counters;

	assert_int_equal(interface_counters_read(if_nametoindex(interface), &counters), 0);
	assert_int_equal(counters.ifindex, if_nametoindex(interface));
	return counters;
}

static void assert_same_as_sysfs(const char *interface)
{
	struct interface_counters counters = counters_of(interface);

	assert_int_equal(counters.in_octets, statistic(interface, "rx_bytes"));
	assert_int_equal(counters.in_packets, statistic(interface, "rx_packets"));
	assert_int_equal(counters.in_multicast, statistic(interface, "multicast"));
	assert_int_equal(counters.in_discards, statistic(interface, "rx_dropped"));
	assert_int_equal(counters.in_errors, statistic(interface, "rx_errors"));
	assert_int_equal(counters.out_octets, statistic(interface, "tx_bytes"));
	assert_int_equal(counters.out_packets, statistic(interface, "tx_packets"));
	assert_int_equal(counters.out_discards, statistic(interface, "tx_dropped"));
	assert_int_equal(counters.out_errors, statistic(interface, "tx_errors"));
}

static void ip(const char *arguments)
{
	char command[256];

	snprintf(command, sizeof(command), "ip %s", arguments);
	assert_int_equal(system(command), 0);
}

static void send_datagrams(unsigned int count)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };
	int fd;

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	while (count--) {
		/* Each from a socket of its own: the refusal of one is not told to the next. */
		fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		assert_int_equal(sendto(fd, "1234567", 7, 0, (struct sockaddr *)&to, sizeof(to)),
				 7);
		close(fd);
	}
}

static void test_loopback(void **state)
{
	struct interface_counters counters;

	(void)state;
	counters = counters_of("lo");
	assert_int_equal(counters.type, 24);
	assert_int_equal(counters.speed, 0);
	assert_int_equal(counters.duplex, INTERFACE_DUPLEX_UNKNOWN);
	assert_false(counters.admin_up);
	assert_false(counters.oper_up);
	assert_false(counters.promiscuous);
	ip("link set lo up");
	send_datagrams(100);
	counters = counters_of("lo");
	assert_true(counters.admin_up);
	assert_true(counters.oper_up);
	assert_true(counters.in_packets >= 100);
	assert_true(counters.in_octets >= 100 * (7 + 8 + 20 + 14));
	assert_same_as_sysfs("lo");
}

static void test_ethernet(void **state)
{
	struct interface_counters counters;

	(void)state;
	ip("link add counters.0 type veth peer name counters.1");
	counters = counters_of("counters.0");
	assert_int_equal(counters.type, 6);
	assert_int_equal(counters.speed, 10000000000);
	assert_int_equal(counters.duplex, INTERFACE_DUPLEX_FULL);
	assert_false(counters.promiscuous);
	ip("link set counters.0 up promisc on");
	counters = counters_of("counters.0");
	assert_true(counters.promiscuous);
	assert_true(counters.admin_up);
	assert_false(counters.oper_up);
	ip("link set counters.1 up");
	assert_true(counters_of("counters.0").oper_up);
}

static void test_speed(void **state)
{
	struct interface_counters counters;

	(void)state;
	link_settings.speed = 400000;
	link_settings.duplex = DUPLEX_HALF;
	counters = counters_of("counters.0");
	assert_int_equal(counters.speed, 400000000000);
	assert_int_equal(counters.duplex, INTERFACE_DUPLEX_HALF);
	link_settings.speed = (uint32_t)SPEED_UNKNOWN;
	link_settings.duplex = DUPLEX_UNKNOWN;
	counters = counters_of("counters.0");
	assert_int_equal(counters.speed, 0);
	assert_int_equal(counters.duplex, INTERFACE_DUPLEX_UNKNOWN);
}

/* Every counter different, so that none can stand for another. */
static void set_statistics(struct nlmsghdr *answer, size_t *length)
{
	struct ifinfomsg *link = NLMSG_DATA(answer);
	size_t rest = answer->nlmsg_len - NLMSG_LENGTH(sizeof(*link));

	(void)length;
	for (struct rtattr *attribute = IFLA_RTA(link); RTA_OK(attribute, rest);
	     attribute = RTA_NEXT(attribute, rest)) {
		const struct rtnl_link_stats64 statistics = {
			.rx_packets = 1ULL << 33,
			.tx_packets = 2ULL << 33,
			.rx_bytes = 3ULL << 33,
			.tx_bytes = 4ULL << 33,
			.rx_errors = 5ULL << 33,
			.tx_errors = 6ULL << 33,
			.rx_dropped = 7ULL << 33,
			.tx_dropped = 8ULL << 33,
			.multicast = 9ULL << 33,
		};

		if (attribute->rta_type == IFLA_STATS64)
			memcpy(RTA_DATA(attribute), &statistics, sizeof(statistics));
	}
}

static void test_counters_of_64_bits(void **state)
{
	struct interface_counters counters;

	(void)state;
	change_answer = set_statistics;
	counters = counters_of("lo");
	assert_int_equal(counters.in_packets, 1ULL << 33);
	assert_int_equal(counters.out_packets, 2ULL << 33);
	assert_int_equal(counters.in_octets, 3ULL << 33);
	assert_int_equal(counters.out_octets, 4ULL << 33);
	assert_int_equal(counters.in_errors, 5ULL << 33);
	assert_int_equal(counters.out_errors, 6ULL << 33);
	assert_int_equal(counters.in_discards, 7ULL << 33);
	assert_int_equal(counters.out_discards, 8ULL << 33);
	assert_int_equal(counters.in_multicast, 9ULL << 33);
}

static void set_other_hardware(struct nlmsghdr *answer, size_t *length)
{
	(void)length;
	((struct ifinfomsg *)NLMSG_DATA(answer))->ifi_type = 65534;
}

static void test_other_hardware(void **state)
{
	(void)state;
	change_answer = set_other_hardware;
	assert_int_equal(counters_of("lo").type, 1);
}

static void cut_header(struct nlmsghdr *answer, size_t *length)
{
	(void)answer;
	*length = 10;
}

static void cut_link(struct nlmsghdr *answer, size_t *length)
{
	*length = answer->nlmsg_len = NLMSG_LENGTH(4);
}

static void set_other_type(struct nlmsghdr *answer, size_t *length)
{
	(void)length;
	answer->nlmsg_type = RTM_NEWADDR;
}

static void set_error(struct nlmsghdr *answer, size_t *length)
{
	answer->nlmsg_type = NLMSG_ERROR;
	((struct nlmsgerr *)NLMSG_DATA(answer))->error = -EPERM;
	*length = answer->nlmsg_len = NLMSG_LENGTH(sizeof(struct nlmsgerr));
}

static void set_acknowledgement(struct nlmsghdr *answer, size_t *length)
{
	set_error(answer, length);
	((struct nlmsgerr *)NLMSG_DATA(answer))->error = 0;
}

static void cut_error(struct nlmsghdr *answer, size_t *length)
{
	set_error(answer, length);
	*length = answer->nlmsg_len = NLMSG_LENGTH(2);
}

static void test_wrong_answers(void **state)
{
	static const struct {
		void (*change)(struct nlmsghdr *answer, size_t *length);
		int err;
	} cases[] = { { cut_header, -EBADMSG },     { cut_link, -EBADMSG },
		      { set_other_type, -EBADMSG }, { set_error, -EPERM },
		      { cut_error, -EBADMSG },      { set_acknowledgement, -EBADMSG } };
	struct interface_counters counters = { .in_octets = 77 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		change_answer = cases[i].change;
		assert_int_equal(interface_counters_read(1, &counters), cases[i].err);
		assert_int_equal(counters.in_octets, 77);
	}
}

static void test_gone(void **state)
{
	struct interface_counters counters;
	uint32_t ifindex;

	(void)state;
	assert_int_equal(interface_counters_read(4242, &counters), -ENODEV);
	ifindex = if_nametoindex("counters.0");
	assert_true(ifindex > 0);
	ip("link delete counters.0");
	assert_int_equal(interface_counters_read(ifindex, &counters), -ENODEV);
}

/* /sys goes on to show the namespace that it was mounted in. */
static void test_namespace_of_the_process(void **state)
{
	/* Kept: a namespace that nobody is in has no interfaces any more. */
	int before = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	(void)state;
	assert_true(before >= 0);
	assert_true(statistic("lo", "rx_packets") >= 100);
	assert_int_equal(unshare(CLONE_NEWNET), 0);
	assert_true(statistic("lo", "rx_packets") >= 100);
	assert_int_equal(counters_of("lo").in_packets, 0);
	assert_false(counters_of("lo").admin_up);
	close(before);
}

static int leave(void **state)
{
	(void)state;
	umount2(sysfs, MNT_DETACH);
	return rmdir(sysfs);
}

static const char *enter(void)
{
	if (unshare(CLONE_NEWNET | CLONE_NEWNS) < 0)
		return "no right to make a network namespace (CAP_SYS_ADMIN)";
	if (system("ip link show lo >/dev/null"))
		return "no ip command";
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) || !mkdtemp(sysfs))
		return "no mount namespace";
	if (mount("sysfs", sysfs, "sysfs", 0, NULL)) {
		rmdir(sysfs);
		return "no right to mount a sysfs";
	}
	return NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_loopback),
		cmocka_unit_test(test_ethernet),
		cmocka_unit_test_teardown(test_speed, leave_answer),
		cmocka_unit_test_teardown(test_counters_of_64_bits, leave_answer),
		cmocka_unit_test_teardown(test_other_hardware, leave_answer),
		cmocka_unit_test_teardown(test_wrong_answers, leave_answer),
		cmocka_unit_test(test_gone),
		cmocka_unit_test(test_namespace_of_the_process),
	};
	const char *reason = enter();

	if (reason) {
		printf("SKIP: %s\n", reason);
		return SKIP;
	}
	return cmocka_run_group_tests(tests, NULL, leave);
}
