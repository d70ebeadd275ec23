// SPDX-License-Identifier: GPL-2.0-only
/* Steps: fill and pin both families' new tables; publish them, two writes right after one another (each waits
 * for the packets under way); add the counts of the old ones (each flow's once: FLOW_CARRIED); rename the
 * pins. Whoever is killed in here leaves a static_new pin behind, a whole table. If packets meet any such
 * table, both were pinned: whoever comes next publishes the other and finishes. Else nothing was changed,
 * and it is undone. */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

/* libbpf makes a map without its name when the kernel once had no memory for a question about names; an
 * object that is tied to such a map calls its own by no name, too, and cannot find it any more. */
static bool is_nameless(int fd)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);

	return bpf_obj_get_info_by_fd(fd, &info, &size) < 0 || !*info.name;
}

static int make_table(const struct flow_tables *tables, enum flow_family family, __u32 max_entries,
		      struct problem *problem)
{
	const struct flow_family_shape *shape = &flow_families[family];
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_NO_PREALLOC);
	int fd;

	if (tables->btf >= 0) {
		options.btf_fd = (__u32)tables->btf;
		options.btf_key_type_id = tables->key_type[family];
		options.btf_value_type_id = tables->value_type;
	}
	fd = bpf_map_create(BPF_MAP_TYPE_HASH, shape->table[FLOW_TABLE_STATIC], shape->key_size,
			    sizeof(struct flow_value), max_entries, &options);
	if (fd < 0)
		return problem_errno(problem, -errno, "cannot create a table of %u flows",
				     max_entries);
	if (is_nameless(fd)) {
		close(fd);
		return problem_errno(problem, -EAGAIN, "cannot create a table of %u flows by name",
				     max_entries);
	}
	return fd;
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

static int fill(const struct flow_tables *tables, const int maps[FLOW_FAMILY_COUNT],
		const struct flow_entry *entries, size_t count, struct problem *problem)
{
	char text[FLOW_KEY_TEXT_SIZE];

	for (size_t i = 0; i < count; i++) {
		const struct flow_key *key = &entries[i].key;
		struct flow_value value = beginning(tables, &entries[i]);
		int err = flow_map_insert(maps[flow_family_of(key)], key, &value);

		if (!err)
			continue;
		flow_key_text(key, text);
		if (err == -EEXIST)
			return problem_set(problem, -EEXIST, "flow %s is given twice", text);
		return problem_errno(problem, err, "cannot add flow %s to the new table", text);
	}
	return 0;
}

/* The edit that adds an old flow's counts to its successor: 1. 0: there is none, or nothing to add. */
static int edit_of_counts(const struct flow_entry *old, const int maps[FLOW_FAMILY_COUNT],
			  struct flow_edit *ret_edit)
{
	struct flow_counts counts = flow_counts_total(&old->value);
	struct flow_value now;
	int err;

	if (!counts.packets)
		return 0;
	err = flow_map_lookup(maps[flow_family_of(&old->key)], &old->key, &now);
	if (err)
		return err == -ENOENT ? 0 : err;
	if ((now.flags & FLOW_CARRIED) || !same_action(&old->value, &now))
		return 0;
	*ret_edit = (struct flow_edit){
		.key = old->key,
		.table = FLOW_TABLE_STATIC,
		.what = FLOW_EDIT_COUNTS | FLOW_EDIT_FLAGS,
		.set_flags = FLOW_CARRIED,
		.counts = counts,
		.first = old->value.first,
	};
	return 1;
}

static int carry_counts(const struct flow_tables *tables, const int old_maps[FLOW_FAMILY_COUNT],
			const int new_maps[FLOW_FAMILY_COUNT], struct problem *problem)
{
	CLEANUP_FREE struct flow_edit *edits = NULL;
	struct flow_entry_list old;
	size_t count = 0;
	int err = flow_maps_read(old_maps, false, &old, problem);

	if (err)
		return err;
	edits = calloc(old.count + 1, sizeof(*edits));
	err = edits ? 0 : -ENOMEM;
	for (size_t i = 0; i < old.count && err >= 0; i++) {
		err = edit_of_counts(&old.entry[i], new_maps, &edits[count]);
		count += err > 0;
	}
	flow_entry_list_free(&old);
	if (err < 0)
		return problem_errno(problem, err, "cannot carry the counts of flows over");
	return flow_tables_edit(tables, edits, count, problem);
}

static void new_path(const struct flow_tables *tables, int family, char ret_path[BPFFS_PATH_SIZE])
{
	bpffs_join(ret_path, tables->directory, flow_families[family].static_new);
}

/* The new table of one family takes the old one's place; no packet holds the old one any more. */
static int finish_family(const struct flow_tables *tables, int family,
			 const int new_maps[FLOW_FAMILY_COUNT], struct problem *problem)
{
	int old_maps[FLOW_FAMILY_COUNT] = { -1, -1 }, err;
	char old[BPFFS_PATH_SIZE], new[BPFFS_PATH_SIZE];

	bpffs_join(old, tables->directory, flow_families[family].table[FLOW_TABLE_STATIC]);
	new_path(tables, family, new);
	old_maps[family] = bpffs_open(old);
	if (old_maps[family] < 0)
		return problem_errno(problem, old_maps[family], "cannot open %s", old);
	err = carry_counts(tables, old_maps, new_maps, problem);
	close(old_maps[family]);
	return err ? err : bpffs_rename(new, old, problem);
}

static int finish(struct flow_tables *tables, const int new_maps[FLOW_FAMILY_COUNT],
		  struct problem *problem)
{
	for (int family = 0; family < FLOW_FAMILY_COUNT; family++) {
		int err =
			new_maps[family] < 0 ? 0 : finish_family(tables, family, new_maps, problem);

		if (err)
			return err;
	}
	return flow_tables_refresh(tables, problem);
}

/* Each write returns when no packet holds an element of the old table any more. */
static int publish(const struct flow_tables *tables, const int new_maps[FLOW_FAMILY_COUNT],
		   struct problem *problem)
{
	__u32 index = FLOW_TABLE_STATIC;

	for (int family = 0; family < FLOW_FAMILY_COUNT; family++) {
		if (new_maps[family] >= 0 && bpf_map_update_elem(tables->tables[family], &index,
								 &new_maps[family], BPF_ANY) < 0)
			return problem_errno(problem, -errno,
					     "%s: the kernel does not take the new static %s table",
					     tables->directory, flow_families[family].name);
	}
	return 0;
}

/* Do packets meet one of the new tables? */
static int look(const struct flow_tables *tables, const int new_maps[FLOW_FAMILY_COUNT],
		bool *ret_met, struct problem *problem)
{
	*ret_met = false;
	for (int family = 0; family < FLOW_FAMILY_COUNT; family++) {
		__u32 id;
		int err = flow_tables_static_id(tables, (enum flow_family)family, &id, problem);

		if (err)
			return err;
		*ret_met |= new_maps[family] >= 0 && flow_map_id(new_maps[family]) == id;
	}
	return 0;
}

static int undo(const struct flow_tables *tables, struct problem *problem)
{
	char path[BPFFS_PATH_SIZE];
	int err = 0;

	for (int family = 0; family < FLOW_FAMILY_COUNT && !err; family++) {
		new_path(tables, family, path);
		err = bpffs_unpin(path, problem);
	}
	return err;
}

static int put_in_force(const struct flow_tables *tables, const int new_maps[FLOW_FAMILY_COUNT],
			struct problem *problem)
{
	char path[BPFFS_PATH_SIZE];
	bool met = false;
	int err = 0;

	for (int family = 0; family < FLOW_FAMILY_COUNT && !err; family++) {
		new_path(tables, family, path);
		err = bpffs_pin(new_maps[family], path, problem);
	}
	if (!err)
		err = publish(tables, new_maps, problem);
	if (err && !look(tables, new_maps, &met, NULL) && !met)
		(void)undo(tables, NULL);
	return met ? problem_prefix(problem, err,
				    "some of the new flows are in force, the next command completes "
				    "the change") :
		     err;
}

static int check_room(const struct flow_entry *entries, size_t count, __u32 max_entries,
		      struct problem *problem)
{
	size_t flows[FLOW_FAMILY_COUNT] = { 0 };

	for (size_t i = 0; i < count; i++)
		flows[flow_family_of(&entries[i].key)]++;
	for (int family = 0; family < FLOW_FAMILY_COUNT; family++) {
		if (flows[family] > max_entries)
			return problem_set(problem, -ENOSPC,
					   "no room for %zu flows in the static %s table: it holds "
					   "%u",
					   flows[family], flow_families[family].name, max_entries);
	}
	return 0;
}

static int replace(struct flow_tables *tables, int new_maps[FLOW_FAMILY_COUNT],
		   const struct flow_entry *entries, size_t count, __u32 max_entries,
		   struct problem *problem)
{
	int err = check_room(entries, count, max_entries, problem);

	if (err)
		return err;
	for (int family = 0; family < FLOW_FAMILY_COUNT; family++) {
		new_maps[family] =
			make_table(tables, (enum flow_family)family, max_entries, problem);
		if (new_maps[family] < 0)
			return new_maps[family];
	}
	err = fill(tables, new_maps, entries, count, problem);
	if (!err)
		err = put_in_force(tables, new_maps, problem);
	if (err)
		return err;
	err = finish(tables, new_maps, problem);
	return err ? problem_prefix(problem, err,
				    "the new flows are in force, the next command completes their "
				    "counts") :
		     0;
}

static void close_maps(const int maps[FLOW_FAMILY_COUNT])
{
	for (int family = 0; family < FLOW_FAMILY_COUNT; family++) {
		if (maps[family] >= 0)
			close(maps[family]);
	}
}

int flow_tables_replace(struct flow_tables *tables, const struct flow_entry *entries, size_t count,
			__u32 max_entries, struct problem *problem)
{
	int new_maps[FLOW_FAMILY_COUNT] = { -1, -1 };
	int err = flow_tables_settle(tables, problem);

	if (!err)
		err = replace(tables, new_maps, entries, count, max_entries, problem);
	close_maps(new_maps);
	return err;
}

/* -1: there is none. */
static int open_new(const struct flow_tables *tables, int ret_maps[FLOW_FAMILY_COUNT],
		    struct problem *problem)
{
	char path[BPFFS_PATH_SIZE];

	for (int family = 0; family < FLOW_FAMILY_COUNT; family++) {
		new_path(tables, family, path);
		ret_maps[family] = bpffs_open(path);
		if (ret_maps[family] < 0 && ret_maps[family] != -ENOENT)
			return problem_errno(problem, ret_maps[family], "cannot open %s", path);
	}
	return 0;
}

static int settle(struct flow_tables *tables, const int new_maps[FLOW_FAMILY_COUNT],
		  struct problem *problem)
{
	bool met;
	int err = look(tables, new_maps, &met, problem);

	if (!err)
		err = met ? publish(tables, new_maps, problem) : undo(tables, problem);
	if (err)
		return err;
	return met ? finish(tables, new_maps, problem) : flow_tables_refresh(tables, problem);
}

int flow_tables_settle(struct flow_tables *tables, struct problem *problem)
{
	int new_maps[FLOW_FAMILY_COUNT] = { -1, -1 };
	int err = open_new(tables, new_maps, problem);

	if (!err)
		err = settle(tables, new_maps, problem);
	close_maps(new_maps);
	return err;
}
