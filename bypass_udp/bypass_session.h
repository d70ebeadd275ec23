/* SPDX-License-Identifier: GPL-2.0-only */
/* The daemon as long as its network namespace has bypass_udp: everything it reads and writes is open. */
#ifndef BYPASS_SESSION_H
#define BYPASS_SESSION_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "bypass_host.h"
#include "conntrack_timer.h"
#include "conntrack_watch.h"
#include "event_maps.h"
#include "learner.h"
#include "legacy_rules.h"
#include "nexthops.h"
#include "problem.h"
#include "rules_watch.h"
#include "static_follow.h"

/* Times are CLOCK_MONOTONIC, nanoseconds. Does not move once it is open. */
struct bypass_session {
	const char *bpffs;
	int epoll;
	int lock; /* the host directory, locked */
	ino_t directory;
	uint64_t now;
	struct bypass_host host;
	struct nexthops *nexthops;
	struct event_maps events;
	/* NULL: this kernel does not have it, or not yet. */
	struct conntrack_watch *watch;
	struct conntrack_timer *timer;
	struct rules_watch *rules;
	struct legacy_rules legacy;
	struct learner learner;
	struct static_follow statics;
	struct bypass_daemon daemon;
	uint32_t stream_timeout; /* seconds */
	bool is_late;            /* events were written before rules or routes changed */
	bool is_dirty;           /* routes have changed */
	bool is_listed;          /* the static flows in hand are as the table has them */
	unsigned int told;       /* flows, since the last heartbeat was thought of */
	uint64_t next_tick, next_beat, next_second, next_scan, next_dump, next_keep, next_open;
	uint64_t dump_at_latest;
	struct problem warned; /* the last warning, and when it may be repeated */
	uint64_t warn_again;
};

/* -ENOENT: nothing is attached (yet); -EBUSY: another daemon is there; otherwise told as well. Adds to
 * `epoll` whatever wakes the session up. */
int bypass_session_open(struct bypass_session *ret_session, const char *bpffs, int epoll,
			struct problem *problem);
/* Flows stay, and learned ones are used no more. NULL-safe for all parts. */
void bypass_session_close(struct bypass_session *session);

/* Does what is to be done now. *ret_wait: until when nothing will be, unless something wakes it up; in
 * nanoseconds from now, 0: go on at once. -ENOENT: nothing is attached any more. */
int bypass_session_turn(struct bypass_session *session, uint64_t *ret_wait,
			struct problem *problem);

/* Reads settings, prefixes and flows again. */
void bypass_session_reread(struct bypass_session *session);

#endif
