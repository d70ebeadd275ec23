// SPDX-License-Identifier: GPL-2.0-only
#include "bypass_stats.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>

#include "bypass_state.h"
#include "monotonic_clock.h"
#include "service.h"
#include "service_run.h"
#include "stats_target.h"
#include "stats_text.h"

#define SECOND UINT64_C(1000000000)

const char *const bypass_stats_formats[] = { "json", "statsd", "prometheus", NULL };

struct stats_run {
	const struct bypass_stats_wish *wish;
	struct stats_target target;
	/* What is in trouble was told already. */
	bool reading_fails, sending_fails;
	uint64_t next; /* CLOCK_MONOTONIC, nanoseconds */
};

static int send_text(struct stats_run *run, const struct bypass_state *state, int stop,
		     struct problem *problem)
{
	char *text = stats_text(state, run->wish->format, problem);
	int err = text ? stats_target_send(&run->target, text, stop, problem) : -ENOMEM;

	free(text);
	return err;
}

/* Stdout cannot be opened anew. */
static int after_stdout(int err, const struct problem *trouble, struct problem *problem)
{
	return err == -EPIPE ? SERVICE_RUN_ENDS : problem_set(problem, err, "%s", trouble->text);
}

static int tell(struct stats_run *run, int stop, struct problem *problem)
{
	const struct bypass_stats_wish *wish = run->wish;
	struct problem trouble = { 0 };
	struct bypass_state state;
	int err = bypass_state_read(&state, wish->bpffs, wish->interfaces, wish->slot, &trouble);

	service_run_log_change(&run->reading_fails, err, "reading the counters", &trouble);
	trouble = (struct problem){ 0 };
	err = send_text(run, &state, stop, &trouble);
	if (!err)
		service_status("%zu interfaces, %" PRIu64 " flows", state.interface_count,
			       bypass_state_flows(&state.host, FLOW_TABLE_STATIC) +
				       bypass_state_flows(&state.host, FLOW_TABLE_LEARNED));
	bypass_state_free(&state);
	if (err == -ECANCELED)
		return 0;
	if (err && run->target.kind == STATS_TARGET_STDOUT)
		return after_stdout(err, &trouble, problem);
	service_run_log_change(&run->sending_fails, err, "sending", &trouble);
	return 0;
}

static int turn(void *context, int stop, uint64_t *ret_wait, struct problem *problem)
{
	struct stats_run *run = context;
	/* The watchdog wakes it, too. */
	int err = monotonic_clock_now() < run->next ? 0 : tell(run, stop, problem);

	*ret_wait = service_run_again(&run->next, run->wish->seconds * SECOND);
	return err;
}

int bypass_stats_check(enum bypass_stats_format format, const char *to, struct problem *problem)
{
	struct stats_target target;
	int err = stats_target_parse(to, &target, problem);

	if (!err && format == BYPASS_STATS_PROMETHEUS && target.kind == STATS_TARGET_UDP)
		err = problem_set(problem, -EINVAL,
				  "'%s': prometheus fetches files, not datagrams; give a file, or "
				  "the format statsd",
				  to);
	return err;
}

int bypass_stats(const struct bypass_stats_wish *wish, struct problem *problem)
{
	struct stats_run run = { .wish = wish, .next = monotonic_clock_now() };
	struct service_work work = { .turn = turn, .wakes = -1 };
	int err = bypass_stats_check(wish->format, wish->to, problem);

	if (!err)
		err = stats_target_parse(wish->to, &run.target, problem);
	if (err)
		return problem_prefix(problem, err, "--to");
	run.target.replaces = wish->format == BYPASS_STATS_PROMETHEUS;
	run.target.is_split = wish->format == BYPASS_STATS_STATSD;
	(void)signal(SIGPIPE, SIG_IGN);
	err = service_run(&work, &run, problem);
	stats_target_close(&run.target);
	return err;
}
