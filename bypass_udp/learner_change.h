/* SPDX-License-Identifier: GPL-2.0-only */
/* Parts of the learner: how flows come into the learned table, change there, and go. */
#ifndef BYPASS_LEARNER_CHANGE_H
#define BYPASS_LEARNER_CHANGE_H

#include "learner.h"

/* Flags that change while a flow is in the table. */
#define LEARNER_CHANGING (FLOW_ROUTED | FLOW_OBSERVED | FLOW_EXCLUDED)

/* How a flow leaves, and how it has to arrive. */
struct learner_way {
	uint32_t nexthop;
	uint16_t flags;
	uint32_t in_ifindex;
	uint16_t in_vlan[2];
};

void learner_failed(struct learner *learner, int err, const struct problem *problem);

/* Into the table; the number of the flow stays. -ENOSPC: no room; the flow waits for it, and it is
 * counted. Another failure: it is awaited again. */
int learner_put(struct learner *learner, uint32_t number, const struct learner_way *way);

/* Changes a flow of the table in place, with the next flush. */
void learner_edit(struct learner *learner, uint32_t number, uint32_t what,
		  const struct learner_way *way);

/* Out of the table, with the next flush; it stays a candidate. `counter` of the ledger counts it. */
void learner_take_out(struct learner *learner, uint32_t number, __u64 *counter);
/* And not even a candidate. */
void learner_forget(struct learner *learner, uint32_t number, __u64 *counter);

/* Takes a flow that packets were learned to leave by another way than its routes say, and that the
 * observer cannot find, out of use until it has been seen leaving again. */
void learner_doubt_unfollowed(struct learner *learner, uint32_t number);

const struct flow_way *learner_current_way(const struct flow_nexthop *nexthop);
/* Id of a tag, 0: there is none. */
uint16_t learner_way_vlan(const struct flow_way *way, int i);

/* Bypass_awaited gets it in its turn. */
void learner_await(struct learner *learner, uint32_t number);

#endif
