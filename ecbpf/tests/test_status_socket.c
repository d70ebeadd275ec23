// SPDX-License-Identifier: GPL-2.0-only
#include "status_socket.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "sample_components.h"

static char directory[] = "/tmp/status_socket.XXXXXX";
static char path[64];
static int listener;

/* A service that answers one connection. */
static void *answer(void *text)
{
	int fd = accept(listener, NULL, NULL);

	for (const char *at = text; fd >= 0 && *at;) {
		ssize_t sent = write(fd, at, strlen(at));

		if (sent <= 0)
			break;
		at += sent;
	}
	close(fd);
	return NULL;
}

static void listen_at(const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(listener >= 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, 1), 0);
}

static void stop_listening(void)
{
	close(listener);
	unlink(path);
}

static int ask(bool json, char **ret_text, struct problem *problem)
{
	struct sample_output output;
	int err;

	*problem = (struct problem){ 0 };
	sample_output_open(&output);
	err = status_socket_copy(directory, json, 1, output.stream, problem);
	sample_output_close(&output);
	*ret_text = output.text;
	return err;
}

static void copies(const char *name, bool json, char *said)
{
	struct problem problem;
	pthread_t service;
	char *text;

	listen_at(name);
	assert_int_equal(pthread_create(&service, NULL, answer, said), 0);
	assert_int_equal(ask(json, &text, &problem), 0);
	pthread_join(service, NULL);
	assert_string_equal(text, said);
	free(text);
	stop_listening();
}

static void what_the_service_says_is_copied(void **state)
{
	static char long_text[100001];
	char text[] = "eth0 is fine\n", json[] = "{}\n";

	(void)state;
	memset(long_text, 'x', sizeof(long_text) - 1);
	copies("status", false, text);
	copies("status.json", true, json);
	copies("status", false, long_text);
}

static void fails(int expected, const char *says)
{
	struct problem problem;
	char *text;

	assert_int_equal(ask(false, &text, &problem), expected);
	assert_non_null(strstr(problem.text, says));
	assert_string_equal(text, "");
	free(text);
}

static void who_is_not_served_is_told_what_is_missing(void **state)
{
	(void)state;
	fails(-ENOENT, "missing CAP_BPF, and nobody serves");
	listen_at("status");
	close(listener);
	fails(-ECONNREFUSED, "systemctl start ecbpf-status.socket");
	unlink(path);
}

static void who_is_no_member_is_told_the_group(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	listen_at("status");
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(chmod(directory, 0755), 0);
	assert_int_equal(seteuid(65534), 0);
	fails(-EACCES, "usermod -aG ecbpf USER");
	assert_int_equal(seteuid(0), 0);
	stop_listening();
}

static void a_service_that_hangs_or_is_dumb_is_told(void **state)
{
	char nothing[] = "";
	struct problem problem;
	pthread_t service;
	char *text;

	(void)state;
	listen_at("status");
	/* Connected by the kernel, and nobody takes the connection. */
	fails(-ETIMEDOUT, "does not go on");
	stop_listening();
	listen_at("status");
	assert_int_equal(pthread_create(&service, NULL, answer, nothing), 0);
	assert_int_equal(ask(false, &text, &problem), -ENODATA);
	pthread_join(service, NULL);
	assert_non_null(strstr(problem.text, "said nothing"));
	free(text);
	stop_listening();
}

static void a_directory_too_long_for_a_socket_is_told(void **state)
{
	struct problem problem = { 0 };
	char longest[200];

	(void)state;
	memset(longest, 'd', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(status_socket_copy(longest, false, 1, stdout, &problem), -ENAMETOOLONG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_service_says_is_copied),
		cmocka_unit_test(who_is_not_served_is_told_what_is_missing),
		cmocka_unit_test(who_is_no_member_is_told_the_group),
		cmocka_unit_test(a_service_that_hangs_or_is_dumb_is_told),
		cmocka_unit_test(a_directory_too_long_for_a_socket_is_told),
	};
	int failed;

	if (!mkdtemp(directory))
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	rmdir(directory);
	return failed;
}
