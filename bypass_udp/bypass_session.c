// SPDX-License-Identifier: GPL-2.0-only
#include "bypass_session.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"
#include "monotonic_clock.h"
#include "session_hands.h"
#include "session_turn.h"

#define WARN_AGAIN (60 * SECOND)
/* The kernel side is asked to set a timer of conntrack so often; less often than it runs out. */
#define TIMER_EACH (10 * SECOND)
#define TIMER_PART 4

void session_warn(struct bypass_session *session, const struct problem *problem)
{
	if (session->now < session->warn_again && strcmp(session->warned.text, problem->text) == 0)
		return;
	log_warning("%s", problem->text);
	session->warned = *problem;
	session->warn_again = session->now + WARN_AGAIN;
}

static int wake_by(struct bypass_session *session, int fd, struct problem *problem)
{
	struct epoll_event event = { .events = EPOLLIN };

	if (epoll_ctl(session->epoll, EPOLL_CTL_ADD, fd, &event) == 0)
		return 0;
	return problem_errno(problem, -errno, "cannot wait for the kernel's news");
}

static void read_stream_timeout(struct bypass_session *session)
{
	struct problem problem = { 0 };
	int seconds = conntrack_stream_timeout(&problem);
	uint64_t each;

	if (seconds <= 0)
		return;
	each = (uint64_t)seconds * SECOND / TIMER_PART;
	session->stream_timeout = (uint32_t)seconds;
	session->daemon.conntrack_timeout = (uint32_t)seconds * 1000;
	session->daemon.conntrack_each = each < TIMER_EACH ? each : TIMER_EACH;
}

static int open_conntrack(struct bypass_session *session, struct problem *problem)
{
	int err = conntrack_watch_open(&session->watch, problem);

	if (!err)
		err = wake_by(session, conntrack_watch_fd(session->watch), problem);
	if (!err && !session->timer)
		err = conntrack_timer_open(&session->timer, learner_gone, &session->learner,
					   problem);
	if (!err)
		err = conntrack_watch_ignore(session->watch, conntrack_timer_port(session->timer),
					     problem);
	if (err) {
		conntrack_watch_close(session->watch);
		session->watch = NULL;
		return err;
	}
	session->learner.wants_dump = true;
	return 0;
}

static int open_rules(struct bypass_session *session, struct problem *problem)
{
	int err = rules_watch_open(&session->rules, problem);

	if (!err)
		err = wake_by(session, rules_watch_fd(session->rules), problem);
	if (err) {
		rules_watch_close(session->rules);
		session->rules = NULL;
	}
	return err;
}

void session_open_watches(struct bypass_session *session)
{
	struct problem problem = { 0 };

	if (!session->watch && open_conntrack(session, &problem))
		session_warn(session, &problem);
	if (!session->rules && open_rules(session, &problem))
		session_warn(session, &problem);
	read_stream_timeout(session);
}

/* One daemon per network namespace. */
static int lock_directory(struct bypass_session *session, struct problem *problem)
{
	struct bypass_daemon daemon = { 0 };
	struct stat info;

	session->lock = open(session->host.directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (session->lock < 0 || fstat(session->lock, &info) < 0)
		return problem_errno(problem, -errno, "cannot open %s", session->host.directory);
	session->directory = info.st_ino;
	if (flock(session->lock, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno != EWOULDBLOCK)
		return problem_errno(problem, -errno, "cannot lock %s", session->host.directory);
	(void)bypass_host_read_daemon(&session->host, &daemon, NULL);
	return problem_set(problem, -EBUSY,
			   "another bypass_udp --run (process %u) serves this network namespace: end "
			   "it first",
			   daemon.pid);
}

static int adopt(struct bypass_session *session, struct problem *problem)
{
	struct flow_entry_list list = { 0 };
	int err = bypass_host_read_ledger(&session->host, &session->learner.ledger, problem);

	if (!err)
		err = flow_tables_read(&session->host.flows, FLOW_TABLE_LEARNED, &list, problem);
	if (err)
		return err;
	session->learner.ledger.started = session->now;
	event_maps_await_nothing(&session->events);
	learner_adopt(&session->learner, &list);
	flow_entry_list_free(&list);
	return 0;
}

static int open_learner(struct bypass_session *session, struct problem *problem)
{
	__u32 capacity = 0;
	int err =
		flow_tables_capacity(&session->host.flows, FLOW_TABLE_LEARNED, &capacity, problem);

	if (!err)
		err = bypass_host_read_daemon(&session->host, &session->daemon, problem);
	if (err)
		return err;
	/* Rules may have changed while nobody looked: all flows have to be seen leaving again. */
	session->daemon.epoch = session->daemon.epoch + 1 ? session->daemon.epoch + 1 : 1;
	session->daemon.pid = (__u32)getpid();
	err = learner_open(&session->learner, &session_hands, session, capacity,
			   BYPASS_AWAITED_LIMIT, session->daemon.epoch);
	if (err)
		return problem_errno(problem, err, "cannot learn flows");
	session->learner.now = session->now;
	return adopt(session, problem);
}

static int open_parts(struct bypass_session *session, struct problem *problem)
{
	struct bypass_host *host = &session->host;
	int err = nexthops_open(&session->nexthops, host->fd[BYPASS_NEXTHOPS],
				host->fd[BYPASS_DEVICES], NEXTHOPS_DAEMON, problem);

	if (!err)
		err = wake_by(session, nexthops_fd(session->nexthops), problem);
	if (!err)
		err = event_maps_open(&session->events, host, session_event, session, problem);
	if (!err)
		err = wake_by(session, host->fd[BYPASS_EVENTS], problem);
	if (!err)
		err = open_learner(session, problem);
	if (err)
		return err;
	session_open_watches(session);
	bypass_session_reread(session);
	session_beat(session);
	return 0;
}

int bypass_session_open(struct bypass_session *ret_session, const char *bpffs, int epoll,
			struct problem *problem)
{
	int err;

	*ret_session = (struct bypass_session){ .bpffs = bpffs, .epoll = epoll, .lock = -1 };
	ret_session->now = monotonic_clock_now();
	ret_session->statics.hands = &session_static_hands;
	ret_session->statics.context = ret_session;
	err = bypass_host_open(&ret_session->host, bpffs, problem);
	if (!err)
		err = lock_directory(ret_session, problem);
	if (!err)
		err = open_parts(ret_session, problem);
	if (err) {
		/* What belongs to another daemon is left alone. */
		ret_session->daemon.pid = 0;
		bypass_session_close(ret_session);
	}
	return err;
}

void bypass_session_close(struct bypass_session *session)
{
	/* Nobody looks after them from now on. */
	session->daemon.alive_until = 0;
	if (session->daemon.pid) {
		session->daemon.pid = 0;
		learner_flush(&session->learner);
		(void)bypass_host_write_daemon(&session->host, &session->daemon, NULL);
		(void)bypass_host_write_ledger(&session->host, &session->learner.ledger, NULL);
	}
	static_follow_close(&session->statics);
	if (session->learner.hands)
		learner_close(&session->learner);
	rules_watch_close(session->rules);
	conntrack_watch_close(session->watch);
	conntrack_timer_close(session->timer);
	event_maps_close(&session->events);
	nexthops_close(session->nexthops);
	bypass_host_close(&session->host);
	if (session->lock >= 0)
		close(session->lock);
	*session = (struct bypass_session){ .lock = -1, .host = BYPASS_HOST_CLOSED };
}
