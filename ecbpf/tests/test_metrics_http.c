// SPDX-License-Identifier: GPL-2.0-only
/* Requests as clients send them, good ones and bad ones, over real sockets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "log.h"
#include "metrics_http.h"

#define PATIENCE 20000 /* milliseconds */

static const struct metric_family packets = { "ecbpf_test_packets", METRIC_COUNTER, NULL,
					      "Packets that were seen" };

static int listening = -1;
static struct sockaddr_in address;
static struct metrics_http *http;
static unsigned int sample_count;
static int fill_result;

static int fill(void *context, struct metrics *metrics, struct problem *problem)
{
	char number[16];

	assert_ptr_equal(context, &sample_count);
	for (unsigned int i = 0; i < sample_count; i++) {
		(void)snprintf(number, sizeof(number), "%u", i);
		metrics_add(metrics, &packets, i, "number", number, NULL);
	}
	return fill_result ? problem_set(problem, fill_result, "nobody knows") : 0;
}

static int setup(void **state)
{
	socklen_t length = sizeof(address);

	(void)state;
	address = (struct sockaddr_in){ .sin_family = AF_INET,
					.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	sample_count = 1;
	fill_result = 0;
	listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (listening < 0 || bind(listening, (struct sockaddr *)&address, length) < 0 ||
	    listen(listening, 16) < 0 ||
	    getsockname(listening, (struct sockaddr *)&address, &length) < 0)
		return -1;
	return metrics_http_start(listening, fill, &sample_count, &http, NULL);
}

static int teardown(void **state)
{
	(void)state;
	metrics_http_stop(http);
	close(listening);
	return 0;
}

static int call(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static void give_turn(void)
{
	uint64_t wait;

	assert_int_equal(metrics_http_turn(http, &wait, NULL), 0);
}

/* Until the server closes it; to be freed. */
static char *read_answer(int fd)
{
	size_t length = 0, room = 4 << 20;
	char *text = malloc(room + 1);
	ssize_t got;

	assert_non_null(text);
	for (;;) {
		struct pollfd waits[] = { { .fd = fd, .events = POLLIN },
					  { .fd = metrics_http_wakes(http), .events = POLLIN } };

		give_turn();
		assert_true(poll(waits, 2, PATIENCE) > 0);
		if (!waits[0].revents)
			continue;
		got = recv(fd, text + length, room - length, MSG_DONTWAIT);
		if (got == 0)
			break;
		assert_true(got > 0);
		length += (size_t)got;
		assert_true(length < room);
	}
	text[length] = '\0';
	close(fd);
	return text;
}

static char *ask(const char *request)
{
	int fd = call();

	assert_int_equal(send(fd, request, strlen(request), 0), strlen(request));
	return read_answer(fd);
}

static void has(const char *answer, const char *part)
{
	if (!strcasestr(answer, part))
		fail_msg("no '%s' in\n%s", part, answer);
}

static const char *body(const char *answer)
{
	const char *end = strstr(answer, "\r\n\r\n");

	assert_non_null(end);
	return end + 4;
}

static void answers_curl(void **state)
{
	char *answer = ask("GET /metrics HTTP/1.1\r\nHost: x\r\nAccept: */*\r\n\r\n");

	(void)state;
	has(answer, "HTTP/1.1 200 OK\r\n");
	has(answer, "\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n");
	has(answer, "\r\nConnection: close\r\n");
	assert_string_equal(body(answer), "# HELP ecbpf_test_packets_total Packets that were seen\n"
					  "# TYPE ecbpf_test_packets_total counter\n"
					  "ecbpf_test_packets_total{number=\"0\"} 0\n");
	free(answer);
}

static void answers_prometheus(void **state)
{
	/* As Prometheus 2.42 asks. */
	char *answer =
		ask("GET /metrics HTTP/1.1\r\nHost: 127.0.0.1:9431\r\nUser-Agent: "
		    "Prometheus/2.42.0\r\nAccept: application/openmetrics-text;version=1.0.0,"
		    "application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version="
		    "0.0.4;q=0.5,*/*;q=0.1\r\nAccept-Encoding: gzip\r\n"
		    "X-Prometheus-Scrape-Timeout-Seconds: 10\r\n\r\n");

	(void)state;
	has(answer, "\r\nContent-Type: application/openmetrics-text; version=1.0.0; "
		    "charset=utf-8\r\n");
	assert_string_equal(body(answer), "# HELP ecbpf_test_packets Packets that were seen\n"
					  "# TYPE ecbpf_test_packets counter\n"
					  "ecbpf_test_packets_total{number=\"0\"} 0\n"
					  "# EOF\n");
	free(answer);
}

static void answers_other_requests(void **state)
{
	static const struct {
		const char *request, *status, *part;
	} cases[] = {
		{ "GET / HTTP/1.0\r\n\r\n", " 200 ", "/metrics" },
		{ "GET /metrics?x=y HTTP/1.0\r\n\r\n", " 200 ", "ecbpf_test_packets_total{" },
		{ "GET /metric HTTP/1.0\r\n\r\n", " 404 ", "/metrics" },
		{ "GET /metrics/ HTTP/1.0\r\n\r\n", " 404 ", "/metrics" },
		{ "POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc", " 405 ",
		  "Allow: GET, HEAD\r\n" },
		{ "DELETE / HTTP/1.1\r\nHost: x\r\n\r\n", " 405 ", "Allow: GET, HEAD\r\n" },
		{ "\x16\x03\x01 what\r\n\r\n", "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *answer = ask(cases[i].request);

		has(answer, cases[i].status);
		has(answer, cases[i].part);
		free(answer);
	}
	/* And lives. */
	answers_curl(state);
}

static void answers_head(void **state)
{
	char *answer = ask("HEAD /metrics HTTP/1.0\r\n\r\n");

	(void)state;
	has(answer, " 200 OK\r\n");
	has(answer, "\r\nContent-Length: 134\r\n");
	assert_string_equal(body(answer), "");
	free(answer);
}

/* Larger than what the socket takes at once. */
static void answers_at_length(void **state)
{
	int small = 1 << 14;
	char *answer;

	(void)state;
	assert_int_equal(setsockopt(listening, SOL_SOCKET, SO_SNDBUF, &small, sizeof(small)), 0);
	sample_count = 20000;
	answer = ask("GET /metrics HTTP/1.0\r\n\r\n");
	has(answer, "\necbpf_test_packets_total{number=\"19999\"} 19999\n");
	assert_true(strlen(answer) > (512 << 10));
	free(answer);
}

static void answers_a_slow_one(void **state)
{
	static const char request[] = "GET /metrics HTTP/1.0\r\n\r\n";
	int slow = call(), fast;
	char *answer;

	(void)state;
	for (size_t i = 0; i < strlen(request); i++) {
		assert_int_equal(send(slow, request + i, 1, 0), 1);
		give_turn();
		if (i != 10)
			continue;
		/* Others do not wait for it. */
		fast = call();
		assert_int_equal(send(fast, request, strlen(request), 0), strlen(request));
		answer = read_answer(fast);
		has(answer, " 200 OK");
		free(answer);
	}
	answer = read_answer(slow);
	has(answer, " 200 OK");
	free(answer);
}

static void tells_of_a_failure(void **state)
{
	char *answer;

	(void)state;
	fill_result = -EIO;
	answer = ask("GET /metrics HTTP/1.0\r\n\r\n");
	has(answer, " 500 ");
	assert_string_equal(body(answer), "nobody knows");
	free(answer);
	fill_result = 0;
	answers_curl(state);
}

static void knows_that_it_is_busy(void **state)
{
	int fd = call();

	(void)state;
	assert_false(metrics_http_is_busy(http));
	give_turn();
	assert_true(metrics_http_is_busy(http));
	close(fd);
	for (int i = 0; i < 100 && metrics_http_is_busy(http); i++) {
		struct pollfd wait = { .fd = metrics_http_wakes(http), .events = POLLIN };

		(void)poll(&wait, 1, PATIENCE / 100);
		give_turn();
	}
	assert_false(metrics_http_is_busy(http));
}

/* Who calls between two servers is answered by the second. */
static void hands_over(void **state)
{
	static const char request[] = "GET /metrics HTTP/1.0\r\n\r\n";
	char *answer;
	int fd;

	(void)state;
	answers_curl(state);
	metrics_http_stop(http);
	http = NULL;
	fd = call();
	assert_int_equal(send(fd, request, strlen(request), 0), strlen(request));
	assert_int_equal(metrics_http_start(listening, fill, &sample_count, &http, NULL), 0);
	answer = read_answer(fd);
	has(answer, " 200 OK");
	free(answer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(answers_curl, setup, teardown),
		cmocka_unit_test_setup_teardown(answers_prometheus, setup, teardown),
		cmocka_unit_test_setup_teardown(answers_other_requests, setup, teardown),
		cmocka_unit_test_setup_teardown(answers_head, setup, teardown),
		cmocka_unit_test_setup_teardown(answers_at_length, setup, teardown),
		cmocka_unit_test_setup_teardown(answers_a_slow_one, setup, teardown),
		cmocka_unit_test_setup_teardown(tells_of_a_failure, setup, teardown),
		cmocka_unit_test_setup_teardown(knows_that_it_is_busy, setup, teardown),
		cmocka_unit_test_setup_teardown(hands_over, setup, teardown),
	};

	(void)signal(SIGPIPE, SIG_IGN);
	log_open("test_metrics_http", false);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
