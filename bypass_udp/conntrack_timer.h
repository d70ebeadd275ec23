/* SPDX-License-Identifier: GPL-2.0-only */
/* Keeps the kernel from forgetting flows whose packets it does not see. */
#ifndef BYPASS_CONNTRACK_TIMER_H
#define BYPASS_CONNTRACK_TIMER_H

#include <stdint.h>
#include "abi/flow.h"
#include "problem.h"

struct conntrack_timer;

/* There is no such flow (any more). The key is valid during the call, which leaves the timer alone. */
typedef void (*conntrack_timer_gone)(void *context, const struct flow_key *original);

/* -EOPNOTSUPP or -EPROTONOSUPPORT: this kernel cannot. */
int conntrack_timer_open(struct conntrack_timer **ret, conntrack_timer_gone gone, void *context,
			 struct problem *problem);

/* For conntrack_watch_ignore(). */
uint32_t conntrack_timer_port(const struct conntrack_timer *timer);

/* From the flush on, the flow is forgotten after so many seconds without a packet. `original` is the
 * tuple of its original direction. May flush by itself, and then fail like it. A flow whose timer is
 * fixed (IPS_FIXED_TIMEOUT) keeps it, without a complaint. */
int conntrack_timer_set(struct conntrack_timer *timer, const struct flow_key *original,
			uint32_t seconds, struct problem *problem);

/* From the flush on, the kernel keeps it when it needs room for others (IPS_ASSURED), as it does with a
 * flow that it has seen going on for two seconds. Leaves the timer alone. */
int conntrack_timer_assure(struct conntrack_timer *timer, const struct flow_key *original,
			   struct problem *problem);

/* The same without setting anything: only tells whether it is gone. */
int conntrack_timer_ask(struct conntrack_timer *timer, const struct flow_key *original,
			struct problem *problem);

/* Sends what was set; on return the kernel has done it, and `gone` was called for the flows that are.
 * On failure the rest of what was set is dropped. */
int conntrack_timer_flush(struct conntrack_timer *timer, struct problem *problem);

/* Without flushing. */
void conntrack_timer_close(struct conntrack_timer *timer);

/* Seconds that the kernel itself gives an answered UDP flow of this network namespace (the setting
 * nf_conntrack_udp_timeout_stream), or a negative errno: -EOPNOTSUPP without connection tracking. */
int conntrack_stream_timeout(struct problem *problem);

#endif
