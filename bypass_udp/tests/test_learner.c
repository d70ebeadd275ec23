// SPDX-License-Identifier: GPL-2.0-only
/* How a flow comes to be learned, and how it goes. */
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "learner_world.h"

static struct world world;

static uint32_t candidates(void)
{
	return world.learner.ledger.candidates;
}

static void test_unanswered_is_nothing(void **state)
{
	struct conntrack_flow flow = world_flow(0);

	(void)state;
	flow.seen_reply = false;
	world_tell(&world, CONNTRACK_UPDATED, &flow);
	assert_int_equal(world.learner.flows.count, 0);
	assert_int_equal(world.awaited_count, 0);
	flow.assured = true;
	flow.dying = true;
	world_tell(&world, CONNTRACK_UPDATED, &flow);
	assert_int_equal(world.learner.flows.count, 0);
	flow.dying = false;
	world_tell(&world, CONNTRACK_UPDATED, &flow);
	assert_int_equal(world.learner.flows.count, 2);
}

static void test_answered_is_awaited(void **state)
{
	struct conntrack_flow flow = world_flow(0);
	struct flow_key request = world_request(&flow), answer = world_answer(&flow);

	(void)state;
	world_tell(&world, CONNTRACK_UPDATED, &flow);
	world_tell(&world, CONNTRACK_UPDATED, &flow);
	assert_int_equal(candidates(), 2);
	assert_int_equal(world.awaited_count, 2);
	assert_true(world_awaits(&world, &request));
	assert_true(world_awaits(&world, &answer));
	assert_int_equal(world.flows, 0);
	world_tell(&world, CONNTRACK_GONE, &flow);
	assert_int_equal(world.learner.flows.count, 0);
	assert_int_equal(world.awaited_count, 0);
}

static void test_not_forwarded(void **state)
{
	static const struct {
		const char *source, *destination;
	} rows[] = {
		{ "127.0.0.1", "127.0.0.1" },
		{ "10.1.0.1", "224.0.0.251" },
		{ "10.1.0.1", "255.255.255.255" },
		{ "0.0.0.0", "10.1.0.1" },
		{ "::1", "::1" },
		{ "fd00::1", "ff02::1" },
		{ "fe80::1", "fd00::1" },
		{ "fd00::1", "::" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct conntrack_flow flow = {
			.original = world_key(rows[i].source, 1, rows[i].destination, 2),
			.reply = world_key(rows[i].destination, 2, rows[i].source, 1),
			.seen_reply = true,
		};

		world_tell(&world, CONNTRACK_UPDATED, &flow);
		assert_int_equal(world.learner.flows.count, 0);
		/* Translated, only one side is. */
		flow.reply = world_flow(0).reply;
		world_tell(&world, CONNTRACK_UPDATED, &flow);
		assert_int_equal(world.learner.flows.count, 0);
	}
}

static void test_learned_as_it_left(void **state)
{
	struct conntrack_flow flow = world_flow(0);
	struct flow_key request = world_request(&flow), answer = world_answer(&flow);
	struct flow_value *value;

	(void)state;
	world_tell(&world, CONNTRACK_UPDATED, &flow);
	world_leaves(&world, &request, WORLD_TO_SERVERS, WORLD_CLIENTS);
	assert_int_equal(world.flows, 1);
	assert_false(world_awaits(&world, &request));
	value = world_find(&world, &flow.original);
	assert_non_null(value);
	assert_int_equal(value->flags, FLOW_NAT | FLOW_ROUTED | FLOW_LEARNED | FLOW_CONNTRACK);
	assert_int_equal(value->nexthop, WORLD_TO_SERVERS);
	assert_int_equal(value->in_ifindex, WORLD_CLIENTS);
	assert_int_equal(value->epoch, 7);
	assert_int_equal(value->class, BYPASS_CLASS_DNS);
	assert_memory_equal(value->destination, request.destination, sizeof(value->destination));
	assert_int_equal(value->destination_port, htons(5353));
	/* Routed by what it arrived from and what it leaves for, and as it came. */
	assert_memory_equal(&world.last_question.arrives.source[0], &flow.reply.source[0], 4);
	world_leaves(&world, &answer, WORLD_TO_CLIENTS, WORLD_SERVERS);
	value = world_find(&world, &flow.reply);
	assert_non_null(value);
	assert_int_equal(value->flags,
			 FLOW_NAT | FLOW_ROUTED | FLOW_LEARNED | FLOW_CONNTRACK | FLOW_REPLY);
	assert_int_equal(value->nexthop, WORLD_TO_CLIENTS);
	assert_int_equal(value->in_ifindex, WORLD_SERVERS);
	assert_int_equal(world.learner.ledger.learned, 2);
	assert_int_equal(candidates(), 0);
	assert_int_equal(world.learner.ledger.flows, 2);
}

static void test_question(void **state)
{
	struct conntrack_flow flow = world_flow(0);
	struct flow_key answer = world_answer(&flow), request = world_request(&flow);
	struct bypass_event left;

	(void)state;
	world_tell(&world, CONNTRACK_UPDATED, &flow);
	world_leaves(&world, &answer, WORLD_TO_CLIENTS, WORLD_SERVERS);
	left = world_left(&world, BYPASS_EVENT_AWAITED, &request, WORLD_TO_SERVERS, WORLD_CLIENTS);
	left.mark = 99;
	learner_event(&world.learner, &left, false);
	assert_memory_equal(&world.last_question.leaves, &request, sizeof(request));
	assert_memory_equal(&world.last_question.arrives, &flow.original, sizeof(flow.original));
	assert_int_equal(world.last_question.mark, 99);
	assert_int_equal(world.last_question.in_ifindex, WORLD_CLIENTS);
}

static void test_tags(void **state)
{
	struct conntrack_flow flow = world_flow(0);
	struct flow_way *way = &world.nexthop[WORLD_TO_SERVERS].way[1];
	struct flow_value *value;

	(void)state;
	way->tags = 2;
	way->tag[0].tci = htons(0xe00a);
	way->tag[1].tci = htons(20);
	world_learn(&world, 0);
	value = world_find(&world, &flow.original);
	assert_int_equal(value->flags & FLOW_ROUTED, FLOW_ROUTED);
	assert_int_equal(value->in_vlan[0], 0);
	value = world_find(&world, &flow.reply);
	assert_int_equal(value->in_vlan[0], 10);
	assert_int_equal(value->in_vlan[1], 20);
	assert_int_equal(value->flags & FLOW_ANY_TAGS, 0);
}

/* The route names a device, packets come by another. */
static void test_asymmetric(void **state)
{
	struct conntrack_flow flow = world_flow(0);
	struct flow_key request = world_request(&flow);
	struct flow_value *value;

	(void)state;
	world_tell(&world, CONNTRACK_UPDATED, &flow);
	world_leaves(&world, &request, WORLD_TO_SERVERS, WORLD_ELSEWHERE);
	value = world_find(&world, &flow.original);
	assert_int_equal(value->flags & FLOW_ANY_TAGS, FLOW_ANY_TAGS);
	assert_int_equal(value->in_ifindex, 0);
}

static void test_made_by_this_host(void **state)
{
	struct conntrack_flow flow = world_flow(0);
	struct flow_key request = world_request(&flow);

	(void)state;
	world_tell(&world, CONNTRACK_UPDATED, &flow);
	world_leaves(&world, &request, WORLD_TO_SERVERS, 0);
	assert_int_equal(world.learner.flows.count, 0);
	assert_int_equal(world.awaited_count, 0);
	assert_int_equal(world.flows, 0);
}

/* Neither the route's way nor any other that could be sent on. */
static void test_way_other(void **state)
{
	struct conntrack_flow flow = world_flow(0);
	struct flow_key request = world_request(&flow);
	struct flow_value *value;

	(void)state;
	world_tell(&world, CONNTRACK_UPDATED, &flow);
	world_leaves(&world, &request, WORLD_TO_ELSEWHERE, WORLD_CLIENTS);
	value = world_find(&world, &flow.original);
	assert_int_equal(value->nexthop, FLOW_WAY_OTHER);
	assert_int_equal(value->flags & (FLOW_ROUTED | FLOW_OBSERVED), 0);
}

/* The observer cannot find it by what it leaves with: asked again with every scan. */
static void test_way_of_link_nat(void **state)
{
	struct conntrack_flow flow = world_flow(0);
	struct flow_key request = world_request(&flow);
	struct flow_value *value;

	(void)state;
	world.of_link = WORLD_TO_ELSEWHERE;
	world_tell(&world, CONNTRACK_UPDATED, &flow);
	world_leaves(&world, &request, WORLD_TO_ELSEWHERE, WORLD_CLIENTS);
	value = world_find(&world, &flow.original);
	assert_int_equal(value->nexthop, WORLD_TO_ELSEWHERE);
	assert_int_equal(value->flags & (FLOW_ROUTED | FLOW_OBSERVED), 0);
	assert_int_equal(value->epoch, 7);
	world_scan(&world, WORLD_SECOND);
	assert_int_equal(value->epoch, 0);
	world_work(&world);
	assert_true(world_awaits(&world, &request));
	world_leaves(&world, &request, WORLD_TO_SERVERS, WORLD_CLIENTS);
	assert_int_equal(value->epoch, 7);
	assert_int_equal(value->nexthop, WORLD_TO_SERVERS);
	assert_int_equal(value->flags & FLOW_ROUTED, FLOW_ROUTED);
}

static void test_way_of_link_l2(void **state)
{
	struct conntrack_flow flow = { .original = world_key("10.1.0.1", 1, "10.2.0.1", 2),
				       .reply = world_key("10.2.0.1", 2, "10.1.0.1", 1),
				       .assured = true };
	struct flow_value *value;

	(void)state;
	world.of_link = WORLD_TO_ELSEWHERE;
	world_tell(&world, CONNTRACK_UPDATED, &flow);
	world_leaves(&world, &flow.original, WORLD_TO_ELSEWHERE, WORLD_CLIENTS);
	value = world_find(&world, &flow.original);
	assert_int_equal(value->flags, FLOW_OBSERVED | FLOW_LEARNED | FLOW_CONNTRACK);
	assert_int_equal(value->confirmed, world.learner.now);
	world_scan(&world, WORLD_SECOND);
	assert_int_equal(value->epoch, 7);
}

static void test_other_device_or_tags(void **state)
{
	struct conntrack_flow flow = world_flow(0);
	struct flow_key request = world_request(&flow), answer = world_answer(&flow);
	struct flow_way *way = &world.nexthop[WORLD_TO_CLIENTS].way[1];
	struct bypass_event left;

	(void)state;
	way->tags = 1;
	way->tag[0].tci = htons(7);
	world_tell(&world, CONNTRACK_UPDATED, &flow);
	left = world_left(&world, BYPASS_EVENT_AWAITED, &request, WORLD_TO_SERVERS, WORLD_CLIENTS);
	left.ifindex = WORLD_ELSEWHERE;
	learner_event(&world.learner, &left, false);
	assert_int_equal(world_find(&world, &flow.original)->nexthop, FLOW_WAY_OTHER);
	left = world_left(&world, BYPASS_EVENT_AWAITED, &answer, WORLD_TO_CLIENTS, WORLD_SERVERS);
	left.vlan[0] = 8;
	learner_event(&world.learner, &left, false);
	assert_int_equal(world_find(&world, &flow.reply)->nexthop, FLOW_WAY_OTHER);
}

/* The MAC address is what tells two neighbours on one device apart. */
static void test_other_mac(void **state)
{
	struct conntrack_flow flow = world_flow(0);
	struct flow_key request = world_request(&flow);
	struct bypass_event left;

	(void)state;
	world_tell(&world, CONNTRACK_UPDATED, &flow);
	left = world_left(&world, BYPASS_EVENT_AWAITED, &request, WORLD_TO_SERVERS, WORLD_CLIENTS);
	left.destination_mac[0] ^= 4;
	learner_event(&world.learner, &left, false);
	assert_int_equal(world_find(&world, &flow.original)->nexthop, FLOW_WAY_OTHER);
}

static void test_neighbour_not_known_yet(void **state)
{
	struct conntrack_flow flow = world_flow(0);
	struct flow_key request = world_request(&flow);
	struct flow_way *way = &world.nexthop[WORLD_TO_SERVERS].way[1];
	struct bypass_event left;

	(void)state;
	world_tell(&world, CONNTRACK_UPDATED, &flow);
	left = world_left(&world, BYPASS_EVENT_AWAITED, &request, WORLD_TO_SERVERS, WORLD_CLIENTS);
	way->state = FLOW_WAY_RESOLVING;
	memset(way->destination_mac, 0, sizeof(way->destination_mac));
	learner_event(&world.learner, &left, false);
	assert_int_equal(world_find(&world, &flow.original)->nexthop, WORLD_TO_SERVERS);
}

static void test_gone(void **state)
{
	struct conntrack_flow flow = world_learn(&world, 0), other = world_learn(&world, 1);
	struct flow_value *value = world_find(&world, &flow.original);

	(void)state;
	value->home_counts = (struct flow_counts){ 5, 500, 1 };
	value->other_counts = (struct flow_counts){ 2, 200, 1 };
	world_tell(&world, CONNTRACK_GONE, &flow);
	assert_null(world_find(&world, &flow.original));
	assert_null(world_find(&world, &flow.reply));
	assert_non_null(world_find(&world, &other.original));
	assert_int_equal(world.learner.flows.count, 2);
	assert_int_equal(world.learner.ledger.removed_gone, 2);
	assert_int_equal(world.learner.ledger.removed_packets, 7);
	assert_int_equal(world.learner.ledger.removed_bytes, 700);
	assert_int_equal(world.learner.in_table, 2);
	assert_int_equal(world.learner.err, 0);
}

/* Conntrack knows the tuple again, and gives it to another server. */
static void test_gone_and_there_again(void **state)
{
	struct conntrack_flow flow = world_learn(&world, 0), again = flow;
	struct flow_key request;

	(void)state;
	again.reply = world_key("10.2.0.2", 5353, "10.1.0.1", 1000);
	request = world_request(&again);
	learner_conntrack(&world.learner, CONNTRACK_GONE, &flow);
	learner_conntrack(&world.learner, CONNTRACK_UPDATED, &again);
	learner_work(&world.learner);
	/* Before anything was flushed. */
	world_leaves(&world, &request, WORLD_TO_SERVERS, WORLD_CLIENTS);
	assert_int_equal(world.flows, 1);
	assert_memory_equal(world_find(&world, &flow.original)->destination, request.destination,
			    4);
	assert_int_equal(world.learner.err, 0);
	assert_int_equal(world.learner.in_table, 1);
}

static void test_translated_otherwise(void **state)
{
	struct conntrack_flow flow = world_learn(&world, 0);

	(void)state;
	flow.reply = world_key("10.2.0.2", 5353, "10.1.0.1", 1000);
	world_tell(&world, CONNTRACK_UPDATED, &flow);
	assert_null(world_find(&world, &flow.original));
	world_both_leave(&world, &flow);
	assert_int_equal(world_find(&world, &flow.original)->destination[0], flow.reply.source[0]);
}

static void test_nobody_waits_for_it(void **state)
{
	struct flow_key leaves = world_key("10.1.0.1", 1, "10.2.0.1", 2);

	(void)state;
	world.awaited[world.awaited_count++] = leaves;
	world_leaves(&world, &leaves, WORLD_TO_SERVERS, WORLD_CLIENTS);
	assert_int_equal(world.awaited_count, 0);
	assert_int_equal(world.flows, 0);
}

static void test_told_twice(void **state)
{
	struct conntrack_flow flow = world_learn(&world, 0);
	struct flow_key request = world_request(&flow);

	(void)state;
	world_leaves(&world, &request, WORLD_TO_ELSEWHERE, WORLD_ELSEWHERE);
	assert_int_equal(world_find(&world, &flow.original)->nexthop, WORLD_TO_SERVERS);
	assert_int_equal(world.awaited_count, 0);
}

#define TEST(name)                                                                                 \
	cmocka_unit_test_prestate_setup_teardown(name, world_set_up, world_tear_down, &world)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_unanswered_is_nothing),
		TEST(test_answered_is_awaited),
		TEST(test_not_forwarded),
		TEST(test_learned_as_it_left),
		TEST(test_question),
		TEST(test_tags),
		TEST(test_asymmetric),
		TEST(test_made_by_this_host),
		TEST(test_way_other),
		TEST(test_way_of_link_nat),
		TEST(test_way_of_link_l2),
		TEST(test_other_device_or_tags),
		TEST(test_other_mac),
		TEST(test_neighbour_not_known_yet),
		TEST(test_gone),
		TEST(test_gone_and_there_again),
		TEST(test_translated_otherwise),
		TEST(test_told_twice),
		TEST(test_nobody_waits_for_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
