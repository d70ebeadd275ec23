// SPDX-License-Identifier: GPL-2.0-only
/* What the learner does bit by bit, so that nothing else waits long. */
#include "excluded_prefix.h"
#include "flow_rule.h"
#include "learner_change.h"
#include "learner_limits.h"

static void await_some(struct learner *learner)
{
	struct learner_flows *flows = &learner->flows;

	for (int i = 0; i < LEARNER_AWAIT_AT_ONCE && !learner->awaits_no_more &&
			flows->list[LEARNER_TO_AWAIT].count &&
			flows->list[LEARNER_AWAITED].count < learner->awaited_limit;
	     i++) {
		uint32_t number = flows->list[LEARNER_TO_AWAIT].first;
		struct problem problem = { 0 };
		int err = learner->hands->await(learner->context, &flows->flow[number].leaves,
						&problem);

		if (err) {
			learner->awaits_no_more = true;
			learner_failed(learner, err, &problem);
			return;
		}
		learner_flows_move(flows, number, LEARNER_AWAITED);
	}
}

/* The next flow of a round, or LEARNER_NONE; `looks` is how many more may be looked at. */
static uint32_t next_of_round(const struct learner_flows *flows, uint32_t *round,
			      unsigned int *looks)
{
	while (*round < flows->used && *looks) {
		uint32_t number = (*round)++;

		(*looks)--;
		if (learner_flows_is_there(flows, number))
			return number;
	}
	if (*round != LEARNER_NONE && *round >= flows->used)
		*round = LEARNER_NONE;
	return LEARNER_NONE;
}

/* Its packets go up until one of them has been seen leaving. */
static void doubt(struct learner *learner, uint32_t number)
{
	const struct learner_flow *flow = &learner->flows.flow[number];
	struct learner_way way = { .nexthop = flow->nexthop, .flags = flow->flags };

	learner_await(learner, number);
	learner_edit(learner, number, FLOW_EDIT_EPOCH, &way);
}

static bool comes_by(const struct learner *learner, const struct learner_flow *flow,
		     const struct flow_nexthop *nexthop)
{
	const struct flow_way *way = learner_current_way(nexthop);

	return flow->in_ifindex == learner->hands->base_device(learner->context, nexthop->device) &&
	       flow->in_vlan[0] == learner_way_vlan(way, 0) &&
	       flow->in_vlan[1] == learner_way_vlan(way, 1);
}

/* Answers are expected to come by the way that a flow leaves. */
static void check_way_in(struct learner *learner, const struct learner_flow *flow)
{
	const struct flow_nexthop *nexthop =
		learner->hands->nexthop(learner->context, flow->nexthop);
	const struct learner_flow *other;

	if (flow->other == LEARNER_NONE || !nexthop)
		return;
	other = &learner->flows.flow[flow->other];
	if (other->in_table && other->in_ifindex && !comes_by(learner, other, nexthop))
		learner_take_out(learner, flow->other, &learner->ledger.removed_other);
}

static void ask_route(struct learner *learner, uint32_t number)
{
	const struct learner_flow *flow = &learner->flows.flow[number];
	struct nexthop_question question = { .leaves = flow->leaves,
					     .arrives = flow->key,
					     .mark = flow->mark,
					     .in_ifindex = flow->in_device };
	struct learner_way way = { .flags = flow->flags };

	way.nexthop = learner->hands->of_route(learner->context, &question);
	if (way.nexthop == FLOW_WAY_UNRESOLVED)
		learner->asks_again = true;
	if (way.nexthop == flow->nexthop)
		return;
	learner_edit(learner, number, FLOW_EDIT_NEXTHOP, &way);
	if (way.nexthop >= FLOW_WAY_FIXED)
		check_way_in(learner, flow);
}

/* Of flows that are in doubt already, a packet will tell. */
static void ask_some_routes(struct learner *learner)
{
	unsigned int looks = LEARNER_LOOK_AT_ONCE;
	uint32_t number;

	for (int i = 0; i < LEARNER_ASK_AT_ONCE; i++) {
		do
			number = next_of_round(&learner->flows, &learner->route_round, &looks);
		while (number != LEARNER_NONE &&
		       learner->flows.flow[number].list != LEARNER_LEARNED);
		if (number == LEARNER_NONE)
			return;
		if (learner->flows.flow[number].flags & FLOW_ROUTED)
			ask_route(learner, number);
		else
			doubt(learner, number);
	}
}

static void exclude_some(struct learner *learner)
{
	/* Each may be compared with every prefix. */
	unsigned int looks = LEARNER_LOOK_AT_ONCE / 4;
	uint32_t number;

	while ((number = next_of_round(&learner->flows, &learner->exclude_round, &looks)) !=
	       LEARNER_NONE) {
		const struct learner_flow *flow = &learner->flows.flow[number];
		struct learner_way way = { .nexthop = flow->nexthop,
					   .flags = flow->flags & ~FLOW_EXCLUDED };

		if (!flow->in_table)
			continue;
		if (bypass_excludes(&learner->excluded, &flow->key, &flow->leaves))
			way.flags |= FLOW_EXCLUDED;
		if (way.flags != flow->flags)
			learner_edit(learner, number, FLOW_EDIT_FLAGS, &way);
	}
}

/* What is not to be learned any more. */
static void forget_some(struct learner *learner)
{
	unsigned int looks = LEARNER_LOOK_AT_ONCE;
	uint32_t number;

	while ((number = next_of_round(&learner->flows, &learner->forget_round, &looks)) !=
	       LEARNER_NONE) {
		bool from_conntrack = learner->flows.flow[number].flags & FLOW_CONNTRACK;

		if (from_conntrack ? !learner->settings.learn : !learner->settings.mark_mask)
			learner_forget(learner, number, &learner->ledger.removed_other);
	}
}

/* Conntrack may have forgotten it without a word. */
static void ask_some_unheard(struct learner *learner)
{
	unsigned int looks = LEARNER_LOOK_AT_ONCE;
	uint32_t number;

	while ((number = next_of_round(&learner->flows, &learner->ask_round, &looks)) !=
	       LEARNER_NONE) {
		const struct learner_flow *flow = &learner->flows.flow[number];
		struct flow_key original = flow->key;
		struct problem problem = { 0 };
		int err;

		if (!flow->unheard || flow->flags & FLOW_REPLY)
			continue;
		err = learner->hands->ask(learner->context, &original, &problem);
		if (err) {
			learner_failed(learner, err, &problem);
			learner->ask_round = LEARNER_NONE;
		}
	}
	if (learner->ask_round == LEARNER_NONE)
		learner->next_ask = learner->now + LEARNER_ASK_EACH +
				    LEARNER_ASK_SHARE * (learner->now - learner->ask_begun);
}

bool learner_work(struct learner *learner)
{
	const struct learner_flow_list *lists = learner->flows.list;

	if (learner->forget_round != LEARNER_NONE)
		forget_some(learner);
	if (learner->exclude_round != LEARNER_NONE)
		exclude_some(learner);
	if (learner->route_round == LEARNER_NONE && learner->another_route_round) {
		learner->another_route_round = false;
		learner->route_round = 0;
	}
	if (learner->route_round != LEARNER_NONE)
		ask_some_routes(learner);
	if (learner->ask_round == LEARNER_NONE && learner->now >= learner->next_ask) {
		learner->ask_begun = learner->now;
		learner->ask_round = 0;
	}
	if (learner->ask_round != LEARNER_NONE)
		ask_some_unheard(learner);
	await_some(learner);
	return learner->forget_round != LEARNER_NONE || learner->exclude_round != LEARNER_NONE ||
	       learner->route_round != LEARNER_NONE || learner->another_route_round ||
	       learner->ask_round != LEARNER_NONE ||
	       (lists[LEARNER_TO_AWAIT].count && !learner->awaits_no_more &&
		lists[LEARNER_AWAITED].count < learner->awaited_limit);
}

void learner_rules_changed(struct learner *learner, uint32_t epoch)
{
	learner->epoch = epoch;
	learner->ledger.rule_changes++;
	learner->ledger.rules_changed = learner->now;
	learner_flows_move_all(&learner->flows, LEARNER_LEARNED, LEARNER_TO_AWAIT);
}

void learner_routes_changed(struct learner *learner)
{
	learner->ledger.routes_changed++;
	learner->asks_again = false;
	/* The one that is on comes to its end: else a flood of changes would keep it at its beginning. */
	if (learner->route_round == LEARNER_NONE)
		learner->route_round = 0;
	else
		learner->another_route_round = true;
}

/* Bypass_awaited is full of flows that do not leave: others get their turn. */
static void rotate(struct learner *learner)
{
	struct learner_flows *flows = &learner->flows;

	for (int i = 0; i < LEARNER_AWAIT_AT_ONCE && flows->list[LEARNER_TO_AWAIT].count &&
			flows->list[LEARNER_AWAITED].count >= learner->awaited_limit / 2;
	     i++) {
		uint32_t number = flows->list[LEARNER_AWAITED].first;

		learner->hands->await_no_more(learner->context, &flows->flow[number].leaves);
		learner_await(learner, number);
	}
}

void learner_second(struct learner *learner)
{
	struct learner_flows *flows = &learner->flows;
	uint32_t room = learner->capacity - learner->in_table;

	for (; room && flows->list[LEARNER_WAITING].count; room--)
		learner_await(learner, flows->list[LEARNER_WAITING].first);
	if (flows->list[LEARNER_AWAITED].count >= learner->awaited_limit || learner->awaits_no_more)
		rotate(learner);
	learner->awaits_no_more = false;
	if (learner->asks_again)
		learner_routes_changed(learner);
}

void learner_doubt_unfollowed(struct learner *learner, uint32_t number)
{
	const struct learner_flow *flow = &learner->flows.flow[number];

	if (flow->list == LEARNER_LEARNED && !(flow->flags & (FLOW_ROUTED | FLOW_OBSERVED)))
		doubt(learner, number);
}
