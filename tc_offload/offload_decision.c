// SPDX-License-Identifier: GPL-2.0-only
#include "offload_decision.h"

#include <netinet/in.h>
#include <string.h>

const struct flow_way *offload_decision_way(const struct offload_question *question)
{
	return &question->nexthop.way[question->nexthop.current & 1];
}

/* A second tag is in front of the IP header still, where the first has been taken off. */
static bool has_two_tags(const struct offload_question *question)
{
	return !question->any_tags && question->vlan[1];
}

static bool came_right(const struct offload_question *question)
{
	const struct flow_value *flow = &question->flow;

	if (flow->in_ifindex && flow->in_ifindex != question->at.ifindex)
		return false;
	if (flow->flags & FLOW_ANY_TAGS)
		return true;
	return !flow->in_vlan[1] && (question->any_tags || question->vlan[0] == flow->in_vlan[0]);
}

static bool is_loopback(const struct offload_question *question, const __be32 address[4])
{
	uint8_t first;

	memcpy(&first, address, sizeof(first));
	return question->key.family == FLOW_IPV4 ?
		       first == IN_LOOPBACKNET :
		       IN6_IS_ADDR_LOOPBACK((const struct in6_addr *)address);
}

static unsigned int local_out(const struct offload_question *question)
{
	const struct flow_value *flow = &question->flow;

	if (question->at.is_loopback)
		return OFFLOAD_OUT_HERE;
	if (question->at.side == OFFLOAD_EGRESS || is_loopback(question, flow->source) ||
	    is_loopback(question, flow->destination))
		return OFFLOAD_OUT_LOOPBACK;
	return OFFLOAD_OUT_HERE;
}

static unsigned int device_out(const struct offload_question *question)
{
	const struct flow_way *way = offload_decision_way(question);
	bool is_followed = question->nexthop.flags & FLOW_NEXTHOP_MAC ||
			   question->daemon.alive_until > question->now;

	if (question->nexthop.flags & FLOW_NEXTHOP_PEER && question->at.side == OFFLOAD_INGRESS)
		return OFFLOAD_OUT_PEER;
	if (way->no_link_header || (way->state == FLOW_WAY_USABLE && is_followed))
		return OFFLOAD_OUT_DEVICE;
	return OFFLOAD_OUT_NEIGHBOUR;
}

static struct offload_decision left_alone(unsigned int up)
{
	return (struct offload_decision){ .up = up };
}

static struct offload_decision decide_way(const struct offload_question *question)
{
	const struct flow_way *way = offload_decision_way(question);
	struct offload_decision decision = { .up = OFFLOAD_SENT };

	if (way->state == FLOW_WAY_LOCAL) {
		decision.out = local_out(question);
		return decision;
	}
	if (way->state != FLOW_WAY_USABLE && way->state != FLOW_WAY_RESOLVING)
		return left_alone(OFFLOAD_UP_WAY + way->state % FLOW_WAY_STATES);
	decision.counts_down = question->at.side == OFFLOAD_INGRESS && !question->at.is_loopback &&
			       !(question->flow.flags & FLOW_KEEP_TTL);
	decision.has_mtu_limit = true;
	if (decision.counts_down && question->hops <= 1)
		return left_alone(OFFLOAD_UP_TTL);
	if (question->length > way->mtu)
		return left_alone(OFFLOAD_UP_TOO_BIG);
	decision.out = device_out(question);
	return decision;
}

struct offload_decision offload_decide(const struct offload_question *question)
{
	const struct flow_value *flow = &question->flow;
	const uint8_t protocol = question->key.protocol;

	if (has_two_tags(question))
		return left_alone(OFFLOAD_UP_NOT_IP);
	if (protocol != IPPROTO_UDP && protocol != IPPROTO_TCP)
		return left_alone(OFFLOAD_UP_PROTOCOL);
	if (!(question->settings.tables & 1U << FLOW_TABLE_STATIC) || !question->has_flow ||
	    flow->flags & FLOW_DEAD)
		return left_alone(OFFLOAD_UP_NO_FLOW);
	if (!came_right(question))
		return left_alone(OFFLOAD_UP_WRONG_WAY_IN);
	if (question->key.family == FLOW_IPV6 && protocol == IPPROTO_UDP && !question->has_checksum)
		return left_alone(OFFLOAD_UP_ZERO_CHECKSUM);
	if (flow->nexthop >= FLOW_NEXTHOP_LIMIT)
		return left_alone(OFFLOAD_UP_NO_MAP);
	return decide_way(question);
}
