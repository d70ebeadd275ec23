// SPDX-License-Identifier: GPL-2.0-only
#include "nexthops_internal.h"

#include <arpa/inet.h>
#include <string.h>

#include "network_routes.h"

struct network_neighbour nexthop_neighbour(const struct flow_nexthop *value)
{
	struct network_neighbour neighbour = { .ifindex = value->device, .family = value->family };

	memcpy(neighbour.address, value->neighbour, sizeof(neighbour.address));
	return neighbour;
}

static bool is_link_local(const struct flow_nexthop *value)
{
	return value->family == FLOW_IPV6 &&
	       (value->neighbour[0] & htonl(0xffc00000)) == htonl(0xfe800000);
}

bool nexthop_is_local(struct nexthops *nexthops, const struct flow_nexthop *value)
{
	struct network_route_question question = { .packet.family = value->family,
						   .any_source = true };
	struct network_route route;

	/* An address of another device is an own one, too. */
	if (is_link_local(value))
		question.out_ifindex = value->device;
	memcpy(question.packet.destination, value->neighbour, sizeof(value->neighbour));
	return !network_route_ask(&nexthops->socket, &question, &route) &&
	       route.kind == NETWORK_ROUTE_LOCAL;
}

/* True: there is no neighbour to ask, and *ret is the answer. */
static bool answer_without(struct nexthops *nexthops, const struct flow_nexthop *value,
			   struct nexthop_answer *ret)
{
	*ret = (struct nexthop_answer){ .state = FLOW_WAY_USABLE };
	memcpy(ret->mac, value->mac, sizeof(ret->mac));
	if (value->flags & FLOW_NEXTHOP_MAC || !value->family)
		return true;
	*ret = (struct nexthop_answer){ .state = FLOW_WAY_LOCAL };
	return nexthop_is_local(nexthops, value);
}

struct nexthop_answer nexthop_look(struct nexthops *nexthops, const struct flow_nexthop *value)
{
	struct network_neighbour neighbour = nexthop_neighbour(value);
	struct nexthop_answer answer;

	if (answer_without(nexthops, value, &answer))
		return answer;
	(void)network_neighbour_ask(&nexthops->socket, &neighbour);
	return nexthop_answer_of(&neighbour, &answer);
}

void nexthop_ask(struct nexthops *nexthops, struct nexthop_entry *entry)
{
	const struct network_link *link = network_links_find(&nexthops->links, entry->value.device);
	struct network_neighbour neighbour = nexthop_neighbour(&entry->value);
	struct nexthop_answer answer;

	entry->kept = true;
	if (answer_without(nexthops, &entry->value, &answer)) {
		entry->answer = answer;
		return;
	}
	if (link && link->no_arp) {
		(void)network_neighbour_ask(&nexthops->socket, &neighbour);
	} else {
		/* Before the link has carrier nobody answers, and with it the kernel forgets all. */
		entry->kept = nexthop_device_running(&nexthops->links, entry->value.device) &&
			      !neighbour_keep_add(&nexthops->keep, &neighbour);
	}
	entry->answer = nexthop_answer_of(&neighbour, &entry->answer);
}

void nexthop_mark(struct nexthops *nexthops, uint32_t index)
{
	struct nexthop_entry *entry = &nexthops->table.entries[index];

	/* What is in the map is the daemon's to follow. */
	if (entry->changed || (nexthops->role == NEXTHOPS_TOOL && !entry->unwritten))
		return;
	entry->changed = true;
	nexthops->changed[nexthops->changed_count++] = index;
}

void nexthop_mark_all(struct nexthops *nexthops)
{
	for (uint32_t i = 0; (i = nexthop_table_next(&nexthops->table, i));)
		nexthop_mark(nexthops, i);
}

void nexthop_find_way(const struct nexthops *nexthops, const struct flow_nexthop *value,
		      const struct nexthop_answer *answer, struct flow_way *ret_way)
{
	if (nexthops->maps.devices < 0)
		nexthop_way_find_at_tc(&nexthops->links, value, answer, ret_way);
	else
		nexthop_way_find(&nexthops->links, value, answer, ret_way);
}

/* Before packets are sent there. */
static void admit_device(struct nexthops *nexthops, const struct flow_way *way)
{
	struct network_link *link = network_links_find(&nexthops->links, way->ifindex);

	if (nexthops->maps.devices >= 0 && link && link->transmit && !link->in_devices)
		link->in_devices = !nexthop_maps_add_device(&nexthops->maps, way->ifindex);
}

static int turn(struct nexthops *nexthops, uint32_t index, const struct flow_way *way)
{
	struct nexthop_entry *entry = &nexthops->table.entries[index];
	int err = 0;

	if (entry->turned == nexthops->turn) {
		err = nexthop_maps_wait(&nexthops->maps);
		nexthops->turn++;
	}
	if (!err)
		err = nexthop_maps_turn(&nexthops->maps, index, &entry->value, way);
	entry->turned = nexthops->turn;
	return err;
}

static int settle(struct nexthops *nexthops, uint32_t index, bool *ret_turned)
{
	struct nexthop_entry *entry = &nexthops->table.entries[index];
	struct flow_way way;

	if (!entry->kept)
		nexthop_ask(nexthops, entry);
	nexthop_find_way(nexthops, &entry->value, &entry->answer, &way);
	admit_device(nexthops, &way);
	if (!memcmp(&way, &entry->value.way[entry->value.current], sizeof(way)))
		return 0;
	if (entry->unwritten) {
		entry->value.way[0] = entry->value.way[1] = way;
		return 0;
	}
	*ret_turned = true;
	return turn(nexthops, index, &way);
}

int nexthop_settle(struct nexthops *nexthops, bool *ret_ways_changed)
{
	int err = 0;

	while (!err && nexthops->changed_count) {
		uint32_t index = nexthops->changed[nexthops->changed_count - 1];

		if (nexthops->table.entries[index].value.device)
			err = settle(nexthops, index, ret_ways_changed);
		/* One that could not be written is tried again the next time. */
		if (err)
			break;
		nexthops->table.entries[index].changed = false;
		nexthops->changed_count--;
	}
	return err;
}

/* A tool leaves alone what is in the map: it may use an entry only if nothing is to be done about it. */
static bool may_share(struct nexthops *nexthops, uint32_t index)
{
	const struct nexthop_entry *entry = &nexthops->table.entries[index];
	const struct flow_way *current = &entry->value.way[entry->value.current & 1];
	struct nexthop_answer answer;
	struct flow_way way;

	if ((index < NEXTHOPS_TOOL_FIRST) != (nexthops->role == NEXTHOPS_DAEMON))
		return false;
	if (nexthops->role == NEXTHOPS_DAEMON || entry->unwritten)
		return true;
	answer = nexthop_look(nexthops, &entry->value);
	nexthop_find_way(nexthops, &entry->value, &answer, &way);
	return way.state == FLOW_WAY_USABLE && !memcmp(&way, current, sizeof(way));
}

uint32_t nexthop_make(struct nexthops *nexthops, const struct flow_nexthop *value)
{
	struct nexthop_entry *entry;
	uint32_t index = 0;

	while ((index = nexthop_table_find(&nexthops->table, value, index))) {
		if (may_share(nexthops, index))
			return index;
	}
	index = nexthop_table_free_index(&nexthops->table, nexthops->role);
	if (!index)
		return FLOW_WAY_UNRESOLVED;
	entry = nexthop_table_put(&nexthops->table, index, value);
	entry->unwritten = true;
	entry->answer.state = FLOW_WAY_RESOLVING;
	if (settle(nexthops, index, &(bool){ false }))
		return FLOW_WAY_UNRESOLVED;
	if (nexthops->role == NEXTHOPS_TOOL)
		return index;
	if (nexthop_maps_write(&nexthops->maps, index, &entry->value)) {
		nexthop_table_remove(&nexthops->table, index);
		return FLOW_WAY_UNRESOLVED;
	}
	entry->unwritten = false;
	return index;
}
