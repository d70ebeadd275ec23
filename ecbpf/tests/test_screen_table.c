// SPDX-License-Identifier: GPL-2.0-only
#include "screen_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "sample_components.h"

static const struct screen_column columns[] = {
	{ "NAME", false },
	{ "OTHER", false },
	{ "PACKETS", true },
};

static struct screen_table *table;

static void row(enum screen_colour colour, const char *name, const char *other, const char *packets)
{
	screen_table_row(table, colour);
	screen_table_put(table, name);
	screen_table_put(table, other);
	if (packets)
		screen_table_put(table, packets);
}

static int set_up(void **state)
{
	(void)state;
	table = screen_table_new(columns, 3);
	return table ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	screen_table_free(table);
	return 0;
}

static void prints(const struct terminal *terminal, size_t rows, const char *expected)
{
	struct sample_output output;

	sample_output_open(&output);
	assert_int_equal(screen_table_print(table, output.stream, terminal, rows), 0);
	sample_output_close(&output);
	assert_string_equal(output.text, expected);
	free(output.text);
}

static void columns_are_as_wide_as_what_is_in_them(void **state)
{
	const struct terminal plain = { 0 };

	(void)state;
	row(SCREEN_RED, "a", "longer than OTHER", "5");
	row(SCREEN_PLAIN, "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4", "", "12345678");
	row(SCREEN_PLAIN, "no number", "x", NULL);
	prints(&plain, 0,
	       "NAME       OTHER               PACKETS\n"
	       "a          longer than OTHER         5\n"
	       "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4                         12345678\n"
	       "no number  x\n");
	assert_int_equal(screen_table_width(table), 9 + 2 + 17 + 2 + 8);
}

static void the_widest_texts_are_cut(void **state)
{
	const struct terminal narrow = { .width = 30 }, tiny = { .width = 5 };

	(void)state;
	row(SCREEN_PLAIN, "0123456789", "01234567890123456789", "12345");
	prints(&narrow, 0,
	       "NAME       OTHER       PACKETS\n"
	       "01234567~  012345678~    12345\n");
	/* Numbers stay whole, as a part of one is another one. */
	prints(&tiny, 0,
	       "NAME      OTHER     PACKETS\n"
	       "0123456~  0123456~    12345\n");
	row(SCREEN_PLAIN, "", "", "18446744073709551615");
	prints(&tiny, 0,
	       "NAME      OTHER                  PACKETS\n"
	       "0123456~  0123456~                 12345\n"
	       "                    18446744073709551615\n");
}

static void characters_are_not_cut(void **state)
{
	const struct terminal narrow = { .width = 24 };

	(void)state;
	row(SCREEN_PLAIN,
	    "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4", "", "1");
	prints(&narrow, 0,
	       "NAME      OTHER  PACKETS\n"
	       "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4~               1\n");
}

static void strangers_cannot_move_the_terminal(void **state)
{
	const struct terminal plain = { 0 };

	(void)state;
	row(SCREEN_PLAIN, "\x1b[2J", "a\nb", "1");
	prints(&plain, 0,
	       "NAME     OTHER   PACKETS\n"
	       "\\x1b[2J  a\\x0ab        1\n");
}

static void colours_are_for_terminals(void **state)
{
	const struct terminal coloured = { .is_terminal = true, .colour = true };

	(void)state;
	row(SCREEN_RED, "a", "b", "1");
	row(SCREEN_PLAIN, "a", "b", "2");
	prints(&coloured, 0,
	       "\x1b[1mNAME  OTHER  PACKETS\x1b[0m\n"
	       "\x1b[31ma     b            1\x1b[0m\n"
	       "a     b            2\n");
}

static void rows_can_be_limited(void **state)
{
	const struct terminal plain = { 0 };

	(void)state;
	row(SCREEN_PLAIN, "a", "b", "1");
	row(SCREEN_PLAIN, "c", "d", "2");
	prints(&plain, 1, "NAME  OTHER  PACKETS\na     b            1\n");
}

static void cells_too_many_are_left_out(void **state)
{
	const struct terminal plain = { 0 };

	(void)state;
	screen_table_put(table, "before any row");
	row(SCREEN_PLAIN, "a", NULL, "1");
	for (int i = 0; i < 1000; i++)
		screen_table_put(table, "fourth of three");
	prints(&plain, 0, "NAME  OTHER  PACKETS\na                  1\n");
}

static void no_table_is_no_memory(void **state)
{
	const struct terminal plain = { 0 };

	(void)state;
	screen_table_row(NULL, SCREEN_PLAIN);
	screen_table_put(NULL, "x");
	assert_int_equal(screen_table_width(NULL), 0);
	assert_int_equal(screen_table_print(NULL, stderr, &plain, 0), -12);
	screen_table_free(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(columns_are_as_wide_as_what_is_in_them),
		TEST(the_widest_texts_are_cut),
		TEST(characters_are_not_cut),
		TEST(strangers_cannot_move_the_terminal),
		TEST(colours_are_for_terminals),
		TEST(rows_can_be_limited),
		TEST(cells_too_many_are_left_out),
		TEST(no_table_is_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
