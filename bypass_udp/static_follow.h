/* SPDX-License-Identifier: GPL-2.0-only */
/* Static flows that leave where the routes say: asked again when routes or the flows have changed. */
#ifndef BYPASS_STATIC_FOLLOW_H
#define BYPASS_STATIC_FOLLOW_H

#include <stdbool.h>
#include <stddef.h>
#include "flow_hands.h"
#include "flow_tables.h"
#include "problem.h"

/* All zeros but hands and context: nothing to do. */
struct static_follow {
	const struct flow_hands *hands;
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
