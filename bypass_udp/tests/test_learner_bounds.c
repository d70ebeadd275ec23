// SPDX-License-Identifier: GPL-2.0-only
/* Nothing grows without end, nobody who is there is driven out, and marked flows. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "learner_limits.h"
#include "learner_world.h"

static struct world world;

static int teardown(void **state)
{
	(void)state;
	world_close(&world);
	return 0;
}

/* A table that is full: who came first stays, the others wait and are counted. */
static void test_full_table(void **state)
{
	struct conntrack_flow first, second, third;

	(void)state;
	world_open(&world, 4, 128);
	/* The kernel is not even asked. */
	world.room = 100;
	first = world_learn(&world, 0);
	second = world_learn(&world, 1);
	third = world_learn(&world, 2);
	assert_int_equal(world.flows, 4);
	assert_null(world_find(&world, &third.original));
	assert_int_equal(world.learner.ledger.waiting, 2);
	assert_int_equal(world.learner.ledger.refused, 2);
	assert_int_equal(world.learner.ledger.candidates, 0);
	assert_int_equal(world.awaited_count, 0);
	learner_second(&world.learner);
	world_work(&world);
	assert_int_equal(world.awaited_count, 0);
	world_tell(&world, CONNTRACK_GONE, &first);
	learner_second(&world.learner);
	world_work(&world);
	assert_int_equal(world.learner.ledger.waiting, 0);
	world_both_leave(&world, &third);
	assert_non_null(world_find(&world, &third.original));
	assert_non_null(world_find(&world, &second.original));
	assert_int_equal(world.flows, 4);
	assert_int_equal(world.learner.err, 0);
}

/* What is about to be removed makes room at once. */
static void test_room_of_removed(void **state)
{
	struct conntrack_flow first, second;

	(void)state;
	world_open(&world, 2, 128);
	first = world_learn(&world, 0);
	second = world_flow(1);
	world_tell(&world, CONNTRACK_UPDATED, &second);
	learner_conntrack(&world.learner, CONNTRACK_GONE, &first);
	world_both_leave(&world, &second);
	assert_non_null(world_find(&world, &second.original));
	assert_int_equal(world.learner.ledger.waiting, 0);
	assert_int_equal(world.learner.in_table, 2);
}

/* The kernel has less room than it said. */
static void test_no_room_all_the_same(void **state)
{
	(void)state;
	world_open(&world, 8, 128);
	world.room = 1;
	world_learn(&world, 0);
	assert_int_equal(world.flows, 1);
	assert_int_equal(world.learner.ledger.waiting, 1);
	assert_int_equal(world.learner.err, 0);
}

static void test_add_fails(void **state)
{
	struct conntrack_flow flow;
	struct flow_key request;

	(void)state;
	world_open(&world, 8, 128);
	world.add_error = -ENOMEM;
	flow = world_learn(&world, 0);
	request = world_request(&flow);
	assert_int_equal(world.learner.err, -ENOMEM);
	assert_string_equal(world.learner.problem.text, "add");
	world_work(&world);
	assert_true(world_awaits(&world, &request));
	world.add_error = 0;
	world_both_leave(&world, &flow);
	assert_int_equal(world.flows, 2);
}

/* Answered flows that never leave: so many and no more, also in bypass_awaited. */
static void test_flood(void **state)
{
	(void)state;
	world_open(&world, 8, 32);
	for (unsigned int i = 0; i < 1000; i++) {
		struct conntrack_flow flow = world_flow(i);

		world_tell(&world, CONNTRACK_UPDATED, &flow);
		assert_in_range(world.learner.flows.count, 0, 8 + 32 / 2);
		assert_in_range(world.awaited_count, 0, 32);
	}
	assert_in_range(world.learner.ledger.refused, 900, 1000);
	assert_int_equal(world.flows, 0);
	for (unsigned int i = 0; i < 1000; i++) {
		struct conntrack_flow flow = world_flow(i);

		world_tell(&world, CONNTRACK_GONE, &flow);
	}
	assert_int_equal(world.learner.flows.count, 0);
	assert_int_equal(world.awaited_count, 0);
}

/* More flows than bypass_awaited holds: each gets its turn. */
static void test_turns(void **state)
{
	bool was_awaited[20] = { false };

	(void)state;
	world_open(&world, 60, 16);
	for (unsigned int i = 0; i < 20; i++) {
		struct conntrack_flow flow = world_flow(i);

		world_tell(&world, CONNTRACK_UPDATED, &flow);
	}
	for (int seconds = 0; seconds < 10; seconds++) {
		for (unsigned int i = 0; i < 20; i++) {
			struct conntrack_flow flow = world_flow(i);
			struct flow_key request = world_request(&flow);

			was_awaited[i] |= world_awaits(&world, &request);
		}
		assert_in_range(world.awaited_count, 1, 16);
		learner_second(&world.learner);
		world_work(&world);
	}
	for (int i = 0; i < 20; i++)
		assert_true(was_awaited[i]);
}

static void test_await_fails(void **state)
{
	struct conntrack_flow flow = world_flow(0);

	(void)state;
	world_open(&world, 8, 128);
	world.await_error = -E2BIG;
	/* Does not come back for more at once. */
	world_tell(&world, CONNTRACK_UPDATED, &flow);
	assert_int_equal(world.learner.err, -E2BIG);
	assert_int_equal(world.awaited_count, 0);
	world.await_error = 0;
	learner_second(&world.learner);
	world_work(&world);
	assert_int_equal(world.awaited_count, 2);
}

/* Many removals, one of them of a flow that somebody else has removed. */
static void test_many_removed(void **state)
{
	(void)state;
	world_open(&world, 2000, 4000);
	for (unsigned int i = 0; i < 1000; i++)
		world_learn(&world, i);
	assert_int_equal(world.flows, 2000);
	world.flows--;
	world.removals = 0;
	learner_dump_begin(&world.learner);
	learner_dump_end(&world.learner, true);
	learner_flush(&world.learner);
	assert_int_equal(world.flows, 0);
	assert_int_equal(world.learner.in_table, 0);
	assert_in_range(world.removals, 1, 40);
	assert_int_equal(world.learner.err, 0);
}

/* It stays in the table, and the next scan finds it there. */
static void test_remove_fails(void **state)
{
	struct conntrack_flow flow;

	(void)state;
	world_open(&world, 8, 128);
	flow = world_learn(&world, 0);
	world.remove_error = -EIO;
	world_tell(&world, CONNTRACK_GONE, &flow);
	assert_int_equal(world.learner.err, -EIO);
	assert_int_equal(world.flows, 2);
	world.remove_error = 0;
	world_scan(&world, WORLD_SECOND);
	assert_int_equal(world.flows, 0);
	assert_int_equal(world.learner.in_table, 0);
}

/* Routes change again while flows are asked for: those that were asked are asked once more. */
static void test_routes_change_again(void **state)
{
	struct conntrack_flow first;

	(void)state;
	world_open(&world, 2000, 4000);
	first = world_learn(&world, 0);
	for (unsigned int i = 1; i < LEARNER_ASK_AT_ONCE; i++)
		world_learn(&world, i);
	learner_routes_changed(&world.learner);
	assert_true(learner_work(&world.learner));
	world.to_servers = WORLD_TO_ELSEWHERE;
	learner_routes_changed(&world.learner);
	world_work(&world);
	assert_int_equal(world_find(&world, &first.original)->nexthop, WORLD_TO_ELSEWHERE);
}

static void leave_marked(enum bypass_event_kind kind, const struct flow_key *key, uint32_t nexthop)
{
	struct bypass_event event = world_left(&world, kind, key, nexthop, WORLD_CLIENTS);

	event.mark = 1;
	learner_event(&world.learner, &event, false);
	world_work(&world);
}

static void test_marked(void **state)
{
	/* Direct return: the address is this host's, a balancer sends it to a server. */
	struct flow_key key = world_key("10.1.0.1", 1, "10.9.0.1", 53);
	struct flow_value *value;

	(void)state;
	world_open(&world, 8, 128);
	world.of_link = WORLD_TO_SERVERS;
	leave_marked(BYPASS_EVENT_MARKED, &key, WORLD_TO_SERVERS);
	value = world_find(&world, &key);
	assert_non_null(value);
	assert_int_equal(value->flags, FLOW_LEARNED | FLOW_OBSERVED | FLOW_ANY_TAGS);
	assert_int_equal(value->nexthop, WORLD_TO_SERVERS);
	assert_int_equal(value->confirmed, world.learner.now);
	assert_int_equal(world.heard, 1);
	/* To another server. */
	world.of_link = WORLD_TO_ELSEWHERE;
	leave_marked(BYPASS_EVENT_MOVED, &key, WORLD_TO_ELSEWHERE);
	assert_int_equal(value->nexthop, WORLD_TO_ELSEWHERE);
	assert_int_equal(world.heard, 2);
	/* Rules. */
	learner_rules_changed(&world.learner, 8);
	world_work(&world);
	assert_true(world_awaits(&world, &key));
	world_leaves(&world, &key, WORLD_TO_ELSEWHERE, WORLD_CLIENTS);
	assert_int_equal(value->epoch, 8);
	/* Conntrack says nothing about it. */
	learner_dump_begin(&world.learner);
	learner_dump_end(&world.learner, true);
	learner_flush(&world.learner);
	assert_int_equal(world.flows, 1);
	world_scan(&world, 61 * WORLD_SECOND);
	assert_int_equal(world.flows, 0);
	assert_int_equal(world.learner.flows.count, 0);
}

static void test_marked_is_refused(void **state)
{
	struct flow_key own = world_key("10.9.0.1", 1, "10.2.0.1", 53);
	struct flow_key key = world_key("10.1.0.1", 1, "10.2.0.1", 53);
	struct bypass_settings settings;
	struct conntrack_flow flow;
	struct flow_key request;

	(void)state;
	world_open(&world, 2, 128);
	/* From this host's address; translated, so it does not arrive as it leaves; of conntrack. */
	leave_marked(BYPASS_EVENT_MARKED, &own, WORLD_TO_SERVERS);
	assert_int_equal(world.flows, 0);
	flow = world_flow(0);
	request = world_request(&flow);
	world_tell(&world, CONNTRACK_UPDATED, &flow);
	leave_marked(BYPASS_EVENT_MARKED, &request, WORLD_TO_SERVERS);
	leave_marked(BYPASS_EVENT_MARKED, &flow.original, WORLD_TO_SERVERS);
	assert_int_equal(world.flows, 0);
	/* A full table. */
	world_both_leave(&world, &flow);
	leave_marked(BYPASS_EVENT_MARKED, &key, WORLD_TO_SERVERS);
	assert_int_equal(world.flows, 2);
	assert_int_equal(world.learner.flows.count, 2);
	assert_int_equal(world.learner.ledger.refused, 1);
	world_tell(&world, CONNTRACK_GONE, &flow);
	leave_marked(BYPASS_EVENT_MARKED, &key, WORLD_TO_SERVERS);
	assert_int_equal(world.flows, 1);
	/* Marks are not looked at any more. */
	settings = world.learner.settings;
	settings.mark_mask = 0;
	learner_set(&world.learner, &settings);
	world_work(&world);
	assert_int_equal(world.flows, 0);
	leave_marked(BYPASS_EVENT_MARKED, &key, WORLD_TO_SERVERS);
	assert_int_equal(world.flows, 0);
}

static void test_idle(void **state)
{
	struct conntrack_flow flow;
	struct flow_key request;

	(void)state;
	world_open(&world, 8, 128);
	flow = world_learn(&world, 0);
	request = world_request(&flow);
	world_find(&world, &flow.reply)->other_counts.last = world.learner.now + 30 * WORLD_SECOND;
	world_scan(&world, 61 * WORLD_SECOND);
	assert_null(world_find(&world, &flow.original));
	assert_non_null(world_find(&world, &flow.reply));
	assert_int_equal(world.learner.ledger.removed_idle, 1);
	/* Conntrack knows it: its next packet brings it back. */
	world_work(&world);
	assert_true(world_awaits(&world, &request));
	world_leaves(&world, &request, WORLD_TO_SERVERS, WORLD_CLIENTS);
	assert_non_null(world_find(&world, &flow.original));
}

static void test_kernel_says_gone(void **state)
{
	struct conntrack_flow flow;
	uint32_t reply;

	(void)state;
	world_open(&world, 8, 128);
	flow = world_learn(&world, 0);
	world.learner.wants_dump = false;
	world_find(&world, &flow.original)->gone = 1;
	world_scan(&world, WORLD_SECOND);
	assert_null(world_find(&world, &flow.original));
	assert_int_equal(world.learner.ledger.removed_gone, 1);
	assert_true(world.learner.wants_dump);
	reply = learner_flows_find(&world.learner.flows, &flow.reply);
	assert_int_equal(world.learner.flows.flow[reply].other, LEARNER_NONE);
	world_find(&world, &flow.reply)->gone = 1;
	world_scan(&world, WORLD_SECOND);
	assert_int_equal(world.flows, 0);
	assert_int_equal(world.learner.flows.count, 0);
}

/* One for both directions, and only where there were packets. */
static void test_timers(void **state)
{
	struct conntrack_flow flow;

	(void)state;
	world_open(&world, 8, 128);
	flow = world_learn(&world, 0);
	world_scan(&world, 11 * WORLD_SECOND);
	assert_int_equal(world.timers, 0);
	world_find(&world, &flow.reply)->home_counts.last = world.learner.now;
	world_find(&world, &flow.original)->home_counts.last = world.learner.now;
	world_scan(&world, WORLD_SECOND);
	assert_int_equal(world.timers, 1);
	assert_memory_equal(&world.timer, &flow.original, sizeof(flow.original));
	world_find(&world, &flow.reply)->home_counts.last = world.learner.now + WORLD_SECOND;
	world_scan(&world, 9 * WORLD_SECOND);
	assert_int_equal(world.timers, 1);
	world_scan(&world, WORLD_SECOND);
	assert_int_equal(world.timers, 2);
	assert_memory_equal(&world.timer, &flow.original, sizeof(flow.original));
	assert_int_equal(world.learner.ledger.timers_set, 2);
}

/* Conntrack turns out to have forgotten a flow while the table is looked at. */
static void test_gone_during_scan(void **state)
{
	struct conntrack_flow flow;

	(void)state;
	world_open(&world, 8, 128);
	flow = world_learn(&world, 0);
	world.learner.is_scanning = true;
	learner_gone(&world.learner, &flow.original);
	assert_int_equal(world.learner.flows.count, 2);
	world_scan(&world, WORLD_SECOND);
	assert_int_equal(world.flows, 0);
	assert_int_equal(world.learner.flows.count, 0);
	assert_int_equal(world.learner.ledger.removed_gone, 2);
}

static void test_nexthops_in_use(void **state)
{
	bool *used = calloc(FLOW_NEXTHOP_LIMIT, sizeof(*used));
	struct conntrack_flow flow;
	struct flow_key request;

	(void)state;
	world_open(&world, 8, 128);
	flow = world_flow(0);
	request = world_request(&flow);
	world_tell(&world, CONNTRACK_UPDATED, &flow);
	world_leaves(&world, &request, WORLD_TO_SERVERS, WORLD_CLIENTS);
	learner_mark_nexthops(&world.learner, used);
	assert_true(used[WORLD_TO_SERVERS]);
	assert_false(used[WORLD_TO_CLIENTS]);
	assert_false(used[0]);
	free(used);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_full_table, teardown),
		cmocka_unit_test_teardown(test_room_of_removed, teardown),
		cmocka_unit_test_teardown(test_no_room_all_the_same, teardown),
		cmocka_unit_test_teardown(test_add_fails, teardown),
		cmocka_unit_test_teardown(test_flood, teardown),
		cmocka_unit_test_teardown(test_turns, teardown),
		cmocka_unit_test_teardown(test_await_fails, teardown),
		cmocka_unit_test_teardown(test_many_removed, teardown),
		cmocka_unit_test_teardown(test_remove_fails, teardown),
		cmocka_unit_test_teardown(test_routes_change_again, teardown),
		cmocka_unit_test_teardown(test_marked, teardown),
		cmocka_unit_test_teardown(test_marked_is_refused, teardown),
		cmocka_unit_test_teardown(test_idle, teardown),
		cmocka_unit_test_teardown(test_kernel_says_gone, teardown),
		cmocka_unit_test_teardown(test_timers, teardown),
		cmocka_unit_test_teardown(test_gone_during_scan, teardown),
		cmocka_unit_test_teardown(test_nexthops_in_use, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
