// SPDX-License-Identifier: GPL-2.0-only
#include "session_turn.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "conntrack_dump.h"
#include "monotonic_clock.h"
#include "pin_lock.h"

#define BEAT_EACH SECOND
#define BEAT_LASTS (5 * SECOND)
#define TICK_EACH (200 * MILLISECOND)
#define KEEP_EACH (30 * SECOND)
#define OPEN_EACH (5 * SECOND)
#define DUMP_EACH (60 * SECOND)
/* What takes long is done so much less often. */
#define SCAN_SHARE 50
#define DUMP_SHARE 20
#define EVENTS_AT_ONCE 512
/* Flows of a dump between two looks at the clock. */
#define TOLD_AT_ONCE 1024

void session_beat(struct bypass_session *session)
{
	struct problem problem = { 0 };

	session->now = monotonic_clock_now();
	if (session->now < session->next_beat)
		return;
	session->daemon.alive_until = session->now + BEAT_LASTS;
	session->daemon.epoch = session->learner.epoch;
	session->next_beat = session->now + BEAT_EACH;
	if (bypass_host_write_daemon(&session->host, &session->daemon, &problem) ||
	    bypass_host_write_ledger(&session->host, &session->learner.ledger, &problem))
		session_warn(session, &problem);
}

void session_event(void *session_, const struct bypass_event *event)
{
	struct bypass_session *session = session_;

	learner_event(&session->learner, event, session->is_late);
}

static void told(void *session_, enum conntrack_change change, const struct conntrack_flow *flow)
{
	struct bypass_session *session = session_;

	if (++session->told % TOLD_AT_ONCE == 0)
		session_beat(session);
	learner_conntrack(&session->learner, change, flow);
}

static void take_events(struct bypass_session *session, unsigned int limit)
{
	struct problem problem = { 0 };

	if (event_maps_take(&session->events, limit, &problem))
		session_warn(session, &problem);
}

/* What was written before something changed tells nothing of what is now. */
static void take_late_events(struct bypass_session *session)
{
	session->is_late = true;
	take_events(session, BYPASS_RING_SIZE / sizeof(struct bypass_event));
	session->is_late = false;
}

static void raise_epoch(struct bypass_session *session)
{
	struct problem problem = { 0 };

	/* First of all packets have to go up. */
	session->daemon.epoch = session->daemon.epoch + 1 ? session->daemon.epoch + 1 : 1;
	if (bypass_host_write_daemon(&session->host, &session->daemon, &problem))
		session_warn(session, &problem);
	take_late_events(session);
	learner_rules_changed(&session->learner, session->daemon.epoch);
}

static void follow_rules(struct bypass_session *session)
{
	struct problem problem = { 0 };
	bool has_changed = false;

	if (session->rules && rules_watch_take(session->rules, &has_changed, &problem))
		session_warn(session, &problem);
	if (has_changed)
		raise_epoch(session);
}

/* The kernel tells nobody. */
static void look_at_legacy_rules(struct bypass_session *session)
{
	struct problem problem = { 0 };
	bool has_changed = false;

	if (legacy_rules_look(&session->legacy, &has_changed, &problem))
		session_warn(session, &problem);
	if (has_changed)
		raise_epoch(session);
}

static void follow_conntrack(struct bypass_session *session)
{
	struct problem problem = { 0 };
	bool is_lost = false;

	if (!session->watch)
		return;
	if (conntrack_watch_take(session->watch, told, session, &is_lost, &problem))
		session_warn(session, &problem);
	if (!is_lost)
		return;
	session->learner.ledger.lost_conntrack++;
	session->learner.wants_dump = true;
}

static void follow_nexthops(struct bypass_session *session)
{
	struct nexthops_news news = { 0 };
	struct problem problem = { 0 };

	if (nexthops_follow(session->nexthops, &news, &problem))
		session_warn(session, &problem);
	session->is_dirty |= news.routes_changed;
}

static void list_statics(struct bypass_session *session)
{
	struct flow_entry_list list = { 0 };
	struct problem problem = { 0 };

	if (flow_tables_refresh(&session->host.flows, &problem) ||
	    flow_tables_read(&session->host.flows, FLOW_TABLE_STATIC, &list, &problem))
		session_warn(session, &problem);
	else
		static_follow_begin(&session->statics, &list);
}

void bypass_session_reread(struct bypass_session *session)
{
	struct problem problem = { 0 };
	struct bypass_settings settings;
	struct bypass_excluded excluded;

	if (bypass_host_read_settings(&session->host, &settings, &problem) ||
	    bypass_host_read_excluded(&session->host, &excluded, &problem)) {
		session_warn(session, &problem);
		return;
	}
	/* All of it is compared: it may be read while it is half written. */
	if (memcmp(&excluded, &session->learner.excluded, sizeof(excluded)) != 0)
		learner_exclude(&session->learner, &excluded);
	if (!session->is_listed ||
	    settings.static_version != session->learner.settings.static_version) {
		session->is_listed = true;
		if (nexthops_reread(session->nexthops, &problem))
			session_warn(session, &problem);
		list_statics(session);
	}
	if (memcmp(&settings, &session->learner.settings, sizeof(settings)) != 0)
		learner_set(&session->learner, &settings);
}

static void flush_timers(struct bypass_session *session)
{
	struct problem problem = { 0 };

	if (session->timer && conntrack_timer_flush(session->timer, &problem))
		session_warn(session, &problem);
}

static void dump(struct bypass_session *session)
{
	uint64_t start = session->now, took;
	struct problem problem = { 0 };
	int err;

	if (!session->watch)
		return;
	learner_dump_begin(&session->learner);
	err = conntrack_dump(told, session, &problem);
	if (err)
		session_warn(session, &problem);
	learner_dump_end(&session->learner, !err);
	session->now = monotonic_clock_now();
	took = session->now - start;
	session->next_dump = session->now + SECOND + DUMP_SHARE * took;
	session->dump_at_latest = session->next_dump + DUMP_EACH;
}

static void scan(struct bypass_session *session)
{
	uint64_t start = session->now, each = session->daemon.conntrack_each, rest;
	struct flow_entry_list list = { 0 };
	struct problem problem = { 0 };

	learner_flush(&session->learner);
	if (flow_tables_read(&session->host.flows, FLOW_TABLE_LEARNED, &list, &problem)) {
		session_warn(session, &problem);
	} else {
		learner_scan(&session->learner, &list, each);
		flow_entry_list_free(&list);
	}
	session->now = monotonic_clock_now();
	rest = SCAN_SHARE * (session->now - start);
	/* What took long because others had the CPU must not put timers off until they run out. */
	if (each && rest > each)
		rest = each;
	session->next_scan = session->now + (each && each < SECOND ? each : SECOND) + rest;
}

static void keep_used_nexthops(struct bypass_session *session)
{
	CLEANUP_FREE bool *used = calloc(FLOW_NEXTHOP_LIMIT, sizeof(*used));
	struct flow_entry_list list = { 0 };

	/* What the table has, and what the learner knows of it, are the same then. */
	learner_flush(&session->learner);
	if (used && flow_tables_refresh(&session->host.flows, NULL) == 0 &&
	    flow_tables_read(&session->host.flows, FLOW_TABLE_STATIC, &list, NULL) == 0) {
		for (size_t i = 0; i < list.count; i++)
			used[list.entry[i].value.nexthop % FLOW_NEXTHOP_LIMIT] = true;
		learner_mark_nexthops(&session->learner, used);
		nexthops_keep(session->nexthops, used, true);
		flow_entry_list_free(&list);
	}
}

/* Under the lock nobody can have allocated a next hop for a flow that is not there yet. */
static void keep_nexthops(struct bypass_session *session)
{
	int lock = pin_lock_take(session->bpffs, 0, NULL);

	session->next_keep = session->now + KEEP_EACH;
	if (lock < 0)
		return;
	keep_used_nexthops(session);
	pin_lock_release(session->bpffs, lock);
}

static int check_directory(const struct bypass_session *session, struct problem *problem)
{
	struct stat info;

	if (stat(session->host.directory, &info) == 0 && info.st_ino == session->directory)
		return 0;
	return problem_set(problem, -ENOENT, "bypass_udp was detached from the last interface");
}

static void second(struct bypass_session *session)
{
	struct problem problem = { 0 };

	session->next_second = session->now + SECOND;
	if (nexthops_tick(session->nexthops, session->now, &problem))
		session_warn(session, &problem);
	learner_second(&session->learner);
	if (session->statics.asks_again)
		list_statics(session);
	if (session->now >= session->next_open) {
		session_open_watches(session);
		session->next_open = session->now + OPEN_EACH;
	}
	if (session->now >= session->next_keep)
		keep_nexthops(session);
}

static int tick(struct bypass_session *session, struct problem *problem)
{
	int err = check_directory(session, problem);

	if (err)
		return err;
	session->next_tick = session->now + TICK_EACH;
	bypass_session_reread(session);
	look_at_legacy_rules(session);
	if (session->is_dirty) {
		session->is_dirty = false;
		take_late_events(session);
		learner_routes_changed(&session->learner);
		list_statics(session);
	}
	if (session->now >= session->next_second)
		second(session);
	return 0;
}

/* True: there is more. */
static bool work(struct bypass_session *session)
{
	struct learner *learner = &session->learner;
	struct problem problem = { 0 };
	bool has_more = false;

	if (static_follow_work(&session->statics, &has_more, &problem))
		session_warn(session, &problem);
	has_more |= learner_work(learner);
	if ((learner->wants_dump && session->now >= session->next_dump) ||
	    session->now >= session->dump_at_latest)
		dump(session);
	if (session->now >= session->next_scan)
		scan(session);
	flush_timers(session);
	learner_flush(learner);
	if (learner->err) {
		session_warn(session, &learner->problem);
		learner->err = 0;
	}
	return has_more;
}

int bypass_session_turn(struct bypass_session *session, uint64_t *ret_wait, struct problem *problem)
{
	bool has_more;
	int err = 0;

	session_beat(session);
	session->learner.now = session->now;
	follow_rules(session);
	follow_nexthops(session);
	take_events(session, EVENTS_AT_ONCE);
	follow_conntrack(session);
	if (session->now >= session->next_tick)
		err = tick(session, problem);
	if (err)
		return err;
	has_more = work(session);
	session_beat(session);
	*ret_wait = has_more || session->next_tick <= session->now ?
			    0 :
			    session->next_tick - session->now;
	return 0;
}
