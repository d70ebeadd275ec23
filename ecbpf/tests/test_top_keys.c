// SPDX-License-Identifier: GPL-2.0-only
/* Keys come from a terminal of the test's own, which is stdin meanwhile. */
#include "top_keys.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "monotonic_clock.h"

#define FOREVER UINT64_MAX

static int master, stdin_before;
static struct top_keys keys;

static int set_up(void **state)
{
	int slave;

	(void)state;
	master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (master < 0 || grantpt(master) || unlockpt(master))
		return -1;
	slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	stdin_before = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	if (slave < 0 || stdin_before < 0 || dup2(slave, STDIN_FILENO) < 0)
		return -1;
	close(slave);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	top_keys_close(&keys);
	dup2(stdin_before, STDIN_FILENO);
	close(stdin_before);
	if (master >= 0)
		close(master);
	return 0;
}

static void type(const char *text)
{
	assert_int_equal(write(master, text, strlen(text)), strlen(text));
}

static void keys_are_taken_one_at_a_time(void **state)
{
	struct problem problem = { 0 };

	(void)state;
	assert_int_equal(top_keys_open(&keys, true, &problem), 0);
	type("xsSq");
	assert_int_equal(top_keys_wait(&keys, FOREVER), TOP_SORT);
	assert_int_equal(top_keys_wait(&keys, FOREVER), TOP_SORT);
	assert_int_equal(top_keys_wait(&keys, FOREVER), TOP_END);
}

static void time_comes(void **state)
{
	struct problem problem = { 0 };

	(void)state;
	assert_int_equal(top_keys_open(&keys, true, &problem), 0);
	assert_int_equal(top_keys_wait(&keys, 0), TOP_TIME);
	assert_int_equal(top_keys_wait(&keys, monotonic_clock_now() + 1000000), TOP_TIME);
	/* A key that means nothing does not make it come earlier. */
	type("x");
	assert_int_equal(top_keys_wait(&keys, monotonic_clock_now() + 1000000), TOP_TIME);
}

static void signals_end_or_redraw(void **state)
{
	struct problem problem = { 0 };

	(void)state;
	assert_int_equal(top_keys_open(&keys, true, &problem), 0);
	raise(SIGWINCH);
	assert_int_equal(top_keys_wait(&keys, FOREVER), TOP_REDRAW);
	raise(SIGCONT);
	assert_int_equal(top_keys_wait(&keys, FOREVER), TOP_REDRAW);
	raise(SIGTERM);
	assert_int_equal(top_keys_wait(&keys, FOREVER), TOP_END);
	raise(SIGINT);
	assert_int_equal(top_keys_wait(&keys, FOREVER), TOP_END);
	raise(SIGHUP);
	assert_int_equal(top_keys_wait(&keys, FOREVER), TOP_END);
}

static void a_terminal_that_has_gone_is_the_end(void **state)
{
	struct problem problem = { 0 };

	(void)state;
	assert_int_equal(top_keys_open(&keys, true, &problem), 0);
	close(master);
	master = -1;
	assert_int_equal(top_keys_wait(&keys, FOREVER), TOP_END);
}

static void the_terminal_is_put_back(void **state)
{
	struct termios before, meanwhile, after;
	struct problem problem = { 0 };

	(void)state;
	assert_int_equal(tcgetattr(STDIN_FILENO, &before), 0);
	assert_int_equal(top_keys_open(&keys, true, &problem), 0);
	assert_int_equal(tcgetattr(STDIN_FILENO, &meanwhile), 0);
	assert_false(meanwhile.c_lflag & (ICANON | ECHO));
	/* ^C and ^Z are still the terminal's. */
	assert_true(meanwhile.c_lflag & ISIG);
	/* The shell's mode while it was stopped. */
	assert_int_equal(tcsetattr(STDIN_FILENO, TCSANOW, &before), 0);
	raise(SIGCONT);
	assert_int_equal(top_keys_wait(&keys, FOREVER), TOP_REDRAW);
	assert_int_equal(tcgetattr(STDIN_FILENO, &meanwhile), 0);
	assert_false(meanwhile.c_lflag & (ICANON | ECHO));
	top_keys_close(&keys);
	keys = (struct top_keys){ .signals = -1 };
	assert_int_equal(tcgetattr(STDIN_FILENO, &after), 0);
	assert_int_equal(after.c_lflag, before.c_lflag);
}

static void without_keys_the_terminal_stays_as_it_is(void **state)
{
	struct problem problem = { 0 };
	struct termios terminal;

	(void)state;
	assert_int_equal(top_keys_open(&keys, false, &problem), 0);
	assert_int_equal(tcgetattr(STDIN_FILENO, &terminal), 0);
	assert_true(terminal.c_lflag & ICANON);
	type("q\n");
	assert_int_equal(top_keys_wait(&keys, monotonic_clock_now() + 1000000), TOP_TIME);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(keys_are_taken_one_at_a_time), TEST(time_comes),
		TEST(signals_end_or_redraw),        TEST(a_terminal_that_has_gone_is_the_end),
		TEST(the_terminal_is_put_back),     TEST(without_keys_the_terminal_stays_as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
