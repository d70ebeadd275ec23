// SPDX-License-Identifier: GPL-2.0-only
#include "learner_change.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "flow_value.h"
#include "learner_limits.h"

#define VLAN_ID 0xfff

void learner_failed(struct learner *learner, int err, const struct problem *problem)
{
	if (learner->err)
		return;
	learner->err = err;
	learner->problem = *problem;
}

void learner_await(struct learner *learner, uint32_t number)
{
	learner_flows_move(&learner->flows, number, LEARNER_TO_AWAIT);
}

/* The edit did not find the flow, or nobody knows: what the table holds is not what is known here. */
static void check_edit(struct learner *learner, const struct flow_edit *edit, bool is_done)
{
	uint32_t number = learner_flows_find(&learner->flows, &edit->key);
	struct learner_flow *flow;

	if ((is_done && edit->found) || number == LEARNER_NONE)
		return;
	flow = &learner->flows.flow[number];
	if (is_done && flow->in_table) {
		flow->in_table = false;
		learner->in_table--;
	}
	if (flow->list == LEARNER_LEARNED)
		learner_await(learner, number);
}

static void flush_edits(struct learner *learner)
{
	struct problem problem = { 0 };
	size_t count = learner->edits;
	int err;

	if (!count)
		return;
	learner->edits = 0;
	err = learner->hands->edit(learner->context, learner->edit, count, &problem);
	if (err)
		learner_failed(learner, err, &problem);
	for (size_t i = 0; i < count; i++)
		check_edit(learner, &learner->edit[i], !err);
}

static void count_removed(struct learner *learner, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct flow_counts counts = flow_counts_total(&learner->last[i].value);

		learner->ledger.removed_packets += counts.packets;
		learner->ledger.removed_bytes += counts.bytes;
	}
}

/* All or none are removed at a time: where one has gone by itself, in halves. */
static void remove_flows(struct learner *learner, const struct flow_key *keys, size_t count)
{
	struct problem problem = { 0 };
	int err = learner->hands->remove(learner->context, keys, count, learner->last, &problem);

	if (err == -ENOENT && count > 1) {
		remove_flows(learner, keys, count / 2);
		remove_flows(learner, keys + count / 2, count - count / 2);
		return;
	}
	if (!err)
		count_removed(learner, count);
	else if (err != -ENOENT)
		learner_failed(learner, err, &problem);
	/* If it is there all the same, the next scan finds it. */
	learner->in_table -= (uint32_t)count;
}

static void flush_removals(struct learner *learner)
{
	size_t count = learner->removals;

	learner->removals = 0;
	if (count)
		remove_flows(learner, learner->removed, count);
}

void learner_flush(struct learner *learner)
{
	flush_edits(learner);
	flush_removals(learner);
	learner->ledger.flows = learner->in_table;
	learner->ledger.waiting = learner->flows.list[LEARNER_WAITING].count;
	learner->ledger.candidates =
		learner->flows.count - learner->in_table - learner->ledger.waiting;
}

const struct flow_way *learner_current_way(const struct flow_nexthop *nexthop)
{
	return &nexthop->way[nexthop->current & 1];
}

uint16_t learner_way_vlan(const struct flow_way *way, int i)
{
	return i < way->tags ? ntohs(way->tag[i].tci) & VLAN_ID : 0;
}

static uint8_t class_of(const struct learner_flow *flow)
{
	static const struct {
		uint16_t port;
		uint8_t class;
	} classes[] = { { 53, BYPASS_CLASS_DNS }, { 443, BYPASS_CLASS_QUIC } };
	const struct flow_key *keys[] = { &flow->key, &flow->leaves };

	for (size_t i = 0; i < sizeof(classes) / sizeof(*classes); i++) {
		uint16_t port = htons(classes[i].port);

		for (size_t j = 0; j < 2; j++) {
			if (keys[j]->source_port == port || keys[j]->destination_port == port)
				return classes[i].class;
		}
	}
	return BYPASS_CLASS_OTHER;
}

static void fill_entry(const struct learner *learner, const struct learner_flow *flow,
		       const struct learner_way *way, struct flow_entry *ret_entry)
{
	struct flow_value *value = &ret_entry->value;

	ret_entry->key = flow->key;
	flow_value_fill(value, &flow->key, &flow->leaves);
	value->nexthop = way->nexthop;
	value->flags |= way->flags;
	value->class = class_of(flow);
	value->epoch = learner->epoch;
	value->in_ifindex = way->in_ifindex;
	memcpy(value->in_vlan, way->in_vlan, sizeof(value->in_vlan));
	if (way->flags & FLOW_OBSERVED)
		value->confirmed = learner->now;
}

static int add_entry(struct learner *learner, const struct flow_entry *entry,
		     struct problem *problem)
{
	int err;

	if (learner->in_table >= learner->capacity)
		flush_removals(learner);
	if (learner->in_table >= learner->capacity)
		return -ENOSPC;
	err = learner->hands->add(learner->context, entry, problem);
	if (err != -EEXIST || !learner->removals)
		return err;
	/* The one that is about to go. */
	flush_removals(learner);
	return learner->hands->add(learner->context, entry, problem);
}

int learner_put(struct learner *learner, uint32_t number, const struct learner_way *way)
{
	struct learner_flow *flow = &learner->flows.flow[number];
	struct problem problem = { 0 };
	struct flow_entry entry;
	int err;

	fill_entry(learner, flow, way, &entry);
	err = add_entry(learner, &entry, &problem);
	if (err == -ENOSPC) {
		learner->ledger.refused++;
		learner_flows_move(&learner->flows, number, LEARNER_WAITING);
		return err;
	}
	if (err) {
		/* One that is in the table, but not known here, goes with the next scan. */
		if (err != -EEXIST)
			learner_failed(learner, err, &problem);
		learner_await(learner, number);
		return err;
	}
	flow->in_table = true;
	flow->flags = entry.value.flags;
	flow->nexthop = way->nexthop;
	flow->in_ifindex = way->in_ifindex;
	memcpy(flow->in_vlan, way->in_vlan, sizeof(flow->in_vlan));
	flow->since = flow->timer_set = learner->now;
	learner->in_table++;
	learner->ledger.learned++;
	learner_flows_move(&learner->flows, number, LEARNER_LEARNED);
	return 0;
}

void learner_edit(struct learner *learner, uint32_t number, uint32_t what,
		  const struct learner_way *way)
{
	struct learner_flow *flow = &learner->flows.flow[number];
	struct flow_edit *edit = &learner->edit[learner->edits++];

	*edit = (struct flow_edit){ .key = flow->key,
				    .table = FLOW_TABLE_LEARNED,
				    .what = (uint8_t)what,
				    .set_flags = way->flags & LEARNER_CHANGING,
				    .clear_flags = LEARNER_CHANGING & ~way->flags,
				    .nexthop = way->nexthop,
				    .epoch = flow->list == LEARNER_LEARNED ? learner->epoch : 0 };
	if (what & FLOW_EDIT_NEXTHOP)
		flow->nexthop = way->nexthop;
	if (what & FLOW_EDIT_FLAGS)
		flow->flags = (flow->flags & ~LEARNER_CHANGING) | edit->set_flags;
	if (learner->edits == FLOW_EDIT_LIMIT)
		flush_edits(learner);
}

void learner_take_out(struct learner *learner, uint32_t number, __u64 *counter)
{
	struct learner_flow *flow = &learner->flows.flow[number];

	if (flow->in_table) {
		flow->in_table = false;
		(*counter)++;
		/* An edit of it must not come after. */
		flush_edits(learner);
		learner->removed[learner->removals++] = flow->key;
	}
	if (flow->list == LEARNER_LEARNED)
		learner_await(learner, number);
	if (learner->removals == LEARNER_REMOVE_AT_ONCE)
		flush_removals(learner);
}

void learner_forget(struct learner *learner, uint32_t number, __u64 *counter)
{
	struct learner_flow *flow = &learner->flows.flow[number];

	learner_take_out(learner, number, counter);
	if (flow->list == LEARNER_AWAITED)
		learner->hands->await_no_more(learner->context, &flow->leaves);
	if (flow->other != LEARNER_NONE)
		learner->flows.flow[flow->other].other = LEARNER_NONE;
	learner_flows_remove(&learner->flows, number);
}
