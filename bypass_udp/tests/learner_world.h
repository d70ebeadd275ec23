/* SPDX-License-Identifier: GPL-2.0-only */
/* A world for the learner: tables, routes and conntrack as tests want them, and what was done to them.
 * Clients are behind device WORLD_CLIENTS, servers behind WORLD_SERVERS; 10.9.0.0/16 is this host. */
#ifndef LEARNER_WORLD_H
#define LEARNER_WORLD_H

#include "learner.h"

#define WORLD_CLIENTS 11
#define WORLD_SERVERS 12
#define WORLD_ELSEWHERE 13
/* Next hops. */
#define WORLD_TO_CLIENTS 101
#define WORLD_TO_SERVERS 102
#define WORLD_TO_ELSEWHERE 103
#define WORLD_NEXTHOPS 128

#define WORLD_SECOND UINT64_C(1000000000)
#define WORLD_ROOM 4096 /* of each table here */

struct world {
	struct learner learner;
	/* The kernel. */
	struct flow_entry table[WORLD_ROOM];
	size_t flows;
	struct flow_key awaited[WORLD_ROOM];
	size_t awaited_count;
	struct flow_nexthop nexthop[WORLD_NEXTHOPS];
	/* How things are. */
	uint32_t to_clients, to_servers; /* what the routes say */
	uint32_t of_link;                /* next hop of what leaves otherwise */
	uint32_t room;                   /* of the learned table, as the kernel has it */
	int add_error, edit_error, remove_error, await_error, ask_error;
	/* What was done. */
	unsigned int route_questions, edits, removals, heard, timers, assured, asks;
	struct nexthop_question last_question;
	struct flow_key timer; /* the last that was set or asked for */
};

/* A learner with this room, settings "learn" and mark 1/1, and nothing else. */
void world_open(struct world *world, uint32_t capacity, uint32_t awaited_limit);
void world_close(struct world *world);

/* For cmocka: *state is the struct world, with room for 64 flows and 128 that are awaited. */
int world_set_up(void **state);
int world_tear_down(void **state);

/* Work, to its end, and a flush. */
void world_work(struct world *world);

/* "10.1.0.1", 1000, "10.2.0.1", 53 */
struct flow_key world_key(const char *source, unsigned int source_port, const char *destination,
			  unsigned int destination_port);
/* The `number`th flow from a client to this host's port 53, which goes on to a server's port 5353. */
struct conntrack_flow world_flow(unsigned int number);
/* What both directions leave with. */
struct flow_key world_request(const struct conntrack_flow *flow);
struct flow_key world_answer(const struct conntrack_flow *flow);

void world_tell(struct world *world, enum conntrack_change change,
		const struct conntrack_flow *flow);
/* A packet leaves by the way that a next hop has now, and came by a device. */
struct bypass_event world_left(const struct world *world, enum bypass_event_kind kind,
			       const struct flow_key *leaves, uint32_t by, uint32_t in);
/* The same, told to the learner at once and flushed. */
void world_leaves(struct world *world, const struct flow_key *leaves, uint32_t by, uint32_t in);
/* Both directions are seen leaving, as the routes say. */
void world_both_leave(struct world *world, const struct conntrack_flow *flow);
/* Told by conntrack, awaited, and seen leaving both ways. */
struct conntrack_flow world_learn(struct world *world, unsigned int number);

/* What the learned table has, NULL: nothing. */
struct flow_value *world_find(struct world *world, const struct flow_key *key);
bool world_awaits(const struct world *world, const struct flow_key *leaves);
/* Looks at the table, as it is, after `later` nanoseconds. */
void world_scan(struct world *world, uint64_t later);

#endif
