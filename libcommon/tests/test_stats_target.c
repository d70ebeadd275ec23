// SPDX-License-Identifier: GPL-2.0-only
/* Statistics arrive whole, and a target that is dead today is tried again tomorrow. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stats_target.h"

static void test_words(void **state)
{
	static const char *const wrong[] = {
		"udp:",       "udp:host",         "udp::8125", "udp:host:0", "udp:host:65536",
		"udp:host:x", "udp:fd00::1:8125", "udp:[]:1",  "directory/", "",
	};
	struct stats_target target;
	struct problem problem;

	(void)state;
	assert_int_equal(stats_target_parse(NULL, &target, NULL), 0);
	assert_int_equal(target.kind, STATS_TARGET_STDOUT);
	assert_int_equal(stats_target_parse("-", &target, NULL), 0);
	assert_int_equal(target.kind, STATS_TARGET_STDOUT);
	assert_int_equal(stats_target_parse("/x/y.prom", &target, NULL), 0);
	assert_int_equal(target.kind, STATS_TARGET_FILE);
	assert_string_equal(target.path, "/x/y.prom");
	assert_int_equal(stats_target_parse("udp:localhost:8125", &target, NULL), 0);
	assert_int_equal(target.kind, STATS_TARGET_UDP);
	assert_string_equal(target.server.host, "localhost");
	assert_string_equal(target.server.port, "8125");
	assert_int_equal(stats_target_parse("udp:[fd00::1]:8125", &target, NULL), 0);
	assert_string_equal(target.server.host, "fd00::1");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		problem = (struct problem){ 0 };
		assert_int_equal(stats_target_parse(wrong[i], &target, &problem), -EINVAL);
		assert_non_null(strstr(problem.text, "expected"));
	}
	assert_int_equal(stats_target_parse_udp("localhost:8125", &target, NULL), 0);
	assert_int_equal(target.kind, STATS_TARGET_UDP);
	assert_int_equal(target.socket, -1);
	assert_string_equal(target.server.host, "localhost");
	assert_int_equal(stats_target_parse_udp("localhost", &target, &problem), -EINVAL);
	assert_non_null(strstr(problem.text, "'localhost': expected HOST:PORT"));
}

static void read_file(const char *path, char *ret_text, size_t size)
{
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	ret_text[fread(ret_text, 1, size - 1, file)] = '\0';
	fclose(file);
}

static void test_files(void **state)
{
	char directory[] = "/tmp/test_stats_targetXXXXXX", path[64], aside[80], text[64];
	struct stats_target target;
	struct problem problem = { 0 };
	struct stat before, after;

	(void)state;
	assert_non_null(mkdtemp(directory));
	(void)snprintf(path, sizeof(path), "%s/x.prom", directory);
	(void)snprintf(aside, sizeof(aside), "%s.new", path);
	assert_int_equal(stats_target_parse(path, &target, NULL), 0);
	assert_int_equal(stats_target_send(&target, "one\n", -1, NULL), 0);
	assert_int_equal(stats_target_send(&target, "two\n", -1, NULL), 0);
	read_file(path, text, sizeof(text));
	assert_string_equal(text, "one\ntwo\n");
	target.replaces = true;
	assert_int_equal(stat(path, &before), 0);
	assert_int_equal(stats_target_send(&target, "3\n", -1, NULL), 0);
	assert_int_equal(stat(path, &after), 0);
	read_file(path, text, sizeof(text));
	assert_string_equal(text, "3\n");
	/* Another file: who reads the old one reads it to its end. */
	assert_int_not_equal(before.st_ino, after.st_ino);
	assert_int_equal(access(aside, F_OK), -1);
	/* A link that somebody laid is not followed, and is gone the next time. */
	assert_int_equal(symlink(path, aside), 0);
	assert_int_equal(stats_target_send(&target, "4\n", -1, &problem), -ELOOP);
	assert_non_null(strstr(problem.text, "x.prom"));
	read_file(path, text, sizeof(text));
	assert_string_equal(text, "3\n");
	assert_int_equal(stats_target_send(&target, "5\n", -1, NULL), 0);
	(void)unlink(path);
	assert_int_equal(rmdir(directory), 0);
}

static void test_full_disk(void **state)
{
	struct stats_target target;
	struct problem problem = { 0 };

	(void)state;
	assert_int_equal(stats_target_parse("/dev/full", &target, NULL), 0);
	assert_int_equal(stats_target_send(&target, "x\n", -1, &problem), -ENOSPC);
	assert_non_null(strstr(problem.text, "/dev/full"));
}

static int open_receiver(uint16_t *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
				       .sin_port = htons(*port) };
	socklen_t length = sizeof(address);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, length), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &length), 0);
	*port = ntohs(address.sin_port);
	return fd;
}

static void test_datagrams(void **state)
{
	char to[32], text[8000] = "", together[8000] = "", datagram[4096];
	struct stats_target target;
	uint16_t port = 0;
	int fd = open_receiver(&port), datagrams = 0;
	ssize_t length;

	(void)state;
	(void)snprintf(to, sizeof(to), "udp:127.0.0.1:%u", port);
	assert_int_equal(stats_target_parse(to, &target, NULL), 0);
	target.is_split = true;
	for (int i = 0; i < 200; i++)
		(void)snprintf(text + strlen(text), sizeof(text) - strlen(text), "metric.%d:%d|g\n",
			       i, i);
	assert_int_equal(stats_target_send(&target, text, -1, NULL), 0);
	while ((length = recv(fd, datagram, sizeof(datagram) - 1, MSG_DONTWAIT)) > 0) {
		datagram[length] = '\0';
		assert_in_range(length, 1, STATS_DATAGRAM);
		assert_int_equal(datagram[length - 1], '\n');
		strcat(together, datagram);
		datagrams++;
	}
	assert_string_equal(together, text);
	assert_true(datagrams > 1 && datagrams < 5);
	stats_target_close(&target);
	close(fd);
}

/* As long as nobody listens every text is refused, and once somebody does none is. */
static void test_dead_target(void **state)
{
	char to[32], datagram[16];
	struct stats_target target;
	struct problem problem = { 0 };
	uint16_t port = 0;
	int fd = open_receiver(&port), refused = 0;

	(void)state;
	close(fd);
	(void)snprintf(to, sizeof(to), "udp:127.0.0.1:%u", port);
	assert_int_equal(stats_target_parse(to, &target, NULL), 0);
	for (int i = 0; i < 10; i++)
		refused += stats_target_send(&target, "x\n", -1, &problem) == -ECONNREFUSED;
	assert_int_equal(refused, 9);
	fd = open_receiver(&port);
	(void)stats_target_send(&target, "y\n", -1, NULL);
	assert_int_equal(recv(fd, datagram, sizeof(datagram), MSG_DONTWAIT), 2);
	assert_int_equal(stats_target_send(&target, "z\n", -1, NULL), 0);
	assert_int_equal(recv(fd, datagram, sizeof(datagram), MSG_DONTWAIT), 2);
	assert_int_equal(datagram[0], 'z');
	stats_target_close(&target);
	close(fd);
}

static void test_unknown_host(void **state)
{
	struct stats_target target;
	struct problem problem = { 0 };

	(void)state;
	assert_int_equal(stats_target_parse("udp:300.300.300.300:1", &target, NULL), 0);
	assert_int_equal(stats_target_send(&target, "x\n", -1, &problem), -EHOSTUNREACH);
	assert_non_null(strstr(problem.text, "300.300.300.300"));
}

/* stdout becomes the writing end of a pipe. */
static int redirect(int *ret_saved)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	(void)fflush(stdout);
	*ret_saved = dup(STDOUT_FILENO);
	dup2(ends[1], STDOUT_FILENO);
	close(ends[1]);
	return ends[0];
}

static void restore(int saved)
{
	dup2(saved, STDOUT_FILENO);
	close(saved);
}

static void test_stdout(void **state)
{
	static char large[1 << 20];
	struct stats_target target;
	int saved, reader, stop[2], whole, stopped, gone;
	char text[16];

	(void)state;
	(void)signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe(stop), 0);
	assert_int_equal(stats_target_parse(NULL, &target, NULL), 0);
	memset(large, 'x', sizeof(large) - 1);
	reader = redirect(&saved);
	whole = stats_target_send(&target, "line\n", stop[0], NULL);
	/* A reader that sleeps does not keep the process from ending. */
	(void)!write(stop[1], "x", 1);
	stopped = stats_target_send(&target, large, stop[0], NULL);
	(void)!read(stop[0], text, 1);
	(void)!read(reader, text, 5);
	close(reader);
	gone = stats_target_send(&target, "line\n", stop[0], NULL);
	restore(saved);
	assert_int_equal(whole, 0);
	assert_memory_equal(text, "line\n", 5);
	assert_int_equal(stopped, -ECANCELED);
	assert_int_equal(gone, -EPIPE);
	close(stop[0]);
	close(stop[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),       cmocka_unit_test(test_files),
		cmocka_unit_test(test_full_disk),   cmocka_unit_test(test_datagrams),
		cmocka_unit_test(test_dead_target), cmocka_unit_test(test_unknown_host),
		cmocka_unit_test(test_stdout),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
