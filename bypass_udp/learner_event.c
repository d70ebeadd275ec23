// SPDX-License-Identifier: GPL-2.0-only
/* A packet was seen leaving: what does it tell about its flow? */
#include <string.h>

#include "excluded_prefix.h"
#include "flow_rule.h"
#include "learner_change.h"

/* Is it the way that the packet took? The neighbour's address may not be known yet. */
static bool is_way_of(const struct flow_way *way, const struct bypass_event *left)
{
	static const uint8_t unknown[6];

	if (way->ifindex != left->ifindex || way->tags != left->tags)
		return false;
	for (int i = 0; i < way->tags; i++) {
		if (learner_way_vlan(way, i) != left->vlan[i])
			return false;
	}
	return memcmp(way->destination_mac, left->destination_mac, 6) == 0 ||
	       (way->state != FLOW_WAY_USABLE && memcmp(way->destination_mac, unknown, 6) == 0);
}

static uint32_t ask_route(struct learner *learner, const struct flow_key *leaves,
			  const struct flow_key *arrives, uint32_t mark, uint32_t in_device)
{
	struct nexthop_question question = {
		.leaves = *leaves, .arrives = *arrives, .mark = mark, .in_ifindex = in_device
	};

	return learner->hands->of_route(learner->context, &question);
}

/* Where answers leave. */
static uint32_t way_back(struct learner *learner, const struct learner_flow *flow,
			 const struct bypass_event *left)
{
	struct flow_key leaves = flow_key_reverse(&flow->key),
			arrives = flow_key_reverse(&flow->leaves);
	const struct learner_flow *other =
		flow->other == LEARNER_NONE ? NULL : &learner->flows.flow[flow->other];

	if (other && other->in_table && other->nexthop >= FLOW_WAY_FIXED)
		return other->nexthop;
	return ask_route(learner, &leaves, &arrives, left->mark,
			 learner->hands->input_device(learner->context, left->ifindex, left->vlan));
}

/* Packets are expected to come by where answers leave, if the one that was seen did. */
static void find_way_in(struct learner *learner, const struct learner_flow *flow,
			const struct bypass_event *left, struct learner_way *way)
{
	uint32_t back = way_back(learner, flow, left);
	const struct flow_nexthop *nexthop =
		back < FLOW_WAY_FIXED ? NULL : learner->hands->nexthop(learner->context, back);

	if (!nexthop || nexthop->device != left->in_ifindex) {
		way->flags |= FLOW_ANY_TAGS;
		return;
	}
	way->in_ifindex = learner->hands->base_device(learner->context, nexthop->device);
	for (int i = 0; i < 2; i++)
		way->in_vlan[i] = learner_way_vlan(learner_current_way(nexthop), i);
}

static void find_way_out(struct learner *learner, const struct learner_flow *flow,
			 const struct bypass_event *left, struct learner_way *way)
{
	const struct flow_nexthop *nexthop = NULL;

	way->nexthop = ask_route(learner, &flow->leaves, &flow->key, left->mark, left->in_ifindex);
	if (way->nexthop >= FLOW_WAY_FIXED)
		nexthop = learner->hands->nexthop(learner->context, way->nexthop);
	if (nexthop && is_way_of(learner_current_way(nexthop), left)) {
		way->flags |= FLOW_ROUTED;
		return;
	}
	way->nexthop = learner->hands->of_link(learner->context, left);
	if (way->nexthop < FLOW_WAY_FIXED)
		way->nexthop = FLOW_WAY_OTHER;
	else if (memcmp(&flow->key, &flow->leaves, sizeof(flow->key)) == 0)
		/* The observer finds it by what it leaves with. */
		way->flags |= FLOW_OBSERVED;
}

/* It left, and is in the table already. */
static void confirm(struct learner *learner, uint32_t number, const struct learner_way *way)
{
	const struct learner_flow *flow = &learner->flows.flow[number];
	uint16_t any = (flow->flags ^ way->flags) & FLOW_ANY_TAGS;

	/* How it has to arrive cannot be changed in place. */
	if (any || flow->in_ifindex != way->in_ifindex ||
	    memcmp(flow->in_vlan, way->in_vlan, sizeof(flow->in_vlan)) != 0) {
		learner_take_out(learner, number, &learner->ledger.removed_other);
		learner_await(learner, number);
		return;
	}
	learner_flows_move(&learner->flows, number, LEARNER_LEARNED);
	learner_edit(learner, number, FLOW_EDIT_EPOCH | FLOW_EDIT_NEXTHOP | FLOW_EDIT_FLAGS, way);
}

static void forget_own(struct learner *learner, uint32_t number)
{
	uint32_t other = learner->flows.flow[number].other;

	learner_forget(learner, number, &learner->ledger.removed_other);
	if (other != LEARNER_NONE)
		learner_forget(learner, other, &learner->ledger.removed_other);
}

static void find_way(struct learner *learner, uint32_t number, const struct bypass_event *left,
		     struct learner_way *ret_way)
{
	struct learner_flow *flow = &learner->flows.flow[number];

	*ret_way = (struct learner_way){ .flags = flow->flags &
						  ~(LEARNER_CHANGING | FLOW_NAT | FLOW_ANY_TAGS) };
	flow->mark = left->mark;
	flow->in_device = left->in_ifindex;
	if (bypass_excludes(&learner->excluded, &flow->key, &flow->leaves))
		ret_way->flags |= FLOW_EXCLUDED;
	find_way_out(learner, flow, left, ret_way);
	if (flow->flags & FLOW_CONNTRACK) {
		find_way_in(learner, flow, left, ret_way);
		return;
	}
	ret_way->flags |= FLOW_OBSERVED | FLOW_ANY_TAGS;
}

static void awaited_left(struct learner *learner, const struct bypass_event *left, bool late)
{
	uint32_t number = learner_flows_find_awaited(&learner->flows, &left->key);
	struct learner_way way;

	learner->hands->await_no_more(learner->context, &left->key);
	if (number == LEARNER_NONE)
		return;
	learner_await(learner, number);
	if (late)
		return;
	if (!left->in_ifindex) {
		forget_own(learner, number);
		return;
	}
	find_way(learner, number, left, &way);
	if (learner->flows.flow[number].in_table)
		confirm(learner, number, &way);
	else
		(void)learner_put(learner, number, &way);
}

/* Leaves for where it comes from: this host itself. */
static bool is_own(struct learner *learner, const struct bypass_event *left)
{
	struct flow_key back = flow_key_reverse(&left->key);

	return ask_route(learner, &back, &back, left->mark, 0) == FLOW_WAY_LOCAL;
}

static void marked_left(struct learner *learner, const struct bypass_event *left)
{
	struct learner_way way;
	uint32_t number;

	if (!learner->settings.mark_mask || !left->in_ifindex ||
	    learner_flows_find(&learner->flows, &left->key) != LEARNER_NONE ||
	    /* Conntrack's: it does not arrive as it leaves. */
	    learner_flows_find_leaving(&learner->flows, &left->key) != LEARNER_NONE ||
	    is_own(learner, left))
		return;
	number = learner_flows_add(&learner->flows, &left->key, &left->key);
	if (number == LEARNER_NONE) {
		learner->ledger.refused++;
		return;
	}
	learner->flows.flow[number].flags = FLOW_LEARNED | FLOW_OBSERVED;
	find_way(learner, number, left, &way);
	/* It will be told again. */
	if (learner_put(learner, number, &way))
		learner_forget(learner, number, &learner->ledger.removed_other);
}

static void moved(struct learner *learner, const struct bypass_event *left)
{
	uint32_t number = learner_flows_find(&learner->flows, &left->key);
	struct learner_way way;

	if (number == LEARNER_NONE || learner->flows.flow[number].list != LEARNER_LEARNED)
		return;
	find_way(learner, number, left, &way);
	learner_edit(learner, number, FLOW_EDIT_NEXTHOP | FLOW_EDIT_FLAGS, &way);
}

void learner_event(struct learner *learner, const struct bypass_event *event, bool late)
{
	if (event->kind == BYPASS_EVENT_AWAITED) {
		awaited_left(learner, event, late);
		return;
	}
	if (event->kind == BYPASS_EVENT_MARKED && !late)
		marked_left(learner, event);
	else if (event->kind == BYPASS_EVENT_MOVED && !late)
		moved(learner, event);
	learner->hands->heard(learner->context, &event->key);
}
