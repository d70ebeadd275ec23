// SPDX-License-Identifier: GPL-2.0-only
#include "learner_flows.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_SIZE 1024
/* Value of learner_flow.list where there is no flow. */
#define NOWHERE LEARNER_LIST_COUNT

void learner_flows_open(struct learner_flows *ret_flows, uint32_t limit, uint32_t seed)
{
	*ret_flows = (struct learner_flows){ .limit = limit, .free = LEARNER_NONE, .seed = seed };
	for (int i = 0; i < LEARNER_LIST_COUNT; i++)
		ret_flows->list[i].first = ret_flows->list[i].last = LEARNER_NONE;
}

void learner_flows_close(struct learner_flows *flows)
{
	free(flows->flow);
	free(flows->by_key);
	free(flows->by_leaves);
	learner_flows_open(flows, 0, 0);
}

/* MurmurHash3's steps over the ten words of a key. */
static uint32_t *bucket(const struct learner_flows *flows, uint32_t *buckets,
			const struct flow_key *key)
{
	uint32_t words[sizeof(*key) / sizeof(uint32_t)], hash = flows->seed;

	memcpy(words, key, sizeof(words));
	for (unsigned int i = 0; i < sizeof(words) / sizeof(*words); i++) {
		uint32_t word = words[i] * 0xcc9e2d51;

		word = (word << 15 | word >> 17) * 0x1b873593;
		hash ^= word;
		hash = (hash << 13 | hash >> 19) * 5 + 0xe6546b64;
	}
	hash ^= hash >> 16;
	hash *= 0x85ebca6b;
	hash ^= hash >> 13;
	return &buckets[hash & (flows->buckets - 1)];
}

static void link_number(struct learner_flows *flows, uint32_t number)
{
	struct learner_flow *flow = &flows->flow[number];
	uint32_t *by_key = bucket(flows, flows->by_key, &flow->key);
	uint32_t *by_leaves = bucket(flows, flows->by_leaves, &flow->leaves);

	flow->next_by_key = *by_key;
	flow->next_by_leaves = *by_leaves;
	*by_key = *by_leaves = number;
}

static bool grow(struct learner_flows *flows)
{
	uint32_t size = flows->allocated ? 2 * flows->allocated : FIRST_SIZE;
	struct learner_flow *flow = realloc(flows->flow, size * sizeof(*flow));
	uint32_t *by_key = malloc(size * sizeof(*by_key));
	uint32_t *by_leaves = malloc(size * sizeof(*by_leaves));

	if (flow)
		flows->flow = flow;
	if (!flow || !by_key || !by_leaves) {
		free(by_key);
		free(by_leaves);
		return false;
	}
	free(flows->by_key);
	free(flows->by_leaves);
	flows->by_key = by_key;
	flows->by_leaves = by_leaves;
	flows->allocated = flows->buckets = size;
	memset(by_key, 0xff, size * sizeof(*by_key));
	memset(by_leaves, 0xff, size * sizeof(*by_leaves));
	for (uint32_t number = 0; number < flows->used; number++) {
		if (learner_flows_is_there(flows, number))
			link_number(flows, number);
	}
	return true;
}

static void append(struct learner_flows *flows, uint32_t number, enum learner_list to)
{
	struct learner_flow_list *list = &flows->list[to];
	struct learner_flow *flow = &flows->flow[number];

	flow->list = to;
	flow->next = LEARNER_NONE;
	flow->previous = list->last;
	if (list->last == LEARNER_NONE)
		list->first = number;
	else
		flows->flow[list->last].next = number;
	list->last = number;
	list->count++;
}

static void take_out(struct learner_flows *flows, uint32_t number)
{
	struct learner_flow *flow = &flows->flow[number];
	struct learner_flow_list *list = &flows->list[flow->list];

	if (flow->previous == LEARNER_NONE)
		list->first = flow->next;
	else
		flows->flow[flow->previous].next = flow->next;
	if (flow->next == LEARNER_NONE)
		list->last = flow->previous;
	else
		flows->flow[flow->next].previous = flow->previous;
	list->count--;
	flow->list = NOWHERE;
}

uint32_t learner_flows_add(struct learner_flows *flows, const struct flow_key *key,
			   const struct flow_key *leaves)
{
	uint32_t number = flows->free;

	if (flows->count >= flows->limit)
		return LEARNER_NONE;
	if (number == LEARNER_NONE) {
		if (flows->used == flows->allocated && !grow(flows))
			return LEARNER_NONE;
		number = flows->used++;
	} else {
		flows->free = flows->flow[number].next;
	}
	flows->flow[number] =
		(struct learner_flow){ .key = *key, .leaves = *leaves, .other = LEARNER_NONE };
	flows->count++;
	link_number(flows, number);
	append(flows, number, LEARNER_TO_AWAIT);
	return number;
}

void learner_flows_remove(struct learner_flows *flows, uint32_t number)
{
	struct learner_flow *flow = &flows->flow[number];
	uint32_t *link;

	link = bucket(flows, flows->by_key, &flow->key);
	while (*link != number)
		link = &flows->flow[*link].next_by_key;
	*link = flow->next_by_key;
	link = bucket(flows, flows->by_leaves, &flow->leaves);
	while (*link != number)
		link = &flows->flow[*link].next_by_leaves;
	*link = flow->next_by_leaves;
	take_out(flows, number);
	flow->next = flows->free;
	flows->free = number;
	flows->count--;
}

static bool same(const struct flow_key *one, const struct flow_key *other)
{
	return memcmp(one, other, sizeof(*one)) == 0;
}

uint32_t learner_flows_find(const struct learner_flows *flows, const struct flow_key *key)
{
	uint32_t number = flows->buckets ? *bucket(flows, flows->by_key, key) : LEARNER_NONE;

	while (number != LEARNER_NONE && !same(&flows->flow[number].key, key))
		number = flows->flow[number].next_by_key;
	return number;
}

static uint32_t find_leaving(const struct learner_flows *flows, const struct flow_key *leaves,
			     bool awaited)
{
	uint32_t number = flows->buckets ? *bucket(flows, flows->by_leaves, leaves) : LEARNER_NONE;

	while (number != LEARNER_NONE) {
		const struct learner_flow *flow = &flows->flow[number];

		if (same(&flow->leaves, leaves) && (!awaited || flow->list == LEARNER_AWAITED))
			break;
		number = flow->next_by_leaves;
	}
	return number;
}

uint32_t learner_flows_find_awaited(const struct learner_flows *flows,
				    const struct flow_key *leaves)
{
	return find_leaving(flows, leaves, true);
}

uint32_t learner_flows_find_leaving(const struct learner_flows *flows,
				    const struct flow_key *leaves)
{
	return find_leaving(flows, leaves, false);
}

void learner_flows_move(struct learner_flows *flows, uint32_t number, enum learner_list list)
{
	take_out(flows, number);
	append(flows, number, list);
}

void learner_flows_move_all(struct learner_flows *flows, enum learner_list from,
			    enum learner_list to)
{
	while (flows->list[from].count)
		learner_flows_move(flows, flows->list[from].first, to);
}

bool learner_flows_is_there(const struct learner_flows *flows, uint32_t number)
{
	return flows->flow[number].list != NOWHERE;
}
