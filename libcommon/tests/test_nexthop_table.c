// SPDX-License-Identifier: GPL-2.0-only
/* Entries in memory: found by identity and by neighbour, also where there are many. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "nexthop_table.h"

static struct nexthop_table table;

static int set_up(void **state)
{
	(void)state;
	return nexthop_table_make(&table);
}

static int tear_down(void **state)
{
	(void)state;
	nexthop_table_free(&table);
	return 0;
}

static struct flow_nexthop value_of(uint32_t device, uint32_t address)
{
	return (struct flow_nexthop){ .device = device,
				      .family = FLOW_IPV4,
				      .neighbour = { address } };
}

static uint32_t put(enum nexthops_role half, struct flow_nexthop value)
{
	uint32_t index = nexthop_table_free_index(&table, half);

	if (index)
		nexthop_table_put(&table, index, &value);
	return index;
}

static void test_identity(void **state)
{
	const struct flow_nexthop plain = value_of(2, 7);
	struct flow_nexthop others[7];
	uint32_t index = put(NEXTHOPS_DAEMON, plain);

	(void)state;
	for (size_t i = 0; i < 7; i++)
		others[i] = plain;
	others[0].device = 3;
	others[1].neighbour[3] = 1;
	others[2].family = FLOW_IPV6;
	others[3].flags = FLOW_NEXTHOP_TAGS;
	others[4].vlan[1] = 1;
	others[5].mtu = 1;
	others[6].mac[5] = 1;
	assert_int_equal(index, NEXTHOPS_DAEMON_FIRST);
	assert_int_equal(nexthop_table_find(&table, &plain, 0), index);
	assert_int_equal(nexthop_table_find(&table, &plain, index), 0);
	for (size_t i = 0; i < 7; i++)
		assert_int_equal(nexthop_table_find(&table, &others[i], 0), 0);
	others[0] = plain;
	others[0].way[0].mtu = others[0].current = 1;
	assert_int_equal(nexthop_table_find(&table, &others[0], 0), index);
}

static void test_halves(void **state)
{
	uint32_t low = put(NEXTHOPS_DAEMON, value_of(2, 1));
	uint32_t next = put(NEXTHOPS_DAEMON, value_of(2, 2));
	uint32_t high = put(NEXTHOPS_TOOL, value_of(2, 1));
	const struct flow_nexthop same = value_of(2, 1);

	(void)state;
	assert_int_equal(high, NEXTHOPS_TOOL_FIRST);
	assert_int_equal(nexthop_table_next(&table, 0), low);
	assert_int_equal(nexthop_table_next(&table, low), next);
	assert_int_equal(nexthop_table_next(&table, next), high);
	assert_int_equal(nexthop_table_next(&table, high), 0);
	assert_int_equal(nexthop_table_find(&table, &same, 0), high);
	assert_int_equal(nexthop_table_find(&table, &same, high), low);
	nexthop_table_remove(&table, low);
	assert_int_equal(nexthop_table_next(&table, 0), next);
	assert_int_equal(nexthop_table_find(&table, &same, high), 0);
	assert_int_equal(put(NEXTHOPS_DAEMON, value_of(2, 3)), low);
}

static void test_neighbours(void **state)
{
	const __be32 address[4] = { 7 }, other[4] = { 8 };
	struct flow_nexthop with_mac = value_of(2, 7);
	uint32_t here = put(NEXTHOPS_DAEMON, value_of(2, 7));
	uint32_t there = put(NEXTHOPS_DAEMON, value_of(3, 7));

	(void)state;
	with_mac.flags = FLOW_NEXTHOP_MAC;
	(void)put(NEXTHOPS_DAEMON, with_mac);
	assert_int_equal(nexthop_table_neighbour(&table, 2, FLOW_IPV4, address, 0), here);
	assert_int_equal(nexthop_table_neighbour(&table, 2, FLOW_IPV4, address, here), 0);
	assert_int_equal(nexthop_table_neighbour(&table, 0, FLOW_IPV4, address, 0), there);
	assert_int_equal(nexthop_table_neighbour(&table, 0, FLOW_IPV4, address, there), here);
	assert_int_equal(nexthop_table_neighbour(&table, 2, FLOW_IPV6, address, 0), 0);
	assert_int_equal(nexthop_table_neighbour(&table, 2, FLOW_IPV4, other, 0), 0);
}

/* A million neighbours are told about while the table is full: were that a walk through all entries, this
 * would take minutes and be ended. */
static void test_full(void **state)
{
	uint32_t count = 0, found = 0;

	(void)state;
	for (; put(NEXTHOPS_DAEMON, value_of(2, count)); count++)
		;
	assert_int_equal(count, NEXTHOPS_TOOL_FIRST - NEXTHOPS_DAEMON_FIRST);
	for (uint32_t i = 0; i < 1000000; i++) {
		const __be32 address[4] = { i };

		found += nexthop_table_neighbour(&table, 2, FLOW_IPV4, address, 0) != 0;
		assert_int_equal(put(NEXTHOPS_DAEMON, value_of(2, i)), 0);
	}
	assert_int_equal(found, count);
	nexthop_table_remove(&table, 4711);
	assert_int_equal(put(NEXTHOPS_DAEMON, value_of(2, 4711)), 4711);
	assert_int_equal(put(NEXTHOPS_TOOL, value_of(2, 1)), NEXTHOPS_TOOL_FIRST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_identity, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_halves, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_neighbours, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_full, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
