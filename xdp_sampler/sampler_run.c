// SPDX-License-Identifier: GPL-2.0-only
#include "sampler_run.h"

#include <errno.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "capability.h"
#include "log.h"
#include "monotonic_clock.h"
#include "run_ports.h"
#include "run_sinks.h"
#include "service.h"
#include "tap_listener.h"

#define MILLISECOND UINT64_C(1000000)
#define SECOND (1000 * MILLISECOND)
/* How long a sample may stay in the ring at most, when some come and when none does. The kernel side
 * interrupts a sleep only when the ring fills up. */
#define SLEEP_BUSY (20 * MILLISECOND)
/* With more than so many samples in a turn it looks again sooner: what is on its way to the sinks then
 * stays in the cache. */
#define FLOOD 500
#define SLEEP_FLOODED (4 * MILLISECOND)
#define SLEEP_IDLE (100 * MILLISECOND)
/* How many records are taken before anything else gets its turn. */
#define RECORDS_PER_TURN 8192
#define LOOK_EACH SECOND
#define STATUS_EACH (5 * SECOND)
/* How long a reload waits for new sinks before it is answered. */
#define RELOAD_TIME (2 * SECOND)
/* For reading what is left, and for the sinks, at the end. */
#define LAST_READ_TIME SECOND
#define STOP_TIME (5 * SECOND)

struct run {
	const struct run_wish *wish;
	struct run_ports ports;
	struct run_sinks sinks;
	struct tap_listener taps;
	int epoll;
	int signals;
	bool is_ending;
	unsigned int taken; /* samples in this turn */
	/* Times are CLOCK_MONOTONIC, nanoseconds; 0: never. */
	uint64_t now;
	uint64_t end;
	uint64_t next_look;
	uint64_t next_status;
	uint64_t next_alive;
	uint64_t answer_at_latest; /* a reload is to be answered */
	uint64_t status_time;      /* of the last status, and what had been read by then */
	uint64_t status_read;
};

const struct sink_operations *const sampler_sink_operations[SINK_KIND_COUNT] = {
	[SINK_PCAPNG] = &pcapng_sink_operations,
	[SINK_SFLOW] = &sflow_sink_operations,
	[SINK_JSON] = &json_sink_operations,
	[SINK_LIVE] = &live_sink_operations,
};

static void tell_status(struct run *run)
{
	char reading[200], waiting[200];
	uint64_t lost = run_ports_lost(&run->ports) + run_sinks_lost(&run->sinks);
	uint64_t time = run->now - run->status_time;
	uint64_t read = run->ports.read - run->status_read;

	run_ports_names(&run->ports, true, reading, sizeof(reading));
	run_ports_names(&run->ports, false, waiting, sizeof(waiting));
	service_status("%s%s%llu samples/s, %llu lost%s%s", reading, *reading ? ": " : "",
		       (unsigned long long)(time ? read * SECOND / time : 0),
		       (unsigned long long)lost, *waiting ? "; waiting for " : "", waiting);
	run->status_time = run->now;
	run->status_read = run->ports.read;
	run->next_status = run->now + STATUS_EACH;
}

static void answer(struct run *run, int err, const struct problem *problem)
{
	run_ports_note(&run->ports, run->now);
	run_ports_answer(&run->ports, err, problem);
	if (err)
		log_error("reload: %s", problem->text);
	run->answer_at_latest = 0;
	service_ready();
}

/* Once it is known how the new sinks are. */
static void answer_when_opened(struct run *run)
{
	struct problem problem = { 0 };
	int err;

	if (run_sinks_are_opening(&run->sinks) && run->now < run->answer_at_latest)
		return;
	err = run_sinks_opened(&run->sinks, &problem);
	answer(run, err, &problem);
}

static void reload(struct run *run)
{
	const struct run_wish *wish = run->wish;
	struct sink_wish *wishes = NULL;
	struct problem problem = { 0 };
	size_t count = 0;
	int err;

	/* Nobody must wait for ever for the answer to the one before. */
	if (run->answer_at_latest)
		answer(run, -ECANCELED, &(struct problem){ .text = "another reload came" });
	service_reloading();
	err = wish->reload(wish->context, &wishes, &count, &problem);
	if (!err) {
		tap_listener_make_room(&run->taps, count);
		err = run_sinks_apply(&run->sinks, wishes, count, &problem);
	}
	free(wishes);
	if (err) {
		answer(run, err, &problem);
		return;
	}
	run_ports_seat(&run->ports);
	run->answer_at_latest = run->now + RELOAD_TIME;
}

static void take_signals(struct run *run)
{
	struct signalfd_siginfo signal;

	while (read(run->signals, &signal, sizeof(signal)) == sizeof(signal)) {
		if (signal.ssi_signo == SIGHUP && run->wish->reload)
			reload(run);
		else
			run->is_ending = true;
	}
}

static void sooner(uint64_t *time, uint64_t other)
{
	if (other && other < *time)
		*time = other;
}

static int sleep_milliseconds(const struct run *run)
{
	uint64_t sleep = run->taken > FLOOD ? SLEEP_FLOODED : run->taken ? SLEEP_BUSY : SLEEP_IDLE;
	uint64_t until = run->now + sleep, now;

	sooner(&until, run->end);
	sooner(&until, run->next_alive);
	now = monotonic_clock_now();
	return until <= now ? 0 : (int)((until - now + MILLISECOND - 1) / MILLISECOND);
}

/* A pipe whose reader has gone has had enough: no error. */
static int check_capture(struct run *run, struct problem *problem)
{
	int err = run_sinks_fail(&run->sinks, problem);

	if (err == -EPIPE) {
		run->is_ending = true;
		return 0;
	}
	err = run_sinks_opened(&run->sinks, problem);
	if (!err && !run->ports.open)
		return problem_set(problem, -ENODEV, "none of the interfaces can be read any more");
	return err;
}

static int look(struct run *run, bool must_be_there, struct problem *problem)
{
	bool has_changed;
	int err = run_ports_look(&run->ports, must_be_there, &has_changed, problem);

	if (err)
		return err;
	/* A number in the ledger may have become free. */
	run_ports_seat(&run->ports);
	run_ports_note(&run->ports, run->now);
	if (has_changed || run->now >= run->next_status)
		tell_status(run);
	run->next_look = run->now + LOOK_EACH;
	return 0;
}

static bool has_enough(const struct run *run)
{
	return run->wish->count && run->ports.read >= run->wish->count;
}

/* False: there may be more in the rings. */
static bool take(struct run *run)
{
	uint64_t limit = RECORDS_PER_TURN, count = run->wish->count;

	if (count && count - run->ports.read < limit)
		limit = count - run->ports.read;
	run->taken = run_ports_take(&run->ports, (unsigned int)limit);
	return run->taken < limit || has_enough(run);
}

static int turn(struct run *run, struct problem *problem)
{
	bool is_all_taken = take(run);
	struct epoll_event events[8];
	int err = 0;

	run->now = monotonic_clock_now();
	tap_listener_attend(&run->taps, is_all_taken, run->now);
	run_sinks_attend(&run->sinks, run->now);
	if (run->now >= run->next_look)
		err = look(run, false, problem);
	if (!err && !run->wish->daemon)
		err = check_capture(run, problem);
	if (run->answer_at_latest)
		answer_when_opened(run);
	if (run->next_alive && run->now >= run->next_alive) {
		service_alive();
		run->next_alive = run->now + service_alive_interval();
	}
	run->is_ending |= has_enough(run) || (run->end && run->now >= run->end);
	if (err || run->is_ending)
		return err;
	if (epoll_wait(run->epoll, events, sizeof(events) / sizeof(*events),
		       is_all_taken ? sleep_milliseconds(run) : 0) < 0 &&
	    errno != EINTR)
		return problem_errno(problem, -errno, "cannot wait for samples");
	run->now = monotonic_clock_now();
	take_signals(run);
	return 0;
}

static int open_events(struct run *run, const sigset_t *signals, struct problem *problem)
{
	struct epoll_event event = { .events = EPOLLIN };

	run->epoll = epoll_create1(EPOLL_CLOEXEC);
	run->signals = signalfd(-1, signals, SFD_CLOEXEC | SFD_NONBLOCK);
	if (run->epoll < 0 || run->signals < 0 ||
	    epoll_ctl(run->epoll, EPOLL_CTL_ADD, run->signals, &event) < 0)
		return problem_errno(problem, -errno, "cannot wait for samples");
	run->ports.epoll = run->epoll;
	return 0;
}

/* Every bpf() call needs CAP_BPF where unprivileged ones are forbidden, up to 5.19 also those that open
 * a pin or read a map. Pins of a sampler that comes later are found by file permissions alone. The
 * sinks' threads are started later, and have no more than that either. */
static int give_up_rights(struct problem *problem)
{
	static const int needed[] = { CAP_BPF };

	if (!capability_has(CAP_BPF))
		return problem_set(problem, -EPERM,
				   "run: missing CAP_BPF: run as root, or grant it, for example "
				   "with AmbientCapabilities=");
	return capability_keep_only(needed, 1, problem);
}

/* Without it the reader reads all the same. */
static void open_taps(struct run *run)
{
	struct problem problem = { 0 };

	if (tap_listener_open(&run->taps, run->wish->bpffs, &run->ports, &problem))
		log_warning("%s", problem.text);
}

static int open_run(struct run *run, const sigset_t *signals, struct problem *problem)
{
	const struct run_wish *wish = run->wish;
	int err = open_events(run, signals, problem);

	if (!err)
		err = run_ports_open(&run->ports, wish->bpffs, wish->interfaces, problem);
	if (!err && wish->daemon)
		err = give_up_rights(problem);
	if (err)
		return err;
	run->sinks.ports = run->ports.table;
	run->sinks.ends_with_sink = !wish->daemon;
	run->sinks.operations = wish->operations ? wish->operations : sampler_sink_operations;
	run->now = run->status_time = monotonic_clock_now();
	run->end = wish->duration_ns ? run->now + wish->duration_ns : 0;
	/* Before anyone is told that this process reads. */
	open_taps(run);
	/* No file is touched when there is nothing to read. */
	err = look(run, !wish->daemon, problem);
	if (!err)
		err = run_sinks_apply(&run->sinks, wish->sinks, wish->sink_count, problem);
	run_ports_seat(&run->ports);
	run_ports_note(&run->ports, run->now);
	if (!err && service_alive_interval())
		run->next_alive = run->now + service_alive_interval();
	return err;
}

/* What is in the rings, unless more comes all the time. */
static void take_the_rest(struct run *run)
{
	uint64_t end = monotonic_clock_now() + LAST_READ_TIME;

	while (!has_enough(run) && !take(run) && monotonic_clock_now() < end)
		;
}

static void close_run(struct run *run)
{
	struct signalfd_siginfo signal;
	struct run_totals *totals = run->wish->ret_totals;

	tap_listener_close(&run->taps);
	run_sinks_stop(&run->sinks, monotonic_clock_now() + STOP_TIME);
	if (totals)
		*totals = (struct run_totals){ .read = run->ports.read,
					       .ring_lost = run_ports_lost(&run->ports),
					       .sink_lost = run_sinks_lost(&run->sinks) };
	run_ports_close(&run->ports);
	/* One that is left would end the process when it is let through again. */
	while (run->signals >= 0 && read(run->signals, &signal, sizeof(signal)) > 0)
		;
	if (run->signals >= 0)
		close(run->signals);
	if (run->epoll >= 0)
		close(run->epoll);
}

int sampler_run(const struct run_wish *wish, struct problem *problem)
{
	struct run run = { .wish = wish, .taps = { .fd = -1 }, .epoll = -1, .signals = -1 };
	sigset_t signals, before;
	int err;

	run.ports.sinks = &run.sinks;
	(void)signal(SIGPIPE, SIG_IGN);
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGHUP);
	sigprocmask(SIG_BLOCK, &signals, &before);
	err = open_run(&run, &signals, problem);
	if (!err)
		service_ready();
	while (!err && !run.is_ending)
		err = turn(&run, problem);
	service_stopping();
	if (!err)
		take_the_rest(&run);
	close_run(&run);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return err;
}
