// SPDX-License-Identifier: GPL-2.0-only
/* The metrics of made-up components on their ways out. */
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
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capability.h"
#include "log.h"
#include "metric_components.h"
#include "metrics_verb.h"
#include "stats_target.h"

#define PATIENCE 20000 /* milliseconds */
#define SKIP 77

/* What this test's copy of the verb knows. */
const struct component *const components[] = { &metric_component_well, &metric_component_many,
					       &metric_component_broken, NULL };

static char directory[] = "/tmp/test_metrics_verbXXXXXX";
static char path[64];

static const char *read_file(const char *name)
{
	static char text[16384];
	FILE *file = fopen(name, "r");

	assert_non_null(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	return text;
}

static void has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no '%s' in\n%s", part, text);
}

/* stdout goes into the file. */
static int print(const struct metrics_wish *wish, struct problem *problem)
{
	int saved = dup(STDOUT_FILENO), err;
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	(void)fflush(stdout);
	dup2(fileno(file), STDOUT_FILENO);
	fclose(file);
	err = metrics_verb(wish, problem);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	return err;
}

static void prints(void **state)
{
	struct problem problem = { 0 };
	const char *text;

	(void)state;
	/* All that could be read, and the failure at the end. */
	assert_int_equal(print(&(struct metrics_wish){ 0 }, &problem), -EIO);
	assert_string_equal(problem.text, "metrics of broken: pins are gone");
	text = read_file(path);
	has(text, "# TYPE ecbpf_test_packets counter\n"
		  "ecbpf_test_packets_total{interface=\"eth0\"} 5\n");
	has(text, "ecbpf_component_sick{component=\"broken\"} 1\n");
	assert_string_equal(text + strlen(text) - strlen("\n# EOF\n"), "\n# EOF\n");
	assert_int_equal(print(&(struct metrics_wish){ .format = METRICS_PROMETHEUS }, NULL), -EIO);
	text = read_file(path);
	has(text, "# TYPE ecbpf_test_packets_total counter\n");
	assert_null(strstr(text, "EOF"));
}

static void writes_a_file(void **state)
{
	const struct metrics_wish wish = { .textfile = path };
	const char *text;
	char aside[80];

	(void)state;
	for (int i = 0; i < 2; i++)
		assert_int_equal(metrics_verb(&wish, NULL), -EIO);
	text = read_file(path);
	has(text, "# TYPE ecbpf_test_packets_total counter\n");
	assert_null(strstr(strstr(text, "# TYPE ecbpf_test_packets_total") + 1,
			   "# TYPE ecbpf_test_packets_total"));
	has(text, "\necbpf_build_info{version=");
	(void)snprintf(aside, sizeof(aside), "%s.new", path);
	assert_int_equal(access(aside, F_OK), -1);
}

static int open_receiver(char *ret_text, size_t size)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(address);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, length), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &length), 0);
	(void)snprintf(ret_text, size, "127.0.0.1:%u", ntohs(address.sin_port));
	return fd;
}

/* All of it, in datagrams that fit any path. */
static void receives(int fd)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	char text[16384] = "", *end = text;
	ssize_t length;

	do {
		assert_int_equal(poll(&wait, 1, PATIENCE), 1);
		length = recv(fd, end, (size_t)(text + sizeof(text) - 1 - end), 0);
		assert_in_range(length, 1, STATS_DATAGRAM);
		end += length;
		*end = '\0';
	} while (!strstr(text, "ecbpf_collection.seconds:"));
	has(text, "ecbpf_test.packets_total.eth0:5|g\n");
	has(text, "ecbpf_many.packets_total.99:99|g\n");
	has(text, "ecbpf_component.sick.broken:1|g\n");
}

static void sends_statsd(void **state)
{
	char to[64];
	int fd = open_receiver(to, sizeof(to));

	(void)state;
	assert_int_equal(metrics_verb(&(struct metrics_wish){ .statsd = to }, NULL), -EIO);
	receives(fd);
	close(fd);
}

/* A failure does not end it; SIGTERM does. */
static void sends_again_and_again(void **state)
{
	char to[64];
	int fd = open_receiver(to, sizeof(to)), status;
	const struct metrics_wish wish = { .statsd = to, .seconds = 1 };
	pid_t child;

	(void)state;
	child = fork();
	if (child == 0) {
		/* Also if this test fails. */
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		_exit(metrics_verb(&wish, NULL) ? 1 : 0);
	}
	receives(fd);
	receives(fd);
	kill(child, SIGTERM);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	close(fd);
}

static void says_what_is_wrong(void **state)
{
	static const struct {
		struct metrics_wish wish;
		const char *about;
	} cases[] = {
		{ { .textfile = "/x", .statsd = "host:1" }, "exclude each other" },
		{ { .seconds = 5 }, "--every" },
		{ { .textfile = "/x", .format = METRICS_PROMETHEUS }, "--format" },
		{ { .statsd = "host" }, "--statsd: 'host'" },
		{ { .textfile = "-" }, "--textfile: '-': expected a file" },
		{ { .textfile = "udp:host:1" }, "--textfile: 'udp:host:1'" },
		{ { .textfile = "/tmp/" }, "--textfile: '/tmp/': expected a file" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct problem problem = { 0 };

		assert_int_equal(metrics_verb(&cases[i].wish, &problem), -EINVAL);
		has(problem.text, cases[i].about);
	}
}

static void tells_of_a_directory_that_is_not_there(void **state)
{
	const struct metrics_wish wish = { .textfile = "/nowhere/at/all.prom" };
	struct problem problem = { 0 };

	(void)state;
	assert_int_equal(metrics_verb(&wish, &problem), -ENOENT);
	has(problem.text, "/nowhere/at/all.prom");
}

static int without_rights(void)
{
	struct problem problem = { 0 };

	if (capability_keep_only(NULL, 0, NULL) ||
	    metrics_verb(&(struct metrics_wish){ 0 }, &problem) != -EPERM)
		return 1;
	return strstr(problem.text, "CAP_BPF") ? 0 : 2;
}

static void says_which_right_is_missing(void **state)
{
	pid_t child = fork();
	int status;

	(void)state;
	if (child == 0)
		_exit(without_rights());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prints),
		cmocka_unit_test(writes_a_file),
		cmocka_unit_test(sends_statsd),
		cmocka_unit_test(sends_again_and_again),
		cmocka_unit_test(says_what_is_wrong),
		cmocka_unit_test(tells_of_a_directory_that_is_not_there),
		cmocka_unit_test(says_which_right_is_missing),
	};
	int failed;

	if (!capability_has(CAP_BPF)) {
		puts("SKIP: needs CAP_BPF");
		return SKIP;
	}
	log_open("test_metrics_verb", false);
	if (!mkdtemp(directory))
		return 1;
	(void)snprintf(path, sizeof(path), "%s/ecbpf.prom", directory);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	(void)unlink(path);
	(void)rmdir(directory);
	return failed;
}
