// SPDX-License-Identifier: GPL-2.0-only
#include "rate_list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "short_number.h"

#define CELLS_PER_CHAIN (ECBPF_ROW_COUNT * ECBPF_REASON_LIMIT * ECBPF_ACTION_COUNT)

static const struct chain_view *find(const struct chain_views *views, const char *interface)
{
	for (size_t i = 0; i < views->count; i++) {
		if (!strcmp(views->views[i].interface, interface))
			return &views->views[i];
	}
	return NULL;
}

/* What was counted in between. The kernel's own counters, as a clear must not look like packets. */
static uint64_t grown(const struct chain_view *earlier, const struct rate_row *row)
{
	uint64_t before, now;

	if (!earlier || !earlier->counters.total)
		return 0;
	before = earlier->counters.total->row[row->row].packets[row->reason][row->action];
	now = row->view->counters.total->row[row->row].packets[row->reason][row->action];
	return now >= before ? now - before : now;
}

static void add_chain(struct rate_list *list, const struct chain_view *earlier,
		      const struct chain_view *later, uint64_t nanoseconds)
{
	for (size_t i = 0; i < CELLS_PER_CHAIN; i++) {
		struct rate_row row = {
			.view = later,
			.row = (unsigned int)(i / ECBPF_ACTION_COUNT / ECBPF_REASON_LIMIT),
			.reason = i / ECBPF_ACTION_COUNT % ECBPF_REASON_LIMIT,
			.action = i % ECBPF_ACTION_COUNT,
		};

		row.packets = counters_cell(&later->counters, row.row, row.reason, row.action);
		row.rate = short_number_rate(grown(earlier, &row), nanoseconds);
		if (row.packets || row.rate)
			list->rows[list->count++] = row;
	}
}

/* By place where all else is the same, so that rows do not jump about. */
static int compare_rates(const void *left, const void *right)
{
	const struct rate_row *a = left, *b = right;

	if (a->rate != b->rate)
		return a->rate < b->rate ? 1 : -1;
	if (a->packets != b->packets)
		return a->packets < b->packets ? 1 : -1;
	if (a->view != b->view)
		return a->view < b->view ? -1 : 1;
	if (a->row != b->row)
		return a->row < b->row ? -1 : 1;
	if (a->reason != b->reason)
		return a->reason < b->reason ? -1 : 1;
	return a->action < b->action ? -1 : a->action > b->action;
}

int rate_list_make(struct rate_list *ret_list, const struct chain_views *earlier,
		   const struct chain_views *later, uint64_t nanoseconds, enum rate_order order)
{
	*ret_list = (struct rate_list){ 0 };
	if (!later->count)
		return 0;
	ret_list->rows = calloc(later->count, CELLS_PER_CHAIN * sizeof(*ret_list->rows));
	if (!ret_list->rows)
		return -ENOMEM;
	for (size_t i = 0; i < later->count; i++) {
		const struct chain_view *view = &later->views[i];

		if (view->counters.total)
			add_chain(ret_list, find(earlier, view->interface), view, nanoseconds);
	}
	if (order == RATE_BY_RATE)
		qsort(ret_list->rows, ret_list->count, sizeof(*ret_list->rows), compare_rates);
	return 0;
}

void rate_list_free(struct rate_list *list)
{
	free(list->rows);
	*list = (struct rate_list){ 0 };
}

uint64_t rate_list_sum(const struct rate_list *list, const struct chain_view *view,
		       unsigned int action)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < list->count; i++) {
		if (list->rows[i].view == view &&
		    (action == ECBPF_ACTION_COUNT || list->rows[i].action == action))
			sum += list->rows[i].rate;
	}
	return sum;
}
