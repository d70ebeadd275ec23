/* SPDX-License-Identifier: GPL-2.0-only */
/* The daemon as long as its network namespace has tc_offload: everything it reads and writes is open. */
#ifndef OFFLOAD_SESSION_H
#define OFFLOAD_SESSION_H

#include <stdbool.h>
#include <stdint.h>
#include "daemon_run.h"
#include "nexthops.h"
#include "offload_host.h"
#include "problem.h"
#include "static_follow.h"

/* The kernel side trusts the next hops for so long after the last word of the daemon. */
#define OFFLOAD_SESSION_LASTS (5 * DAEMON_SECOND)

/* Times are CLOCK_MONOTONIC, nanoseconds. Does not move once it is open. */
struct offload_session {
	const char *bpffs;
	struct daemon_directory directory; /* of the host */
	uint64_t now;
	struct offload_host host;
	struct nexthops *nexthops;
	struct static_follow statics;
	struct offload_daemon daemon;
	uint32_t static_version; /* of the flows in hand */
	bool is_listed;          /* they are as the table has them */
	bool is_dirty;           /* routes have changed */
	uint64_t next_tick, next_beat, next_second, next_keep;
	struct daemon_warnings warnings;
};

/* As daemon_work.open(). */
int offload_session_open(struct offload_session *ret_session, const char *bpffs, int epoll,
			 struct problem *problem);
/* Flows stay; from now on the kernel resolves their neighbours. Only what was opened. */
void offload_session_close(struct offload_session *session);

/* As daemon_work.turn(). -ENOENT: nothing is attached any more. */
int offload_session_turn(struct offload_session *session, uint64_t *ret_wait,
			 struct problem *problem);

/* All of it is read again with the next turn. */
void offload_session_reread(struct offload_session *session);

#endif
