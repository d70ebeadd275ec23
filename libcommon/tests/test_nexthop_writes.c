// SPDX-License-Identifier: GPL-2.0-only
/* In which order entries are written: a packet in between must find one whole way or the other. The kernel's
 * maps are played by this test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "nexthops_internal.h"

#define NEXTHOPS_MAP 1001
#define DEVICES_MAP 1002

static struct {
	struct flow_nexthop entry; /* the one entry, at any index */
	unsigned int writes, turns, waits, turned_since_wait;
	int refuse_after; /* writes that still succeed; negative: all do */
	bool device;
} kernel;

static void check_write(const struct flow_nexthop *value)
{
	const struct flow_nexthop *entry = &kernel.entry;

	kernel.writes++;
	if (value->current != entry->current) {
		/* Nothing else changes with it. */
		assert_memory_equal(value->way, entry->way, sizeof(value->way));
		kernel.turns++;
		kernel.turned_since_wait++;
		return;
	}
	assert_memory_equal(&value->way[entry->current], &entry->way[entry->current],
			    sizeof(value->way[0]));
	/* Somebody may still be reading what was current before. */
	assert_int_equal(kernel.turned_since_wait, 0);
	if (value->way[!value->current].state == FLOW_WAY_USABLE)
		assert_true(kernel.device);
}

/* In place of libbpf's. */
int bpf_map_update_elem(int fd, const void *key, const void *value, __u64 flags)
{
	(void)key;
	(void)flags;
	if (fd == DEVICES_MAP) {
		kernel.device = true;
		return 0;
	}
	if (fd != NEXTHOPS_MAP) {
		kernel.waits++;
		kernel.turned_since_wait = 0;
		return 0;
	}
	if (kernel.refuse_after == 0) {
		errno = EPERM;
		return -1;
	}
	kernel.refuse_after--;
	check_write(value);
	kernel.entry = *(const struct flow_nexthop *)value;
	return 0;
}

static struct nexthops nexthops;
static struct network_link *link0;

static int set_up(void **state)
{
	const struct network_link link = {
		.ifindex = 2, .ethernet = true, .running = true, .mtu = 1500
	};
	const struct flow_nexthop value = { .device = 2, .flags = FLOW_NEXTHOP_MAC };

	(void)state;
	memset(&kernel, 0, sizeof(kernel));
	kernel.refuse_after = -1;
	memset(&nexthops, 0, sizeof(nexthops));
	nexthops.role = NEXTHOPS_DAEMON;
	nexthops.turn = 1;
	nexthops.maps = (struct nexthop_maps){ NEXTHOPS_MAP, DEVICES_MAP, 1003, 1004 };
	assert_int_equal(nexthop_table_make(&nexthops.table), 0);
	nexthops.changed = calloc(FLOW_NEXTHOP_LIMIT, sizeof(*nexthops.changed));
	link0 = network_links_take(&nexthops.links, &link);
	nexthop_table_put(&nexthops.table, 8, &value);
	nexthops.table.entries[8].kept = true;
	nexthops.table.entries[8].answer.state = FLOW_WAY_USABLE;
	kernel.entry = value;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	network_links_free(&nexthops.links);
	nexthop_table_free(&nexthops.table);
	free(nexthops.changed);
	return 0;
}

static int settle(bool *ret_changed)
{
	*ret_changed = false;
	nexthop_mark_all(&nexthops);
	return nexthop_settle(&nexthops, ret_changed);
}

static void test_order(void **state)
{
	bool changed;

	(void)state;
	for (unsigned int i = 0; i < 20; i++) {
		nexthops.table.entries[8].answer.mac[5] = (uint8_t)i;
		link0->transmit = i % 3;
		assert_int_equal(settle(&changed), 0);
		assert_true(changed);
		assert_memory_equal(&kernel.entry, &nexthops.table.entries[8].value,
				    sizeof(kernel.entry));
		assert_int_equal(kernel.entry.way[kernel.entry.current].destination_mac[5], i);
		assert_int_equal(kernel.turns, i + 1);
	}
	/* Each after the first had to wait; what has not changed is not written. */
	assert_int_equal(kernel.waits, 19);
	assert_int_equal(settle(&changed), 0);
	assert_false(changed);
	assert_int_equal(kernel.writes, 40);
	/* One wait is enough for all that turned before it. */
	assert_int_equal(nexthop_maps_wait(&nexthops.maps), 0);
}

static void test_refused(void **state)
{
	bool changed;

	(void)state;
	for (int writes = 0; writes < 2; writes++) {
		struct flow_way before = kernel.entry.way[kernel.entry.current];
		const struct flow_way *current;

		nexthops.table.entries[8].answer.mac[5]++;
		kernel.refuse_after = writes;
		assert_int_equal(settle(&changed), -EPERM);
		current = &kernel.entry.way[kernel.entry.current];
		assert_memory_equal(current, &before, sizeof(before));
		/* It is tried again by itself. */
		kernel.refuse_after = -1;
		assert_int_equal(nexthop_settle(&nexthops, &changed), 0);
		current = &kernel.entry.way[kernel.entry.current];
		assert_int_equal(current->destination_mac[5], writes + 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_order, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_refused, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
