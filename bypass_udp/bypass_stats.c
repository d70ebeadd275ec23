// SPDX-License-Identifier: GPL-2.0-only
#include "bypass_stats.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "bypass_report.h"
#include "bypass_status.h"
#include "bypass_udp.h"
#include "load_time.h"
#include "log.h"
#include "monotonic_clock.h"
#include "service.h"
#include "stats_metrics.h"
#include "stats_target.h"

#define MILLISECOND UINT64_C(1000000)
#define SECOND (1000 * MILLISECOND)

struct stats_run {
	const struct bypass_stats_wish *wish;
	struct stats_target target;
	int signals;
	bool is_ending;
	/* What is in trouble was told already. */
	bool reading_fails, sending_fails;
	/* CLOCK_MONOTONIC, nanoseconds; 0: never. */
	uint64_t next, next_alive;
};

static char *status_line(const struct bypass_state *state)
{
	struct report *report;
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);
	int err;

	if (!stream)
		return NULL;
	report = report_new(REPORT_JSON_LINE, stream, BYPASS_TOOL, BYPASS_STATUS_SCHEMA);
	report_number(report, "time_ms", NULL, load_time_now() / MILLISECOND);
	bypass_report(report, state);
	err = report_finish(report);
	if (fclose(stream) || err) {
		free(text);
		text = NULL;
	}
	return text;
}

static char *text_of(enum bypass_stats_format format, const struct bypass_state *state)
{
	if (format == BYPASS_STATS_PROMETHEUS)
		return stats_metrics_prometheus(state);
	return format == BYPASS_STATS_STATSD ? stats_metrics_statsd(state) : status_line(state);
}

/* Once, until it works again. */
static void log_change(bool *fails, int err, const char *what, const struct problem *problem)
{
	if (err && !*fails)
		log_warning("%s", problem->text);
	else if (!err && *fails)
		log_warning("%s again", what);
	*fails = err != 0;
}

static int tell(struct stats_run *run, struct problem *problem)
{
	const struct bypass_stats_wish *wish = run->wish;
	struct problem trouble = { 0 };
	struct bypass_state state;
	char *text;
	int err = bypass_state_read(&state, wish->bpffs, wish->interfaces, wish->slot, &trouble);

	log_change(&run->reading_fails, err, "reading the counters works", &trouble);
	text = text_of(wish->format, &state);
	trouble = (struct problem){ 0 };
	err = text ? stats_target_send(&run->target, text, run->signals, &trouble) :
		     problem_errno(&trouble, -ENOMEM, "cannot write the statistics");
	free(text);
	if (!err)
		service_status("%zu interfaces, %" PRIu64 " flows", state.interface_count,
			       bypass_state_flows(&state.host, FLOW_TABLE_STATIC) +
				       bypass_state_flows(&state.host, FLOW_TABLE_LEARNED));
	bypass_state_free(&state);
	if (run->target.kind == STATS_TARGET_STDOUT && err && err != -ECANCELED) {
		run->is_ending = true;
		return err == -EPIPE ? 0 : problem_set(problem, err, "%s", trouble.text);
	}
	if (err != -ECANCELED)
		log_change(&run->sending_fails, err, "sending works", &trouble);
	return 0;
}

static int wait_milliseconds(const struct stats_run *run, uint64_t now)
{
	uint64_t until = run->next;

	if (run->next_alive && run->next_alive < until)
		until = run->next_alive;
	return until <= now ? 0 : (int)((until - now + MILLISECOND - 1) / MILLISECOND);
}

static int turn(struct stats_run *run, struct problem *problem)
{
	struct pollfd wait = { .fd = run->signals, .events = POLLIN };
	uint64_t now = monotonic_clock_now(), interval = run->wish->seconds * SECOND;
	int err = 0;

	if (run->next_alive && now >= run->next_alive) {
		service_alive();
		run->next_alive = now + service_alive_interval();
	}
	if (now >= run->next) {
		err = tell(run, problem);
		/* Times that were missed are not made up for. */
		run->next += (now - run->next) / interval * interval + interval;
		now = monotonic_clock_now();
	}
	if (err || run->is_ending)
		return err;
	if (poll(&wait, 1, wait_milliseconds(run, now)) < 0 && errno != EINTR)
		return problem_errno(problem, -errno, "cannot wait");
	run->is_ending = wait.revents != 0;
	return 0;
}

static int prepare(struct stats_run *run, struct problem *problem)
{
	const struct bypass_stats_wish *wish = run->wish;
	int err = stats_target_parse(wish->to, &run->target, problem);

	if (err)
		return err;
	if (!wish->seconds)
		return problem_set(problem, -EINVAL,
				   "--stats takes a number of seconds, 1 or more");
	if (wish->format == BYPASS_STATS_PROMETHEUS && run->target.kind == STATS_TARGET_UDP)
		return problem_set(problem, -EINVAL,
				   "--to %s: prometheus fetches files, not datagrams; give a file, "
				   "or --format statsd",
				   wish->to);
	run->target.replaces = wish->format == BYPASS_STATS_PROMETHEUS;
	run->target.is_split = wish->format == BYPASS_STATS_STATSD;
	run->next = monotonic_clock_now();
	run->next_alive = service_alive_interval() ? run->next : 0;
	return 0;
}

int bypass_stats(const struct bypass_stats_wish *wish, struct problem *problem)
{
	struct stats_run run = { .wish = wish, .signals = -1, .target = { .socket = -1 } };
	sigset_t signals, before;
	int err = prepare(&run, problem);

	if (err)
		return err;
	(void)signal(SIGPIPE, SIG_IGN);
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigprocmask(SIG_BLOCK, &signals, &before);
	run.signals = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	if (run.signals < 0)
		err = problem_errno(problem, -errno, "cannot wait for signals");
	else
		service_ready();
	while (!err && !run.is_ending)
		err = turn(&run, problem);
	service_stopping();
	stats_target_close(&run.target);
	if (run.signals >= 0) {
		struct signalfd_siginfo taken;

		/* One that is left would end the process when it is let through again. */
		while (read(run.signals, &taken, sizeof(taken)) > 0)
			;
		close(run.signals);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	return err;
}
