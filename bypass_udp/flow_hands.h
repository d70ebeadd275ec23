/* SPDX-License-Identifier: GPL-2.0-only */
/* All that those who keep flows right do to the world: a table of functions, so that they can be tried
 * without a kernel. */
#ifndef BYPASS_FLOW_HANDS_H
#define BYPASS_FLOW_HANDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "abi/flow.h"
#include "abi/nexthop.h"
#include "bypass_udp.h"
#include "flow_tables.h"
#include "nexthops.h"
#include "problem.h"

struct flow_hands {
	/* Tables of flows: as flow_tables.h. */
	int (*add)(void *context, const struct flow_entry *entry, struct problem *problem);
	int (*remove)(void *context, const struct flow_key *keys, size_t count,
		      struct flow_entry *ret_last, struct problem *problem);
	int (*edit)(void *context, struct flow_edit *edits, size_t count, struct problem *problem);
	/* Next hops: as nexthops.h. */
	uint32_t (*of_route)(void *context, const struct nexthop_question *question);
	uint32_t (*of_link)(void *context, const struct bypass_event *left);
	uint32_t (*input_device)(void *context, uint32_t ifindex, const uint16_t vlan[2]);
	uint32_t (*base_device)(void *context, uint32_t device);
	const struct flow_nexthop *(*nexthop)(void *context, uint32_t index);
	/* The observer is to tell the next packet that leaves so; or it is not to, any more. */
	int (*await)(void *context, const struct flow_key *leaves, struct problem *problem);
	void (*await_no_more)(void *context, const struct flow_key *leaves);
	/* The observer has told about this flow and may do so again. */
	void (*heard)(void *context, const struct flow_key *key);
	/* Conntrack: as conntrack_timer.h, `original` is the tuple of its original direction. */
	int (*set_timer)(void *context, const struct flow_key *original, struct problem *problem);
	int (*assure)(void *context, const struct flow_key *original, struct problem *problem);
	int (*ask)(void *context, const struct flow_key *original, struct problem *problem);
};

#endif
