// SPDX-License-Identifier: GPL-2.0-only
#include "session_hands.h"

#include "bypass_session.h"

static int add(void *context, const struct flow_entry *entry, struct problem *problem)
{
	struct bypass_session *session = context;

	return flow_tables_add(&session->host.flows, FLOW_TABLE_LEARNED, entry, 1, problem);
}

static int remove_all(void *context, const struct flow_key *keys, size_t count,
		      struct flow_entry *ret_last, struct problem *problem)
{
	struct bypass_session *session = context;

	return flow_tables_remove(&session->host.flows, FLOW_TABLE_LEARNED, keys, count, ret_last,
				  problem);
}

static int edit(void *context, struct flow_edit *edits, size_t count, struct problem *problem)
{
	struct bypass_session *session = context;

	return flow_tables_edit(&session->host.flows, edits, count, problem);
}

static uint32_t of_route(void *context, const struct nexthop_question *question)
{
	struct bypass_session *session = context;

	return nexthops_of_route(session->nexthops, question);
}

static uint32_t of_link(void *context, const struct bypass_event *left)
{
	struct bypass_session *session = context;

	return nexthops_of_link(session->nexthops, left->ifindex, left->tags, left->vlan,
				left->destination_mac);
}

static uint32_t input_device(void *context, uint32_t ifindex, const uint16_t vlan[2])
{
	struct bypass_session *session = context;

	return nexthops_input_device(session->nexthops, ifindex, vlan);
}

static uint32_t base_device(void *context, uint32_t device)
{
	struct bypass_session *session = context;

	return nexthops_base_device(session->nexthops, device);
}

static const struct flow_nexthop *nexthop(void *context, uint32_t index)
{
	struct bypass_session *session = context;

	return nexthops_get(session->nexthops, index);
}

static int await(void *context, const struct flow_key *leaves, struct problem *problem)
{
	struct bypass_session *session = context;

	return event_maps_await(&session->events, leaves, problem);
}

static void await_no_more(void *context, const struct flow_key *leaves)
{
	struct bypass_session *session = context;

	event_maps_await_no_more(&session->events, leaves);
}

static void heard(void *context, const struct flow_key *key)
{
	struct bypass_session *session = context;

	event_maps_heard(&session->events, key);
}

static int set_timer(void *context, const struct flow_key *original, struct problem *problem)
{
	struct bypass_session *session = context;

	return session->timer ? conntrack_timer_set(session->timer, original,
						    session->stream_timeout, problem) :
				0;
}

static int assure(void *context, const struct flow_key *original, struct problem *problem)
{
	struct bypass_session *session = context;

	return session->timer ? conntrack_timer_assure(session->timer, original, problem) : 0;
}

static int ask(void *context, const struct flow_key *original, struct problem *problem)
{
	struct bypass_session *session = context;

	return session->timer ? conntrack_timer_ask(session->timer, original, problem) : 0;
}

const struct flow_hands session_hands = {
	.add = add,
	.remove = remove_all,
	.edit = edit,
	.of_route = of_route,
	.of_link = of_link,
	.input_device = input_device,
	.base_device = base_device,
	.nexthop = nexthop,
	.await = await,
	.await_no_more = await_no_more,
	.heard = heard,
	.set_timer = set_timer,
	.assure = assure,
	.ask = ask,
};

const struct static_hands session_static_hands = {
	.of_route = of_route,
	.input_device = input_device,
	.nexthop = nexthop,
	.edit = edit,
};
