// SPDX-License-Identifier: GPL-2.0-only
/* Whoever is killed in here leaves FLOW_STATIC_NEW_PIN behind: a whole table. If packets meet it, the
 * replace is finished by whoever comes next, else it is undone. Steps: pin the new table, publish it, add
 * the counts of the old one (each flow's once: FLOW_CARRIED), rename the pin. */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "flow_rule.h"
#include "flow_tables.h"
#include "flow_tables_internal.h"

/* Of flags: what is no part of what becomes of a packet. */
#define STATE_FLAGS ((__u16)(FLOW_DEAD | FLOW_EXCLUDED | FLOW_CARRIED))

static bool same_action(const struct flow_value *one, const struct flow_value *other)
{
	return !((one->flags ^ other->flags) & (__u16)~STATE_FLAGS) && one->class == other->class &&
	       one->in_ifindex == other->in_ifindex &&
	       !memcmp(one->in_vlan, other->in_vlan, sizeof(one->in_vlan)) &&
	       !memcmp(one->source, other->source, sizeof(one->source)) &&
	       !memcmp(one->destination, other->destination, sizeof(one->destination)) &&
	       one->source_port == other->source_port &&
	       one->destination_port == other->destination_port;
}

static int make_table(const struct flow_tables *tables, __u32 max_entries, struct problem *problem)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_NO_PREALLOC);
	int fd;

	if (tables->btf >= 0) {
		options.btf_fd = (__u32)tables->btf;
		options.btf_key_type_id = tables->key_type;
		options.btf_value_type_id = tables->value_type;
	}
	fd = bpf_map_create(BPF_MAP_TYPE_HASH, FLOW_STATIC_PIN, sizeof(struct flow_key),
			    sizeof(struct flow_value), max_entries, &options);
	return fd < 0 ? problem_errno(problem, -errno, "cannot create a table of %u flows",
				      max_entries) :
			fd;
}

/* What a flow begins with in the new table: at home where its packets already come to. */
static struct flow_value beginning(const struct flow_tables *tables, const struct flow_entry *entry)
{
	struct flow_value value = entry->value, old;

	value.flags &= (__u16) ~(FLOW_DEAD | FLOW_CARRIED);
	value.gone = 0;
	value.home = 0;
	value.confirmed = 0;
	value.first = 0;
	value.home_counts = (struct flow_counts){ 0 };
	value.other_counts = (struct flow_counts){ 0 };
	if (!flow_tables_find(tables, FLOW_TABLE_STATIC, &entry->key, &old) && old.home &&
	    same_action(&value, &old)) {
		value.home = old.home;
		value.first = old.first;
	}
	return value;
}

static int fill(const struct flow_tables *tables, int fd, const struct flow_entry *entries,
		size_t count, struct problem *problem)
{
	char text[FLOW_KEY_TEXT_SIZE];

	for (size_t i = 0; i < count; i++) {
		struct flow_value value = beginning(tables, &entries[i]);

		if (!bpf_map_update_elem(fd, &entries[i].key, &value, BPF_NOEXIST))
			continue;
		flow_key_text(&entries[i].key, text);
		if (errno == EEXIST)
			return problem_set(problem, -EEXIST, "flow %s is given twice", text);
		return problem_errno(problem, -errno, "cannot add flow %s to the new table", text);
	}
	return 0;
}

/* The edit that adds an old flow's counts to its successor; false: there is none, or nothing to add. */
static bool edit_of_counts(const struct flow_entry *old, int new_table, struct flow_edit *ret_edit)
{
	struct flow_counts counts = flow_counts_total(&old->value);
	struct flow_value now;

	if (!counts.packets || bpf_map_lookup_elem(new_table, &old->key, &now) < 0 ||
	    (now.flags & FLOW_CARRIED) || !same_action(&old->value, &now))
		return false;
	*ret_edit = (struct flow_edit){
		.key = old->key,
		.table = FLOW_TABLE_STATIC,
		.what = FLOW_EDIT_COUNTS | FLOW_EDIT_FLAGS,
		.set_flags = FLOW_CARRIED,
		.counts = counts,
		.first = old->value.first,
	};
	return true;
}

static int carry_counts(const struct flow_tables *tables, int old_table, int new_table,
			struct problem *problem)
{
	CLEANUP_FREE struct flow_edit *edits = NULL;
	struct flow_entry_list old;
	size_t count = 0;
	int err = flow_map_read(old_table, false, &old, problem);

	if (err)
		return err;
	edits = calloc(old.count + 1, sizeof(*edits));
	for (size_t i = 0; i < old.count && edits; i++)
		count += edit_of_counts(&old.entry[i], new_table, &edits[count]);
	flow_entry_list_free(&old);
	if (!edits)
		return problem_errno(problem, -ENOMEM, "cannot carry the counts of flows over");
	return flow_tables_edit(tables, edits, count, problem);
}

/* `new_table` is in force, and no packet holds the old one any more. */
static int finish(struct flow_tables *tables, int new_table, struct problem *problem)
{
	CLEANUP_CLOSE int old_table = -1;
	char old_path[BPFFS_PATH_SIZE], new_path[BPFFS_PATH_SIZE];
	int err;

	bpffs_join(old_path, tables->directory, FLOW_STATIC_PIN);
	bpffs_join(new_path, tables->directory, FLOW_STATIC_NEW_PIN);
	old_table = bpffs_open(old_path);
	if (old_table < 0)
		err = problem_errno(problem, old_table, "cannot open %s", old_path);
	else
		err = carry_counts(tables, old_table, new_table, problem);
	if (!err)
		err = bpffs_rename(new_path, old_path, problem);
	return err ? err : flow_tables_refresh(tables, problem);
}

static int publish(struct flow_tables *tables, int new_table, struct problem *problem)
{
	char path[BPFFS_PATH_SIZE];
	__u32 index = FLOW_TABLE_STATIC;
	int err;

	bpffs_join(path, tables->directory, FLOW_STATIC_NEW_PIN);
	err = bpffs_pin(new_table, path, problem);
	if (err)
		return err;
	/* Returns when no packet holds an element of the old table any more. */
	if (bpf_map_update_elem(tables->tables, &index, &new_table, BPF_ANY) < 0) {
		err = problem_errno(problem, -errno,
				    "%s: the kernel does not take the new static table",
				    tables->directory);
		bpffs_unpin(path, NULL);
		return err;
	}
	return 0;
}

int flow_tables_replace(struct flow_tables *tables, const struct flow_entry *entries, size_t count,
			__u32 max_entries, struct problem *problem)
{
	CLEANUP_CLOSE int new_table = -1;
	int err = flow_tables_settle(tables, problem);

	if (err)
		return err;
	if (count > max_entries)
		return problem_set(problem, -ENOSPC,
				   "no room for %zu flows in the static table: it holds %u", count,
				   max_entries);
	new_table = make_table(tables, max_entries, problem);
	if (new_table < 0)
		return new_table;
	err = fill(tables, new_table, entries, count, problem);
	if (!err)
		err = publish(tables, new_table, problem);
	return err ? err : finish(tables, new_table, problem);
}

int flow_tables_settle(struct flow_tables *tables, struct problem *problem)
{
	CLEANUP_CLOSE int new_table = -1;
	char path[BPFFS_PATH_SIZE];
	__u32 in_force;
	int err;

	bpffs_join(path, tables->directory, FLOW_STATIC_NEW_PIN);
	new_table = bpffs_open(path);
	if (new_table == -ENOENT)
		return flow_tables_refresh(tables, problem);
	if (new_table < 0)
		return problem_errno(problem, new_table, "cannot open %s", path);
	err = flow_tables_static_id(tables, &in_force, problem);
	if (err)
		return err;
	if (flow_map_id(new_table) != in_force) {
		err = bpffs_unpin(path, problem);
		return err ? err : flow_tables_refresh(tables, problem);
	}
	err = flow_tables_wait(tables, problem);
	return err ? err : finish(tables, new_table, problem);
}
