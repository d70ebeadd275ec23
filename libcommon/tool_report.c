// SPDX-License-Identifier: GPL-2.0-only
#include "tool_report.h"

#include <errno.h>
#include <stdio.h>

struct report *tool_report_open(bool json, const char *tool, unsigned int schema_version)
{
	return report_new(json ? REPORT_JSON : REPORT_TEXT, stdout, tool, schema_version);
}

int tool_report_close(struct report *report, int err, const char *what, struct problem *problem)
{
	int report_err = report_finish(report);

	return !err && report_err ?
		       problem_errno(problem, report_err, "cannot write the %s", what) :
		       err;
}

int tool_report_sick(unsigned int sick, const char *what, struct problem *problem)
{
	return sick ? problem_set(problem, -EUCLEAN, "%u interface%s: %s", sick,
				  sick == 1 ? "" : "s", what) :
		      0;
}
