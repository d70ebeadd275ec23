// SPDX-License-Identifier: GPL-2.0-only
#include "bypass_run.h"

#include <errno.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "bypass_session.h"
#include "capability.h"
#include "log.h"
#include "monotonic_clock.h"
#include "service.h"
#include "session_turn.h"

/* How often it looks whether something is attached. */
#define LOOK_EACH (500 * MILLISECOND)
#define STATUS_EACH (5 * SECOND)

struct run {
	const struct run_wish *wish;
	struct bypass_session *session;
	bool is_open;
	bool is_ending;
	int epoll;
	int signals;
	struct problem waits; /* why there is no session */
	uint64_t next_status, next_alive;
};

static int open_events(struct run *run, const sigset_t *signals, struct problem *problem)
{
	struct epoll_event event = { .events = EPOLLIN };

	run->epoll = epoll_create1(EPOLL_CLOEXEC);
	run->signals = signalfd(-1, signals, SFD_CLOEXEC | SFD_NONBLOCK);
	run->session = calloc(1, sizeof(*run->session));
	if (run->epoll < 0 || run->signals < 0 || !run->session ||
	    epoll_ctl(run->epoll, EPOLL_CTL_ADD, run->signals, &event) < 0)
		return problem_errno(problem, -errno, "cannot wait for the kernel's news");
	return 0;
}

static int give_up_rights(struct problem *problem)
{
	static const struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };
	static const int needed[] = { CAP_BPF, CAP_NET_ADMIN };

	for (int i = 0; i < 2; i++) {
		if (!capability_has(needed[i]))
			return problem_set(problem, -EPERM,
					   "run: missing CAP_BPF or CAP_NET_ADMIN: run as root, or "
					   "grant them, for example with AmbientCapabilities=");
	}
	/* Kernels before 5.11 charge maps to it; without the right to raise it, it stays as it was
	 * given. */
	(void)setrlimit(RLIMIT_MEMLOCK, &unlimited);
	return capability_keep_only(needed, 2, problem);
}

static void tell_status(struct run *run, uint64_t now)
{
	const struct bypass_ledger *ledger = &run->session->learner.ledger;

	run->next_status = now + STATUS_EACH;
	if (run->is_open)
		service_status("%u flows learned, %u candidates, %u wait for room", ledger->flows,
			       ledger->candidates, ledger->waiting);
	else
		service_status("waits: %s", run->waits.text);
}

/* Only another daemon is a reason to end. */
static int look(struct run *run, struct problem *problem)
{
	struct problem found = { 0 };
	int err = bypass_session_open(run->session, run->wish->bpffs, run->epoll, &found);

	run->is_open = !err;
	run->next_status = 0;
	if (err == -EBUSY) {
		*problem = found;
		return err;
	}
	if (err && err != -ENOENT && strcmp(found.text, run->waits.text) != 0)
		log_warning("%s; tries again and again", found.text);
	run->waits = found;
	return 0;
}

static void reload(struct run *run)
{
	service_reloading();
	if (run->is_open) {
		run->session->is_listed = false;
		bypass_session_reread(run->session);
	}
	service_ready();
}

static void take_signals(struct run *run)
{
	struct signalfd_siginfo signal;

	while (read(run->signals, &signal, sizeof(signal)) == sizeof(signal)) {
		if (signal.ssi_signo == SIGHUP)
			reload(run);
		else
			run->is_ending = true;
	}
}

static void tell_manager(struct run *run)
{
	uint64_t now = monotonic_clock_now();

	if (now >= run->next_status)
		tell_status(run, now);
	if (service_alive_interval() && now >= run->next_alive) {
		service_alive();
		run->next_alive = now + service_alive_interval();
	}
}

static int turn(struct run *run, struct problem *problem)
{
	uint64_t wait = LOOK_EACH;
	struct epoll_event events[8];
	int err = 0;

	if (!run->is_open)
		err = look(run, problem);
	if (!err && run->is_open && bypass_session_turn(run->session, &wait, &run->waits)) {
		log_warning("%s: waiting", run->waits.text);
		bypass_session_close(run->session);
		run->is_open = false;
		run->next_status = 0;
	}
	if (err)
		return err;
	tell_manager(run);
	if (epoll_wait(run->epoll, events, sizeof(events) / sizeof(*events),
		       (int)((wait + MILLISECOND - 1) / MILLISECOND)) < 0 &&
	    errno != EINTR)
		return problem_errno(problem, -errno, "cannot wait for the kernel's news");
	take_signals(run);
	return 0;
}

static void close_run(struct run *run)
{
	struct signalfd_siginfo signal;

	if (run->is_open)
		bypass_session_close(run->session);
	free(run->session);
	/* One that is left would end the process when it is let through again. */
	while (run->signals >= 0 && read(run->signals, &signal, sizeof(signal)) > 0)
		;
	if (run->signals >= 0)
		close(run->signals);
	if (run->epoll >= 0)
		close(run->epoll);
}

int bypass_run(const struct run_wish *wish, struct problem *problem)
{
	struct run run = { .wish = wish, .epoll = -1, .signals = -1 };
	sigset_t signals, before;
	int err;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGHUP);
	sigprocmask(SIG_BLOCK, &signals, &before);
	err = open_events(&run, &signals, problem);
	if (!err)
		err = give_up_rights(problem);
	if (!err)
		err = look(&run, problem);
	if (!err)
		service_ready();
	while (!err && !run.is_ending)
		err = turn(&run, problem);
	service_stopping();
	close_run(&run);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return err;
}
