// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "text_line.h"

struct output {
	char *text;
	size_t size;
	struct text_line line;
};

static int output_begin(void **state)
{
	struct output *output = calloc(1, sizeof(*output));

	if (!output)
		return -1;
	output->line.stream = open_memstream(&output->text, &output->size);
	*state = output;
	return output->line.stream ? 0 : -1;
}

static int output_end(void **state)
{
	struct output *output = *state;

	fclose(output->line.stream);
	free(output->text);
	free(output);
	return 0;
}

static const char *output_text(struct output *output)
{
	fflush(output->line.stream);
	return output->text;
}

static void trims_the_end_of_lines(void **state)
{
	struct output *output = *state;

	text_line_put(&output->line, "  a  b  ");
	text_line_put(&output->line, " c ");
	text_line_put(&output->line, " \n");
	text_line_put(&output->line, "   \n d\n");
	assert_string_equal(output_text(output), "  a  b   c\n\n d\n");
}

static void fills_on_either_side(void **state)
{
	struct output *output = *state;

	text_line_put(&output->line, "[");
	assert_int_equal(text_line_put_value(&output->line, "ab", 5), 0);
	text_line_put(&output->line, "|");
	assert_int_equal(text_line_put_value(&output->line, "ab", -5), 0);
	text_line_put(&output->line, "|");
	assert_int_equal(text_line_put_value(&output->line, "abcdef", 5), 0);
	text_line_put(&output->line, "|");
	assert_int_equal(text_line_put_value(&output->line, "\xc3\xbc", 3), 0);
	text_line_put(&output->line, "]\n");
	assert_string_equal(output_text(output), "[   ab|ab   |abcdef|  \xc3\xbc]\n");
}

static void values_cannot_leave_the_line(void **state)
{
	struct output *output = *state;

	assert_int_equal(text_line_put_value(&output->line, "a\n\x1b", -10), 0);
	text_line_put(&output->line, "|\n");
	assert_string_equal(output_text(output), "a\\x0a\\x1b |\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(trims_the_end_of_lines, output_begin, output_end),
		cmocka_unit_test_setup_teardown(fills_on_either_side, output_begin, output_end),
		cmocka_unit_test_setup_teardown(values_cannot_leave_the_line, output_begin,
						output_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
