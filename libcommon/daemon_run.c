// SPDX-License-Identifier: GPL-2.0-only
#include "daemon_run.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capability.h"
#include "log.h"
#include "monotonic_clock.h"
#include "service.h"

/* How often it looks whether something is attached. */
#define LOOK_EACH (500 * DAEMON_MILLISECOND)
#define STATUS_EACH (5 * DAEMON_SECOND)
#define WARN_AGAIN (60 * DAEMON_SECOND)

struct run {
	const struct daemon_work *work;
	void *context;
	bool is_open;
	bool is_ending;
	int epoll;
	int signals;
	struct problem waits; /* why nothing is served */
	uint64_t next_status, next_alive;
};

static int open_events(struct run *run, const sigset_t *signals, struct problem *problem)
{
	struct epoll_event event = { .events = EPOLLIN };

	run->epoll = epoll_create1(EPOLL_CLOEXEC);
	run->signals = signalfd(-1, signals, SFD_CLOEXEC | SFD_NONBLOCK);
	if (run->epoll >= 0 && run->signals >= 0 &&
	    epoll_ctl(run->epoll, EPOLL_CTL_ADD, run->signals, &event) == 0)
		return 0;
	return problem_errno(problem, -errno, "cannot wait for the kernel's news");
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

/* Only another daemon is a reason to end. */
static int look(struct run *run, struct problem *problem)
{
	struct problem found = { 0 };
	int err = run->work->open(run->context, run->epoll, &found);

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

static void serve(struct run *run, uint64_t *ret_wait)
{
	if (!run->work->turn(run->context, ret_wait, &run->waits))
		return;
	log_warning("%s: waiting", run->waits.text);
	run->work->close(run->context);
	run->is_open = false;
	run->next_status = 0;
}

static void tell_manager(struct run *run)
{
	uint64_t now = monotonic_clock_now();

	if (now >= run->next_status) {
		run->next_status = now + STATUS_EACH;
		if (run->is_open)
			run->work->status(run->context);
		else
			service_status("waits: %s", run->waits.text);
	}
	if (service_alive_interval() && now >= run->next_alive) {
		service_alive();
		run->next_alive = now + service_alive_interval();
	}
}

static void take_signals(struct run *run)
{
	struct signalfd_siginfo signal;

	while (read(run->signals, &signal, sizeof(signal)) == sizeof(signal)) {
		if (signal.ssi_signo != SIGHUP) {
			run->is_ending = true;
			continue;
		}
		service_reloading();
		if (run->is_open)
			run->work->reread(run->context);
		service_ready();
	}
}

static int turn(struct run *run, struct problem *problem)
{
	uint64_t wait = LOOK_EACH;
	struct epoll_event events[8];
	int err = run->is_open ? 0 : look(run, problem);

	if (err)
		return err;
	if (run->is_open)
		serve(run, &wait);
	tell_manager(run);
	if (epoll_wait(run->epoll, events, sizeof(events) / sizeof(*events),
		       (int)((wait + DAEMON_MILLISECOND - 1) / DAEMON_MILLISECOND)) < 0 &&
	    errno != EINTR)
		return problem_errno(problem, -errno, "cannot wait for the kernel's news");
	take_signals(run);
	return 0;
}

static void close_run(struct run *run)
{
	struct signalfd_siginfo signal;

	if (run->is_open)
		run->work->close(run->context);
	/* One that is left would end the process when it is let through again. */
	while (run->signals >= 0 && read(run->signals, &signal, sizeof(signal)) > 0)
		;
	if (run->signals >= 0)
		close(run->signals);
	if (run->epoll >= 0)
		close(run->epoll);
}

int daemon_run(const struct daemon_work *work, void *context, struct problem *problem)
{
	struct run run = { .work = work, .context = context, .epoll = -1, .signals = -1 };
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

int daemon_directory_open(struct daemon_directory *ret_directory, const char *path,
			  struct problem *problem)
{
	struct stat info;

	ret_directory->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (ret_directory->fd < 0 || fstat(ret_directory->fd, &info) < 0)
		return problem_errno(problem, -errno, "cannot open %s", path);
	ret_directory->inode = info.st_ino;
	if (flock(ret_directory->fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	return errno == EWOULDBLOCK ? -EBUSY :
				      problem_errno(problem, -errno, "cannot lock %s", path);
}

int daemon_directory_check(const struct daemon_directory *directory, const char *path)
{
	struct stat info;

	return stat(path, &info) == 0 && info.st_ino == directory->inode ? 0 : -ENOENT;
}

void daemon_directory_close(struct daemon_directory *directory)
{
	if (directory->fd >= 0)
		close(directory->fd);
	directory->fd = -1;
}

void daemon_warn(struct daemon_warnings *warnings, const struct problem *problem)
{
	uint64_t now = monotonic_clock_now();

	if (now < warnings->again && strcmp(warnings->last.text, problem->text) == 0)
		return;
	log_warning("%s", problem->text);
	warnings->last = *problem;
	warnings->again = now + WARN_AGAIN;
}
