// SPDX-License-Identifier: GPL-2.0-only
#include "flow_row.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "flow_value.h"

#define SECOND UINT64_C(1000000000)

static void name_device(uint32_t ifindex, char ret_name[INTERFACE_NAME_SIZE])
{
	if (interface_name_of(ifindex, ret_name))
		(void)snprintf(ret_name, INTERFACE_NAME_SIZE, "#%" PRIu32, ifindex);
}

static void fill_way(struct flow_rule *rule, const struct flow_nexthop *nexthop)
{
	name_device(nexthop->device, rule->device);
	rule->has_mac = nexthop->flags & FLOW_NEXTHOP_MAC;
	rule->has_via = !rule->has_mac;
	if (rule->has_via) {
		rule->via_family = nexthop->family;
		memcpy(rule->via, nexthop->neighbour, sizeof(rule->via));
	} else {
		memcpy(rule->mac, nexthop->mac, sizeof(rule->mac));
	}
	rule->peer = nexthop->flags & FLOW_NEXTHOP_PEER;
	rule->has_vlan = nexthop->flags & FLOW_NEXTHOP_TAGS;
	memcpy(rule->vlan, nexthop->vlan, sizeof(rule->vlan));
}

const char *flow_table_name(unsigned int table)
{
	return table == FLOW_TABLE_STATIC ? "static" : "learned";
}

struct flow_rule flow_row_rule(const struct flow_entry *entry, const struct flow_nexthop *nexthop)
{
	const struct flow_value *value = &entry->value;
	struct flow_rule rule = {
		.key = entry->key,
		.in_any_tags = value->flags & FLOW_ANY_TAGS,
		.in_vlan = { value->in_vlan[0], value->in_vlan[1] },
		.nat = value->flags & FLOW_NAT,
		.keep_ttl = value->flags & FLOW_KEEP_TTL,
		.out = flow_value_out(&entry->key, value),
	};

	if (value->in_ifindex)
		name_device(value->in_ifindex, rule.in_device);
	if (!(value->flags & FLOW_ROUTED) && nexthop && nexthop->device)
		fill_way(&rule, nexthop);
	return rule;
}

uint32_t flow_row_way_state(uint32_t index, const struct flow_nexthop *nexthop)
{
	if (nexthop)
		return nexthop->way[nexthop->current & 1].state;
	return index < FLOW_WAY_FIXED ? index : (uint32_t)FLOW_WAY_UNRESOLVED;
}

const char *flow_row_flags(const struct flow_value *value, char ret_text[FLOW_ROW_FLAGS_SIZE])
{
	static const struct {
		unsigned int flag;
		const char *name;
	} rows[] = {
		{ FLOW_CONNTRACK, "conntrack" }, { FLOW_REPLY, "reply" },
		{ FLOW_OBSERVED, "observed" },   { FLOW_EXCLUDED, "excluded" },
		{ FLOW_DEAD, "dead" },
	};
	size_t length = 0;

	*ret_text = '\0';
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (value->flags & rows[i].flag)
			length += (size_t)snprintf(ret_text + length, FLOW_ROW_FLAGS_SIZE - length,
						   "%s%s", length ? " " : "", rows[i].name);
	}
	if (value->gone)
		(void)snprintf(ret_text + length, FLOW_ROW_FLAGS_SIZE - length, "%sgone",
			       length ? " " : "");
	return ret_text;
}

const char *flow_row_age(uint64_t now, uint64_t time, char ret_text[FLOW_ROW_AGE_SIZE])
{
	/* Another CPU's clock may be a tick ahead. */
	uint64_t age = now > time ? now - time : 0, seconds = age / SECOND;
	uint64_t minutes = seconds / 60, hours = minutes / 60;
	size_t size = FLOW_ROW_AGE_SIZE;

	if (!time)
		(void)snprintf(ret_text, size, "-");
	else if (!minutes)
		(void)snprintf(ret_text, size, "%" PRIu64 ".%" PRIu64 "s", seconds,
			       age / (SECOND / 10) % 10);
	else if (!hours)
		(void)snprintf(ret_text, size, "%" PRIu64 "m%02" PRIu64 "s", minutes, seconds % 60);
	else if (hours < 24)
		(void)snprintf(ret_text, size, "%" PRIu64 "h%02" PRIu64 "m", hours, minutes % 60);
	else
		(void)snprintf(ret_text, size, "%" PRIu64 "d%02" PRIu64 "h", hours / 24,
			       hours % 24);
	return ret_text;
}
