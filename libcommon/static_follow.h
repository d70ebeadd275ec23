/* SPDX-License-Identifier: GPL-2.0-only */
/* Static flows that leave where the routes say: asked again when routes or the flows have changed. */
#ifndef ECBPF_STATIC_FOLLOW_H
#define ECBPF_STATIC_FOLLOW_H

#include <stdbool.h>
#include <stddef.h>
#include "flow_tables.h"
#include "nexthops.h"
#include "problem.h"

/* What it does to the world: as flow_tables.h and nexthops.h. */
struct static_hands {
	uint32_t (*of_route)(void *context, const struct nexthop_question *question);
	uint32_t (*input_device)(void *context, uint32_t ifindex, const uint16_t vlan[2]);
	const struct flow_nexthop *(*nexthop)(void *context, uint32_t index);
	int (*edit)(void *context, struct flow_edit *edits, size_t count, struct problem *problem);
};

/* All zeros but hands and context: nothing to do. */
struct static_follow {
	const struct static_hands *hands;
	void *context;
	struct flow_entry_list list; /* what the static table held */
	size_t next;                 /* of the list, to ask for */
	bool asks_again;             /* a route had no answer */
};

/* Takes the list over; from its beginning. */
void static_follow_begin(struct static_follow *follow, struct flow_entry_list *list);
void static_follow_close(struct static_follow *follow);

/* Does a part, some milliseconds long. *ret_more: there is more. */
int static_follow_work(struct static_follow *follow, bool *ret_more, struct problem *problem);

#endif
