// SPDX-License-Identifier: GPL-2.0-only
/* A service manager of the test's own listens where NOTIFY_SOCKET says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "service.h"

static int manager = -1;
static char heard[1024];

static int setup(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	socklen_t length = sizeof(sa_family_t);

	(void)state;
	manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	/* Without a path the kernel chooses an abstract address. */
	if (manager < 0 || bind(manager, (struct sockaddr *)&address, length) < 0)
		return -1;
	length = sizeof(address);
	if (getsockname(manager, (struct sockaddr *)&address, &length) < 0)
		return -1;
	address.sun_path[0] = '@';
	address.sun_path[length - offsetof(struct sockaddr_un, sun_path)] = '\0';
	return setenv("NOTIFY_SOCKET", address.sun_path, 1);
}

static int teardown(void **state)
{
	(void)state;
	close(manager);
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	return 0;
}

/* The next message, or "" if there is none: a datagram has arrived when send() returns. */
static const char *hear(void)
{
	ssize_t length = recv(manager, heard, sizeof(heard) - 1, MSG_DONTWAIT);

	heard[length < 0 ? 0 : length] = '\0';
	return heard;
}

static void tells_its_life(void **state)
{
	unsigned long long microseconds;
	char rest;

	(void)state;
	service_ready();
	assert_string_equal(hear(), "READY=1");
	service_reloading();
	assert_int_equal(sscanf(hear(), "RELOADING=1\nMONOTONIC_USEC=%llu%c", &microseconds, &rest),
			 1);
	assert_true(microseconds > 0);
	service_ready();
	assert_string_equal(hear(), "READY=1");
	service_alive();
	assert_string_equal(hear(), "WATCHDOG=1");
	service_stopping();
	assert_string_equal(hear(), "STOPPING=1");
	assert_string_equal(hear(), "");
}

/* A text with line ends would be read as more than one assignment. */
static void tells_one_line(void **state)
{
	(void)state;
	service_status("%s: %d samples/s", "eth0", 1234);
	assert_string_equal(hear(), "STATUS=eth0: 1234 samples/s");
	service_status("%s", "eth0\nREADY=1");
	assert_string_equal(hear(), "STATUS=eth0; READY=1");
	service_status("%s", "");
	assert_string_equal(hear(), "STATUS=");
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
	assert_string_equal(hear(), "");
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(tells_its_life, setup, teardown),
		cmocka_unit_test_setup_teardown(tells_one_line, setup, teardown),
		cmocka_unit_test_setup_teardown(knows_the_watchdog, setup, teardown),
		cmocka_unit_test_setup_teardown(does_without_a_manager, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
