// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crafted_sample.h"
#include "live_page.h"
#include "pcapng_scene.h"

#define OUTPUT_SIZE 65536

/* Stdout is something else for a while; nothing may fail in between. */
struct other_stdout {
	int saved;
};

static void stdout_begin(struct other_stdout *other, int fd)
{
	fflush(stdout);
	other->saved = dup(STDOUT_FILENO);
	dup2(fd, STDOUT_FILENO);
}

static void stdout_end(const struct other_stdout *other)
{
	dup2(other->saved, STDOUT_FILENO);
	close(other->saved);
}

/* What there is to be read, at most OUTPUT_SIZE - 1 bytes, until nothing more comes. */
static const char *read_all(int fd)
{
	static char text[OUTPUT_SIZE];
	struct pollfd readable = { .fd = fd, .events = POLLIN };
	size_t length = 0;

	while (length < sizeof(text) - 1 && poll(&readable, 1, 0) > 0) {
		ssize_t part = read(fd, text + length, sizeof(text) - 1 - length);

		if (part <= 0)
			break;
		length += (size_t)part;
	}
	text[length] = '\0';
	return text;
}

struct outcome {
	int opened, written, closed;
	bool delivered[2];
	struct problem problem;
};

/* Two samples go by; then ticks until `shown`, the other end, has something. -1: no ticks. */
static struct outcome play(struct scene *scene, int fd, int shown)
{
	static struct crafted_sample crafted[2];
	const struct sink_operations *live = &live_sink_operations;
	struct sink_wish wish = { .kind = SINK_LIVE, .target = "-" };
	struct other_stdout other;
	struct sample_view views[2];
	struct outcome outcome = { 0 };
	void *sink = NULL;

	for (int i = 0; i < 2; i++) {
		crafted_udp(&crafted[i], &scene->ports[i], "192.0.2.1", 53);
		views[i] = crafted[i].view;
	}
	stdout_begin(&other, fd);
	outcome.opened = live->open(&wish, &scene->host, &sink, &outcome.problem);
	if (outcome.opened == 0) {
		struct pollfd readable = { .fd = shown, .events = POLLIN };

		outcome.written = live->write(sink, views, 2, outcome.delivered, &outcome.problem);
		scene->counts[0][SAMPLER_VERDICT].lost = 4;
		while (shown >= 0 && poll(&readable, 1, 20) == 0)
			live->tick(sink, CRAFTED_TIME, &outcome.problem);
		outcome.closed = live->close(sink, &outcome.problem);
	}
	stdout_end(&other);
	return outcome;
}

static void check_played(const struct outcome *outcome)
{
	assert_string_equal(outcome->problem.text, "");
	assert_true(!outcome->opened && !outcome->written && !outcome->closed);
	assert_true(outcome->delivered[0] && outcome->delivered[1]);
}

static void lines_then_page(void **state)
{
	struct scene *scene = *state;
	struct outcome outcome;
	const char *text;
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	outcome = play(scene, ends[1], ends[0]);
	close(ends[1]);
	text = read_all(ends[0]);
	close(ends[0]);
	check_played(&outcome);
	assert_null(strchr(text, '\x1b'));
	assert_int_equal(strncmp(text, "2026-11-21T19:05:00Z eth0 verdict: ", 35), 0);
	assert_non_null(strstr(text, "2026-11-21T19:05:00Z wan.7 verdict: "));
	assert_non_null(strstr(text, " 4 lost\n"));
	assert_non_null(strstr(text, ", 2 samples, 4 lost; estimates"));
	assert_non_null(strstr(text, "\n192.0.2.1 "));
}

static void page_at_the_end(void **state)
{
	struct outcome outcome;
	const char *text;
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	outcome = play(*state, ends[1], -1);
	close(ends[1]);
	text = read_all(ends[0]);
	close(ends[0]);
	check_played(&outcome);
	assert_int_equal(strncmp(text, "xdp_sampler 20", 14), 0);
}

static void on_a_terminal(void **state)
{
	struct winsize size = { .ws_row = 9, .ws_col = 40 };
	struct outcome outcome;
	const char *text;
	const char *last;
	unsigned int column = 0;
	int terminal, program;

	if (openpty(&terminal, &program, NULL, NULL, &size) < 0) {
		printf("SKIP: no pseudo-terminals here\n");
		skip();
	}
	outcome = play(*state, program, -1);
	text = read_all(terminal);
	close(terminal);
	close(program);
	check_played(&outcome);
	assert_int_equal(strncmp(text, LIVE_PAGE_BEGIN "\x1b[Hxdp_sampler ", 25), 0);
	last = strstr(text, LIVE_PAGE_END);
	assert_non_null(last);
	last += strlen(LIVE_PAGE_END);
	assert_string_equal(last + strspn(last, "\r\n"), "");
	for (const char *at = text; *at; at++) {
		if (*at == '\x1b')
			at += strcspn(at, "HJKlh");
		else if (*at == '\n')
			column = 0;
		else if (*at != '\r')
			assert_true(++column <= 40);
	}
}

/* Nobody reads any more: told, not fatal, and not waited for. */
static void reader_is_gone(void **state)
{
	struct outcome outcome;
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	close(ends[0]);
	outcome = play(*state, ends[1], -1);
	close(ends[1]);
	assert_int_equal(outcome.opened, 0);
	assert_int_equal(outcome.closed, -EPIPE);
	assert_non_null(strstr(outcome.problem.text, "stdout"));
}

static void only_stdout(void **state)
{
	const struct scene *scene = *state;
	struct sink_wish wish = { .kind = SINK_LIVE, .target = "/tmp/view" };
	struct problem problem = { 0 };
	void *sink;

	assert_int_equal(live_sink_operations.open(&wish, &scene->host, &sink, &problem), -EINVAL);
	assert_string_equal(problem.text,
			    "The live view cannot be written to /tmp/view: it goes to "
			    "stdout (-) only");
}

#define WITH_SCENE(test) cmocka_unit_test_setup_teardown(test, scene_begin, scene_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SCENE(lines_then_page), WITH_SCENE(page_at_the_end), WITH_SCENE(on_a_terminal),
		WITH_SCENE(reader_is_gone),  WITH_SCENE(only_stdout),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
