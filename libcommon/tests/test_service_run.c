// SPDX-License-Identifier: GPL-2.0-only
/* A service that works, waits, is woken, watched and ended. What comes too late never comes: a test that hangs has
 * failed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "monotonic_clock.h"
#include "service_run.h"
#include "harness/service_manager.h"

#define MILLISECOND UINT64_C(1000000)

struct story {
	unsigned int turns, last_turn;
	int result;    /* of the last turn */
	uint64_t wait; /* after each turn */
	int signal;    /* sent in the last turn; 0: none */
	int wake_up;   /* written to in each turn; -1: nothing */
	int stop_was_readable;
};

static int turn(void *context, int stop, uint64_t *ret_wait, struct problem *problem)
{
	struct story *story = context;
	struct pollfd wait = { .fd = stop, .events = POLLIN };

	story->turns++;
	*ret_wait = story->wait;
	if (story->wake_up >= 0)
		(void)!write(story->wake_up, "x", 1);
	if (story->turns < story->last_turn)
		return 0;
	if (story->signal) {
		(void)kill(getpid(), story->signal);
		story->stop_was_readable = poll(&wait, 1, 0) == 1;
	}
	return story->result < 0 ? problem_set(problem, story->result, "turn %u", story->turns) :
				   story->result;
}

static int run(struct story *story, int wakes, struct problem *problem)
{
	const struct service_work work = { .turn = turn, .wakes = wakes };

	return service_run(&work, story, problem);
}

static void ends_by_itself(void **state)
{
	struct story story = { .last_turn = 3, .result = SERVICE_RUN_ENDS, .wake_up = -1 };
	struct problem problem = { 0 };

	(void)state;
	assert_int_equal(run(&story, -1, &problem), 0);
	assert_int_equal(story.turns, 3);
	story = (struct story){ .last_turn = 2, .result = -EIO, .wake_up = -1 };
	assert_int_equal(run(&story, -1, &problem), -EIO);
	assert_string_equal(problem.text, "turn 2");
}

static void ends_by_signal(void **state)
{
	static const int signals[] = { SIGTERM, SIGINT };
	sigset_t after;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct story story = {
			.last_turn = 1, .signal = signals[i], .wait = UINT64_MAX, .wake_up = -1
		};

		assert_int_equal(run(&story, -1, NULL), 0);
		assert_int_equal(story.turns, 1);
		assert_true(story.stop_was_readable);
		/* This process lives, and signals come through again. */
		sigprocmask(SIG_BLOCK, NULL, &after);
		assert_false(sigismember(&after, signals[i]));
	}
}

static void waits_as_long_as_told(void **state)
{
	struct story story = {
		.last_turn = 4, .result = SERVICE_RUN_ENDS, .wait = 1, .wake_up = -1
	};
	uint64_t begin = monotonic_clock_now();

	(void)state;
	assert_int_equal(run(&story, -1, NULL), 0);
	assert_int_equal(story.turns, 4);
	/* Never too early: that would be a busy loop. */
	assert_true(monotonic_clock_now() - begin >= 3 * MILLISECOND);
}

static void is_woken_up(void **state)
{
	struct story story = { .last_turn = 3, .result = SERVICE_RUN_ENDS, .wait = UINT64_MAX };
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	story.wake_up = ends[1];
	assert_int_equal(run(&story, ends[0], NULL), 0);
	assert_int_equal(story.turns, 3);
	close(ends[0]);
	close(ends[1]);
}

static void keeps_the_watchdog_quiet(void **state)
{
	struct story story = {
		.last_turn = 4, .result = SERVICE_RUN_ENDS, .wait = UINT64_MAX, .wake_up = -1
	};

	(void)state;
	/* Nothing but the watchdog's time makes it go on. */
	setenv("WATCHDOG_USEC", "10000", 1);
	assert_int_equal(run(&story, -1, NULL), 0);
	assert_string_equal(service_manager_hear(0), "READY=1");
	for (int i = 0; i < 3; i++)
		assert_string_equal(service_manager_hear(0), "WATCHDOG=1");
	while (strcmp(service_manager_hear(0), "WATCHDOG=1") == 0)
		;
	assert_string_equal(service_manager_hear(0), "");
}

static void tells_the_manager(void **state)
{
	struct story story = { .last_turn = 1, .result = SERVICE_RUN_ENDS, .wake_up = -1 };

	(void)state;
	assert_int_equal(run(&story, -1, NULL), 0);
	assert_string_equal(service_manager_hear(0), "READY=1");
	assert_string_equal(service_manager_hear(0), "STOPPING=1");
	assert_string_equal(service_manager_hear(0), "");
}

static void does_not_make_up_for_what_it_missed(void **state)
{
	uint64_t now = monotonic_clock_now(), interval = UINT64_C(100000) * MILLISECOND;
	uint64_t next = now - 3 * interval - interval / 2, wait;

	(void)state;
	wait = service_run_again(&next, interval);
	assert_int_equal(next, now + interval / 2);
	assert_in_range(wait, 1, interval / 2);
	/* Not due: nothing moves. */
	wait = service_run_again(&next, interval);
	assert_int_equal(next, now + interval / 2);
	assert_in_range(wait, 1, interval / 2);
}

static void tells_of_changes(void **state)
{
	struct problem problem = { .text = "it fails" };
	char text[200] = "";
	int ends[2], saved = dup(STDERR_FILENO);
	bool fails = false;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	dup2(ends[1], STDERR_FILENO);
	service_run_log_change(&fails, 0, "it", &problem);
	service_run_log_change(&fails, -EIO, "it", &problem);
	service_run_log_change(&fails, -EIO, "it", &problem);
	service_run_log_change(&fails, 0, "it", &problem);
	service_run_log_change(&fails, 0, "it", &problem);
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(ends[1]);
	(void)!read(ends[0], text, sizeof(text) - 1);
	close(ends[0]);
	assert_non_null(strstr(text, "it fails\n"));
	assert_null(strstr(strstr(text, "it fails") + 1, "it fails"));
	assert_non_null(strstr(text, "it works again\n"));
	assert_null(strstr(strstr(text, "again") + 1, "again"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ends_by_itself),
		cmocka_unit_test(ends_by_signal),
		cmocka_unit_test(waits_as_long_as_told),
		cmocka_unit_test(is_woken_up),
		cmocka_unit_test_setup_teardown(keeps_the_watchdog_quiet, service_manager_begin,
						service_manager_end),
		cmocka_unit_test_setup_teardown(tells_the_manager, service_manager_begin,
						service_manager_end),
		cmocka_unit_test(does_not_make_up_for_what_it_missed),
		cmocka_unit_test(tells_of_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
