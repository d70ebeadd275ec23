// SPDX-License-Identifier: GPL-2.0-only
#include "stats_text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "bypass_metrics.h"
#include "bypass_report.h"
#include "bypass_status.h"
#include "bypass_udp.h"
#include "load_time.h"

#define MILLISECOND UINT64_C(1000000)

static int write_line(const struct bypass_state *state, FILE *stream, struct problem *problem)
{
	struct report *report =
		report_new(REPORT_JSON_LINE, stream, BYPASS_TOOL, BYPASS_STATUS_SCHEMA);
	int err;

	report_number(report, "time_ms", NULL, load_time_now() / MILLISECOND);
	bypass_report(report, state);
	err = report_finish(report);
	return err ? problem_errno(problem, err, "cannot write the statistics") : 0;
}

static int write_text(const struct bypass_state *state, struct metrics *metrics, FILE *stream,
		      struct problem *problem)
{
	return metrics ? metrics_write_as(metrics, METRICS_PROMETHEUS, stream, problem) :
			 write_line(state, stream, problem);
}

static char *in_memory(const struct bypass_state *state, struct metrics *metrics,
		       struct problem *problem)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);
	int err = stream ? write_text(state, metrics, stream, problem) : -ENOMEM;

	if (!stream || (fclose(stream) && !err))
		err = problem_errno(problem, -ENOMEM, "cannot write the statistics");
	if (!err)
		return text;
	free(text);
	return NULL;
}

char *stats_text(const struct bypass_state *state, enum bypass_stats_format format,
		 struct problem *problem)
{
	struct metrics *metrics;
	char *text;

	if (format == BYPASS_STATS_JSON)
		return in_memory(state, NULL, problem);
	metrics = metrics_new();
	bypass_metrics(metrics, state);
	text = format == BYPASS_STATS_STATSD ? metrics_statsd(metrics, problem) :
					       in_memory(state, metrics, problem);
	metrics_free(metrics);
	return text;
}
