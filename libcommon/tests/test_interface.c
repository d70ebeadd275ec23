// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sched.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "interface.h"

static void knows_valid_names(void **state)
{
	static const char *const valid[] = {
		"e",   "eth0", "eth0.100", "...", "-x",   "--json",   "fifteen-letters",
		"a,b", "%d",   "\"",       "\\",  "\x01", "\xc3\xbc", "..a",
	};
	static const char *const invalid[] = {
		"",
		".",
		"..",
		"a/b",
		"/",
		"eth0:1",
		"a b",
		"a\tb",
		"a\nb",
		"a\vb",
		"a\fb",
		"a\rb",
		"\xa0",
		"sixteen-letters!",
		"seventeen-letters",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(valid) / sizeof(valid[0]); i++)
		assert_true(interface_name_valid(valid[i]));
	for (size_t i = 0; i < sizeof(invalid) / sizeof(invalid[0]); i++)
		assert_false(interface_name_valid(invalid[i]));
	assert_false(interface_name_valid(NULL));
}

static void list_takes_names_in_order(void **state)
{
	struct interface_list list = { 0 };
	struct problem problem = { 0 };

	(void)state;
	assert_int_equal(interface_list_add(&list, "eth1,eth0", &problem), 0);
	assert_int_equal(interface_list_add(&list, "fifteen-letters", &problem), 0);
	assert_int_equal(list.count, 3);
	assert_string_equal(list.names[0], "eth1");
	assert_string_equal(list.names[1], "eth0");
	assert_string_equal(list.names[2], "fifteen-letters");
	assert_string_equal(problem.text, "");
	interface_list_free(&list);
	assert_null(list.names);
	assert_int_equal(list.count, 0);
	interface_list_free(&list);
}

static void list_takes_each_name_once(void **state)
{
	struct interface_list list = { 0 };

	(void)state;
	assert_int_equal(interface_list_add(&list, "a,b,a,ab,b", NULL), 0);
	assert_int_equal(interface_list_add(&list, "b", NULL), 0);
	assert_int_equal(list.count, 3);
	assert_string_equal(list.names[2], "ab");
	interface_list_free(&list);
}

static void list_adds_all_or_nothing(void **state)
{
	static const struct {
		const char *text;
		const char *quoted;
	} rows[] = {
		{ "", "'' is not" },
		{ ",", "'' is not" },
		{ "b,", "'' is not" },
		{ ",b", "'' is not" },
		{ "b,,c", "'' is not" },
		{ "b,c d", "'c d' is not" },
		{ "b,c/d,e", "'c/d' is not" },
		{ "b,sixteen-letters!", "'sixteen-letters!' is not" },
	};
	struct interface_list list = { 0 };

	(void)state;
	assert_int_equal(interface_list_add(&list, "a", NULL), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct problem problem = { 0 };

		assert_int_equal(interface_list_add(&list, rows[i].text, &problem), -EINVAL);
		assert_memory_equal(problem.text, rows[i].quoted, strlen(rows[i].quoted));
		assert_int_equal(list.count, 1);
		assert_string_equal(list.names[0], "a");
	}
	assert_int_equal(interface_list_add(&list, "b", NULL), 0);
	assert_int_equal(list.count, 2);
	assert_string_equal(list.names[1], "b");
	interface_list_free(&list);
}

static void index_and_name_belong_together(void **state)
{
	char name[INTERFACE_NAME_SIZE] = "untouched";
	uint32_t index = 0;

	(void)state;
	assert_int_equal(interface_index("lo", &index), 0);
	assert_int_equal(index, if_nametoindex("lo"));
	assert_int_equal(interface_name_of(index, name), 0);
	assert_string_equal(name, "lo");
}

static void absent_interfaces(void **state)
{
	static const char *const rows[] = {
		"no-such-if", "", "lo:1", "seventeen-letters", "sixteen-letters!",
	};
	char name[INTERFACE_NAME_SIZE] = "untouched";
	uint32_t number = 99;
	bool strips = true;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(interface_index(rows[i], &number), -ENODEV);
		assert_int_equal(interface_mtu(rows[i], &number), -ENODEV);
		assert_int_equal(interface_strips_vlan(rows[i], &strips), -ENODEV);
	}
	assert_int_equal(interface_name_of(0, name), -ENODEV);
	assert_int_equal(interface_name_of(0x7ffffff0, name), -ENODEV);
	assert_string_equal(name, "untouched");
	assert_int_equal(number, 99);
	assert_true(strips);
}

static void namespaces_compare_by_cookie_first(void **state)
{
	static const struct {
		struct network_namespace a;
		struct network_namespace b;
		bool same;
	} rows[] = {
		{ { 1, 7 }, { 1, 7 }, true },  { { 1, 7 }, { 2, 7 }, false },
		{ { 1, 7 }, { 1, 8 }, true },  { { 0, 7 }, { 2, 7 }, true },
		{ { 1, 7 }, { 0, 8 }, false }, { { 0, 7 }, { 0, 7 }, true },
		{ { 0, 7 }, { 0, 8 }, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(network_namespace_same(&rows[i].a, &rows[i].b) == rows[i].same);
		assert_true(network_namespace_same(&rows[i].b, &rows[i].a) == rows[i].same);
	}
}

/* Moves this process into a network namespace of its own, or skips the test. */
static void leave_network(void)
{
	if (unshare(CLONE_NEWNET) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0) {
		print_message("SKIP: cannot create a network namespace: %s\n", strerror(errno));
		skip();
	}
}

/* Runs iproute2; true if it did what it was told. */
static bool ip(char *const arguments[])
{
	int status = -1;
	pid_t child = fork();

	if (child == 0) {
		execvp("ip", arguments);
		_exit(127);
	}
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void namespaces_differ(void **state)
{
	struct network_namespace before;
	struct network_namespace again;
	struct network_namespace after;

	(void)state;
	assert_int_equal(network_namespace_current(&before), 0);
	assert_int_equal(network_namespace_current(&again), 0);
	assert_true(network_namespace_same(&before, &again));
	assert_int_not_equal(before.inode, 0);
	leave_network();
	assert_int_equal(network_namespace_current(&after), 0);
	assert_false(network_namespace_same(&before, &after));
	assert_int_not_equal(before.inode, after.inode);
	if (before.cookie)
		assert_int_not_equal(before.cookie, after.cookie);
}

static void make_veth(void)
{
	char *const arguments[] = { "ip",   "link", "add",  "v0", "mtu", "1400",
				    "type", "veth", "peer", "v1", NULL };

	leave_network();
	if (!ip(arguments)) {
		print_message("SKIP: cannot create a veth pair\n");
		skip();
	}
}

static void set_ethtool_flags(const char *name, uint32_t flags)
{
	struct ethtool_value value = { .cmd = ETHTOOL_SFLAGS, .data = flags };
	struct ifreq request = { .ifr_data = (void *)&value };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	assert_true(fd >= 0);
	strcpy(request.ifr_name, name);
	assert_int_equal(ioctl(fd, SIOCETHTOOL, &request), 0);
	close(fd);
}

static void reads_mtu_and_vlan_flag(void **state)
{
	uint32_t mtu = 0;
	bool strips = true;

	(void)state;
	make_veth();
	assert_int_equal(interface_mtu("v0", &mtu), 0);
	assert_int_equal(mtu, 1400);
	assert_int_equal(interface_mtu("v1", &mtu), 0);
	assert_int_equal(mtu, 1500);
	set_ethtool_flags("v0", 0);
	assert_int_equal(interface_strips_vlan("v0", &strips), 0);
	assert_false(strips);
	set_ethtool_flags("v0", ETH_FLAG_RXVLAN);
	assert_int_equal(interface_strips_vlan("v0", &strips), 0);
	assert_true(strips);
	set_ethtool_flags("v0", ETH_FLAG_TXVLAN);
	assert_int_equal(interface_strips_vlan("v0", &strips), 0);
	assert_false(strips);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_valid_names),
		cmocka_unit_test(list_takes_names_in_order),
		cmocka_unit_test(list_takes_each_name_once),
		cmocka_unit_test(list_adds_all_or_nothing),
		cmocka_unit_test(index_and_name_belong_together),
		cmocka_unit_test(absent_interfaces),
		cmocka_unit_test(namespaces_compare_by_cookie_first),
		cmocka_unit_test(namespaces_differ),
		cmocka_unit_test(reads_mtu_and_vlan_flag),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
