/* SPDX-License-Identifier: GPL-2.0-only */
/* What the learner knows of each flow (one direction): found by what it arrives with, and by what it
 * leaves with. Flows go by number, which stays the same as long as the flow is there. */
#ifndef BYPASS_LEARNER_FLOWS_H
#define BYPASS_LEARNER_FLOWS_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/flow.h"

#define LEARNER_NONE UINT32_MAX

/* Every flow is in one of these; first in, first out. */
enum learner_list {
	LEARNER_TO_AWAIT, /* bypass_awaited is to have it */
	LEARNER_AWAITED,  /* bypass_awaited has it: the next packet that leaves is told */
	LEARNER_LEARNED,  /* in the table, and as the kernel does it */
	LEARNER_WAITING,  /* seen leaving, but the table is full */
	LEARNER_LIST_COUNT,
};

struct learner_flow {
	struct flow_key key;
	struct flow_key leaves;
	uint32_t other; /* the other direction, or LEARNER_NONE */
	uint32_t dump;  /* the last dump of conntrack that had it */
	bool unheard;   /* conntrack may forget it without a word */
	bool assured;   /* conntrack does not give it up for others */
	bool expired;   /* conntrack has forgotten it */
	/* In the table? Then also: */
	bool in_table;
	uint16_t flags;
	uint16_t in_vlan[2];
	uint32_t in_ifindex;
	uint32_t nexthop;
	uint32_t mark;      /* of the packet that was seen leaving */
	uint32_t in_device; /* that it came by */
	uint64_t since;     /* CLOCK_MONOTONIC, nanoseconds */
	uint64_t timer_set; /* so that conntrack does not forget it */
	/* Private. */
	uint8_t list;
	uint32_t next_by_key, next_by_leaves;
	uint32_t next, previous; /* in the list */
};

struct learner_flows {
	struct learner_flow *flow; /* by number, up to `used`; see learner_flows_is_there() */
	uint32_t used, allocated;
	uint32_t limit;
	uint32_t count;
	uint32_t free;
	uint32_t seed; /* of the hashes: strangers choose tuples */
	uint32_t buckets;
	uint32_t *by_key, *by_leaves;
	struct learner_flow_list {
		uint32_t first, last, count;
	} list[LEARNER_LIST_COUNT];
};

/* Holds up to `limit` flows; memory as it is used. */
void learner_flows_open(struct learner_flows *ret_flows, uint32_t limit, uint32_t seed);
void learner_flows_close(struct learner_flows *flows);

/* A flow in list LEARNER_TO_AWAIT, all else zeros or LEARNER_NONE. The key is not there yet. Returns its
 * number, or LEARNER_NONE: there is no room. May move the array. */
uint32_t learner_flows_add(struct learner_flows *flows, const struct flow_key *key,
			   const struct flow_key *leaves);
void learner_flows_remove(struct learner_flows *flows, uint32_t number);

uint32_t learner_flows_find(const struct learner_flows *flows, const struct flow_key *key);
/* The flow of LEARNER_AWAITED that leaves so. */
uint32_t learner_flows_find_awaited(const struct learner_flows *flows,
				    const struct flow_key *leaves);
/* Any flow that leaves so. */
uint32_t learner_flows_find_leaving(const struct learner_flows *flows,
				    const struct flow_key *leaves);

/* To the end of a list, also of its own. */
void learner_flows_move(struct learner_flows *flows, uint32_t number, enum learner_list list);
/* All of a list to the end of another. */
void learner_flows_move_all(struct learner_flows *flows, enum learner_list from,
			    enum learner_list to);

/* Numbers below `used` may be free. */
bool learner_flows_is_there(const struct learner_flows *flows, uint32_t number);

#endif
