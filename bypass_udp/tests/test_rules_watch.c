// SPDX-License-Identifier: GPL-2.0-only
/* Changes of nftables are told before the command that made them ends. */
#include "rules_watch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conntrack_scene.h"
#include "harness/scratch_bpffs.h"

static struct rules_watch *watch;
static struct problem problem;

static int begin(void **state)
{
	(void)state;
	assert_int_equal(scene_nft("flush ruleset"), 0);
	assert_int_equal(rules_watch_open(&watch, &problem), 0);
	return 0;
}

static int end(void **state)
{
	(void)state;
	rules_watch_close(watch);
	return 0;
}

static bool is_changed(void)
{
	struct pollfd waiting = { .fd = rules_watch_fd(watch), .events = POLLIN };
	bool is_readable = poll(&waiting, 1, 0) == 1, changed;

	assert_int_equal(rules_watch_take(watch, &changed, &problem), 0);
	assert_int_equal(changed, is_readable);
	assert_int_equal(poll(&waiting, 1, 0), 0);
	return changed;
}

static void test_changes(void **state)
{
	const char *const changes[] = {
		"add table inet t",
		"add chain inet t c { type filter hook forward priority 0; }",
		"add rule inet t c udp dport 53 drop",
		"add set inet t s { type ipv4_addr; }",
		"add element inet t s { 192.0.2.1 }",
		"delete element inet t s { 192.0.2.1 }",
		"flush chain inet t c",
		"add chain inet t c { policy drop; }",
		"flush ruleset",
		"add table ip t; add table ip6 t; delete table ip t; delete table ip6 t",
	};

	(void)state;
	assert_false(is_changed());
	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
		assert_int_equal(scene_nft(changes[i]), 0);
		assert_true(is_changed());
		assert_false(is_changed());
	}
}

static void test_looking_is_no_change(void **state)
{
	(void)state;
	assert_int_equal(SCRATCH_RUN("sh", "-c", "nft list ruleset >/dev/null"), 0);
	assert_int_equal(SCRATCH_RUN("sh", "-c", "nft -c add table inet t"), 0);
	assert_int_not_equal(SCRATCH_RUN("sh", "-c", "nft delete table inet nothing 2>/dev/null"),
			     0);
	assert_false(is_changed());
}

/* More than the socket holds is a change, and the next one is told again. */
static void test_overrun(void **state)
{
	const int smallest = 1;

	(void)state;
	assert_int_equal(setsockopt(rules_watch_fd(watch), SOL_SOCKET, SO_RCVBUFFORCE, &smallest,
				    sizeof(smallest)),
			 0);
	for (int i = 0; i < 10; i++)
		assert_int_equal(scene_nft("add table inet t; delete table inet t"), 0);
	assert_true(is_changed());
	assert_false(is_changed());
	assert_int_equal(scene_nft("add table inet t"), 0);
	assert_true(is_changed());
}

/* 5,000 rules in one change. */
static void test_large_change(void **state)
{
	(void)state;
	assert_int_equal(
		SCRATCH_RUN(
			"sh", "-c",
			"{ echo 'table inet t { chain c {'; "
			"seq 5000 | sed 's/.*/udp dport & accept/'; echo '}'; echo '}'; } | nft -f -"),
		0);
	assert_true(is_changed());
	assert_false(is_changed());
}

static void test_other_namespace(void **state)
{
	int status;
	pid_t pid = fork();

	(void)state;
	assert_true(pid >= 0);
	if (!pid)
		_exit(unshare(CLONE_NEWNET) || scene_nft("add table inet t"));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_false(is_changed());
}

static void test_no_descriptor_left(void **state)
{
	unsigned int before = scratch_open_fds();
	struct rules_watch *other;

	(void)state;
	assert_int_equal(rules_watch_open(&other, &problem), 0);
	assert_int_equal(scratch_open_fds(), before + 1);
	rules_watch_close(other);
	rules_watch_close(NULL);
	assert_int_equal(scratch_open_fds(), before);
}

#define RULES_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const char *reason = scene_enter();
	const struct CMUnitTest tests[] = {
		RULES_TEST(test_changes),         RULES_TEST(test_looking_is_no_change),
		RULES_TEST(test_overrun),         RULES_TEST(test_large_change),
		RULES_TEST(test_other_namespace), RULES_TEST(test_no_descriptor_left),
	};

	if (reason) {
		printf("SKIP: %s\n", reason);
		return SCENE_SKIP;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
