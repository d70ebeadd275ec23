/* SPDX-License-Identifier: GPL-2.0-only */
/* When a learned flow has to go, and when conntrack has to be told that it lives. */
#ifndef BYPASS_FLOW_EXPIRY_H
#define BYPASS_FLOW_EXPIRY_H

#include <stdint.h>
#include "bypass_udp.h"

enum flow_expiry {
	FLOW_EXPIRY_STAYS,
	FLOW_EXPIRY_IDLE, /* no packet for longer than its class allows */
	FLOW_EXPIRY_GONE, /* conntrack does not know it any more */
	FLOW_EXPIRY_TIMER, /* stays; the kernel side does not set its conntrack timer: somebody has to */
};

/* When the kernel itself takes a flow for one that goes on: with a packet so long after its first. */
#define FLOW_ASSURED_AFTER UINT64_C(2000000000)

/* All times are CLOCK_MONOTONIC, nanoseconds. */
struct flow_expiry_rules {
	uint64_t now;
	uint64_t timer_each; /* from one setting of a timer by the kernel side to the next */
	const __u64 *idle;
};

/* `since`: when it came into the table; `timer_set`: when its timer was last set by netlink, or it was
 * seen leaving. */
enum flow_expiry flow_expiry_of(const struct flow_value *value, uint64_t since, uint64_t timer_set,
				const struct flow_expiry_rules *rules);

#endif
