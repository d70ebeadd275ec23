/* SPDX-License-Identifier: GPL-2.0-only */
/* Decides which flows are learned. A flow conntrack has seen answered is a candidate; once a packet of it
 * has been seen leaving, it goes into the learned table with the way it left by. Rules change: every
 * flow has to be seen leaving again. Knows nothing of the kernel but what flow_hands.h does.
 *
 * What a call makes of flows is done with the learner_flush() behind it at the latest, adding at once.
 * Failures are kept in `err` and `problem`, the first of them until the caller takes it. */
#ifndef BYPASS_LEARNER_H
#define BYPASS_LEARNER_H

#include <stdbool.h>
#include <stdint.h>
#include "bypass_udp.h"
#include "conntrack_flow.h"
#include "flow_hands.h"
#include "flow_tables.h"
#include "learner_flows.h"
#include "problem.h"

struct learner {
	const struct flow_hands *hands;
	void *context; /* of the hands */
	uint64_t now;  /* CLOCK_MONOTONIC, nanoseconds; kept by the caller */
	int err;
	struct problem problem;
	bool wants_dump; /* of conntrack, soon */
	struct bypass_ledger ledger;
	uint32_t epoch;
	struct learner_flows flows;
	uint32_t capacity;      /* of the learned table */
	uint32_t awaited_limit; /* of bypass_awaited */
	uint32_t in_table;      /* what the learned table holds, also what is about to be removed */
	struct bypass_settings settings;
	struct bypass_excluded excluded;
	uint32_t dump; /* counts them */
	bool is_dumping, is_scanning;
	/* How far a round over all flows is, LEARNER_NONE: none is on. */
	uint32_t route_round, exclude_round, forget_round, ask_round;
	bool another_route_round;
	uint64_t ask_begun, next_ask;
	bool asks_again;     /* a route had no answer */
	bool awaits_no_more; /* for a second: bypass_awaited took no more */
	struct flow_edit edit[FLOW_EDIT_LIMIT];
	size_t edits;
	struct flow_key *removed; /* about to be */
	struct flow_entry *last;  /* what they were */
	size_t removals;
};

/* Bounds: `capacity` flows in the table, and as many candidates as half of `awaited_limit`. -ENOMEM. */
int learner_open(struct learner *ret_learner, const struct flow_hands *hands, void *context,
		 uint32_t capacity, uint32_t awaited_limit, uint32_t epoch);
void learner_close(struct learner *learner);

/* Goes on with what an earlier daemon has learned: to be confirmed by packets, and by the next dump. */
void learner_adopt(struct learner *learner, const struct flow_entry_list *list);

/* What the operator wants, whenever it has changed. */
void learner_set(struct learner *learner, const struct bypass_settings *settings);
void learner_exclude(struct learner *learner, const struct bypass_excluded *excluded);

/* What conntrack tells; `learner` is one. Between begin and end: a dump. What is not in it is gone, if
 * it was whole. */
void learner_conntrack(void *learner, enum conntrack_change change,
		       const struct conntrack_flow *flow);
void learner_dump_begin(struct learner *learner);
void learner_dump_end(struct learner *learner, bool is_whole);
/* There is no such flow any more; as conntrack_timer_gone. */
void learner_gone(void *learner, const struct flow_key *original);

/* What the observer tells. `late`: it may have happened before the last change of rules. */
void learner_event(struct learner *learner, const struct bypass_event *event, bool late);

/* The kernel decides by other rules from now on; `epoch` is valid from now on. */
void learner_rules_changed(struct learner *learner, uint32_t epoch);
void learner_routes_changed(struct learner *learner);

/* Does a part of what is to be done, some milliseconds long. True: there is more. */
bool learner_work(struct learner *learner);
void learner_flush(struct learner *learner);
/* Once a second. */
void learner_second(struct learner *learner);

/* Looks at the whole learned table, as it is after a flush: idle flows go, timers are set that the kernel
 * side did not set for longer than `timer_each` nanoseconds. */
void learner_scan(struct learner *learner, const struct flow_entry_list *list, uint64_t timer_each);

/* Marks the next hops that are in use. */
void learner_mark_nexthops(const struct learner *learner, bool *used);

#endif
