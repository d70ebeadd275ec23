// SPDX-License-Identifier: GPL-2.0-only
/* A daemon in a process of its own, whose service manager is the test. */
#include "daemon_run.h"

#include <errno.h>
#include <linux/capability.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "capability.h"
#include "log.h"
#include "service.h"

#define PATIENCE 20000 /* milliseconds */

/* What the daemon meets: of each opening and turn in order, the last one for ever. */
struct meeting {
	int opens[4];
	int turns[4];
	unsigned int open_count, turn_count, reread;
};

static int manager;
static pid_t daemon_pid;

static int step(const int *results, unsigned int *count)
{
	unsigned int i = *count;

	*count += i < 3;
	return results[i];
}

static int open_it(void *context, int epoll, struct problem *problem)
{
	struct meeting *meeting = context;
	int err = step(meeting->opens, &meeting->open_count);

	(void)epoll;
	return err ? problem_set(problem, err, "opening %u", meeting->open_count) : 0;
}

static int turn(void *context, uint64_t *ret_wait, struct problem *problem)
{
	struct meeting *meeting = context;
	int err = step(meeting->turns, &meeting->turn_count);

	*ret_wait = 50 * DAEMON_MILLISECOND;
	return err ? problem_set(problem, err, "turn %u", meeting->turn_count) : 0;
}

static void reread(void *context)
{
	((struct meeting *)context)->reread++;
}

static void status(void *context)
{
	service_status("serves, admin %d, raw %d", capability_has(CAP_NET_ADMIN),
		       capability_has(CAP_NET_RAW));
	(void)context;
}

static void close_it(void *context)
{
	const struct meeting *meeting = context;

	service_status("closed, reread %u", meeting->reread);
}

static const struct daemon_work work = { open_it, turn, reread, status, close_it };

static void start(struct meeting meeting)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	socklen_t length = sizeof(sa_family_t);
	struct problem problem = { 0 };

	manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_true(manager >= 0);
	/* Without a path the kernel chooses an abstract address. */
	assert_int_equal(bind(manager, (struct sockaddr *)&address, length), 0);
	length = sizeof(address);
	assert_int_equal(getsockname(manager, (struct sockaddr *)&address, &length), 0);
	address.sun_path[0] = '@';
	address.sun_path[length - offsetof(struct sockaddr_un, sun_path)] = '\0';
	daemon_pid = fork();
	assert_true(daemon_pid >= 0);
	if (daemon_pid)
		return;
	/* Not to outlive a test that has failed. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)setenv("NOTIFY_SOCKET", address.sun_path, 1);
	_exit(-daemon_run(&work, &meeting, &problem));
}

/* Until it has said so. */
static void hear(const char *wanted)
{
	struct pollfd event = { .fd = manager, .events = POLLIN };
	char text[1024] = "";

	while (!strstr(text, wanted)) {
		ssize_t length;

		if (poll(&event, 1, PATIENCE) != 1)
			fail_msg("no %s; last: %s", wanted, text);
		length = recv(manager, text, sizeof(text) - 1, 0);
		assert_true(length >= 0);
		text[length] = '\0';
	}
}

/* Its exit status. */
static int end(int signal)
{
	int status_of_it;

	if (signal)
		assert_int_equal(kill(daemon_pid, signal), 0);
	hear("STOPPING=1");
	assert_int_equal(waitpid(daemon_pid, &status_of_it, 0), daemon_pid);
	assert_true(WIFEXITED(status_of_it));
	return WEXITSTATUS(status_of_it);
}

static int tear_down(void **state)
{
	(void)state;
	close(manager);
	unsetenv("WATCHDOG_USEC");
	return 0;
}

static void test_serves_and_ends(void **state)
{
	static const int signals[] = { SIGTERM, SIGINT };

	(void)state;
	for (int i = 0; i < 2; i++) {
		start((struct meeting){ 0 });
		hear("READY=1");
		hear("serves, admin 1, raw 0");
		assert_int_equal(end(signals[i]), 0);
		hear("closed, reread 0");
		if (!i)
			close(manager);
	}
}

static void test_reads_again(void **state)
{
	(void)state;
	start((struct meeting){ 0 });
	hear("serves");
	assert_int_equal(kill(daemon_pid, SIGHUP), 0);
	hear("RELOADING=1");
	hear("READY=1");
	assert_int_equal(end(SIGTERM), 0);
	hear("closed, reread 1");
}

static void test_waits(void **state)
{
	(void)state;
	/* Nothing there, then not to be opened, then there, then gone, and there again. */
	start((struct meeting){ .opens = { -ENOENT, -EIO }, .turns = { 0, -ENOENT } });
	hear("READY=1");
	hear("waits: opening 2");
	hear("serves");
	hear("closed, reread 0");
	hear("waits: turn 2");
	hear("serves");
	assert_int_equal(end(SIGTERM), 0);
	hear("closed");
}

static void test_nothing_to_reread(void **state)
{
	(void)state;
	start((struct meeting){ .opens = { -ENOENT, -ENOENT, -ENOENT, -ENOENT } });
	hear("waits");
	assert_int_equal(kill(daemon_pid, SIGHUP), 0);
	hear("RELOADING=1");
	hear("READY=1");
	assert_int_equal(end(SIGTERM), 0);
}

static void test_ends_for_another_daemon(void **state)
{
	(void)state;
	start((struct meeting){ .opens = { -EBUSY } });
	assert_int_equal(end(0), EBUSY);
	/* Also one that came while it waited. */
	close(manager);
	start((struct meeting){ .opens = { -ENOENT, -EBUSY } });
	hear("READY=1");
	assert_int_equal(end(0), EBUSY);
}

static void test_watchdog(void **state)
{
	(void)state;
	(void)setenv("WATCHDOG_USEC", "100000", 1);
	start((struct meeting){ 0 });
	for (int i = 0; i < 3; i++)
		hear("WATCHDOG=1");
	assert_int_equal(end(SIGTERM), 0);
}

static void test_directory(void **state)
{
	struct daemon_directory first, second;
	struct problem problem = { 0 };
	char path[] = "/tmp/ecbpf-daemon-XXXXXX", moved[sizeof(path) + 4];

	(void)state;
	assert_non_null(mkdtemp(path));
	(void)snprintf(moved, sizeof(moved), "%s.old", path);
	assert_int_equal(daemon_directory_open(&first, path, &problem), 0);
	assert_int_equal(daemon_directory_check(&first, path), 0);
	assert_int_equal(daemon_directory_open(&second, path, &problem), -EBUSY);
	assert_string_equal(problem.text, "");
	daemon_directory_close(&second);
	assert_int_equal(rename(path, moved), 0);
	assert_int_equal(daemon_directory_check(&first, path), -ENOENT);
	assert_int_equal(daemon_directory_open(&second, path, &problem), -ENOENT);
	assert_non_null(strstr(problem.text, path));
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(daemon_directory_check(&first, path), -ENOENT);
	daemon_directory_close(&first);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(rmdir(moved), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_serves_and_ends, tear_down),
		cmocka_unit_test_teardown(test_reads_again, tear_down),
		cmocka_unit_test_teardown(test_waits, tear_down),
		cmocka_unit_test_teardown(test_nothing_to_reread, tear_down),
		cmocka_unit_test_teardown(test_ends_for_another_daemon, tear_down),
		cmocka_unit_test_teardown(test_watchdog, tear_down),
		cmocka_unit_test(test_directory),
	};

	if (!capability_has(CAP_BPF) || !capability_has(CAP_NET_ADMIN)) {
		printf("SKIP: no CAP_BPF or CAP_NET_ADMIN\n");
		return 77;
	}
	log_open("test", false);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
