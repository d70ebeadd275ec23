/* SPDX-License-Identifier: GPL-2.0-only */
/* What two looks at the chains, one after the other, say about packets per second. Pure. */
#ifndef ECBPF_RATE_LIST_H
#define ECBPF_RATE_LIST_H

#include <stddef.h>
#include <stdint.h>
#include "chain_view.h"

/* One row of the chain, one verdict, one reason. */
struct rate_row {
	const struct chain_view *view; /* of the later look */
	unsigned int row, reason, action;
	uint64_t packets; /* since the last clear */
	uint64_t rate;    /* packets per second */
};

struct rate_list {
	struct rate_row *rows;
	size_t count;
};

enum rate_order {
	RATE_BY_RATE,  /* the fastest first, then what has most packets, then by place */
	RATE_BY_PLACE, /* interface, row, reason, verdict */
};

/* Rows that have packets. What was not there at the earlier look, or could not be read, has no rate yet; a chain that
 * was made anew since starts from 0. 0 or -ENOMEM. */
int rate_list_make(struct rate_list *ret_list, const struct chain_views *earlier,
		   const struct chain_views *later, uint64_t nanoseconds, enum rate_order order);
void rate_list_free(struct rate_list *list);

/* Packets per second of one interface, with one action; ECBPF_ACTION_COUNT: with any. */
uint64_t rate_list_sum(const struct rate_list *list, const struct chain_view *view,
		       unsigned int action);

#endif
