// SPDX-License-Identifier: GPL-2.0-only
#include "metrics_verb.h"

#include <errno.h>
#include <stdlib.h>

#include "component.h"
#include "metrics_collect.h"
#include "monotonic_clock.h"
#include "service_run.h"
#include "stats_target.h"

#define SECOND UINT64_C(1000000000)

const char *const metrics_format_names[] = {
	[METRICS_OPENMETRICS] = "openmetrics",
	[METRICS_PROMETHEUS] = "prometheus",
	NULL,
};

struct verb_run {
	const struct metrics_wish *wish;
	struct stats_target target;
	/* What is in trouble was told already. */
	bool reading_fails, sending_fails;
	uint64_t next; /* CLOCK_MONOTONIC, nanoseconds */
};

/* To be freed; NULL: told. */
static char *written(struct metrics *metrics, enum metrics_format format, struct problem *problem)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);
	int err = stream ? metrics_write_as(metrics, format, stream, problem) :
			   problem_errno(problem, -ENOMEM, "cannot write the metrics");

	if (stream && fclose(stream) && !err)
		err = problem_errno(problem, -ENOMEM, "cannot write the metrics");
	if (!err)
		return text;
	free(text);
	return NULL;
}

/* What could be read goes out even if something could not. *ret_read_err: that, told. */
static int send_once(struct verb_run *run, int stop, int *ret_read_err,
		     struct problem *read_problem, struct problem *problem)
{
	const struct metrics_wish *wish = run->wish;
	enum metrics_format format =
		wish->textfile ? METRICS_PROMETHEUS : (enum metrics_format)wish->format;
	struct metrics *metrics = metrics_new();
	char *text;
	int err;

	*ret_read_err = metrics_collect(components, wish->bpffs, metrics, read_problem);
	text = wish->statsd ? metrics_statsd(metrics, problem) : written(metrics, format, problem);
	metrics_free(metrics);
	err = text ? stats_target_send(&run->target, text, stop, problem) : -EINVAL;
	free(text);
	return err;
}

static int turn(void *context, int stop, uint64_t *ret_wait, struct problem *problem)
{
	struct problem read_problem = { 0 }, send_problem = { 0 };
	struct verb_run *run = context;
	int read_err, send_err;

	(void)problem;
	if (monotonic_clock_now() >= run->next) {
		send_err = send_once(run, stop, &read_err, &read_problem, &send_problem);
		service_run_log_change(&run->reading_fails, read_err, "reading the metrics",
				       &read_problem);
		service_run_log_change(&run->sending_fails, send_err, "sending the metrics",
				       &send_problem);
	}
	*ret_wait = service_run_again(&run->next, run->wish->seconds * SECOND);
	return 0;
}

static int once(struct verb_run *run, struct problem *problem)
{
	struct problem read_problem = { 0 };
	int read_err, err = send_once(run, -1, &read_err, &read_problem, problem);

	if (!err && read_err)
		err = problem_set(problem, read_err, "%s", read_problem.text);
	return err;
}

static int choose_target(const struct metrics_wish *wish, struct stats_target *ret_target,
			 struct problem *problem)
{
	int err;

	if (wish->textfile && wish->statsd)
		return problem_set(problem, -EINVAL, "--textfile and --statsd exclude each other");
	if (wish->seconds && !wish->textfile && !wish->statsd)
		return problem_set(problem, -EINVAL, "--every goes with --textfile or --statsd");
	if (wish->format != METRICS_OPENMETRICS && (wish->textfile || wish->statsd))
		return problem_set(problem, -EINVAL,
				   "--format is for stdout: --textfile and --statsd have their own");
	if (wish->statsd) {
		err = stats_target_parse_udp(wish->statsd, ret_target, problem);
		ret_target->is_split = true;
		return err ? problem_prefix(problem, err, "--statsd") : 0;
	}
	err = stats_target_parse(wish->textfile, ret_target, problem);
	if (!err && wish->textfile && ret_target->kind != STATS_TARGET_FILE)
		err = problem_set(problem, -EINVAL, "'%s': expected a file", wish->textfile);
	ret_target->replaces = true;
	return err ? problem_prefix(problem, err, "--textfile") : 0;
}

int metrics_verb(const struct metrics_wish *wish, struct problem *problem)
{
	struct verb_run run = { .wish = wish, .next = monotonic_clock_now() };
	const struct service_work work = { .turn = turn, .wakes = -1 };
	int err = choose_target(wish, &run.target, problem);

	if (!err)
		err = metrics_collect_possible(problem);
	if (err)
		return err;
	err = wish->seconds ? service_run(&work, &run, problem) : once(&run, problem);
	stats_target_close(&run.target);
	return err;
}
