// SPDX-License-Identifier: GPL-2.0-only
#include "terminal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "sample_components.h"

static int master;
static FILE *stream; /* on its slave */

static int set_up(void **state)
{
	(void)state;
	master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (master < 0 || grantpt(master) || unlockpt(master))
		return -1;
	stream = fopen(ptsname(master), "w+e");
	setenv("TERM", "xterm", 1);
	unsetenv("NO_COLOR");
	return stream ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	fclose(stream);
	close(master);
	return 0;
}

static void a_terminal_has_width_and_colour(void **state)
{
	const struct winsize size = { .ws_col = 132, .ws_row = 43 };
	struct terminal terminal;

	(void)state;
	assert_int_equal(ioctl(master, TIOCSWINSZ, &size), 0);
	terminal_look(&terminal, stream);
	assert_true(terminal.is_terminal);
	assert_true(terminal.colour);
	assert_int_equal(terminal.width, 132);
	assert_int_equal(terminal.height, 43);
}

static void one_that_does_not_know_its_size_is_of_the_usual(void **state)
{
	struct terminal terminal;

	(void)state;
	terminal_look(&terminal, stream);
	assert_int_equal(terminal.width, 80);
	assert_int_equal(terminal.height, 24);
}

static void colour_can_be_declined(void **state)
{
	struct terminal terminal;

	(void)state;
	setenv("NO_COLOR", "1", 1);
	terminal_look(&terminal, stream);
	assert_true(terminal.is_terminal);
	assert_false(terminal.colour);
	/* https://no-color.org: present and not an empty string. */
	setenv("NO_COLOR", "", 1);
	terminal_look(&terminal, stream);
	assert_true(terminal.colour);
	unsetenv("NO_COLOR");
	setenv("TERM", "dumb", 1);
	terminal_look(&terminal, stream);
	assert_false(terminal.colour);
	unsetenv("TERM");
	terminal_look(&terminal, stream);
	assert_false(terminal.colour);
}

static void all_else_is_plain(void **state)
{
	struct sample_output output;
	struct terminal terminal;
	FILE *file = tmpfile();

	(void)state;
	assert_non_null(file);
	terminal_look(&terminal, file);
	assert_false(terminal.is_terminal || terminal.colour || terminal.width || terminal.height);
	fclose(file);
	sample_output_open(&output);
	terminal_look(&terminal, output.stream);
	assert_false(terminal.is_terminal || terminal.colour || terminal.width || terminal.height);
	sample_output_close(&output);
	free(output.text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_terminal_has_width_and_colour),
		TEST(one_that_does_not_know_its_size_is_of_the_usual),
		TEST(colour_can_be_declined),
		TEST(all_else_is_plain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
