/* SPDX-License-Identifier: GPL-2.0-only */
/* What a verb of a tool reports on stdout. */
#ifndef ECBPF_TOOL_REPORT_H
#define ECBPF_TOOL_REPORT_H

#include <stdbool.h>
#include "problem.h"
#include "report.h"

/* As JSON with --json, else as text; else as report_new(). */
struct report *tool_report_open(bool json, const char *tool, unsigned int schema_version);

/* report_finish(). Returns `err`, what came of reporting, or if that is 0 what came of writing:
 * "cannot write the WHAT: …". */
int tool_report_close(struct report *report, int err, const char *what, struct problem *problem);

/* 0 if none is sick, or -EUCLEAN with "2 interfaces: WHAT". */
int tool_report_sick(unsigned int sick, const char *what, struct problem *problem);

#endif
