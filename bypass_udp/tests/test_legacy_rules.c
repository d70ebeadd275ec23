// SPDX-License-Identifier: GPL-2.0-only
/* Changes of legacy iptables are seen at the next look. The tables are made as iptables-legacy makes them. */
#include "legacy_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netfilter_ipv6/ip6_tables.h>

#include "conntrack_scene.h"
#include "harness/scratch_bpffs.h"

static struct problem problem;

static bool look(struct legacy_rules *rules)
{
	bool is_changed;

	assert_int_equal(legacy_rules_look(rules, &is_changed, &problem), 0);
	return is_changed;
}

/* The table comes into being when somebody asks for it. */
static int open_table(const char *name, struct ipt_getinfo *ret, bool is_ipv6)
{
	int fd = socket(is_ipv6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t size = sizeof(*ret);

	memset(ret, 0, sizeof(*ret));
	snprintf(ret->name, sizeof(ret->name), "%s", name);
	assert_true(fd >= 0);
	assert_int_equal(getsockopt(fd, is_ipv6 ? IPPROTO_IPV6 : IPPROTO_IP, IPT_SO_GET_INFO, ret,
				    &size),
			 0);
	return fd;
}

/* The policy of FORWARD, the whole table written anew. */
static void set_policy(bool is_ipv6, int verdict)
{
	const int level = is_ipv6 ? IPPROTO_IPV6 : IPPROTO_IP;
	struct ipt_getinfo info;
	int fd = open_table("filter", &info, is_ipv6);
	socklen_t size = (socklen_t)sizeof(struct ipt_get_entries) + info.size;
	struct ipt_get_entries *old = calloc(1, size);
	struct ipt_replace *table = calloc(1, sizeof(*table) + info.size);
	size_t policy = info.underflow[NF_INET_FORWARD] +
			(is_ipv6 ? sizeof(struct ip6t_entry) : sizeof(struct ipt_entry));

	assert_true(old && table);
	memcpy(old->name, info.name, sizeof(old->name));
	old->size = info.size;
	assert_int_equal(getsockopt(fd, level, IPT_SO_GET_ENTRIES, old, &size), 0);
	memcpy(table->name, info.name, sizeof(table->name));
	table->valid_hooks = info.valid_hooks;
	table->num_entries = info.num_entries;
	table->size = info.size;
	memcpy(table->hook_entry, info.hook_entry, sizeof(table->hook_entry));
	memcpy(table->underflow, info.underflow, sizeof(table->underflow));
	table->num_counters = info.num_entries;
	table->counters = calloc(info.num_entries, sizeof(*table->counters));
	memcpy(table->entries, old->entrytable, info.size);
	memcpy((char *)table->entries + policy + offsetof(struct xt_standard_target, verdict),
	       &verdict, sizeof(verdict));
	assert_int_equal(setsockopt(fd, level, IPT_SO_SET_REPLACE, table,
				    (socklen_t)sizeof(*table) + info.size),
			 0);
	free(table->counters);
	free(table);
	free(old);
	close(fd);
}

static int begin(void **state)
{
	(void)state;
	return scene_enter() ? -1 : 0;
}

static void test_no_tables(void **state)
{
	struct legacy_rules rules = { 0 };
	struct ipt_getinfo info;

	(void)state;
	assert_false(look(&rules));
	assert_false(look(&rules));
	/* Looking has not made one. */
	assert_int_equal(SCRATCH_RUN("sh", "-c", "! grep . /proc/net/ip_tables_names"), 0);
	close(open_table("nat", &info, false));
	assert_true(look(&rules));
	assert_false(look(&rules));
}

static void check_policy(bool is_ipv6)
{
	const int accept = -NF_ACCEPT - 1, drop = -NF_DROP - 1;
	struct legacy_rules rules = { 0 };

	set_policy(is_ipv6, accept);
	assert_true(look(&rules));
	assert_false(look(&rules));
	set_policy(is_ipv6, drop);
	assert_true(look(&rules));
	assert_false(look(&rules));
	set_policy(is_ipv6, drop);
	assert_false(look(&rules));
	set_policy(is_ipv6, accept);
	assert_true(look(&rules));
}

static void test_policy(void **state)
{
	(void)state;
	check_policy(false);
	check_policy(true);
}

/* Packets are counted by the rules that they meet; that is no change. */
static void test_counters(void **state)
{
	struct legacy_rules rules = { 0 };

	(void)state;
	set_policy(false, -NF_ACCEPT - 1);
	(void)look(&rules);
	for (uint16_t i = 0; i < 10; i++) {
		scene_talk(SCENE_SERVER4, SCENE_SERVER_PORT, (uint16_t)(3000 + i), true);
		assert_false(look(&rules));
	}
}

static void test_other_namespace(void **state)
{
	struct legacy_rules rules = { 0 };
	int status;
	pid_t pid;

	(void)state;
	(void)look(&rules);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		if (scene_enter())
			_exit(1);
		set_policy(false, -NF_DROP - 1);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_false(look(&rules));
}

static void test_no_right(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	set_policy(false, -NF_ACCEPT - 1);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		struct legacy_rules rules = { 0 };
		bool is_changed;

		if (seteuid(65534))
			_exit(1);
		_exit(legacy_rules_look(&rules, &is_changed, &problem) != -EPERM ||
		      !strstr(problem.text, "table filter of legacy iptables"));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void test_no_descriptor_left(void **state)
{
	struct legacy_rules rules = { 0 };
	unsigned int before;

	(void)state;
	set_policy(false, -NF_ACCEPT - 1);
	before = scratch_open_fds();
	assert_true(look(&rules));
	assert_int_equal(scratch_open_fds(), before);
}

int main(void)
{
	const char *reason = scene_enter();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_no_tables, begin),
		cmocka_unit_test_setup(test_policy, begin),
		cmocka_unit_test_setup(test_counters, begin),
		cmocka_unit_test_setup(test_other_namespace, begin),
		cmocka_unit_test_setup(test_no_right, begin),
		cmocka_unit_test_setup(test_no_descriptor_left, begin),
	};

	if (!reason && access("/proc/net/ip_tables_names", F_OK))
		reason = "the kernel has no legacy iptables";
	if (reason) {
		printf("SKIP: %s\n", reason);
		return SCENE_SKIP;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
