// SPDX-License-Identifier: GPL-2.0-only
#include "flow_tables.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bypass_udp.h"
#include "flow_faults.h"
#include "flow_lab.h"
#include "harness/scratch_bpffs.h"

#define LEARNED FLOW_TABLE_LEARNED

static size_t count_flows(const struct flow_lab *lab)
{
	struct flow_entry_list list;
	size_t count;

	assert_int_equal(flow_tables_read(&lab->tables, LEARNED, &list, NULL), 0);
	count = list.count;
	flow_entry_list_free(&list);
	return count;
}

static int add(const struct flow_lab *lab, __u32 first, __u32 count, struct problem *problem)
{
	struct flow_entry *entries = flow_lab_entries(first + count, 1);
	int err = flow_tables_add(&lab->tables, LEARNED, entries + first, count, problem);

	free(entries);
	return err;
}

static int set_flags(const struct flow_lab *lab, __u32 number, __u16 flags)
{
	struct flow_edit edit = {
		.key = hammer_key(number),
		.table = LEARNED,
		.what = FLOW_EDIT_FLAGS,
		.set_flags = flags,
	};

	assert_int_equal(flow_tables_edit(&lab->tables, &edit, 1, NULL), 0);
	return edit.found;
}

static bool is_there(const struct flow_lab *lab, __u32 number)
{
	const struct flow_key key = hammer_key(number);
	struct flow_value value;
	int err = flow_tables_find(&lab->tables, LEARNED, &key, &value);

	assert_true(!err || err == -ENOENT);
	return !err;
}

static void missing_pins_are_told(void **state)
{
	/* Each is missed before those above it. */
	static const struct {
		const char *pin;
		int err;
		const char *told;
	} pins[] = {
		{ "flows/" FLOW_LEARNED_IPV6_PIN, -ENOENT, "flows/" FLOW_LEARNED_IPV6_PIN },
		{ "flows/" FLOW_STATIC_IPV6_PIN, -ESTALE, "static IPv6 table in force" },
		{ "flows/" FLOW_TABLES_IPV6_PIN, -ENOENT, "flows/" FLOW_TABLES_IPV6_PIN },
		{ "flows/" FLOW_LEARNED_IPV4_PIN, -ENOENT, "flows/" FLOW_LEARNED_IPV4_PIN },
		{ "flows/" FLOW_STATIC_IPV4_PIN, -ESTALE, "static IPv4 table in force" },
		{ "flows/" FLOW_TABLES_IPV4_PIN, -ENOENT, "" },
	};
	const struct flow_lab *lab = *state;
	struct flow_tables tables;
	struct problem problem = { 0 };

	assert_int_equal(flow_tables_open(&tables, scratch_path("nowhere"), "edit", &problem),
			 -ENOENT);
	assert_string_equal(problem.text, "");
	assert_int_equal(flow_tables_open(&tables, lab->tables.directory, "edit", &problem),
			 -ENOENT);
	assert_non_null(strstr(problem.text, scratch_path("flows/edit")));
	for (size_t i = 0; i < sizeof(pins) / sizeof(*pins); i++) {
		assert_int_equal(unlink(scratch_path(pins[i].pin)), 0);
		problem.text[0] = '\0';
		assert_int_equal(flow_tables_open(&tables, lab->tables.directory, BYPASS_EDIT,
						  &problem),
				 pins[i].err);
		assert_non_null(strstr(problem.text, pins[i].told));
	}
	assert_string_equal(problem.text, "");
}

static void what_is_added_is_found(void **state)
{
	const struct flow_lab *lab = *state;
	struct flow_entry entry = flow_lab_entry(70, 5);
	struct flow_value value;
	__u32 capacity;

	assert_int_equal(add(lab, 0, 70, NULL), 0);
	assert_int_equal(flow_tables_add(&lab->tables, LEARNED, &entry, 1, NULL), 0);
	assert_int_equal(flow_tables_add(&lab->tables, LEARNED, NULL, 0, NULL), 0);
	assert_int_equal(count_flows(lab), 71);
	assert_int_equal(flow_tables_find(&lab->tables, LEARNED, &entry.key, &value), 0);
	assert_memory_equal(&value, &entry.value, sizeof(value));
	assert_int_equal(flow_tables_find(&lab->tables, FLOW_TABLE_STATIC, &entry.key, &value),
			 -ENOENT);
	assert_int_equal(flow_tables_capacity(&lab->tables, LEARNED, &capacity, NULL), 0);
	assert_int_equal(capacity, LAB_CAPACITY);
}

/* Keys that differ in their family alone. */
static void families_are_kept_apart(void **state)
{
	const struct flow_lab *lab = *state;
	struct flow_entry ipv4 = flow_lab_entry(2, 5), ipv6 = flow_lab_entry(2, 6), last;
	struct flow_value value;

	ipv6.key.family = FLOW_IPV6;
	assert_int_equal(flow_tables_add(&lab->tables, LEARNED, &ipv4, 1, NULL), 0);
	assert_int_equal(flow_tables_find(&lab->tables, LEARNED, &ipv6.key, &value), -ENOENT);
	assert_int_equal(flow_tables_add(&lab->tables, LEARNED, &ipv6, 1, NULL), 0);
	assert_int_equal(flow_tables_find(&lab->tables, LEARNED, &ipv4.key, &value), 0);
	assert_int_equal(value.destination_port, 5);
	assert_int_equal(count_flows(lab), 2);
	assert_int_equal(flow_tables_remove(&lab->tables, LEARNED, &ipv4.key, 1, &last, NULL), 0);
	assert_int_equal(last.value.destination_port, 5);
	assert_int_equal(flow_tables_find(&lab->tables, LEARNED, &ipv4.key, &value), -ENOENT);
	assert_int_equal(flow_tables_find(&lab->tables, LEARNED, &ipv6.key, &value), 0);
	/* All words of an IPv6 address count. */
	ipv6.key.source[3] = 1;
	assert_int_equal(flow_tables_find(&lab->tables, LEARNED, &ipv6.key, &value), -ENOENT);
}

static void a_flow_that_is_there_stops_all(void **state)
{
	struct flow_lab *lab = *state;
	struct problem problem = { 0 };

	assert_int_equal(add(lab, 39, 1, NULL), 0);
	flow_lab_start(lab, LEARNED);
	assert_int_equal(add(lab, 0, 40, &problem), -EEXIST);
	flow_lab_stop();
	for (__u32 number = 0; number < 39; number++)
		assert_int_equal(flow_lab_hits(lab, number).packets, 0);
	assert_string_equal(problem.text, "flow [2700::]:256 > [100::]:512 is already in the "
					  "learned table");
	assert_int_equal(count_flows(lab), 1);
}

static void assert_no_hits(const struct flow_lab *lab)
{
	for (__u32 number = 0; number < HAMMER_FLOWS; number++)
		assert_int_equal(flow_lab_hits(lab, number).packets, 0);
}

static void a_flow_given_twice_stops_all(void **state)
{
	struct flow_lab *lab = *state;
	struct flow_entry *entries = flow_lab_entries(64, 1);
	struct problem problem = { 0 };

	entries[63] = entries[3];
	flow_lab_start(lab, LEARNED);
	assert_int_equal(flow_tables_add(&lab->tables, LEARNED, entries, 64, &problem), -EEXIST);
	flow_lab_stop();
	assert_string_equal(problem.text, "flow [300::]:256 > [100::]:512 is given twice for "
					  "the learned table");
	assert_int_equal(count_flows(lab), 0);
	assert_no_hits(lab);
	free(entries);
}

static void a_full_table_refuses_all_with_both_numbers(void **state)
{
	struct flow_lab *lab = *state;
	const struct flow_key odd = hammer_key(1), even = hammer_key(0);
	const struct flow_key_ipv4 narrow = flow_key_narrow(&even);
	struct problem problem = { 0 };
	struct flow_value value;

	assert_int_equal(add(lab, 200, LAB_FLOWS - 100, NULL), 0);
	flow_lab_start(lab, LEARNED);
	assert_int_equal(add(lab, 0, 102, &problem), -ENOSPC);
	assert_string_equal(
		problem.text,
		"the learned IPv4 table is full: room for 256 flows, 206 in it, 51 to be added");
	assert_int_equal(add(lab, 1, 102, &problem), -ENOSPC);
	assert_string_equal(
		problem.text,
		"the learned IPv6 table is full: room for 256 flows, 206 in it, 51 to be added");
	flow_lab_stop();
	assert_int_equal(count_flows(lab), LAB_FLOWS - 100);
	/* Nor is one left there dead. */
	assert_true(bpf_map_lookup_elem(lab->tables.table[FLOW_FAMILY_IPV4][LEARNED], &narrow,
					&value) < 0);
	assert_true(bpf_map_lookup_elem(lab->tables.table[FLOW_FAMILY_IPV6][LEARNED], &odd,
					&value) < 0);
	assert_no_hits(lab);
	assert_int_equal(add(lab, 0, 100, NULL), 0);
	assert_int_equal(add(lab, 100, 1, &problem), -ENOSPC);
	assert_string_equal(
		problem.text,
		"the learned IPv4 table is full: room for 256 flows, 256 in it, 1 to be added");
	assert_int_equal(count_flows(lab), LAB_FLOWS);
}

/* A killed process leaves flows marked dead. */
static void dead_flows_are_not_there(void **state)
{
	const struct flow_lab *lab = *state;
	const struct flow_key key = hammer_key(1);
	struct problem problem = { 0 };

	assert_int_equal(add(lab, 0, LAB_FLOWS, NULL), 0);
	assert_true(set_flags(lab, 1, FLOW_DEAD));
	assert_true(set_flags(lab, 2, FLOW_DEAD));
	assert_false(is_there(lab, 1));
	assert_int_equal(count_flows(lab), LAB_FLOWS - 2);
	assert_int_equal(flow_tables_remove(&lab->tables, LEARNED, &key, 1, NULL, &problem),
			 -ENOENT);
	assert_string_equal(problem.text, "flow [100::]:256 > [100::]:512 is not in the "
					  "learned table");
	assert_int_equal(add(lab, 1, 1, NULL), 0);
	assert_true(is_there(lab, 1));
	assert_int_equal(add(lab, LAB_FLOWS, 1, NULL), 0); /* in place of flow 2 */
	assert_true(set_flags(lab, 3, FLOW_DEAD));
	assert_int_equal(add(lab, LAB_FLOWS + 1, 1, NULL), 0); /* full, but for a dead one */
	assert_int_equal(count_flows(lab), LAB_FLOWS);
}

struct change {
	const struct flow_lab *lab;
	__u32 first;
	__u32 count;
};

static int add_some(void *context)
{
	const struct change *change = context;

	return add(change->lab, change->first, change->count, NULL);
}

static int remove_some(void *context)
{
	const struct change *change = context;
	struct flow_key keys[64];

	for (__u32 i = 0; i < change->count; i++)
		keys[i] = hammer_key(change->first + i);
	return flow_tables_remove(&change->lab->tables, LEARNED, keys, change->count, NULL, NULL);
}

/* Of up to 32 flows all are added, or none; the next add is not in the way of what is left. */
static void a_killed_add_adds_all_or_none(void **state)
{
	struct flow_lab *lab = *state;
	struct change change = { lab, 0, 20 };
	bool killed = true;

	for (unsigned int at = 1; killed; at++) {
		killed = flow_faults_killed(at, add_some, &change);
		assert_int_equal(count_flows(lab), killed ? 0 : 20);
	}
	assert_int_equal(remove_some(&change), 0);
	assert_true(flow_faults_killed(10, add_some, &change));
	assert_int_equal(add_some(&change), 0);
}

static void a_killed_remove_removes_all_or_none(void **state)
{
	struct flow_lab *lab = *state;
	struct change change = { lab, 0, 20 };
	unsigned int none = 0, all = 0;
	bool killed = true;

	for (unsigned int at = 1; killed; at++) {
		assert_int_equal(add_some(&change), 0);
		killed = flow_faults_killed(at, remove_some, &change);
		none += count_flows(lab) == 20;
		all += count_flows(lab) == 0;
		if (count_flows(lab) == 20)
			assert_int_equal(remove_some(&change), 0);
	}
	assert_int_equal(none, 1);
	assert_int_equal(all, 1 + 20 + 1); /* before the wait, before each delete, unharmed */
	assert_int_equal(add_some(&change), 0);
}

static void what_is_not_there_stops_a_remove(void **state)
{
	const struct flow_lab *lab = *state;
	struct change change = { lab, 0, 33 };

	assert_int_equal(add(lab, 0, 32, NULL), 0);
	assert_int_equal(remove_some(&change), -ENOENT);
	assert_int_equal(count_flows(lab), 32);
	assert_true(is_there(lab, 0));
}

static void failures_change_nothing(void **state)
{
	struct flow_lab *lab = *state;
	struct change change = { lab, 0, 40 };
	struct problem problem = { 0 };

	for (unsigned int at = 1; at <= 2; at++) {
		flow_faults =
			(struct flow_faults){ CALL_RUN, .at = at, .more = 1, .error = ENOMEM };
		assert_int_equal(add(lab, 0, 40, &problem), -ENOMEM);
		flow_faults.at = 0;
		assert_non_null(strstr(problem.text, "cannot change flows in place: -ENOMEM"));
		assert_int_equal(count_flows(lab), 0);
		assert_int_equal(add_some(&change), 0);
		flow_faults = (struct flow_faults){ CALL_RUN, .at = at, .error = ENOMEM };
		assert_int_equal(remove_some(&change), -ENOMEM);
		flow_faults.at = 0;
		assert_int_equal(count_flows(lab), 40);
		assert_int_equal(remove_some(&change), 0);
	}
	flow_faults = (struct flow_faults){ CALL_WRITE, .at = 3, .error = ENOMEM };
	assert_int_equal(add(lab, 0, 40, &problem), -ENOMEM);
	flow_faults.at = 0;
	assert_non_null(strstr(problem.text, "flow 2.0.0.0:256 > 1.0.0.0:512 cannot be added "
					     "to the learned table: -ENOMEM"));
	assert_int_equal(count_flows(lab), 0);
}

/* Whoever has the static table open that another process has replaced. */
static void an_old_static_table_is_not_written(void **state)
{
	struct flow_lab *lab = *state;
	struct flow_entry entries[2] = { flow_lab_entry(1, 1), flow_lab_entry(2, 1) };
	struct flow_tables late;
	struct flow_value value;
	struct problem problem = { 0 };

	assert_int_equal(flow_tables_open(&late, lab->tables.directory, BYPASS_EDIT, NULL), 0);
	assert_int_equal(flow_tables_replace(&lab->tables, entries, 1, 10, NULL), 0);
	assert_int_equal(flow_tables_add(&late, FLOW_TABLE_STATIC, entries + 1, 1, &problem),
			 -ESTALE);
	assert_non_null(strstr(problem.text, "try again"));
	assert_int_equal(flow_tables_refresh(&late, NULL), 0);
	assert_int_equal(flow_tables_add(&late, FLOW_TABLE_STATIC, entries + 1, 1, NULL), 0);
	assert_int_equal(flow_tables_find(&lab->tables, FLOW_TABLE_STATIC, &entries[1].key, &value),
			 0);
	flow_tables_close(&late);
}

static void edits_change_flows_in_place(void **state)
{
	const struct flow_lab *lab = *state;
	struct flow_edit edits[70] = { 0 };
	struct flow_value value;

	assert_int_equal(add(lab, 0, 69, NULL), 0);
	for (__u32 i = 0; i < 70; i++)
		edits[i] = (struct flow_edit){
			.key = hammer_key(i),
			.table = LEARNED,
			.what = FLOW_EDIT_NEXTHOP | FLOW_EDIT_FLAGS | FLOW_EDIT_EPOCH |
				FLOW_EDIT_COUNTS,
			.set_flags = FLOW_REPLY,
			.clear_flags = FLOW_ANY_TAGS,
			.nexthop = 100 + i,
			.epoch = 7,
			.counts = { i, 2 * i, 3 * i },
			.first = 9,
		};
	assert_int_equal(flow_tables_edit(&lab->tables, edits, 70, NULL), 0);
	for (__u32 i = 0; i < 70; i++) {
		assert_int_equal(edits[i].found, i < 69);
		if (!edits[i].found)
			continue;
		assert_int_equal(flow_tables_find(&lab->tables, LEARNED, &edits[i].key, &value), 0);
		assert_int_equal(value.nexthop, 100 + i);
		assert_int_equal(value.flags, FLOW_NAT | FLOW_REPLY);
		assert_int_equal(value.epoch, 7);
		assert_int_equal(value.other_counts.packets, i);
		assert_int_equal(value.other_counts.bytes, 2 * i);
		assert_int_equal(value.other_counts.last, 3 * i);
		assert_int_equal(value.first, 9);
	}
}

/* As kernels before 5.13 do it: the program has run, and a signal costs the answer. */
static void a_signal_adds_no_counts_twice(void **state)
{
	const struct flow_lab *lab = *state;
	struct flow_edit edits[2] = { 0 };
	struct flow_value value;

	assert_int_equal(add(lab, 0, 1, NULL), 0);
	for (__u32 i = 0; i < 2; i++)
		edits[i] = (struct flow_edit){
			.key = hammer_key(i),
			.table = LEARNED,
			.what = FLOW_EDIT_COUNTS,
			.counts = { 5, 500, 1 },
		};
	flow_faults =
		(struct flow_faults){ CALL_RUN, .at = 1, .more = 1, .error = EINTR, .after = true };
	assert_int_equal(flow_tables_edit(&lab->tables, edits, 2, NULL), 0);
	flow_faults.at = 0;
	assert_int_equal(flow_faults.counted, 3);
	assert_int_equal(edits[0].found, 1);
	assert_int_equal(edits[1].found, 0);
	assert_int_equal(edits[0].what, FLOW_EDIT_COUNTS);
	assert_int_equal(flow_tables_find(&lab->tables, LEARNED, &edits[0].key, &value), 0);
	assert_int_equal(value.other_counts.packets, 5);
	assert_int_equal(value.other_counts.bytes, 500);
}

/* A table of its own in place of the static one, and batches that do not hold a bucket at first. */
static void all_of_many_flows_are_read_once(void **state)
{
	const __u32 many = flow_lab_quick(100000);
	struct flow_lab *lab = *state;
	struct flow_entry *entries = flow_lab_entries(many, 1);
	struct flow_entry_list list;
	struct problem problem = { 0 };
	unsigned char *seen = calloc(many, 1);

	assert_non_null(seen);
	assert_int_equal(flow_tables_replace(&lab->tables, entries, many, many, NULL), 0);
	flow_faults = (struct flow_faults){ CALL_READ, .at = 3, .more = 2, .error = ENOSPC };
	assert_int_equal(flow_tables_read(&lab->tables, FLOW_TABLE_STATIC, &list, NULL), 0);
	flow_faults.at = 0;
	assert_int_equal(list.count, many);
	for (size_t i = 0; i < many; i++) {
		__u32 number = list.entry[i].key.source[0];

		assert_true(number < many);
		assert_false(seen[number]++);
		assert_memory_equal(&list.entry[i], &entries[number], sizeof(*entries));
	}
	flow_entry_list_free(&list);
	flow_faults = (struct flow_faults){ CALL_READ, .at = 3, .error = EPERM };
	assert_int_equal(flow_tables_read(&lab->tables, FLOW_TABLE_STATIC, &list, &problem),
			 -EPERM);
	flow_faults.at = 0;
	assert_non_null(strstr(problem.text, lab->tables.directory));
	free(seen);
	free(entries);
}

static void add_counts(struct hammer_hits *sums, const struct flow_entry *entries, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct flow_counts counts = flow_counts_total(&entries[i].value);
		struct hammer_hits *sum = &sums[entries[i].key.source[0]];

		sum->packets += counts.packets;
		sum->bytes += counts.bytes;
		if (counts.packets)
			assert_true(entries[i].value.first &&
				    entries[i].value.first <= counts.last);
	}
}

/* The final values of removed flows hold every packet, on two CPUs. */
static void removed_flows_are_counted_exactly(void **state)
{
	struct flow_lab *lab = *state;
	struct hammer_hits sums[HAMMER_FLOWS] = { 0 };
	struct flow_entry last[HAMMER_FLOWS];
	struct flow_key keys[HAMMER_FLOWS];

	for (__u32 i = 0; i < HAMMER_FLOWS; i++)
		keys[i] = hammer_key(i);
	flow_lab_start(lab, LEARNED);
	for (unsigned int round = 0; round < flow_lab_quick(25); round++) {
		assert_int_equal(add(lab, 0, HAMMER_FLOWS, NULL), 0);
		flow_lab_pass();
		assert_int_equal(flow_tables_remove(&lab->tables, LEARNED, keys, HAMMER_FLOWS, last,
						    NULL),
				 0);
		add_counts(sums, last, HAMMER_FLOWS);
	}
	flow_lab_stop();
	for (__u32 i = 0; i < HAMMER_FLOWS; i++) {
		struct hammer_hits hits = flow_lab_hits(lab, i);

		assert_true(hits.packets > 0);
		assert_int_equal(sums[i].packets, hits.packets);
		assert_int_equal(sums[i].bytes, hits.bytes);
	}
}

#define LAB_TEST(name) cmocka_unit_test_setup_teardown(name, flow_lab_set_up, flow_lab_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(missing_pins_are_told),
		LAB_TEST(what_is_added_is_found),
		LAB_TEST(families_are_kept_apart),
		LAB_TEST(a_flow_that_is_there_stops_all),
		LAB_TEST(a_flow_given_twice_stops_all),
		LAB_TEST(a_full_table_refuses_all_with_both_numbers),
		LAB_TEST(dead_flows_are_not_there),
		LAB_TEST(a_killed_add_adds_all_or_none),
		LAB_TEST(a_killed_remove_removes_all_or_none),
		LAB_TEST(what_is_not_there_stops_a_remove),
		LAB_TEST(failures_change_nothing),
		LAB_TEST(an_old_static_table_is_not_written),
		LAB_TEST(edits_change_flows_in_place),
		LAB_TEST(a_signal_adds_no_counts_twice),
		LAB_TEST(all_of_many_flows_are_read_once),
		LAB_TEST(removed_flows_are_counted_exactly),
	};
	const char *reason = scratch_bpffs_enter();
	int failed;

	if (reason) {
		printf("SKIP: %s\n", reason);
		return SCRATCH_SKIP;
	}
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	scratch_bpffs_leave();
	return failed;
}
