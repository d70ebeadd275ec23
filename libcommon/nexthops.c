// SPDX-License-Identifier: GPL-2.0-only
#include "nexthops_internal.h"

#include <errno.h>
#include <stdlib.h>

#include "cleanup.h"

static int read_links(struct nexthops *nexthops)
{
	int err = network_links_load(&nexthops->links, &nexthops->socket);

	for (size_t i = 0; !err && i < NETWORK_LINK_BUCKETS; i++) {
		for (struct network_link *link = nexthops->links.buckets[i]; link;
		     link = link->next)
			link->transmit = network_transmit_ask(&nexthops->transmit, link->ifindex,
							      link->name);
	}
	return err;
}

static int read_entries(struct nexthops *nexthops)
{
	CLEANUP_FREE struct flow_nexthop *values = calloc(FLOW_NEXTHOP_LIMIT, sizeof(*values));
	int err = values ? nexthop_maps_read(&nexthops->maps, 0, FLOW_NEXTHOP_LIMIT, values) :
			   -ENOMEM;

	for (uint32_t i = NEXTHOPS_DAEMON_FIRST; !err && i < FLOW_NEXTHOP_LIMIT; i++) {
		if (!values[i].device)
			continue;
		values[i].current &= 1;
		nexthop_table_put(&nexthops->table, i, &values[i]);
		nexthops->table.entries[i].answer.state = FLOW_WAY_RESOLVING;
		nexthop_mark(nexthops, i);
	}
	return err;
}

static int open_network(struct nexthops *nexthops, struct problem *problem)
{
	int err = network_socket_open(&nexthops->socket, NETLINK_ROUTE);

	nexthops->keep.socket = &nexthops->socket;
	if (!err)
		err = network_transmit_open(&nexthops->transmit);
	if (err)
		return problem_errno(problem, err, "cannot ask the kernel for its routes");
	/* First: so that no change between reading and watching is missed. */
	err = network_watch_open(&nexthops->watch, nexthops->transmit.group, problem);
	if (err)
		return err;
	err = read_links(nexthops);
	return err ? problem_errno(problem, err, "cannot read the links") : 0;
}

static int open_all(struct nexthops *nexthops, int nexthops_map, int devices_map,
		    struct problem *problem)
{
	bool changed;
	int err = nexthop_table_make(&nexthops->table);

	nexthops->changed = calloc(FLOW_NEXTHOP_LIMIT, sizeof(*nexthops->changed));
	if (err || !nexthops->changed)
		return problem_errno(problem, -ENOMEM, "cannot hold the next hops");
	err = nexthop_maps_open(&nexthops->maps, nexthops_map, devices_map);
	if (err)
		return problem_errno(problem, err, "cannot make a map to wait with");
	err = open_network(nexthops, problem);
	if (err)
		return err;
	err = read_entries(nexthops);
	if (err)
		return problem_errno(problem, err, "cannot read flow_nexthops");
	err = nexthop_settle(nexthops, &changed);
	return err ? problem_errno(problem, err, "cannot write flow_nexthops") : 0;
}

int nexthops_open(struct nexthops **ret, int nexthops_map, int devices_map, enum nexthops_role role,
		  struct problem *problem)
{
	struct nexthops *nexthops = calloc(1, sizeof(*nexthops));
	int err;

	if (!nexthops)
		return problem_errno(problem, -ENOMEM, "cannot hold the next hops");
	nexthops->role = role;
	nexthops->turn = 1;
	nexthops->maps.inner = nexthops->maps.outer = -1;
	nexthops->transmit.ethtool = -1;
	nexthops->watch = (struct network_watch){ -1, -1, -1 };
	err = open_all(nexthops, nexthops_map, devices_map, problem);
	if (err)
		nexthops_close(nexthops);
	else
		*ret = nexthops;
	return err;
}

/* Unless another entry has the same neighbour. */
static void release_neighbour(struct nexthops *nexthops, const struct flow_nexthop *value)
{
	struct network_neighbour neighbour = nexthop_neighbour(value);

	if (value->flags & FLOW_NEXTHOP_MAC || !value->family ||
	    nexthop_table_neighbour(&nexthops->table, value->device, value->family,
				    value->neighbour, 0))
		return;
	(void)neighbour_keep_release(&nexthops->keep, &neighbour);
}

static void forget_unwritten(struct nexthops *nexthops)
{
	for (uint32_t i = 0; (i = nexthop_table_next(&nexthops->table, i));) {
		struct flow_nexthop value = nexthops->table.entries[i].value;

		if (!nexthops->table.entries[i].unwritten)
			continue;
		nexthop_table_remove(&nexthops->table, i);
		release_neighbour(nexthops, &value);
	}
}

void nexthops_close(struct nexthops *nexthops)
{
	if (!nexthops)
		return;
	if (nexthops->table.entries)
		forget_unwritten(nexthops);
	network_watch_close(&nexthops->watch);
	network_transmit_close(&nexthops->transmit);
	network_socket_close(&nexthops->socket);
	network_links_free(&nexthops->links);
	nexthop_maps_close(&nexthops->maps);
	nexthop_table_free(&nexthops->table);
	free(nexthops->changed);
	free(nexthops);
}

int nexthops_fd(const struct nexthops *nexthops)
{
	return nexthops->watch.poll;
}

const struct flow_nexthop *nexthops_get(const struct nexthops *nexthops, uint32_t index)
{
	if (index >= FLOW_NEXTHOP_LIMIT || !nexthops->table.entries[index].value.device)
		return NULL;
	return &nexthops->table.entries[index].value;
}

static bool may_free(const struct nexthops *nexthops, uint32_t index, bool tools)
{
	if (nexthops->table.entries[index].unwritten)
		return true;
	return index < NEXTHOPS_TOOL_FIRST ? nexthops->role == NEXTHOPS_DAEMON : tools;
}

void nexthops_keep(struct nexthops *nexthops, const bool *used, bool tools)
{
	const struct flow_nexthop nothing = { 0 };
	bool waited = false;

	for (uint32_t i = 0; (i = nexthop_table_next(&nexthops->table, i));) {
		struct flow_nexthop value = nexthops->table.entries[i].value;

		if (used[i] || !may_free(nexthops, i, tools))
			continue;
		/* Flows went elsewhere before; what had read its flow by then ends now. */
		if (!waited && nexthop_maps_wait(&nexthops->maps))
			return;
		waited = true;
		if (!nexthops->table.entries[i].unwritten &&
		    nexthop_maps_write(&nexthops->maps, i, &nothing))
			return;
		nexthop_table_remove(&nexthops->table, i);
		release_neighbour(nexthops, &value);
	}
}

int nexthops_release_neighbours(struct problem *problem)
{
	struct network_socket socket = { 0 };
	struct neighbour_keep keep = { .socket = &socket };
	int err = network_socket_open(&socket, NETLINK_ROUTE);

	if (!err)
		err = neighbour_keep_release_all(&keep);
	network_socket_close(&socket);
	return err ? problem_errno(problem, err, "cannot give up the neighbours") : 0;
}
