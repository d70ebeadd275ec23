// SPDX-License-Identifier: GPL-2.0-only
#include "offload_session.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "cleanup.h"
#include "monotonic_clock.h"
#include "pin_lock.h"

#define BEAT_EACH DAEMON_SECOND
#define TICK_EACH (200 * DAEMON_MILLISECOND)
#define KEEP_EACH (30 * DAEMON_SECOND)

static uint32_t of_route(void *session, const struct nexthop_question *question)
{
	return nexthops_of_route(((struct offload_session *)session)->nexthops, question);
}

static uint32_t input_device(void *session, uint32_t ifindex, const uint16_t vlan[2])
{
	return nexthops_input_device(((struct offload_session *)session)->nexthops, ifindex, vlan);
}

static const struct flow_nexthop *nexthop(void *session, uint32_t index)
{
	return nexthops_get(((struct offload_session *)session)->nexthops, index);
}

static int edit(void *session, struct flow_edit *edits, size_t count, struct problem *problem)
{
	return flow_tables_edit(&((struct offload_session *)session)->host.flows, edits, count,
				problem);
}

static const struct static_hands hands = {
	.of_route = of_route,
	.input_device = input_device,
	.nexthop = nexthop,
	.edit = edit,
};

static void beat(struct offload_session *session)
{
	struct problem problem = { 0 };

	session->now = monotonic_clock_now();
	if (session->now < session->next_beat)
		return;
	session->daemon.alive_until = session->now + OFFLOAD_SESSION_LASTS;
	session->next_beat = session->now + BEAT_EACH;
	if (offload_host_write_daemon(&session->host, &session->daemon, &problem))
		daemon_warn(&session->warnings, &problem);
}

static int lock_host(struct offload_session *session, struct problem *problem)
{
	struct offload_daemon other = { 0 };
	int err = daemon_directory_open(&session->directory, session->host.directory, problem);

	if (err != -EBUSY)
		return err;
	(void)offload_host_read_daemon(&session->host, &other, NULL);
	return problem_set(problem, err,
			   "another tc_offload --run (process %u) serves this network namespace: end "
			   "it first",
			   other.pid);
}

static int open_nexthops(struct offload_session *session, int epoll, struct problem *problem)
{
	struct epoll_event event = { .events = EPOLLIN };
	int err = nexthops_open(&session->nexthops, session->host.fd[OFFLOAD_NEXTHOPS], -1,
				NEXTHOPS_DAEMON, problem);

	if (err || epoll_ctl(epoll, EPOLL_CTL_ADD, nexthops_fd(session->nexthops), &event) == 0)
		return err;
	return problem_errno(problem, -errno, "cannot wait for the kernel's news");
}

int offload_session_open(struct offload_session *ret_session, const char *bpffs, int epoll,
			 struct problem *problem)
{
	int err;

	*ret_session = (struct offload_session){
		.bpffs = bpffs,
		.directory.fd = -1,
		.host = OFFLOAD_HOST_CLOSED,
		.statics = { .hands = &hands, .context = ret_session },
	};
	err = offload_host_open(&ret_session->host, bpffs, problem);
	if (!err)
		err = lock_host(ret_session, problem);
	if (!err)
		err = open_nexthops(ret_session, epoll, problem);
	if (err) {
		offload_session_close(ret_session);
		return err;
	}
	ret_session->daemon.pid = (uint32_t)getpid();
	/* The first turn is at once. */
	ret_session->next_keep = monotonic_clock_now() + KEEP_EACH;
	return 0;
}

void offload_session_close(struct offload_session *session)
{
	const struct offload_daemon nobody = { 0 };

	/* What belongs to another daemon is left alone. */
	if (session->daemon.pid)
		(void)offload_host_write_daemon(&session->host, &nobody, NULL);
	session->daemon = nobody;
	static_follow_close(&session->statics);
	nexthops_close(session->nexthops);
	session->nexthops = NULL;
	offload_host_close(&session->host);
	daemon_directory_close(&session->directory);
}

static void list_flows(struct offload_session *session)
{
	struct flow_entry_list list = { 0 };
	struct problem problem = { 0 };
	int err = flow_tables_refresh(&session->host.flows, &problem);

	if (!err)
		err = flow_tables_read(&session->host.flows, FLOW_TABLE_STATIC, &list, &problem);
	session->is_listed = !err;
	if (err)
		daemon_warn(&session->warnings, &problem);
	else
		static_follow_begin(&session->statics, &list);
}

static void follow_flows(struct offload_session *session)
{
	struct offload_settings settings;
	struct problem problem = { 0 };

	if (offload_host_read_settings(&session->host, &settings, &problem)) {
		daemon_warn(&session->warnings, &problem);
		return;
	}
	if (!session->is_listed || settings.static_version != session->static_version) {
		/* First of all the next hops that the tools have made for them. */
		if (nexthops_reread(session->nexthops, &problem))
			daemon_warn(&session->warnings, &problem);
		session->is_dirty = true;
	}
	session->static_version = settings.static_version;
	if (session->is_dirty)
		list_flows(session);
	session->is_dirty = false;
}

static void keep_used(struct offload_session *session)
{
	CLEANUP_FREE bool *used = calloc(FLOW_NEXTHOP_LIMIT, sizeof(*used));
	struct flow_entry_list list = { 0 };

	if (!used || flow_tables_refresh(&session->host.flows, NULL) ||
	    flow_tables_read(&session->host.flows, FLOW_TABLE_STATIC, &list, NULL))
		return;
	for (size_t i = 0; i < list.count; i++)
		used[list.entry[i].value.nexthop % FLOW_NEXTHOP_LIMIT] = true;
	nexthops_keep(session->nexthops, used, true);
	flow_entry_list_free(&list);
}

/* Under the lock nobody can have allocated a next hop for a flow that is not there yet. */
static void keep_nexthops(struct offload_session *session)
{
	int lock = pin_lock_take(session->bpffs, 0, NULL);

	session->next_keep = session->now + KEEP_EACH;
	if (lock < 0)
		return;
	keep_used(session);
	pin_lock_release(session->bpffs, lock);
}

static void second(struct offload_session *session)
{
	struct problem problem = { 0 };

	session->next_second = session->now + DAEMON_SECOND;
	if (nexthops_tick(session->nexthops, session->now, &problem))
		daemon_warn(&session->warnings, &problem);
	session->is_dirty |= session->statics.asks_again;
	if (session->now >= session->next_keep)
		keep_nexthops(session);
}

static int tick(struct offload_session *session, struct problem *problem)
{
	int err = daemon_directory_check(&session->directory, session->host.directory);

	if (err)
		return problem_set(problem, err, "tc_offload was detached from the last interface");
	session->next_tick = session->now + TICK_EACH;
	if (session->now >= session->next_second)
		second(session);
	follow_flows(session);
	return 0;
}

static void follow_network(struct offload_session *session)
{
	struct nexthops_news news = { 0 };
	struct problem problem = { 0 };

	if (nexthops_follow(session->nexthops, &news, &problem))
		daemon_warn(&session->warnings, &problem);
	session->is_dirty |= news.routes_changed;
}

int offload_session_turn(struct offload_session *session, uint64_t *ret_wait,
			 struct problem *problem)
{
	struct problem failed = { 0 };
	bool has_more = false;
	int err = 0;

	session->now = monotonic_clock_now();
	follow_network(session);
	if (session->now >= session->next_tick)
		err = tick(session, problem);
	if (err)
		return err;
	if (static_follow_work(&session->statics, &has_more, &failed)) {
		daemon_warn(&session->warnings, &failed);
		session->is_listed = false;
	}
	beat(session);
	*ret_wait = has_more || session->next_tick <= session->now ?
			    0 :
			    session->next_tick - session->now;
	return 0;
}

void offload_session_reread(struct offload_session *session)
{
	session->is_listed = false;
	session->next_tick = 0;
}
