// SPDX-License-Identifier: GPL-2.0-only
/* The service in a process of its own; the test is its service manager, and keeps the socket as one does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capability.h"
#include "harness/service_manager.h"
#include "log.h"
#include "metric_components.h"
#include "metrics_serve.h"

#define PATIENCE 20000 /* milliseconds */
#define SKIP 77

/* What this test's copy of the service knows. */
const struct component *const components[] = { &metric_component_rights, &metric_component_broken,
					       NULL };

static pid_t child = -1;

static int teardown(void **state)
{
	if (child > 0) {
		kill(child, SIGKILL);
		(void)waitpid(child, NULL, 0);
	}
	child = -1;
	return service_manager_end(state);
}

static int open_listening(int family, char *ret_text, size_t size)
{
	struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_addr = in6addr_loopback };
	struct sockaddr_in address4 = { .sin_family = AF_INET,
					.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr *at =
		family == AF_INET ? (struct sockaddr *)&address4 : (struct sockaddr *)&address;
	socklen_t length = family == AF_INET ? sizeof(address4) : sizeof(address);
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, at, length) < 0)
		return -1;
	assert_int_equal(listen(fd, 16), 0);
	assert_int_equal(getsockname(fd, at, &length), 0);
	(void)snprintf(ret_text, size, family == AF_INET ? "127.0.0.1:%u" : "[::1]:%u",
		       ntohs(family == AF_INET ? address4.sin_port : address.sin6_port));
	return fd;
}

static int serve(const struct metrics_serve_wish *wish)
{
	struct problem problem = { 0 };
	int err = metrics_serve(wish, &problem);

	if (err)
		fprintf(stderr, "%s\n", problem.text);
	return err ? 1 : 0;
}

/* Hands over `count` sockets, as a manager does. */
static void start(const struct metrics_serve_wish *wish, const int *sockets, int count)
{
	char text[16];

	child = fork();
	assert_true(child >= 0);
	if (child)
		return;
	/* Away from where they are to be. */
	for (int i = 0; i < count; i++)
		(void)dup2(sockets[i], 100 + i);
	for (int i = 0; i < count; i++)
		(void)dup2(100 + i, 3 + i);
	(void)snprintf(text, sizeof(text), "%d", (int)getpid());
	setenv("LISTEN_PID", text, 1);
	(void)snprintf(text, sizeof(text), "%d", count);
	setenv("LISTEN_FDS", text, 1);
	_exit(serve(wish));
}

static int ended(void)
{
	int status;

	assert_int_equal(waitpid(child, &status, 0), child);
	child = -1;
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int call(const char *at)
{
	struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_addr = in6addr_loopback };
	struct sockaddr_in address4 = { .sin_family = AF_INET,
					.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	unsigned long port = strtoul(strrchr(at, ':') + 1, NULL, 10);
	int fd = socket(*at == '[' ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	static const char request[] = "GET /metrics HTTP/1.0\r\n\r\n";

	assert_true(fd >= 0);
	address.sin6_port = address4.sin_port = htons((uint16_t)port);
	if (*at == '[')
		assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	else
		assert_int_equal(connect(fd, (struct sockaddr *)&address4, sizeof(address4)), 0);
	assert_int_equal(send(fd, request, strlen(request), 0), strlen(request));
	return fd;
}

static void is_answered(int fd)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	char text[8192];
	size_t length = 0;
	ssize_t got;

	do {
		assert_int_equal(poll(&wait, 1, PATIENCE), 1);
		got = recv(fd, text + length, sizeof(text) - 1 - length, 0);
		assert_true(got >= 0);
		length += (size_t)got;
	} while (got);
	close(fd);
	text[length] = '\0';
	assert_non_null(strstr(text, " 200 OK\r\n"));
	/* What can be read is there beside what cannot; and it has no right that it does not need. */
	assert_non_null(strstr(text, "\necbpf_test_packets_total{interface=\"eth0\"} 5\n"));
	assert_non_null(strstr(text, "\necbpf_component_sick{component=\"broken\"} 1\n"));
	assert_non_null(strstr(text, "\necbpf_test_right_kept 0\n"));
}

/* From socket to answer to idle to the next one, and nobody is turned away in between. */
static void serves_until_idle(void **state)
{
	const struct metrics_serve_wish wish = { .idle_seconds = 1 };
	char at[64];
	int listening = open_listening(AF_INET, at, sizeof(at)), waiting;

	(void)state;
	waiting = call(at);
	start(&wish, &listening, 1);
	assert_string_equal(service_manager_hear(PATIENCE), "READY=1");
	is_answered(waiting);
	assert_string_equal(service_manager_hear(PATIENCE), "STOPPING=1");
	assert_int_equal(ended(), 0);
	waiting = call(at);
	start(&(struct metrics_serve_wish){ 0 }, &listening, 1);
	is_answered(waiting);
	kill(child, SIGTERM);
	assert_int_equal(ended(), 0);
	close(listening);
}

static void serves_several_sockets(void **state)
{
	char at[2][64];
	int listening[2] = { open_listening(AF_INET, at[0], sizeof(at[0])),
			     open_listening(AF_INET6, at[1], sizeof(at[1])) };
	int count = listening[1] < 0 ? 1 : 2;

	(void)state;
	start(&(struct metrics_serve_wish){ 0 }, listening, count);
	for (int i = 0; i < 2 * count; i++)
		is_answered(call(at[i % count]));
	kill(child, SIGINT);
	assert_int_equal(ended(), 0);
	for (int i = 0; i < count; i++)
		close(listening[i]);
}

static void serves_at_a_socket_of_its_own(void **state)
{
	struct metrics_serve_wish wish = { 0 };
	char at[64];
	int listening = open_listening(AF_INET, at, sizeof(at));

	(void)state;
	wish.listen = at;
	close(listening);
	start(&wish, NULL, 0);
	assert_string_equal(service_manager_hear(PATIENCE), "READY=1");
	is_answered(call(at));
	kill(child, SIGTERM);
	assert_int_equal(ended(), 0);
}

static void refuses(const char *listen, int wanted, const char *about)
{
	const struct metrics_serve_wish wish = { .listen = listen };
	struct problem problem = { 0 };

	assert_int_equal(metrics_serve(&wish, &problem), wanted);
	if (!strstr(problem.text, about))
		fail_msg("no '%s' in '%s'", about, problem.text);
}

static void says_what_is_wrong(void **state)
{
	char at[64];
	int listening = open_listening(AF_INET, at, sizeof(at));

	(void)state;
	refuses("9431", -EINVAL, "--listen: '9431'");
	refuses("localhost:9431", -EINVAL, "--listen localhost:9431");
	/* The last one: it gives up rights only behind that. */
	refuses(at, -EADDRINUSE, at);
	start(&(struct metrics_serve_wish){ .listen = at }, &listening, 1);
	assert_int_equal(ended(), 1);
	close(listening);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(serves_until_idle, service_manager_begin, teardown),
		cmocka_unit_test_setup_teardown(serves_several_sockets, service_manager_begin,
						teardown),
		cmocka_unit_test_setup_teardown(serves_at_a_socket_of_its_own,
						service_manager_begin, teardown),
		cmocka_unit_test_setup_teardown(says_what_is_wrong, service_manager_begin,
						teardown),
	};

	if (!capability_has(CAP_BPF)) {
		puts("SKIP: needs CAP_BPF");
		return SKIP;
	}
	(void)signal(SIGPIPE, SIG_IGN);
	log_open("test_metrics_serve", false);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
