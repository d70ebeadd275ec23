/* SPDX-License-Identifier: GPL-2.0-only */
/* A report into memory, for the tests of report. */
#ifndef ECBPF_TESTS_REPORT_OUTPUT_H
#define ECBPF_TESTS_REPORT_OUTPUT_H

#include <stddef.h>
#include <stdio.h>

#include "report.h"

struct report_output {
	char *text;
	size_t size;
	FILE *stream;
};

/* A report of "xdp_test" with schema version 3. */
struct report *report_output_begin(struct report_output *output, enum report_format format);
/* Finishes the report: the result and the whole text must be these. */
void report_output_finish(struct report_output *output, struct report *report, int err,
			  const char *expected);
/* The same without white space, in which versions of json-c differ where something is empty. */
void report_output_finish_unspaced(struct report_output *output, struct report *report,
				   const char *expected);

#endif
