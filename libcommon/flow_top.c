// SPDX-License-Identifier: GPL-2.0-only
#include "flow_top.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static int table_of(const struct listed_flow *flow)
{
	bool is_learned = flow->entry->value.flags & FLOW_LEARNED;

	return is_learned ? FLOW_TABLE_LEARNED : FLOW_TABLE_STATIC;
}

/* Negative: `a` comes before `b`. */
static int compare(const void *a_, const void *b_)
{
	const struct listed_flow *a = a_, *b = b_;
	const struct flow_key *key = &a->entry->key, *other = &b->entry->key;
	int order = (int)key->family - (int)other->family;

	if (a->weight != b->weight)
		return a->weight > b->weight ? -1 : 1;
	/* Addresses, then ports, in network byte order. */
	if (!order)
		order = memcmp(key, other, sizeof(*key));
	return order ? order : table_of(a) - table_of(b);
}

static void swap(struct listed_flow *a, struct listed_flow *b)
{
	struct listed_flow flow = *a;

	*a = *b;
	*b = flow;
}

/* The heap's root is the one that comes last. */
static void sift_down(struct listed_flow *heap, size_t count, size_t i)
{
	for (size_t child = 2 * i + 1; child < count; child = 2 * i + 1) {
		if (child + 1 < count && compare(&heap[child + 1], &heap[child]) > 0)
			child++;
		if (compare(&heap[i], &heap[child]) >= 0)
			return;
		swap(&heap[i], &heap[child]);
		i = child;
	}
}

void flow_top(struct listed_flow *flows, size_t count, size_t top)
{
	if (top > count)
		top = count;
	if (!top)
		return;
	for (size_t i = top < count ? top / 2 : 0; i > 0; i--)
		sift_down(flows, top, i - 1);
	for (size_t i = top; i < count; i++) {
		if (compare(&flows[i], &flows[0]) < 0) {
			swap(&flows[i], &flows[0]);
			sift_down(flows, top, 0);
		}
	}
	qsort(flows, top, sizeof(*flows), compare);
}
