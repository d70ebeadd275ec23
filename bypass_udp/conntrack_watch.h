/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel tells of changes in its connection tracking, of this network namespace. */
#ifndef BYPASS_CONNTRACK_WATCH_H
#define BYPASS_CONNTRACK_WATCH_H

#include "conntrack_flow.h"
#include "problem.h"

struct conntrack_watch;

/* Events are told from now on; what is there already: conntrack_dump(), after this. -EOPNOTSUPP or
 * -EPROTONOSUPPORT: this kernel cannot tell, or net.netfilter.nf_conntrack_events forbids it. Where
 * that is 2 (automatic, since Linux 5.19), flows that began while nobody watched have no events, not
 * even for their end: see conntrack_timer_ask(). */
int conntrack_watch_open(struct conntrack_watch **ret, struct problem *problem);

/* Changes made through this netlink socket (conntrack_timer_port()) are not told: else each timer that
 * is set is an event. */
int conntrack_watch_ignore(struct conntrack_watch *watch, uint32_t port, struct problem *problem);

/* Readable: something was told. */
int conntrack_watch_fd(const struct conntrack_watch *watch);

/* Takes what was told, without waiting; of very much, a part (the descriptor stays readable). Only
 * flows that conntrack_flow_read() lets through: one is told when it is answered, not when it begins,
 * and a flood that nobody answers never leaves the kernel. *ret_lost: events were lost: what is there
 * has to be read again, with conntrack_dump(). On failure the events that came before it were told. */
int conntrack_watch_take(struct conntrack_watch *watch, conntrack_told told, void *context,
			 bool *ret_lost, struct problem *problem);

void conntrack_watch_close(struct conntrack_watch *watch);

#endif
