// SPDX-License-Identifier: GPL-2.0-only
#include "learner_world.h"

#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "flow_rule.h"

static bool same(const struct flow_key *one, const struct flow_key *other)
{
	return memcmp(one, other, sizeof(*one)) == 0;
}

static struct flow_entry *find_entry(struct world *world, const struct flow_key *key)
{
	for (size_t i = 0; i < world->flows; i++) {
		if (same(&world->table[i].key, key))
			return &world->table[i];
	}
	return NULL;
}

struct flow_value *world_find(struct world *world, const struct flow_key *key)
{
	struct flow_entry *entry = find_entry(world, key);

	return entry ? &entry->value : NULL;
}

static int add(void *world_, const struct flow_entry *entry, struct problem *problem)
{
	struct world *world = world_;

	if (world->add_error)
		return problem_set(problem, world->add_error, "add");
	if (world_find(world, &entry->key))
		return problem_set(problem, -EEXIST, "there already");
	if (world->flows >= world->room)
		return problem_set(problem, -ENOSPC, "full");
	world->table[world->flows++] = *entry;
	return 0;
}

static int remove_all(void *world_, const struct flow_key *keys, size_t count,
		      struct flow_entry *ret_last, struct problem *problem)
{
	struct world *world = world_;

	world->removals++;
	if (world->remove_error)
		return problem_set(problem, world->remove_error, "remove");
	for (size_t i = 0; i < count; i++) {
		if (!world_find(world, &keys[i]))
			return problem_set(problem, -ENOENT, "not there");
	}
	for (size_t i = 0; i < count; i++) {
		struct flow_entry *entry = find_entry(world, &keys[i]);

		/* Twice in one removal, it would not be found. */
		assert_non_null(entry);
		ret_last[i] = *entry;
		*entry = world->table[--world->flows];
	}
	return 0;
}

static int edit(void *world_, struct flow_edit *edits, size_t count, struct problem *problem)
{
	struct world *world = world_;

	assert_true(count > 0 && count <= FLOW_EDIT_LIMIT);
	world->edits += (unsigned int)count;
	if (world->edit_error)
		return problem_set(problem, world->edit_error, "edit");
	for (size_t i = 0; i < count; i++) {
		struct flow_value *value = world_find(world, &edits[i].key);

		assert_int_equal(edits[i].table, FLOW_TABLE_LEARNED);
		edits[i].found = value != NULL;
		if (!value)
			continue;
		if (edits[i].what & FLOW_EDIT_NEXTHOP)
			value->nexthop = edits[i].nexthop;
		if (edits[i].what & FLOW_EDIT_FLAGS)
			value->flags = (value->flags & ~edits[i].clear_flags) | edits[i].set_flags;
		if (edits[i].what & FLOW_EDIT_EPOCH)
			value->epoch = edits[i].epoch;
	}
	return 0;
}

static uint32_t of_route(void *world_, const struct nexthop_question *question)
{
	uint32_t network = ntohl(question->leaves.destination[0]) >> 16;
	struct world *world = world_;

	world->route_questions++;
	world->last_question = *question;
	if (network == 0x0a01)
		return world->to_clients;
	return network == 0x0a02 ? world->to_servers : FLOW_WAY_LOCAL;
}

static uint32_t of_link(void *world_, const struct bypass_event *left)
{
	struct world *world = world_;

	(void)left;
	return world->of_link;
}

static uint32_t input_device(void *world, uint32_t ifindex, const uint16_t vlan[2])
{
	(void)world;
	(void)vlan;
	return ifindex;
}

static uint32_t base_device(void *world, uint32_t device)
{
	(void)world;
	return device;
}

static const struct flow_nexthop *nexthop(void *world_, uint32_t index)
{
	struct world *world = world_;

	return index < WORLD_NEXTHOPS ? &world->nexthop[index] : NULL;
}

static size_t find_awaited(const struct world *world, const struct flow_key *leaves)
{
	size_t i = 0;

	while (i < world->awaited_count && !same(&world->awaited[i], leaves))
		i++;
	return i;
}

static int await(void *world_, const struct flow_key *leaves, struct problem *problem)
{
	struct world *world = world_;

	if (world->await_error)
		return problem_set(problem, world->await_error, "await");
	if (find_awaited(world, leaves) == world->awaited_count)
		world->awaited[world->awaited_count++] = *leaves;
	return 0;
}

static void await_no_more(void *world_, const struct flow_key *leaves)
{
	struct world *world = world_;
	size_t i = find_awaited(world, leaves);

	if (i < world->awaited_count)
		world->awaited[i] = world->awaited[--world->awaited_count];
}

static void heard(void *world_, const struct flow_key *key)
{
	struct world *world = world_;

	(void)key;
	world->heard++;
}

static int set_timer(void *world_, const struct flow_key *original, struct problem *problem)
{
	struct world *world = world_;

	(void)problem;
	world->timers++;
	world->timer = *original;
	return 0;
}

static int assure(void *world_, const struct flow_key *original, struct problem *problem)
{
	struct world *world = world_;

	(void)problem;
	world->assured++;
	world->timer = *original;
	return 0;
}

static int ask(void *world_, const struct flow_key *original, struct problem *problem)
{
	struct world *world = world_;

	world->asks++;
	world->timer = *original;
	return world->ask_error ? problem_set(problem, world->ask_error, "ask") : 0;
}

static const struct flow_hands hands = { .add = add,
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
					 .ask = ask };

static void set_way(struct world *world, uint32_t index, uint32_t ifindex)
{
	struct flow_nexthop *entry = &world->nexthop[index];

	entry->device = ifindex;
	entry->current = 1;
	entry->way[1] = (struct flow_way){ .ifindex = ifindex,
					   .state = FLOW_WAY_USABLE,
					   .destination_mac = { 2, 0, 0, 0, 0, (uint8_t)ifindex } };
}

void world_open(struct world *world, uint32_t capacity, uint32_t awaited_limit)
{
	struct bypass_settings settings = { .learn = 1, .mark = 1, .mark_mask = 1 };

	memset(world, 0, sizeof(*world));
	for (int i = 0; i < BYPASS_CLASS_COUNT; i++)
		settings.idle[i] = 60 * WORLD_SECOND;
	world->room = capacity;
	world->to_clients = WORLD_TO_CLIENTS;
	world->to_servers = WORLD_TO_SERVERS;
	set_way(world, WORLD_TO_CLIENTS, WORLD_CLIENTS);
	set_way(world, WORLD_TO_SERVERS, WORLD_SERVERS);
	set_way(world, WORLD_TO_ELSEWHERE, WORLD_ELSEWHERE);
	assert_int_equal(learner_open(&world->learner, &hands, world, capacity, awaited_limit, 7),
			 0);
	world->learner.now = 1000 * WORLD_SECOND;
	learner_set(&world->learner, &settings);
	world_work(world);
}

void world_close(struct world *world)
{
	learner_close(&world->learner);
}

int world_set_up(void **state)
{
	world_open(*state, 64, 128);
	return 0;
}

int world_tear_down(void **state)
{
	world_close(*state);
	return 0;
}

void world_work(struct world *world)
{
	for (int i = 0; learner_work(&world->learner); i++)
		assert_true(i < 10000);
	learner_flush(&world->learner);
}

struct flow_key world_key(const char *source, unsigned int source_port, const char *destination,
			  unsigned int destination_port)
{
	struct flow_key key = { .source_port = htons((uint16_t)source_port),
				.destination_port = htons((uint16_t)destination_port),
				.protocol = IPPROTO_UDP,
				.family = strchr(source, ':') ? FLOW_IPV6 : FLOW_IPV4 };
	int family = key.family == FLOW_IPV6 ? AF_INET6 : AF_INET;

	assert_int_equal(inet_pton(family, source, key.source), 1);
	assert_int_equal(inet_pton(family, destination, key.destination), 1);
	return key;
}

struct conntrack_flow world_flow(unsigned int number)
{
	return (struct conntrack_flow){
		.original = world_key("10.1.0.1", 1000 + number, "10.9.0.1", 53),
		.reply = world_key("10.2.0.1", 5353, "10.1.0.1", 1000 + number),
		.seen_reply = true,
	};
}

struct flow_key world_request(const struct conntrack_flow *flow)
{
	return flow_key_reverse(&flow->reply);
}

struct flow_key world_answer(const struct conntrack_flow *flow)
{
	return flow_key_reverse(&flow->original);
}

void world_tell(struct world *world, enum conntrack_change change,
		const struct conntrack_flow *flow)
{
	learner_conntrack(&world->learner, change, flow);
	world_work(world);
}

struct bypass_event world_left(const struct world *world, enum bypass_event_kind kind,
			       const struct flow_key *leaves, uint32_t by, uint32_t in)
{
	const struct flow_way *way = &world->nexthop[by].way[1];
	struct bypass_event event = { .key = *leaves,
				      .kind = kind,
				      .ifindex = way->ifindex,
				      .in_ifindex = in,
				      .tags = way->tags };

	for (int i = 0; i < way->tags; i++)
		event.vlan[i] = ntohs(way->tag[i].tci) & 0xfff;
	memcpy(event.destination_mac, way->destination_mac, sizeof(event.destination_mac));
	return event;
}

void world_leaves(struct world *world, const struct flow_key *leaves, uint32_t by, uint32_t in)
{
	struct bypass_event event = world_left(world, BYPASS_EVENT_AWAITED, leaves, by, in);

	learner_event(&world->learner, &event, false);
	learner_flush(&world->learner);
}

void world_both_leave(struct world *world, const struct conntrack_flow *flow)
{
	struct flow_key request = world_request(flow), answer = world_answer(flow);

	world_leaves(world, &request, WORLD_TO_SERVERS, WORLD_CLIENTS);
	world_leaves(world, &answer, WORLD_TO_CLIENTS, WORLD_SERVERS);
}

struct conntrack_flow world_learn(struct world *world, unsigned int number)
{
	struct conntrack_flow flow = world_flow(number);

	world_tell(world, CONNTRACK_UPDATED, &flow);
	world_both_leave(world, &flow);
	return flow;
}

bool world_awaits(const struct world *world, const struct flow_key *leaves)
{
	return find_awaited(world, leaves) < world->awaited_count;
}

void world_scan(struct world *world, uint64_t later)
{
	static struct flow_entry copy[WORLD_ROOM];
	struct flow_entry_list list = { .entry = copy, .count = world->flows };

	memcpy(copy, world->table, world->flows * sizeof(*copy));
	world->learner.now += later;
	learner_scan(&world->learner, &list, 10 * WORLD_SECOND);
	learner_flush(&world->learner);
}
