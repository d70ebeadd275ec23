// SPDX-License-Identifier: GPL-2.0-only
/* What happens to learned flows when the world changes: rules, routes, settings, prefixes; a restart. */
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "flow_value.h"
#include "learner_world.h"

static struct world world;

static void change_rules(uint32_t epoch)
{
	learner_rules_changed(&world.learner, epoch);
	world_work(&world);
}

static void change_routes(void)
{
	learner_routes_changed(&world.learner);
	world_work(&world);
}

static void test_rules_changed(void **state)
{
	struct conntrack_flow flow = world_learn(&world, 0);
	struct flow_key request = world_request(&flow);
	struct flow_value *value = world_find(&world, &flow.original);

	(void)state;
	value->home_counts.packets = 5;
	change_rules(8);
	assert_int_equal(value->epoch, 7);
	assert_int_equal(world.awaited_count, 2);
	assert_int_equal(world.flows, 2);
	world_leaves(&world, &request, WORLD_TO_SERVERS, WORLD_CLIENTS);
	assert_int_equal(value->epoch, 8);
	assert_int_equal(value->home_counts.packets, 5);
	assert_int_equal(world_find(&world, &flow.reply)->epoch, 7);
	assert_int_equal(world.learner.ledger.rule_changes, 1);
	assert_int_equal(world.learner.ledger.rules_changed, world.learner.now);
	assert_int_equal(world.learner.ledger.learned, 2);
}

/* Before one packet left, rules change again. */
static void test_rules_changed_twice(void **state)
{
	struct conntrack_flow flow = world_learn(&world, 0);

	(void)state;
	change_rules(8);
	change_rules(9);
	assert_int_equal(world.awaited_count, 2);
	world_both_leave(&world, &flow);
	assert_int_equal(world_find(&world, &flow.original)->epoch, 9);
	assert_int_equal(world_find(&world, &flow.reply)->epoch, 9);
}

/* A packet that left before the rules changed proves nothing. */
static void test_late_event(void **state)
{
	struct conntrack_flow flow = world_learn(&world, 0), candidate = world_flow(1);
	struct flow_key request = world_request(&flow), other = world_request(&candidate);
	struct bypass_event left;

	(void)state;
	world_tell(&world, CONNTRACK_UPDATED, &candidate);
	change_rules(8);
	left = world_left(&world, BYPASS_EVENT_AWAITED, &request, WORLD_TO_SERVERS, WORLD_CLIENTS);
	learner_event(&world.learner, &left, true);
	left.key = other;
	learner_event(&world.learner, &left, true);
	world_work(&world);
	assert_int_equal(world_find(&world, &flow.original)->epoch, 7);
	assert_null(world_find(&world, &candidate.original));
	assert_true(world_awaits(&world, &request));
	assert_true(world_awaits(&world, &other));
	left.key = world_key("10.1.0.1", 1, "10.2.0.1", 2);
	left.kind = BYPASS_EVENT_MARKED;
	learner_event(&world.learner, &left, true);
	assert_int_equal(world.heard, 1);
	assert_int_equal(world.flows, 2);
}

static void test_leaves_elsewhere_after_rules(void **state)
{
	struct conntrack_flow flow = world_learn(&world, 0);
	struct flow_key request = world_request(&flow);

	(void)state;
	change_rules(8);
	world.to_servers = WORLD_TO_ELSEWHERE;
	world_leaves(&world, &request, WORLD_TO_ELSEWHERE, WORLD_CLIENTS);
	assert_int_equal(world_find(&world, &flow.original)->nexthop, WORLD_TO_ELSEWHERE);
	assert_int_equal(world_find(&world, &flow.original)->epoch, 8);
}

/* How packets have to arrive cannot be changed in place. */
static void test_comes_otherwise_after_rules(void **state)
{
	struct conntrack_flow flow = world_learn(&world, 0);
	struct flow_key request = world_request(&flow);

	(void)state;
	change_rules(8);
	world_leaves(&world, &request, WORLD_TO_SERVERS, WORLD_ELSEWHERE);
	assert_null(world_find(&world, &flow.original));
	world_work(&world);
	world_leaves(&world, &request, WORLD_TO_SERVERS, WORLD_ELSEWHERE);
	assert_int_equal(world_find(&world, &flow.original)->in_ifindex, 0);
	assert_int_equal(world.learner.ledger.removed_other, 1);
}

/* What a bond receives comes by any of its slaves: the one that sends now is not the one to expect it by. */
static void test_bond_fails_over(void **state)
{
	struct flow_way *way = &world.nexthop[WORLD_TO_SERVERS].way[1];
	struct conntrack_flow flow;

	(void)state;
	way->ifindex = WORLD_SERVERS + 100;
	flow = world_learn(&world, 0);
	assert_int_equal(world_find(&world, &flow.reply)->in_ifindex, WORLD_SERVERS);
	way->ifindex = WORLD_SERVERS + 101;
	change_routes();
	assert_non_null(world_find(&world, &flow.reply));
	assert_int_equal(world_find(&world, &flow.reply)->in_ifindex, WORLD_SERVERS);
}

static void test_routes_changed(void **state)
{
	struct conntrack_flow flow = world_learn(&world, 0);
	struct flow_key answer = world_answer(&flow);
	struct flow_value *value = world_find(&world, &flow.original);

	(void)state;
	world.edits = 0;
	change_routes();
	assert_int_equal(world.edits, 0);
	world.to_servers = WORLD_TO_ELSEWHERE;
	change_routes();
	assert_int_equal(value->nexthop, WORLD_TO_ELSEWHERE);
	assert_int_equal(value->epoch, 7);
	/* Answers come from there now. */
	assert_null(world_find(&world, &flow.reply));
	world_leaves(&world, &answer, WORLD_TO_CLIENTS, WORLD_ELSEWHERE);
	assert_int_equal(world_find(&world, &flow.reply)->in_ifindex, WORLD_ELSEWHERE);
}

static void test_question_of_routes(void **state)
{
	struct conntrack_flow flow = world_flow(0);
	struct flow_key request = world_request(&flow);
	struct bypass_event left;

	(void)state;
	world_tell(&world, CONNTRACK_UPDATED, &flow);
	left = world_left(&world, BYPASS_EVENT_AWAITED, &request, WORLD_TO_SERVERS, WORLD_CLIENTS);
	left.mark = 99;
	learner_event(&world.learner, &left, false);
	memset(&world.last_question, 0, sizeof(world.last_question));
	change_routes();
	assert_memory_equal(&world.last_question.leaves, &request, sizeof(request));
	assert_memory_equal(&world.last_question.arrives, &flow.original, sizeof(flow.original));
	assert_int_equal(world.last_question.mark, 99);
	assert_int_equal(world.last_question.in_ifindex, WORLD_CLIENTS);
}

static void test_route_goes_and_comes(void **state)
{
	struct conntrack_flow flow = world_learn(&world, 0);

	(void)state;
	world.to_servers = FLOW_WAY_NO_ROUTE;
	change_routes();
	assert_int_equal(world_find(&world, &flow.original)->nexthop, FLOW_WAY_NO_ROUTE);
	assert_non_null(world_find(&world, &flow.reply));
	world.to_servers = WORLD_TO_SERVERS;
	change_routes();
	assert_int_equal(world_find(&world, &flow.original)->nexthop, WORLD_TO_SERVERS);
}

static void test_no_answer_is_asked_again(void **state)
{
	struct conntrack_flow flow = world_learn(&world, 0);

	(void)state;
	world.to_servers = FLOW_WAY_UNRESOLVED;
	change_routes();
	world.to_servers = WORLD_TO_SERVERS;
	learner_second(&world.learner);
	world_work(&world);
	assert_int_equal(world_find(&world, &flow.original)->nexthop, WORLD_TO_SERVERS);
	world.route_questions = 0;
	learner_second(&world.learner);
	world_work(&world);
	assert_int_equal(world.route_questions, 0);
}

/* It did not go where the routes say: only a packet can tell where it goes now. */
static void test_routes_changed_for_others(void **state)
{
	struct conntrack_flow flow = world_flow(0);
	struct flow_key request = world_request(&flow);

	(void)state;
	world_tell(&world, CONNTRACK_UPDATED, &flow);
	world_leaves(&world, &request, WORLD_TO_ELSEWHERE, WORLD_CLIENTS);
	change_routes();
	assert_int_equal(world_find(&world, &flow.original)->epoch, 0);
	assert_true(world_awaits(&world, &request));
}

/* What is in doubt already is not edited to what a question without its packet says. */
static void test_routes_change_while_in_doubt(void **state)
{
	struct conntrack_flow flow = world_learn(&world, 0);

	(void)state;
	change_rules(8);
	world.to_servers = WORLD_TO_ELSEWHERE;
	change_routes();
	assert_int_equal(world_find(&world, &flow.original)->nexthop, WORLD_TO_SERVERS);
	assert_int_equal(world_find(&world, &flow.original)->epoch, 7);
}

static void exclude(const char *address, uint8_t length)
{
	static struct bypass_excluded excluded;
	struct flow_key key = world_key(address, 1, address, 1);

	excluded.count = length ? 1 : 0;
	excluded.version++;
	excluded.prefix[0].family = key.family;
	excluded.prefix[0].length = length;
	memcpy(excluded.prefix[0].address, key.source, sizeof(key.source));
	learner_exclude(&world.learner, &excluded);
	world_work(&world);
}

static bool is_excluded(const struct flow_key *key)
{
	return world_find(&world, key)->flags & FLOW_EXCLUDED;
}

static void test_excluded(void **state)
{
	static const struct {
		const char *address;
		uint8_t length;
		bool original, reply;
	} rows[] = {
		{ "10.1.0.1", 32, true, true },   { "10.1.0.2", 32, false, false },
		{ "10.9.0.0", 16, true, true },   { "10.2.0.0", 30, true, true },
		{ "10.2.0.4", 30, false, false }, { "fd00::", 8, false, false },
		{ "a00::", 8, false, false },     { "10.0.0.0", 8, true, true },
		{ "10.0.0.0", 0, false, false },
	};
	struct conntrack_flow flow = world_learn(&world, 0);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		exclude(rows[i].address, rows[i].length);
		assert_int_equal(is_excluded(&flow.original), rows[i].original);
		assert_int_equal(is_excluded(&flow.reply), rows[i].reply);
		assert_int_equal(world_find(&world, &flow.original)->flags & FLOW_ROUTED,
				 FLOW_ROUTED);
	}
	exclude("10.9.0.1", 32);
	flow = world_learn(&world, 1);
	assert_true(is_excluded(&flow.original));
	/* Also when the rules have changed. */
	change_rules(8);
	world_both_leave(&world, &flow);
	assert_int_equal(world_find(&world, &flow.original)->epoch, 8);
	assert_true(is_excluded(&flow.original));
}

static void test_excluded_ipv6(void **state)
{
	struct conntrack_flow flow = {
		.original = world_key("fd00:1::1", 1, "fd00:2::1", 2),
		.reply = world_key("fd00:2::1", 2, "fd00:1::1", 1),
		.seen_reply = true,
	};

	(void)state;
	world_tell(&world, CONNTRACK_UPDATED, &flow);
	world_leaves(&world, &flow.original, WORLD_TO_SERVERS, WORLD_CLIENTS);
	exclude("fd00:2::", 64);
	assert_true(is_excluded(&flow.original));
	exclude("fd00:2:0:1::", 64);
	assert_false(is_excluded(&flow.original));
	exclude("fd00:2::1", 128);
	assert_true(is_excluded(&flow.original));
}

static void test_learning_off(void **state)
{
	struct bypass_settings settings = world.learner.settings;
	struct conntrack_flow flow = world_learn(&world, 0), candidate = world_flow(1);

	(void)state;
	world_tell(&world, CONNTRACK_UPDATED, &candidate);
	settings.learn = 0;
	learner_set(&world.learner, &settings);
	world_work(&world);
	assert_int_equal(world.flows, 0);
	assert_int_equal(world.awaited_count, 0);
	assert_int_equal(world.learner.flows.count, 0);
	world_tell(&world, CONNTRACK_UPDATED, &flow);
	assert_int_equal(world.learner.flows.count, 0);
	world.learner.wants_dump = false;
	settings.learn = 1;
	learner_set(&world.learner, &settings);
	assert_true(world.learner.wants_dump);
}

static void dump(const struct conntrack_flow *flow, bool is_whole)
{
	learner_dump_begin(&world.learner);
	assert_false(world.learner.wants_dump);
	if (flow)
		learner_conntrack(&world.learner, CONNTRACK_UPDATED, flow);
	learner_dump_end(&world.learner, is_whole);
	world_work(&world);
}

static void test_dump_compared(void **state)
{
	struct conntrack_flow stays = world_learn(&world, 0), goes = world_learn(&world, 1);

	(void)state;
	dump(&stays, false);
	assert_int_equal(world.flows, 4);
	assert_true(world.learner.wants_dump);
	dump(&stays, true);
	assert_int_equal(world.flows, 2);
	assert_non_null(world_find(&world, &stays.original));
	assert_null(world_find(&world, &goes.original));
	assert_int_equal(world.learner.ledger.removed_gone, 2);
	/* One that is new since the last. */
	world_tell(&world, CONNTRACK_UPDATED, &goes);
	dump(&stays, true);
	assert_int_equal(world.learner.flows.count, 2);
}

static void later(void)
{
	world.learner.now += WORLD_SECOND / 2;
	world_work(&world);
}

static void test_unheard_is_asked_for(void **state)
{
	struct conntrack_flow flow = world_flow(0), told = world_flow(1);

	(void)state;
	world_tell(&world, CONNTRACK_UPDATED, &told);
	dump(&flow, false);
	assert_int_equal(world.asks, 0);
	later();
	assert_int_equal(world.asks, 1);
	world_work(&world);
	assert_int_equal(world.asks, 1);
	assert_memory_equal(&world.timer, &flow.original, sizeof(flow.original));
	/* It is there: nothing happens. It is not: it goes. */
	learner_gone(&world.learner, &told.reply);
	assert_int_equal(world.learner.flows.count, 4 - 2);
	learner_gone(&world.learner, &flow.original);
	assert_int_equal(world.learner.flows.count, 0);
	dump(&flow, true);
	world_tell(&world, CONNTRACK_UPDATED, &flow);
	world.asks = 0;
	later();
	assert_int_equal(world.asks, 0);
}

static void test_ask_fails(void **state)
{
	struct conntrack_flow flow = world_flow(0), other = world_flow(1);

	(void)state;
	dump(&flow, false);
	dump(&other, false);
	world.ask_error = -EIO;
	later();
	assert_int_equal(world.learner.err, -EIO);
	assert_int_equal(world.learner.flows.count, 4);
	/* Later is early enough. */
	assert_int_equal(world.asks, 1);
}

/* A new learner finds the table as the one before left it. */
static void restart(void)
{
	struct flow_entry entries[WORLD_ROOM];
	struct flow_entry_list list = { .entry = entries, .count = world.flows };

	memcpy(entries, world.table, sizeof(entries));
	world_close(&world);
	world_open(&world, 64, 128);
	memcpy(world.table, entries, sizeof(entries));
	world.flows = list.count;
	world.learner.epoch = 8;
	learner_adopt(&world.learner, &list);
	world_work(&world);
}

static void test_restart(void **state)
{
	struct conntrack_flow flow = world_learn(&world, 0);

	(void)state;
	world_learn(&world, 1);
	world_find(&world, &flow.original)->home_counts.packets = 5;
	restart();
	assert_int_equal(world.flows, 4);
	assert_int_equal(world.awaited_count, 4);
	assert_int_equal(world.learner.ledger.flows, 4);
	dump(&flow, true);
	assert_int_equal(world.flows, 2);
	world_both_leave(&world, &flow);
	assert_int_equal(world_find(&world, &flow.original)->epoch, 8);
	assert_int_equal(world_find(&world, &flow.original)->home_counts.packets, 5);
	assert_int_equal(world_find(&world, &flow.reply)->epoch, 8);
	world_tell(&world, CONNTRACK_GONE, &flow);
	assert_int_equal(world.flows, 0);
	assert_int_equal(world.learner.in_table, 0);
}

static void test_restart_with_other_translation(void **state)
{
	struct conntrack_flow flow = world_learn(&world, 0);

	(void)state;
	restart();
	flow.reply = world_key("10.2.0.2", 5353, "10.1.0.1", 1000);
	dump(&flow, true);
	assert_null(world_find(&world, &flow.original));
	world_both_leave(&world, &flow);
	assert_int_equal(world.flows, 2);
	assert_int_equal(world_find(&world, &flow.original)->destination[0], flow.reply.source[0]);
}

static void test_edit_fails(void **state)
{
	struct conntrack_flow flow = world_learn(&world, 0);
	struct flow_key request = world_request(&flow);

	(void)state;
	change_rules(8);
	world.edit_error = -EIO;
	world_leaves(&world, &request, WORLD_TO_SERVERS, WORLD_CLIENTS);
	assert_int_equal(world.learner.err, -EIO);
	world.edit_error = 0;
	world_work(&world);
	assert_true(world_awaits(&world, &request));
	world_leaves(&world, &request, WORLD_TO_SERVERS, WORLD_CLIENTS);
	assert_int_equal(world_find(&world, &flow.original)->epoch, 8);
}

/* Somebody else removed it. */
static void test_edit_finds_nothing(void **state)
{
	struct conntrack_flow flow = world_learn(&world, 0);
	struct flow_key request = world_request(&flow);

	(void)state;
	change_rules(8);
	world.flows = 0;
	world_leaves(&world, &request, WORLD_TO_SERVERS, WORLD_CLIENTS);
	assert_int_equal(world.learner.in_table, 1);
	world_work(&world);
	world_leaves(&world, &request, WORLD_TO_SERVERS, WORLD_CLIENTS);
	assert_int_equal(world_find(&world, &flow.original)->epoch, 8);
	world_tell(&world, CONNTRACK_GONE, &flow);
	assert_int_equal(world.flows, 0);
	assert_int_equal(world.learner.in_table, 0);
}

#define TEST(name)                                                                                 \
	cmocka_unit_test_prestate_setup_teardown(name, world_set_up, world_tear_down, &world)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_rules_changed),
		TEST(test_rules_changed_twice),
		TEST(test_late_event),
		TEST(test_leaves_elsewhere_after_rules),
		TEST(test_comes_otherwise_after_rules),
		TEST(test_routes_changed),
		TEST(test_bond_fails_over),
		TEST(test_question_of_routes),
		TEST(test_route_goes_and_comes),
		TEST(test_no_answer_is_asked_again),
		TEST(test_routes_changed_for_others),
		TEST(test_routes_change_while_in_doubt),
		TEST(test_excluded),
		TEST(test_excluded_ipv6),
		TEST(test_learning_off),
		TEST(test_dump_compared),
		TEST(test_unheard_is_asked_for),
		TEST(test_ask_fails),
		TEST(test_restart),
		TEST(test_restart_with_other_translation),
		TEST(test_edit_fails),
		TEST(test_edit_finds_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
