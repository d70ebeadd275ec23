// SPDX-License-Identifier: GPL-2.0-only
#include "nexthops_internal.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include "cleanup.h"
#include "monotonic_clock.h"

/* Shorter than what the kernel takes a neighbour for reachable without a word from it: 15 to 45 s. */
#define USE_EACH 10000000000ull
#define MILLISECOND 1000000u

static void hear_neighbour(struct nexthops *nexthops, const struct network_neighbour *neighbour)
{
	struct nexthop_entry *entry;
	uint32_t index = 0;

	while ((index = nexthop_table_neighbour(&nexthops->table, neighbour->ifindex,
						neighbour->family, neighbour->address, index))) {
		entry = &nexthops->table.entries[index];
		if (entry->answer.state == FLOW_WAY_LOCAL)
			continue;
		entry->answer = nexthop_answer_of(neighbour, &entry->answer);
		/* Vanished, or somebody has taken our wish away with a change of his own. */
		if (!neighbour->state ||
		    (nexthops->keep.means == NEIGHBOUR_KEEP_MANAGED && !neighbour->managed &&
		     !neighbour_keep_foreign(neighbour)))
			entry->kept = false;
		nexthop_mark(nexthops, index);
	}
}

static void hear_address(struct nexthops *nexthops, const struct network_neighbour *address,
			 bool gone)
{
	struct network_neighbour neighbour;
	struct nexthop_entry *entry;
	uint32_t index = 0;

	nexthops->routes_changed = true;
	while ((index = nexthop_table_neighbour(&nexthops->table, 0, address->family,
						address->address, index))) {
		entry = &nexthops->table.entries[index];
		entry->kept = false;
		if (gone)
			entry->answer.state = FLOW_WAY_RESOLVING;
		nexthop_mark(nexthops, index);
		neighbour = nexthop_neighbour(&entry->value);
		if (!gone && nexthops->role == NEXTHOPS_DAEMON)
			(void)neighbour_keep_release(&nexthops->keep, &neighbour);
	}
}

static void hear_link(struct nexthops *nexthops, const struct network_link *news)
{
	const struct network_link *found = network_links_find(&nexthops->links, news->ifindex);
	struct network_link before = { 0 }, *link;
	bool is_new = !found;

	if (found)
		before = *found;
	link = network_links_take(&nexthops->links, news);
	if (!link) {
		nexthops->lost = true;
		return;
	}
	if (is_new)
		link->transmit =
			network_transmit_ask(&nexthops->transmit, link->ifindex, link->name);
	if (!is_new && network_link_same(&before, link))
		return;
	nexthops->links_changed = true;
	/* The kernel says nothing of the IPv4 routes that come and go with a link. */
	nexthops->routes_changed |= is_new || before.running != link->running ||
				    before.master != link->master || before.mtu != link->mtu;
}

static void hear(void *context, const struct network_news *news)
{
	struct nexthops *nexthops = context;
	struct network_link *link;

	switch (news->kind) {
	case NETWORK_NEWS_LINK:
		hear_link(nexthops, &news->link);
		break;
	case NETWORK_NEWS_LINK_GONE:
		network_links_remove(&nexthops->links, news->link.ifindex);
		nexthops->links_changed = nexthops->routes_changed = true;
		break;
	case NETWORK_NEWS_NEIGHBOUR:
		hear_neighbour(nexthops, &news->neighbour);
		break;
	case NETWORK_NEWS_ADDRESS:
	case NETWORK_NEWS_ADDRESS_GONE:
		hear_address(nexthops, &news->neighbour, news->kind == NETWORK_NEWS_ADDRESS_GONE);
		break;
	case NETWORK_NEWS_ROUTE:
		nexthops->routes_changed = true;
		break;
	case NETWORK_NEWS_TRANSMIT:
		link = network_links_find(&nexthops->links, news->ifindex);
		if (link)
			link->transmit = news->able;
		nexthops->links_changed = true;
		break;
	case NETWORK_NEWS_LOST:
		nexthops->lost = true;
		break;
	}
}

/* After news were lost: as if everything had changed. */
static int look_again(struct nexthops *nexthops)
{
	int err = network_links_load(&nexthops->links, &nexthops->socket);

	if (err)
		return err;
	for (size_t i = 0; i < NETWORK_LINK_BUCKETS; i++) {
		for (struct network_link *link = nexthops->links.buckets[i]; link;
		     link = link->next) {
			link->in_devices = false;
			link->transmit = network_transmit_ask(&nexthops->transmit, link->ifindex,
							      link->name);
		}
	}
	for (uint32_t i = 0; (i = nexthop_table_next(&nexthops->table, i));)
		nexthops->table.entries[i].kept = false;
	nexthops->lost = false;
	nexthops->links_changed = nexthops->routes_changed = true;
	return 0;
}

static void settle_links(struct nexthops *nexthops)
{
	network_links_settle(&nexthops->links);
	for (uint32_t i = 0; (i = nexthop_table_next(&nexthops->table, i));) {
		struct nexthop_entry *entry = &nexthops->table.entries[i];

		/* The kernel forgets the neighbours of a link that lost its carrier. */
		if (!nexthop_device_running(&nexthops->links, entry->value.device))
			entry->kept = false;
	}
	nexthop_mark_all(nexthops);
	nexthops->links_changed = false;
}

static int take(struct nexthops *nexthops, bool *ret_ways_changed, struct problem *problem)
{
	int err = network_watch_take(&nexthops->watch, hear, nexthops, problem);

	if (!err && nexthops->lost) {
		err = look_again(nexthops);
		if (err)
			return problem_errno(problem, err, "cannot read the links again");
	}
	if (err)
		return err;
	if (nexthops->links_changed)
		settle_links(nexthops);
	err = nexthop_settle(nexthops, ret_ways_changed);
	return err ? problem_errno(problem, err, "cannot write flow_nexthops") : 0;
}

int nexthops_follow(struct nexthops *nexthops, struct nexthops_news *ret_news,
		    struct problem *problem)
{
	int err;

	*ret_news = (struct nexthops_news){ 0 };
	err = take(nexthops, &ret_news->ways_changed, problem);
	ret_news->routes_changed = nexthops->routes_changed;
	nexthops->routes_changed = false;
	return err;
}

int nexthops_reread(struct nexthops *nexthops, struct problem *problem)
{
	const uint32_t count = FLOW_NEXTHOP_LIMIT - NEXTHOPS_TOOL_FIRST;
	CLEANUP_FREE struct flow_nexthop *values = calloc(count, sizeof(*values));
	int err = values ? nexthop_maps_read(&nexthops->maps, NEXTHOPS_TOOL_FIRST, count, values) :
			   -ENOMEM;

	if (err)
		return problem_errno(problem, err, "cannot read flow_nexthops");
	for (uint32_t i = 0; i < count; i++) {
		uint32_t index = NEXTHOPS_TOOL_FIRST + i;
		const struct flow_nexthop *known = &nexthops->table.entries[index].value;
		bool same = nexthop_same(known, &values[i]);

		if (same || nexthops->table.entries[index].unwritten)
			continue;
		if (known->device)
			nexthop_table_remove(&nexthops->table, index);
		if (!values[i].device)
			continue;
		values[i].current &= 1;
		nexthop_table_put(&nexthops->table, index, &values[i]);
		nexthops->table.entries[index].answer.state = FLOW_WAY_RESOLVING;
		nexthop_mark(nexthops, index);
	}
	err = nexthop_settle(nexthops, &(bool){ false });
	return err ? problem_errno(problem, err, "cannot write flow_nexthops") : 0;
}

static void use_neighbours(struct nexthops *nexthops, uint64_t now)
{
	bool all = now - nexthops->used_at >= USE_EACH;
	struct network_neighbour neighbour;

	if (nexthops->keep.means != NEIGHBOUR_KEEP_USED)
		return;
	if (all)
		nexthops->used_at = now;
	for (uint32_t i = 0; (i = nexthop_table_next(&nexthops->table, i));) {
		const struct nexthop_entry *entry = &nexthops->table.entries[i];

		if (!entry->kept || !entry->value.family || entry->value.flags & FLOW_NEXTHOP_MAC ||
		    entry->answer.state == FLOW_WAY_LOCAL)
			continue;
		/* One that does not answer is asked for again at once. */
		if (!all && entry->answer.state == FLOW_WAY_USABLE)
			continue;
		neighbour = nexthop_neighbour(&entry->value);
		if (!neighbour_keep_look(&nexthops->keep, &neighbour) &&
		    !neighbour_keep_foreign(&neighbour))
			(void)neighbour_keep_use(&nexthops->keep, &neighbour);
	}
}

int nexthops_tick(struct nexthops *nexthops, uint64_t now, struct problem *problem)
{
	use_neighbours(nexthops, now);
	for (uint32_t i = 0; (i = nexthop_table_next(&nexthops->table, i));) {
		if (!nexthops->table.entries[i].kept)
			nexthop_mark(nexthops, i);
	}
	return nexthops_reread(nexthops, problem);
}

static unsigned int count_silent(const struct nexthops *nexthops)
{
	unsigned int silent = 0;

	for (uint32_t i = 0; (i = nexthop_table_next(&nexthops->table, i));) {
		const struct nexthop_entry *entry = &nexthops->table.entries[i];

		silent += entry->unwritten && (entry->answer.state == FLOW_WAY_RESOLVING ||
					       entry->answer.state == FLOW_WAY_UNREACHABLE);
	}
	return silent;
}

static uint64_t milliseconds_now(void)
{
	return monotonic_clock_now() / MILLISECOND;
}

static int write_new(struct nexthops *nexthops, struct problem *problem)
{
	int err = 0;

	for (uint32_t i = 0; !err && (i = nexthop_table_next(&nexthops->table, i));) {
		struct nexthop_entry *entry = &nexthops->table.entries[i];

		if (!entry->unwritten)
			continue;
		err = nexthop_maps_write(&nexthops->maps, i, &entry->value);
		entry->unwritten = err;
	}
	return err ? problem_errno(problem, err, "cannot write flow_nexthops") : 0;
}

int nexthops_wait(struct nexthops *nexthops, unsigned int milliseconds, unsigned int *ret_silent,
		  struct problem *problem)
{
	struct pollfd event = { .fd = nexthops_fd(nexthops), .events = POLLIN };
	uint64_t now = milliseconds_now(), until = now + milliseconds;
	bool changed;
	int err = 0;

	while (!err && count_silent(nexthops) && now < until) {
		(void)poll(&event, 1, (int)(until - now));
		err = take(nexthops, &changed, problem);
		now = milliseconds_now();
	}
	*ret_silent = count_silent(nexthops);
	return err ? err : write_new(nexthops, problem);
}
