// SPDX-License-Identifier: GPL-2.0-only
/* What a service manager hears, and what it hands over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "service.h"
#include "harness/service_manager.h"

static void tells_its_life(void **state)
{
	unsigned long long microseconds;
	char rest;

	(void)state;
	service_ready();
	assert_string_equal(service_manager_hear(0), "READY=1");
	service_reloading();
	assert_int_equal(sscanf(service_manager_hear(0), "RELOADING=1\nMONOTONIC_USEC=%llu%c",
				&microseconds, &rest),
			 1);
	assert_true(microseconds > 0);
	service_ready();
	assert_string_equal(service_manager_hear(0), "READY=1");
	service_alive();
	assert_string_equal(service_manager_hear(0), "WATCHDOG=1");
	service_stopping();
	assert_string_equal(service_manager_hear(0), "STOPPING=1");
	assert_string_equal(service_manager_hear(0), "");
}

/* A text with line ends would be read as more than one assignment. */
static void tells_one_line(void **state)
{
	(void)state;
	service_status("%s: %d samples/s", "eth0", 1234);
	assert_string_equal(service_manager_hear(0), "STATUS=eth0: 1234 samples/s");
	service_status("%s", "eth0\nREADY=1");
	assert_string_equal(service_manager_hear(0), "STATUS=eth0; READY=1");
	service_status("%s", "");
	assert_string_equal(service_manager_hear(0), "STATUS=");
}

static void knows_the_watchdog(void **state)
{
	char pid[16];

	(void)state;
	assert_int_equal(service_alive_interval(), 0);
	setenv("WATCHDOG_USEC", "30000000", 1);
	assert_int_equal(service_alive_interval(), UINT64_C(15000000000));
	/* Meant for another process: whoever started this one. */
	setenv("WATCHDOG_PID", "1", 1);
	assert_int_equal(service_alive_interval(), 0);
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	setenv("WATCHDOG_PID", pid, 1);
	assert_int_equal(service_alive_interval(), UINT64_C(15000000000));
	setenv("WATCHDOG_USEC", "soon", 1);
	assert_int_equal(service_alive_interval(), 0);
}

static void tells_nobody(void)
{
	service_ready();
	service_status("%s", "eth0");
	service_reloading();
	service_alive();
	service_stopping();
	assert_string_equal(service_manager_hear(0), "");
}

static void does_without_a_manager(void **state)
{
	(void)state;
	unsetenv("NOTIFY_SOCKET");
	tells_nobody();
	/* Or with one that is gone. */
	setenv("NOTIFY_SOCKET", "/nowhere/at/all", 1);
	tells_nobody();
}

/* In a child of the test, where descriptors from 3 on may be anything: a socket that listens, one that does not,
 * a pipe, and a second one that listens. */
static int child_takes(size_t max, size_t wanted)
{
	int listening[2], dead = socket(AF_INET, SOCK_STREAM, 0), ends[2], got[4] = { -1, -1 };
	char pid[16];
	size_t count;

	for (int i = 0; i < 2; i++) {
		listening[i] = socket(AF_INET, SOCK_STREAM, 0);
		if (listen(listening[i], 1) < 0)
			return 1;
	}
	if (dead < 0 || pipe(ends) < 0 || dup2(listening[0], 100) < 0 || dup2(dead, 101) < 0 ||
	    dup2(ends[0], 102) < 0 || dup2(listening[1], 103) < 0)
		return 2;
	for (int i = 0; i < 4; i++)
		dup2(100 + i, 3 + i);
	(void)snprintf(pid, sizeof(pid), "%d", (int)getpid());
	setenv("LISTEN_PID", pid, 1);
	setenv("LISTEN_FDS", "4", 1);
	count = service_take_sockets(got, max);
	if (count != wanted || got[0] != 3 || (wanted > 1 && got[1] != 6))
		return 3;
	/* Closed: what is no socket that listens, and what there is no room for. */
	if (fcntl(4, F_GETFD) >= 0 || fcntl(5, F_GETFD) >= 0 ||
	    (fcntl(6, F_GETFD) >= 0) != (wanted > 1))
		return 4;
	if (!(fcntl(3, F_GETFD) & FD_CLOEXEC))
		return 5;
	return getenv("LISTEN_FDS") || service_take_sockets(got, 4) ? 6 : 0;
}

static int exit_status_of(size_t max, size_t wanted)
{
	pid_t child = fork();
	int status;

	if (child == 0)
		_exit(child_takes(max, wanted));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void takes_sockets(void **state)
{
	int sockets[2];

	(void)state;
	assert_int_equal(exit_status_of(4, 2), 0);
	assert_int_equal(exit_status_of(1, 1), 0);
	/* Meant for another process. */
	setenv("LISTEN_PID", "1", 1);
	setenv("LISTEN_FDS", "1", 1);
	assert_int_equal(service_take_sockets(sockets, 2), 0);
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	assert_int_equal(service_take_sockets(sockets, 2), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(tells_its_life, service_manager_begin,
						service_manager_end),
		cmocka_unit_test_setup_teardown(tells_one_line, service_manager_begin,
						service_manager_end),
		cmocka_unit_test_setup_teardown(knows_the_watchdog, service_manager_begin,
						service_manager_end),
		cmocka_unit_test_setup_teardown(does_without_a_manager, service_manager_begin,
						service_manager_end),
		cmocka_unit_test(takes_sockets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
