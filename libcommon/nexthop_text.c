// SPDX-License-Identifier: GPL-2.0-only
#include "nexthops_internal.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>

#include "network_address.h"

static const char *const state_names[FLOW_WAY_STATES] = {
	[FLOW_WAY_UNRESOLVED] = "unresolved",
	[FLOW_WAY_NO_ROUTE] = "no-route",
	[FLOW_WAY_LOCAL] = "local",
	[FLOW_WAY_FORBIDDEN] = "forbidden",
	[FLOW_WAY_OTHER] = "other-way",
	[FLOW_WAY_RESOLVING] = "resolving",
	[FLOW_WAY_UNREACHABLE] = "unreachable",
	[FLOW_WAY_LINK_DOWN] = "link-down",
	[FLOW_WAY_NO_TRANSMIT] = "no-transmit",
	[FLOW_WAY_USABLE] = "usable",
};

const char *flow_way_state_name(uint32_t state)
{
	const char *name = state < FLOW_WAY_STATES ? state_names[state] : NULL;

	return name ? name : "unknown";
}

/* A text that grows; what does not fit is left out. */
struct line {
	char *text;
	size_t length;
};

__attribute__((format(printf, 2, 3))) static void add(struct line *line, const char *format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(line->text + line->length, NEXTHOPS_TEXT_SIZE - line->length, format,
			   arguments);
	va_end(arguments);
	if (length > 0 && line->length + (size_t)length < NEXTHOPS_TEXT_SIZE)
		line->length += (size_t)length;
	line->text[line->length] = '\0';
}

static void add_mac(struct line *line, const uint8_t mac[6])
{
	add(line, " lladdr %02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4],
	    mac[5]);
}

const char *nexthops_text(const struct nexthops *nexthops, uint32_t index,
			  char ret_text[NEXTHOPS_TEXT_SIZE])
{
	const struct flow_nexthop *value = nexthops_get(nexthops, index);
	struct line line = { ret_text, 0 };
	const struct network_link *link;
	char address[INET6_ADDRSTRLEN];
	const struct flow_way *way;

	if (!value) {
		add(&line, "%s", index < FLOW_WAY_FIXED ? flow_way_state_name(index) : "unused");
		return ret_text;
	}
	way = &value->way[value->current];
	link = network_links_find(&nexthops->links, value->device);
	if (value->family)
		add(&line, "via %s ",
		    inet_ntop(network_family(value->family), value->neighbour, address,
			      sizeof(address)));
	if (link)
		add(&line, "dev %s", link->name);
	else
		add(&line, "dev #%u", value->device);
	if (value->flags & FLOW_NEXTHOP_MAC)
		add_mac(&line, value->mac);
	else if (!way->no_link_header &&
		 (way->state == FLOW_WAY_USABLE || way->state == FLOW_WAY_NO_TRANSMIT))
		add_mac(&line, way->destination_mac);
	if (value->flags & FLOW_NEXTHOP_PEER)
		add(&line, " peer");
	if (value->flags & FLOW_NEXTHOP_TAGS && !value->vlan[0])
		add(&line, " vlan none");
	else if (value->vlan[1])
		add(&line, " vlan %u.%u", value->vlan[0], value->vlan[1]);
	else if (value->vlan[0])
		add(&line, " vlan %u", value->vlan[0]);
	if (value->mtu)
		add(&line, " mtu %u", value->mtu);
	return ret_text;
}
