// SPDX-License-Identifier: GPL-2.0-only
#include "service_run.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "log.h"
#include "monotonic_clock.h"
#include "service.h"

#define MILLISECOND UINT64_C(1000000)

static int poll_milliseconds(uint64_t wait)
{
	uint64_t milliseconds = wait / MILLISECOND + (wait % MILLISECOND != 0);

	if (wait == UINT64_MAX)
		return -1;
	return milliseconds < INT_MAX ? (int)milliseconds : INT_MAX;
}

/* Nanoseconds until the watchdog wants to hear again. */
static uint64_t keep_alive(uint64_t *next)
{
	uint64_t interval = service_alive_interval(), now = monotonic_clock_now();

	if (!interval)
		return UINT64_MAX;
	if (now >= *next) {
		service_alive();
		*next = now + interval;
	}
	return *next - now;
}

static int run(const struct service_work *work, void *context, int signals, struct problem *problem)
{
	struct pollfd waits[] = { { .fd = signals, .events = POLLIN },
				  { .fd = work->wakes, .events = POLLIN } };
	uint64_t next_alive = 0;
	int result = 0;

	while (!result && !waits[0].revents) {
		uint64_t wait = UINT64_MAX, until_alive;

		result = work->turn(context, signals, &wait, problem);
		until_alive = keep_alive(&next_alive);
		if (result)
			break;
		if (poll(waits, 2, poll_milliseconds(wait < until_alive ? wait : until_alive)) <
			    0 &&
		    errno != EINTR)
			result = problem_errno(problem, -errno, "cannot wait for work");
	}
	return result < 0 ? result : 0;
}

int service_run(const struct service_work *work, void *context, struct problem *problem)
{
	struct signalfd_siginfo taken;
	sigset_t signals, before;
	int fd, result;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigprocmask(SIG_BLOCK, &signals, &before);
	fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0) {
		result = problem_errno(problem, -errno, "cannot wait for signals");
	} else {
		service_ready();
		result = run(work, context, fd, problem);
		service_stopping();
		/* One that is left would end the process when it is let through again. */
		while (read(fd, &taken, sizeof(taken)) > 0)
			;
		close(fd);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	return result;
}

uint64_t service_run_again(uint64_t *next, uint64_t interval)
{
	uint64_t now = monotonic_clock_now();

	if (now >= *next)
		*next += (now - *next) / interval * interval + interval;
	return *next - now;
}

void service_run_log_change(bool *fails, int err, const char *what, const struct problem *problem)
{
	if (err && !*fails)
		log_warning("%s", problem->text);
	else if (!err && *fails)
		log_warning("%s works again", what);
	*fails = err != 0;
}
