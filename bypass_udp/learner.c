// SPDX-License-Identifier: GPL-2.0-only
#include "learner.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "flow_rule.h"
#include "flow_value.h"
#include "learner_change.h"
#include "learner_limits.h"

int learner_open(struct learner *ret_learner, const struct flow_hands *hands, void *context,
		 uint32_t capacity, uint32_t awaited_limit, uint32_t epoch)
{
	uint32_t seed = 0;

	*ret_learner = (struct learner){ .hands = hands,
					 .context = context,
					 .capacity = capacity,
					 .awaited_limit = awaited_limit,
					 .epoch = epoch,
					 .wants_dump = true,
					 .route_round = LEARNER_NONE,
					 .exclude_round = LEARNER_NONE,
					 .forget_round = LEARNER_NONE,
					 .ask_round = LEARNER_NONE };
	/* Without randomness it works as well, only strangers could make it slow. */
	(void)!getrandom(&seed, sizeof(seed), GRND_NONBLOCK);
	learner_flows_open(&ret_learner->flows, capacity + awaited_limit / 2, seed);
	ret_learner->removed = calloc(LEARNER_REMOVE_AT_ONCE, sizeof(*ret_learner->removed));
	ret_learner->last = calloc(LEARNER_REMOVE_AT_ONCE, sizeof(*ret_learner->last));
	if (ret_learner->removed && ret_learner->last)
		return 0;
	learner_close(ret_learner);
	return -ENOMEM;
}

void learner_close(struct learner *learner)
{
	learner_flows_close(&learner->flows);
	free(learner->removed);
	free(learner->last);
	learner->removed = NULL;
	learner->last = NULL;
}

void learner_adopt(struct learner *learner, const struct flow_entry_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct flow_value *value = &list->entry[i].value;
		struct flow_key leaves = flow_value_out(&list->entry[i].key, value);
		uint32_t number = learner_flows_add(&learner->flows, &list->entry[i].key, &leaves);
		struct learner_flow *flow;

		/* The next scan removes it. */
		if (number == LEARNER_NONE)
			continue;
		flow = &learner->flows.flow[number];
		flow->in_table = true;
		flow->flags = value->flags;
		flow->nexthop = value->nexthop;
		flow->in_ifindex = value->in_ifindex;
		memcpy(flow->in_vlan, value->in_vlan, sizeof(flow->in_vlan));
		flow->since = flow->timer_set = learner->now;
		learner->in_table++;
	}
	learner->ledger.flows = learner->in_table;
}

void learner_set(struct learner *learner, const struct bypass_settings *settings)
{
	if (settings->learn && !learner->settings.learn)
		learner->wants_dump = true;
	learner->settings = *settings;
	learner->forget_round = 0;
}

void learner_exclude(struct learner *learner, const struct bypass_excluded *excluded)
{
	learner->excluded = *excluded;
	learner->exclude_round = 0;
}

/* No address that a router would not send on: such flows would be waited for in vain. */
static bool is_sent_on(const __be32 address[4], uint8_t family)
{
	const uint8_t *bytes = (const uint8_t *)address;
	uint32_t first = ntohl(address[0]);

	if (family == FLOW_IPV4)
		return first >> 24 != 0 && first >> 24 != 127 && first >> 28 < 0xe;
	return bytes[0] != 0xff && (first & 0xffc00000) != 0xfe800000 &&
	       (address[0] | address[1] | address[2]);
}

static bool is_forwarded(const struct flow_key *key)
{
	return is_sent_on(key->source, key->family) && is_sent_on(key->destination, key->family);
}

/* The flow with this key, if it is the same one; another one with this key goes. */
static uint32_t find_same(struct learner *learner, const struct flow_key *key,
			  const struct flow_key *leaves)
{
	uint32_t number = learner_flows_find(&learner->flows, key);
	const struct learner_flow *flow;

	if (number == LEARNER_NONE)
		return number;
	flow = &learner->flows.flow[number];
	if (flow->flags & FLOW_CONNTRACK && memcmp(&flow->leaves, leaves, sizeof(*leaves)) == 0)
		return number;
	learner_forget(learner, number, &learner->ledger.removed_other);
	return LEARNER_NONE;
}

static uint32_t find_or_add(struct learner *learner, const struct flow_key *key,
			    const struct flow_key *leaves, uint16_t flags)
{
	uint32_t number = find_same(learner, key, leaves);
	struct learner_flow *flow;

	if (number == LEARNER_NONE) {
		number = learner_flows_add(&learner->flows, key, leaves);
		if (number == LEARNER_NONE)
			return number;
		flow = &learner->flows.flow[number];
		flow->flags = flags;
	}
	flow = &learner->flows.flow[number];
	flow->dump = learner->dump;
	if (!learner->is_dumping)
		flow->unheard = false;
	else if (flow->other == LEARNER_NONE)
		flow->unheard = true;
	return number;
}

static void follow(struct learner *learner, const struct conntrack_flow *flow)
{
	struct flow_key leaves[2] = { flow_key_reverse(&flow->reply),
				      flow_key_reverse(&flow->original) };
	uint32_t original, reply;

	if (!is_forwarded(&flow->original) || !is_forwarded(&flow->reply))
		return;
	original = find_or_add(learner, &flow->original, &leaves[0], FLOW_LEARNED | FLOW_CONNTRACK);
	reply = find_or_add(learner, &flow->reply, &leaves[1],
			    FLOW_LEARNED | FLOW_CONNTRACK | FLOW_REPLY);
	if (original == LEARNER_NONE || reply == LEARNER_NONE) {
		learner->ledger.refused++;
		return;
	}
	learner->flows.flow[original].other = reply;
	learner->flows.flow[reply].other = original;
	learner->flows.flow[original].assured = flow->assured;
	learner->flows.flow[reply].assured = flow->assured;
}

static void forget_both(struct learner *learner, const struct flow_key *keys[2])
{
	for (int i = 0; i < 2; i++) {
		uint32_t number = learner_flows_find(&learner->flows, keys[i]);

		if (number != LEARNER_NONE && learner->flows.flow[number].flags & FLOW_CONNTRACK)
			learner_forget(learner, number, &learner->ledger.removed_gone);
	}
}

void learner_conntrack(void *learner_, enum conntrack_change change,
		       const struct conntrack_flow *flow)
{
	const struct flow_key *keys[2] = { &flow->original, &flow->reply };
	struct learner *learner = learner_;

	if (change == CONNTRACK_GONE)
		forget_both(learner, keys);
	else if (learner->settings.learn && !flow->dying && (flow->seen_reply || flow->assured))
		follow(learner, flow);
}

void learner_gone(void *learner_, const struct flow_key *original)
{
	struct learner *learner = learner_;
	uint32_t number = learner_flows_find(&learner->flows, original), other;

	if (number == LEARNER_NONE || !(learner->flows.flow[number].flags & FLOW_CONNTRACK))
		return;
	other = learner->flows.flow[number].other;
	if (learner->is_scanning) {
		learner->flows.flow[number].expired = true;
		if (other != LEARNER_NONE)
			learner->flows.flow[other].expired = true;
		return;
	}
	learner_forget(learner, number, &learner->ledger.removed_gone);
	if (other != LEARNER_NONE)
		learner_forget(learner, other, &learner->ledger.removed_gone);
}

void learner_dump_begin(struct learner *learner)
{
	learner->dump++;
	learner->is_dumping = true;
	learner->wants_dump = false;
}

void learner_dump_end(struct learner *learner, bool is_whole)
{
	const struct learner_flows *flows = &learner->flows;

	learner->is_dumping = false;
	if (!is_whole) {
		learner->wants_dump = true;
		return;
	}
	for (uint32_t number = 0; number < flows->used; number++) {
		const struct learner_flow *flow = &flows->flow[number];

		if (learner_flows_is_there(flows, number) && flow->flags & FLOW_CONNTRACK &&
		    flow->dump != learner->dump)
			learner_forget(learner, number, &learner->ledger.removed_gone);
	}
}

void learner_mark_nexthops(const struct learner *learner, bool *used)
{
	const struct learner_flows *flows = &learner->flows;

	for (uint32_t number = 0; number < flows->used; number++) {
		const struct learner_flow *flow = &flows->flow[number];

		if (learner_flows_is_there(flows, number) && flow->in_table &&
		    flow->nexthop < FLOW_NEXTHOP_LIMIT)
			used[flow->nexthop] = true;
	}
}
