// SPDX-License-Identifier: GPL-2.0-only
#include "bypass_decision.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bypass_settings.h"
#include "flow_tables.h"
#include "interface.h"

static uint64_t idle_limit(const struct bypass_question *question)
{
	return question->settings.idle[question->flow.class % BYPASS_CLASS_COUNT];
}

static uint64_t since(const struct bypass_question *question, uint64_t time)
{
	return question->now > time ? question->now - time : 0;
}

static uint64_t last_packet(const struct bypass_question *question)
{
	return flow_counts_total(&question->flow).last;
}

static bool came_right(const struct bypass_question *question)
{
	const struct flow_value *flow = &question->flow;

	if (flow->in_ifindex && flow->in_ifindex != question->config.ifindex &&
	    flow->in_ifindex != question->config.master)
		return false;
	return flow->flags & FLOW_ANY_TAGS || question->any_tags ||
	       (question->vlan[0] == flow->in_vlan[0] && question->vlan[1] == flow->in_vlan[1]);
}

/* The kernel side itself asks conntrack, now and then. */
static bool is_asked(const struct bypass_question *question)
{
	return question->flow.flags & FLOW_CONNTRACK && question->daemon.conntrack_timeout &&
	       since(question, question->flow.confirmed) >= question->daemon.conntrack_each;
}

static unsigned int decide_learned(const struct bypass_question *question)
{
	const struct flow_value *flow = &question->flow;
	uint64_t last = last_packet(question);

	if (question->now > question->daemon.alive_until)
		return BYPASS_UP_NO_DAEMON;
	if (flow->epoch != question->daemon.epoch)
		return BYPASS_UP_REVALIDATE;
	if (flow->gone)
		return BYPASS_UP_GONE;
	if (last && since(question, last) > idle_limit(question))
		return BYPASS_UP_IDLE;
	if (flow->flags & FLOW_OBSERVED &&
	    since(question, flow->confirmed) > question->settings.sample)
		return BYPASS_UP_SAMPLED;
	return is_asked(question) && question->is_gone ? BYPASS_UP_GONE : BYPASS_SENT;
}

static unsigned int decide_way(const struct bypass_question *question)
{
	const struct flow_way *way = bypass_decision_way(question);

	/* XDP_TX asks less of a device than redirection. */
	if (way->state != FLOW_WAY_USABLE &&
	    !(way->state == FLOW_WAY_NO_TRANSMIT && bypass_decision_turns(question)))
		return BYPASS_UP_WAY + way->state % FLOW_WAY_STATES;
	if (question->length > way->mtu)
		return BYPASS_UP_TOO_BIG;
	if (!bypass_decision_turns(question) && !question->has_device)
		return BYPASS_UP_NO_DEVICE;
	return question->config.monitor ? BYPASS_UP_MONITOR : BYPASS_SENT;
}

unsigned int bypass_decision(const struct bypass_question *question)
{
	const struct flow_value *flow = &question->flow;
	unsigned int up = BYPASS_SENT;

	if (!question->has_flow || flow->flags & FLOW_DEAD)
		return BYPASS_UP_NO_FLOW;
	if (flow->flags & FLOW_EXCLUDED)
		return BYPASS_UP_EXCLUDED;
	if (!came_right(question))
		return BYPASS_UP_WRONG_WAY_IN;
	if (flow->flags & FLOW_LEARNED)
		up = decide_learned(question);
	if (up != BYPASS_SENT)
		return up;
	if (question->key.family == FLOW_IPV6 && !question->has_checksum)
		return BYPASS_UP_ZERO_CHECKSUM;
	if (question->hops <= 1)
		return BYPASS_UP_TTL;
	return decide_way(question);
}

bool bypass_decision_turns(const struct bypass_question *question)
{
	uint32_t out = bypass_decision_way(question)->ifindex;

	return out == question->config.ifindex || out == question->config.master;
}

const struct flow_way *bypass_decision_way(const struct bypass_question *question)
{
	return &question->nexthop.way[question->nexthop.current & 1];
}

static const char *device_name(uint32_t ifindex, char ret_name[INTERFACE_NAME_SIZE])
{
	if (interface_name_of(ifindex, ret_name))
		snprintf(ret_name, INTERFACE_NAME_SIZE, "#%" PRIu32, ifindex);
	return ret_name;
}

/* "eth0", "any interface"; "VLAN 5.7", "no VLAN tag", "any tags". */
static void way_in_text(const struct flow_value *flow, char *ret_text, size_t size)
{
	char name[INTERFACE_NAME_SIZE] = "any interface", tags[32] = "any VLAN tags";

	if (flow->in_ifindex)
		device_name(flow->in_ifindex, name);
	if (flow->in_vlan[1])
		snprintf(tags, sizeof(tags), "VLAN %u.%u", flow->in_vlan[0], flow->in_vlan[1]);
	else if (flow->in_vlan[0])
		snprintf(tags, sizeof(tags), "VLAN %u", flow->in_vlan[0]);
	else if (!(flow->flags & FLOW_ANY_TAGS))
		snprintf(tags, sizeof(tags), "no VLAN tag");
	snprintf(ret_text, size, "%s with %s", name, tags);
}

static const char *seconds_text(uint64_t nanoseconds, char ret_text[BYPASS_TIME_TEXT_SIZE])
{
	const uint64_t millisecond = 1000000;

	return bypass_time_text(nanoseconds / millisecond * millisecond, ret_text);
}

static const char *class_text(const struct bypass_question *question)
{
	const char *name = bypass_class_name(question->flow.class);

	return name ? name : "?";
}

const char *bypass_decision_numbers(const struct bypass_question *question, unsigned int up,
				    char ret_text[BYPASS_DECISION_TEXT_SIZE])
{
	const size_t size = BYPASS_DECISION_TEXT_SIZE;
	char first[BYPASS_TIME_TEXT_SIZE], second[BYPASS_TIME_TEXT_SIZE], way_in[64];

	*ret_text = '\0';
	switch (up) {
	case BYPASS_UP_WRONG_WAY_IN:
		way_in_text(&question->flow, way_in, sizeof(way_in));
		snprintf(ret_text, size, "expected from %s", way_in);
		break;
	case BYPASS_UP_NO_DAEMON:
		if (question->daemon.alive_until)
			snprintf(ret_text, size, "silent for %s longer than it may be",
				 seconds_text(since(question, question->daemon.alive_until),
					      first));
		break;
	case BYPASS_UP_REVALIDATE:
		snprintf(ret_text, size, "the flow's epoch is %" PRIu32 ", the daemon's %" PRIu32,
			 question->flow.epoch, question->daemon.epoch);
		break;
	case BYPASS_UP_IDLE:
		snprintf(ret_text, size, "no packet for %s, class %s allows %s",
			 seconds_text(since(question, last_packet(question)), first),
			 class_text(question), seconds_text(idle_limit(question), second));
		break;
	case BYPASS_UP_SAMPLED:
		snprintf(ret_text, size, "last seen leaving %s ago, sample is %s",
			 seconds_text(since(question, question->flow.confirmed), first),
			 seconds_text(question->settings.sample, second));
		break;
	case BYPASS_UP_TOO_BIG:
		snprintf(ret_text, size, "%" PRIu32 " bytes, the way out takes %" PRIu32,
			 question->length, bypass_decision_way(question)->mtu);
		break;
	default:
		break;
	}
	return ret_text;
}

/* NULL: this one says nothing about this flow. */
static const char *limit_text(const struct bypass_question *question, unsigned int up,
			      char ret_text[BYPASS_DECISION_TEXT_SIZE])
{
	const struct flow_value *flow = &question->flow;
	const size_t size = BYPASS_DECISION_TEXT_SIZE;
	bool is_learned = flow->flags & FLOW_LEARNED, is_ipv6 = question->key.family == FLOW_IPV6;
	char time[BYPASS_TIME_TEXT_SIZE], way_in[64];

	switch (up) {
	case BYPASS_UP_OTHER_MAC:
		snprintf(ret_text, size,
			 "sent to another link address than %02x:%02x:%02x:%02x:%02x:%02x",
			 question->config.mac[0], question->config.mac[1], question->config.mac[2],
			 question->config.mac[3], question->config.mac[4], question->config.mac[5]);
		return ret_text;
	case BYPASS_UP_FRAGMENT:
		return "a fragment";
	case BYPASS_UP_OPTIONS:
		return is_ipv6 ? NULL : "with IPv4 options";
	case BYPASS_UP_EXTENSION:
		return is_ipv6 ? "with IPv6 extension headers" : NULL;
	case BYPASS_UP_WRONG_WAY_IN:
		if (!flow->in_ifindex && flow->flags & FLOW_ANY_TAGS)
			return NULL;
		way_in_text(flow, way_in, sizeof(way_in));
		snprintf(ret_text, size, "not from %s", way_in);
		return ret_text;
	case BYPASS_UP_NO_DAEMON:
		return is_learned ? "when the daemon has not been heard of for seconds" : NULL;
	case BYPASS_UP_REVALIDATE:
		return is_learned ? "after a change of the firewall's rules, until the kernel has "
				    "forwarded the flow again" :
				    NULL;
	case BYPASS_UP_GONE:
		return flow->flags & FLOW_CONNTRACK ? "when conntrack has forgotten the flow" :
						      NULL;
	case BYPASS_UP_IDLE:
		snprintf(ret_text, size, "after %s without a packet (class %s)",
			 seconds_text(idle_limit(question), time), class_text(question));
		return is_learned ? ret_text : NULL;
	case BYPASS_UP_SAMPLED:
		snprintf(ret_text, size, "when it was not seen leaving for %s",
			 seconds_text(question->settings.sample, time));
		return flow->flags & FLOW_OBSERVED ? ret_text : NULL;
	case BYPASS_UP_ZERO_CHECKSUM:
		return is_ipv6 ? "without a UDP checksum" : NULL;
	case BYPASS_UP_TTL:
		return is_ipv6 ? "with a hop limit of 1 or 0" : "with a TTL of 1 or 0";
	case BYPASS_UP_TOO_BIG:
		snprintf(ret_text, size, "an IP packet of more than %" PRIu32 " bytes",
			 bypass_decision_way(question)->mtu);
		return bypass_decision_way(question)->state == FLOW_WAY_USABLE ? ret_text : NULL;
	default:
		return NULL;
	}
}

const char *bypass_decision_limit(const struct bypass_question *question, unsigned int number,
				  char ret_text[BYPASS_DECISION_TEXT_SIZE])
{
	for (unsigned int up = 0; up < BYPASS_UP_COUNT; up++) {
		const char *text = limit_text(question, up, ret_text);

		if (text && !number--)
			return text == ret_text ? text : strcpy(ret_text, text);
	}
	return NULL;
}
