// SPDX-License-Identifier: GPL-2.0-only
#include "static_follow.h"

#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "flow_value.h"

#define FLOWS 2000

/* What routes say, and what was done. */
static struct {
	uint32_t route;
	int error;
	unsigned int questions, edits, most;
	struct nexthop_question question;
	struct flow_edit edit;
	struct flow_nexthop nexthop;
} world;

static uint32_t of_route(void *context, const struct nexthop_question *question)
{
	(void)context;
	world.questions++;
	world.question = *question;
	return world.route;
}

static uint32_t input_device(void *context, uint32_t ifindex, const uint16_t vlan[2])
{
	(void)context;
	return ifindex + 1000 + vlan[0];
}

static const struct flow_nexthop *nexthop(void *context, uint32_t index)
{
	(void)context;
	return index == 50 ? &world.nexthop : NULL;
}

static int edit(void *context, struct flow_edit *edits, size_t count, struct problem *problem)
{
	(void)context;
	world.edits += (unsigned int)count;
	world.most = count > world.most ? (unsigned int)count : world.most;
	world.edit = edits[0];
	return world.error ? problem_set(problem, world.error, "edit") : 0;
}

static const struct static_hands hands = {
	.of_route = of_route, .input_device = input_device, .nexthop = nexthop, .edit = edit
};

static struct static_follow follow;

static int setup(void **state)
{
	(void)state;
	memset(&world, 0, sizeof(world));
	follow = (struct static_follow){ .hands = &hands };
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	static_follow_close(&follow);
	return 0;
}

static void begin(size_t count, __u16 flags)
{
	struct flow_entry_list list = { .entry = calloc(count, sizeof(*list.entry)),
					.count = count };

	for (size_t i = 0; i < count; i++) {
		struct flow_key *key = &list.entry[i].key;

		*key = (struct flow_key){ .family = FLOW_IPV4, .source_port = (__be16)i };
		flow_value_fill(&list.entry[i].value, key, key);
		list.entry[i].value.flags = flags;
		list.entry[i].value.nexthop = 50;
	}
	static_follow_begin(&follow, &list);
	assert_null(list.entry);
}

static void work(void)
{
	struct problem problem = { 0 };
	bool more = true;

	for (int i = 0; more; i++) {
		assert_int_equal(static_follow_work(&follow, &more, &problem), 0);
		assert_true(i < FLOWS);
	}
}

static void test_nothing(void **state)
{
	bool more = true;

	(void)state;
	assert_int_equal(static_follow_work(&follow, &more, NULL), 0);
	assert_false(more);
}

static void test_all_are_asked(void **state)
{
	(void)state;
	world.route = 50;
	begin(FLOWS, FLOW_ROUTED);
	work();
	assert_int_equal(world.questions, FLOWS);
	assert_int_equal(world.edits, 0);
	work();
	assert_int_equal(world.questions, FLOWS);
	world.route = 60;
	begin(FLOWS, FLOW_ROUTED);
	work();
	assert_int_equal(world.edits, FLOWS);
	assert_in_range(world.most, 2, FLOW_EDIT_LIMIT);
	assert_int_equal(world.edit.table, FLOW_TABLE_STATIC);
	assert_int_equal(world.edit.what, FLOW_EDIT_NEXTHOP);
	assert_int_equal(world.edit.nexthop, 60);
}

/* Nobody waits for thousands of questions. */
static void test_in_parts(void **state)
{
	bool more = false;

	(void)state;
	world.route = 50;
	begin(FLOWS, FLOW_ROUTED);
	assert_int_equal(static_follow_work(&follow, &more, NULL), 0);
	assert_true(more);
	assert_in_range(world.questions, 1, 600);
}

static void test_named_stay(void **state)
{
	(void)state;
	world.route = 60;
	begin(FLOWS, FLOW_NAT);
	work();
	assert_int_equal(world.questions, 0);
	assert_int_equal(world.edits, 0);
}

static void test_no_answer(void **state)
{
	(void)state;
	world.route = FLOW_WAY_UNRESOLVED;
	begin(1, FLOW_ROUTED);
	work();
	assert_int_equal(world.edits, 0);
	assert_true(follow.asks_again);
	world.route = FLOW_WAY_NO_ROUTE;
	begin(1, FLOW_ROUTED);
	assert_false(follow.asks_again);
	work();
	assert_int_equal(world.edits, 1);
}

static void test_question(void **state)
{
	struct flow_entry_list list = { .entry = calloc(1, sizeof(*list.entry)), .count = 1 };
	struct flow_key key = { .family = FLOW_IPV4, .source = { 1 }, .destination = { 2 } };
	struct flow_key out = { .family = FLOW_IPV4, .source = { 3 }, .destination = { 4 } };

	(void)state;
	list.entry[0].key = key;
	flow_value_fill(&list.entry[0].value, &key, &out);
	list.entry[0].value.flags |= FLOW_ROUTED;
	list.entry[0].value.nexthop = 50;
	list.entry[0].value.in_ifindex = 7;
	list.entry[0].value.in_vlan[0] = 5;
	world.nexthop.flags = FLOW_NEXTHOP_TAGS;
	world.nexthop.vlan[0] = 30;
	static_follow_begin(&follow, &list);
	work();
	assert_memory_equal(&world.question.arrives, &key, sizeof(key));
	assert_memory_equal(&world.question.leaves, &out, sizeof(out));
	assert_int_equal(world.question.in_ifindex, 1012);
	assert_true(world.question.has_vlan);
	assert_int_equal(world.question.vlan[0], 30);
	assert_int_equal(world.question.mark, 0);
}

static void test_edit_fails(void **state)
{
	struct problem problem = { 0 };
	bool more;

	(void)state;
	world.route = 60;
	world.error = -EIO;
	begin(1, FLOW_ROUTED);
	assert_int_equal(static_follow_work(&follow, &more, &problem), -EIO);
	assert_string_equal(problem.text, "edit");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_all_are_asked, setup, teardown),
		cmocka_unit_test_setup_teardown(test_in_parts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_named_stay, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_answer, setup, teardown),
		cmocka_unit_test_setup_teardown(test_question, setup, teardown),
		cmocka_unit_test_setup_teardown(test_edit_fails, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
