// SPDX-License-Identifier: GPL-2.0-only
#include "flow_tables.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/capability.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bypass_udp.h"
#include "capability.h"
#include "flow_faults.h"
#include "flow_lab.h"
#include "harness/scratch_bpffs.h"

#define STATIC FLOW_TABLE_STATIC
#define IPV4 FLOW_FAMILY_IPV4
#define IPV6 FLOW_FAMILY_IPV6
#define FAMILIES FLOW_FAMILY_COUNT

static const char *const pins[FAMILIES] = { "flows/" FLOW_STATIC_IPV4_PIN,
					    "flows/" FLOW_STATIC_IPV6_PIN };
static const char *const new_pins[FAMILIES] = { "flows/" FLOW_STATIC_NEW_IPV4_PIN,
						"flows/" FLOW_STATIC_NEW_IPV6_PIN };

static struct bpf_map_info map_info(int fd)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);

	assert_int_equal(bpf_obj_get_info_by_fd(fd, &info, &size), 0);
	return info;
}

static __u32 id_in_force(const struct flow_lab *lab, int family)
{
	__u32 index = STATIC, id;

	assert_int_equal(bpf_map_lookup_elem(lab->tables.tables[family], &index, &id), 0);
	return id;
}

struct ids {
	__u32 id[FAMILIES];
};

static struct ids ids_in_force(const struct flow_lab *lab)
{
	return (struct ids){ { id_in_force(lab, IPV4), id_in_force(lab, IPV6) } };
}

/* How many families' tables are others than these. */
static int changed(const struct flow_lab *lab, struct ids before)
{
	return (id_in_force(lab, IPV4) != before.id[IPV4]) +
	       (id_in_force(lab, IPV6) != before.id[IPV6]);
}

/* The pin, the open table and the one that packets meet are the same, and nothing else is left. */
static void assert_settled(const struct flow_lab *lab)
{
	for (int family = 0; family < FAMILIES; family++) {
		int fd = bpf_obj_get(scratch_path(pins[family]));

		assert_true(fd >= 0);
		assert_int_equal(map_info(fd).id, id_in_force(lab, family));
		assert_int_equal(map_info(lab->tables.table[family][STATIC]).id,
				 id_in_force(lab, family));
		close(fd);
		assert_int_not_equal(access(scratch_path(new_pins[family]), F_OK), 0);
	}
}

static int replace(struct flow_lab *lab, __u32 count, __u16 variant, struct problem *problem)
{
	struct flow_entry *entries = flow_lab_entries(count, variant);
	int err = flow_tables_replace(&lab->tables, entries, count, LAB_CAPACITY, problem);

	free(entries);
	return err;
}

static struct flow_value find(const struct flow_lab *lab, __u32 number)
{
	const struct flow_key key = hammer_key(number);
	struct flow_value value;

	assert_int_equal(flow_tables_find(&lab->tables, STATIC, &key, &value), 0);
	return value;
}

static void set_counts(const struct flow_lab *lab, __u32 number, __u64 packets)
{
	struct flow_edit edit = {
		.key = hammer_key(number),
		.table = STATIC,
		.what = FLOW_EDIT_COUNTS,
		.counts = { packets, 100 * packets, 77 },
		.first = 33,
	};

	assert_int_equal(flow_tables_edit(&lab->tables, &edit, 1, NULL), 0);
	assert_true(edit.found);
}

static size_t count_flows(const struct flow_lab *lab)
{
	struct flow_entry_list list;
	size_t count;

	assert_int_equal(flow_tables_read(&lab->tables, STATIC, &list, NULL), 0);
	count = list.count;
	flow_entry_list_free(&list);
	return count;
}

static void the_table_becomes_what_is_given(void **state)
{
	struct flow_lab *lab = *state;
	struct bpf_map_info before[FAMILIES] = { map_info(lab->tables.table[IPV4][STATIC]),
						 map_info(lab->tables.table[IPV6][STATIC]) };
	struct flow_entry entry = flow_lab_entry(9, 4);
	struct flow_value value;
	__u32 capacity;

	assert_int_equal(replace(lab, 20, 1, NULL), 0);
	assert_int_equal(count_flows(lab), 20);
	assert_int_equal(flow_tables_replace(&lab->tables, &entry, 1, 70000, NULL), 0);
	assert_int_equal(count_flows(lab), 1);
	value = find(lab, 9);
	assert_memory_equal(&value, &entry.value, sizeof(value));
	assert_int_equal(flow_tables_capacity(&lab->tables, STATIC, &capacity, NULL), 0);
	assert_int_equal(capacity, 70000);
	assert_settled(lab);
	for (int family = 0; family < FAMILIES; family++) {
		struct bpf_map_info after = map_info(lab->tables.table[family][STATIC]);

		assert_int_not_equal(after.id, before[family].id);
		assert_string_equal(after.name, before[family].name);
		assert_int_equal(after.max_entries, 70000);
		assert_int_equal(after.key_size, before[family].key_size);
		assert_int_equal(after.map_flags, before[family].map_flags);
		assert_true(after.btf_id);
		assert_int_equal(after.btf_key_type_id, before[family].btf_key_type_id);
		assert_int_equal(after.btf_value_type_id, before[family].btf_value_type_id);
	}
	assert_int_equal(flow_tables_replace(&lab->tables, NULL, 0, 1, NULL), 0);
	assert_int_equal(count_flows(lab), 0);
}

static void counts_of_the_same_action_are_kept(void **state)
{
	struct flow_lab *lab = *state;
	struct flow_entry *entries = flow_lab_entries(8, 1);
	struct flow_value value;

	assert_int_equal(replace(lab, 8, 1, NULL), 0);
	for (__u32 i = 0; i < 8; i++)
		set_counts(lab, i, 10 + i);
	entries[1].value.nexthop = 99;
	entries[2].value.epoch = 3;
	entries[3].value.flags |= FLOW_EXCLUDED;
	entries[4].value.destination_port = 2;
	entries[5].value.flags |= FLOW_KEEP_TTL;
	entries[6].value.in_vlan[1] = 7;
	entries[0].value.other_counts.packets =
		1000; /* as it was read: begins as zeros all the same */
	entries[0].value.home = 1;
	assert_int_equal(flow_tables_replace(&lab->tables, entries, 8, 8, NULL), 0);
	for (__u32 i = 0; i < 8; i++) {
		bool same = i < 4 || i == 7;

		value = find(lab, i);
		assert_int_equal(value.other_counts.packets, same ? 10 + i : 0);
		assert_int_equal(value.other_counts.bytes, same ? 100 * (10 + i) : 0);
		assert_int_equal(value.other_counts.last, same ? 77 : 0);
		assert_int_equal(value.first, same ? 33 : 0);
		assert_int_equal(value.home, 0);
		assert_int_equal(value.flags, entries[i].value.flags);
		assert_int_equal(value.nexthop, entries[i].value.nexthop);
	}
	assert_int_equal(flow_tables_replace(&lab->tables, entries, 8, 8, NULL), 0);
	assert_int_equal(find(lab, 7).other_counts.packets, 17);
	free(entries);
}

/* One with the table that failed must be gone. */
static void assert_unchanged(const struct flow_lab *lab, struct ids ids)
{
	assert_settled(lab);
	assert_int_equal(changed(lab, ids), 0);
	assert_int_equal(count_flows(lab), 5);
}

#define SECOND_WRITE 15 /* two tables, nine flows, two pins, two writes of the arrays */

static int replace_failing_at(struct flow_lab *lab, const struct flow_entry *entries,
			      unsigned int at, struct problem *problem)
{
	int err;

	flow_faults = (struct flow_faults){ CALL_CREATE | CALL_WRITE | CALL_PIN, .at = at,
					    .error = EPERM };
	problem->text[0] = '\0';
	err = flow_tables_replace(&lab->tables, entries, 9, 10, problem);
	flow_faults.at = 0;
	assert_int_equal(problem->text[0] != '\0', err != 0);
	return err;
}

static void what_cannot_be_leaves_the_table_alone(void **state)
{
	struct flow_lab *lab = *state;
	struct flow_entry *entries = flow_lab_entries(10, 2);
	struct flow_entry odd[2] = { flow_lab_entry(1, 1), flow_lab_entry(3, 1) };
	struct problem problem = { 0 };
	struct ids ids;

	assert_int_equal(replace(lab, 5, 1, NULL), 0);
	ids = ids_in_force(lab);
	entries[9] = entries[2];
	assert_int_equal(flow_tables_replace(&lab->tables, entries, 10, 10, &problem), -EEXIST);
	assert_string_equal(problem.text, "flow 2.0.0.0:256 > 1.0.0.0:512 is given twice");
	assert_unchanged(lab, ids);
	assert_int_equal(flow_tables_replace(&lab->tables, entries, 9, 4, &problem), -ENOSPC);
	assert_string_equal(problem.text,
			    "no room for 5 flows in the static IPv4 table: it holds 4");
	assert_unchanged(lab, ids);
	assert_int_equal(flow_tables_replace(&lab->tables, odd, 2, 1, &problem), -ENOSPC);
	assert_string_equal(problem.text,
			    "no room for 2 flows in the static IPv6 table: it holds 1");
	assert_unchanged(lab, ids);
	for (unsigned int at = 1; at < SECOND_WRITE; at++) {
		assert_int_equal(replace_failing_at(lab, entries, at, &problem), -EPERM);
		assert_unchanged(lab, ids);
	}
	assert_int_equal(replace_failing_at(lab, entries, SECOND_WRITE + 1, &problem), 0);
	assert_int_equal(count_flows(lab), 9);
	free(entries);
}

/* Packets have met the new IPv4 flows already. */
static void an_error_between_both_writes_is_made_good(void **state)
{
	struct flow_lab *lab = *state;
	struct flow_entry *entries = flow_lab_entries(9, 2);
	struct problem problem = { 0 };
	struct ids ids;

	assert_int_equal(replace(lab, 9, 2, NULL), 0);
	set_counts(lab, 2, 10);
	set_counts(lab, 3, 20);
	ids = ids_in_force(lab);
	assert_int_equal(replace_failing_at(lab, entries, SECOND_WRITE, &problem), -EPERM);
	assert_non_null(strstr(problem.text, "static IPv6 table"));
	assert_int_equal(changed(lab, ids), 1);
	assert_int_equal(flow_tables_settle(&lab->tables, NULL), 0);
	assert_int_equal(changed(lab, ids), 2);
	assert_settled(lab);
	assert_int_equal(count_flows(lab), 9);
	assert_int_equal(find(lab, 2).other_counts.packets, 10);
	assert_int_equal(find(lab, 3).other_counts.packets, 20);
	free(entries);
}

/* Once it is in force, an error is made good by the next. */
static void an_error_behind_the_change_loses_no_count(void **state)
{
	struct flow_lab *lab = *state;
	static const unsigned int calls[] = { CALL_READ, CALL_RUN, CALL_RENAME };

	for (__u32 i = 0; i < 6; i++) {
		assert_int_equal(replace(lab, 5, 1, NULL), 0);
		set_counts(lab, 2, 10);
		set_counts(lab, 3, 20);
		/* Of IPv4's tables, and of IPv6's. */
		flow_faults =
			(struct flow_faults){ calls[i % 3], .at = 1 + i / 3, .error = ENOMEM };
		assert_int_equal(replace(lab, 5, 1, NULL), -ENOMEM);
		flow_faults.at = 0;
		assert_int_equal(replace(lab, 5, 1, NULL), 0);
		assert_settled(lab);
		assert_int_equal(find(lab, 2).other_counts.packets, 10 * (i + 1));
		assert_int_equal(find(lab, 3).other_counts.packets, 20 * (i + 1));
	}
}

static void add_counts(const struct flow_lab *lab, struct hammer_hits *sums)
{
	for (__u32 i = 0; i < HAMMER_FLOWS; i++) {
		const struct flow_value value = find(lab, i);
		struct flow_counts counts = flow_counts_total(&value);

		sums[i].packets += counts.packets;
		sums[i].bytes += counts.bytes;
		assert_true(value.first && value.first <= counts.last);
	}
}

static void assert_exact(const struct flow_lab *lab, const struct hammer_hits *sums)
{
	for (__u32 i = 0; i < HAMMER_FLOWS; i++) {
		struct hammer_hits hits = flow_lab_hits(lab, i);

		assert_true(hits.packets > 0);
		assert_int_equal(sums[i].packets, hits.packets);
		assert_int_equal(sums[i].bytes, hits.bytes);
	}
}

static void counts_are_exact_while_packets_come(void **state)
{
	struct flow_lab *lab = *state;
	struct hammer_hits sums[HAMMER_FLOWS] = { 0 };

	assert_int_equal(replace(lab, HAMMER_FLOWS, 1, NULL), 0);
	flow_lab_start(lab, STATIC);
	for (unsigned int round = 0; round < flow_lab_quick(40); round++)
		assert_int_equal(replace(lab, HAMMER_FLOWS + round % 3, 1, NULL), 0);
	flow_lab_stop();
	add_counts(lab, sums);
	assert_exact(lab, sums);
}

static int replace_all(void *context)
{
	return replace(context, HAMMER_FLOWS + 1, 1, NULL);
}

static int settle(void *context)
{
	struct flow_lab *lab = context;

	return flow_tables_settle(&lab->tables, NULL);
}

/* Whoever opens the tables meanwhile has the one that packets meet. */
static void assert_opens_in_force(const struct flow_lab *lab)
{
	struct flow_tables tables;

	assert_int_equal(flow_tables_open(&tables, lab->tables.directory, BYPASS_EDIT, NULL), 0);
	for (int family = 0; family < FAMILIES; family++)
		assert_int_equal(map_info(tables.table[family][STATIC]).id,
				 id_in_force(lab, family));
	flow_tables_close(&tables);
}

/* Killed at every step, and the one that settles it at every step of its own. */
static void a_killed_replace_is_finished_or_undone(void **state)
{
	struct flow_lab *lab = *state;
	struct hammer_hits sums[HAMMER_FLOWS] = { 0 };
	unsigned int undone = 0, finished = 0, halves = 0;
	bool killed = true;
	struct ids ids;
	bool is_done;

	assert_int_equal(replace(lab, HAMMER_FLOWS, 1, NULL), 0);
	flow_lab_start(lab, STATIC);
	/* All flows are new tables' first writes: they are one step to whoever looks. */
	for (unsigned int at = HAMMER_FLOWS; killed; at++) {
		bool settler_killed = true;

		for (unsigned int settle_at = 1; settler_killed && killed; settle_at++) {
			assert_int_equal(replace(lab, HAMMER_FLOWS, 1, NULL), 0);
			ids = ids_in_force(lab);
			killed = flow_faults_killed(at, replace_all, lab);
			halves += changed(lab, ids) == 1;
			assert_opens_in_force(lab);
			settler_killed = flow_faults_killed(settle_at, settle, lab);
			assert_opens_in_force(lab);
			assert_int_equal(flow_tables_settle(&lab->tables, NULL), 0);
			assert_settled(lab);
			is_done = changed(lab, ids) == 2;
			assert_true(is_done || !changed(lab, ids));
			undone += !is_done;
			finished += is_done;
			assert_int_equal(count_flows(lab), HAMMER_FLOWS + is_done);
		}
	}
	flow_lab_stop();
	add_counts(lab, sums);
	assert_exact(lab, sums);
	assert_true(undone > 3);
	assert_true(halves > 3);
	assert_true(finished > 10);
}

/* The counts of a flow that had no packet in the new table before its old ones were added. */
static void a_quiet_flow_keeps_when_it_began(void **state)
{
	struct flow_lab *lab = *state;
	struct flow_value value, after;

	assert_int_equal(replace(lab, HAMMER_FLOWS, 1, NULL), 0);
	flow_lab_start(lab, STATIC);
	flow_lab_stop();
	for (int round = 0; round < 2; round++) {
		value = find(lab, 5);
		assert_int_equal(replace(lab, HAMMER_FLOWS, 1, NULL), 0);
		after = find(lab, 5);
		assert_int_equal(after.first, value.first);
		assert_int_equal(after.home, value.home);
		assert_int_equal(flow_counts_total(&after).last, flow_counts_total(&value).last);
		flow_lab_start(lab, STATIC);
		flow_lab_stop();
		assert_int_equal(find(lab, 5).first, value.first);
	}
}

static void a_table_without_btf_follows_one_without(void **state)
{
	struct flow_lab *lab = *state;
	struct bpf_map_info info;

	close(lab->tables.btf);
	lab->tables.btf = -1;
	/* Kernels up to 6.1 refuse it after one with BTF. */
	if (replace(lab, 3, 1, NULL) < 0)
		return;
	for (int family = 0; family < FAMILIES; family++) {
		info = map_info(lab->tables.table[family][STATIC]);
		assert_int_equal(info.btf_id, 0);
	}
	assert_int_equal(replace(lab, 4, 1, NULL), 0);
	assert_int_equal(count_flows(lab), 4);
}

static int everything(void *context)
{
	static const int needed[] = { CAP_BPF, CAP_NET_ADMIN };
	struct flow_lab *lab = context;
	struct flow_entry entries[2] = { flow_lab_entry(30, 1), flow_lab_entry(31, 1) }, last[2];
	const struct flow_key keys[2] = { entries[0].key, entries[1].key };
	struct flow_tables tables;
	int err = capability_keep_only(needed, 2, NULL);

	if (!err)
		err = flow_tables_open(&tables, lab->tables.directory, BYPASS_EDIT, NULL);
	if (!err)
		err = flow_tables_describe(&tables, lab->edit, NULL);
	if (!err)
		err = flow_tables_add(&tables, STATIC, entries, 2, NULL);
	if (!err)
		err = flow_tables_replace(&tables, entries, 2, 50, NULL);
	if (!err)
		err = flow_tables_remove(&tables, STATIC, keys, 2, last, NULL);
	return err ? err : flow_tables_settle(&tables, NULL);
}

static void two_capabilities_are_enough(void **state)
{
	struct flow_lab *lab = *state;

	assert_false(flow_faults_killed(0, everything, lab));
	assert_int_equal(flow_tables_refresh(&lab->tables, NULL), 0);
	assert_settled(lab);
}

#define LAB_TEST(name) cmocka_unit_test_setup_teardown(name, flow_lab_set_up, flow_lab_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(the_table_becomes_what_is_given),
		LAB_TEST(counts_of_the_same_action_are_kept),
		LAB_TEST(what_cannot_be_leaves_the_table_alone),
		LAB_TEST(an_error_between_both_writes_is_made_good),
		LAB_TEST(an_error_behind_the_change_loses_no_count),
		LAB_TEST(counts_are_exact_while_packets_come),
		LAB_TEST(a_killed_replace_is_finished_or_undone),
		LAB_TEST(a_quiet_flow_keeps_when_it_began),
		LAB_TEST(a_table_without_btf_follows_one_without),
		LAB_TEST(two_capabilities_are_enough),
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
