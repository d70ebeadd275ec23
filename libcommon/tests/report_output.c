// SPDX-License-Identifier: GPL-2.0-only
#include "report_output.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

struct report *report_output_begin(struct report_output *output, enum report_format format)
{
	struct report *report;

	*output = (struct report_output){ 0 };
	output->stream = open_memstream(&output->text, &output->size);
	assert_non_null(output->stream);
	report = report_new(format, output->stream, "xdp_test", 3);
	assert_non_null(report);
	return report;
}

void report_output_finish(struct report_output *output, struct report *report, int err,
			  const char *expected)
{
	assert_int_equal(report_finish(report), err);
	fclose(output->stream);
	assert_string_equal(output->text, expected);
	free(output->text);
}

void report_output_finish_unspaced(struct report_output *output, struct report *report,
				   const char *expected)
{
	size_t length = 0;

	assert_int_equal(report_finish(report), 0);
	fclose(output->stream);
	for (const char *from = output->text; *from; from++) {
		if (*from != ' ' && *from != '\n')
			output->text[length++] = *from;
	}
	output->text[length] = '\0';
	assert_string_equal(output->text, expected);
	free(output->text);
}
