// SPDX-License-Identifier: GPL-2.0-only
/* Looking at the whole learned table. */
#include "flow_expiry.h"
#include "flow_rule.h"
#include "learner_change.h"
#include "learner_limits.h"

static struct flow_key original_of(const struct learner_flow *flow)
{
	return flow->flags & FLOW_REPLY ? flow_key_reverse(&flow->leaves) : flow->key;
}

/* Conntrack has one timer for both directions. */
static void set_timer(struct learner *learner, uint32_t number)
{
	struct learner_flow *flow = &learner->flows.flow[number];
	struct flow_key original = original_of(flow);
	struct problem problem = { 0 };
	int err;

	flow->timer_set = learner->now;
	if (flow->other != LEARNER_NONE)
		learner->flows.flow[flow->other].timer_set = learner->now;
	err = learner->hands->set_timer(learner->context, &original, &problem);
	if (err)
		learner_failed(learner, err, &problem);
	else
		learner->ledger.timers_set++;
}

/* Conntrack would throw it out before others: it does not see that it goes on. */
static void assure(struct learner *learner, uint32_t number)
{
	struct learner_flow *flow = &learner->flows.flow[number];
	struct flow_key original = original_of(flow);
	struct problem problem = { 0 };
	int err = learner->hands->assure(learner->context, &original, &problem);

	flow->assured = true;
	if (flow->other != LEARNER_NONE)
		learner->flows.flow[flow->other].assured = true;
	if (err)
		learner_failed(learner, err, &problem);
}

static bool is_to_be_assured(const struct learner_flow *flow, const struct flow_value *value)
{
	return flow->flags & FLOW_CONNTRACK && !flow->assured &&
	       flow_counts_total(value).last > flow->since + FLOW_ASSURED_AFTER;
}

/* Conntrack will tell whether it may come back. */
static void remove_idle(struct learner *learner, uint32_t number)
{
	if (learner->flows.flow[number].flags & FLOW_CONNTRACK)
		learner_take_out(learner, number, &learner->ledger.removed_idle);
	else
		learner_forget(learner, number, &learner->ledger.removed_idle);
}

/* Left by somebody who is no more. */
static void remove_stray(struct learner *learner, const struct flow_key *key)
{
	learner->in_table++;
	learner->ledger.removed_other++;
	learner->removed[learner->removals++] = *key;
	if (learner->removals == LEARNER_REMOVE_AT_ONCE)
		learner_flush(learner);
}

static void look_at(struct learner *learner, const struct flow_entry *entry,
		    const struct flow_expiry_rules *rules)
{
	uint32_t number = learner_flows_find(&learner->flows, &entry->key);
	const struct learner_flow *flow;

	if (number == LEARNER_NONE || !learner->flows.flow[number].in_table) {
		remove_stray(learner, &entry->key);
		return;
	}
	flow = &learner->flows.flow[number];
	switch (flow_expiry_of(&entry->value, flow->since, flow->timer_set, rules)) {
	case FLOW_EXPIRY_GONE:
		learner->flows.flow[number].expired = true;
		/* Conntrack may know a new one meanwhile. */
		learner->wants_dump = true;
		return;
	case FLOW_EXPIRY_IDLE:
		remove_idle(learner, number);
		return;
	case FLOW_EXPIRY_TIMER:
		set_timer(learner, number);
		break;
	case FLOW_EXPIRY_STAYS:
		break;
	}
	if (is_to_be_assured(flow, &entry->value))
		assure(learner, number);
	learner_doubt_unfollowed(learner, number);
}

static void forget_expired(struct learner *learner)
{
	for (uint32_t number = 0; number < learner->flows.used; number++) {
		if (learner_flows_is_there(&learner->flows, number) &&
		    learner->flows.flow[number].expired)
			learner_forget(learner, number, &learner->ledger.removed_gone);
	}
}

void learner_scan(struct learner *learner, const struct flow_entry_list *list, uint64_t timer_each)
{
	struct flow_expiry_rules rules = { .now = learner->now,
					   .timer_each = timer_each,
					   .idle = learner->settings.idle };

	/* Nobody may forget a flow meanwhile: what is in the list and not known would be removed twice. */
	learner->is_scanning = true;
	for (size_t i = 0; i < list->count; i++)
		look_at(learner, &list->entry[i], &rules);
	learner->is_scanning = false;
	forget_expired(learner);
}
