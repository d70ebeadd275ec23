// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>

#include "cleanup.h"
#include "flow_rule.h"
#include "flow_tables.h"
#include "flow_tables_internal.h"

static int tell(const struct flow_key *key, const char *is, enum flow_table table, int err,
		struct problem *problem)
{
	char text[FLOW_KEY_TEXT_SIZE];

	return problem_set(problem, err, "flow %s is %s the %s table", flow_key_text(key, text), is,
			   flow_table_names[table]);
}

static int tell_errno(const struct flow_key *key, const char *what, enum flow_table table, int err,
		      struct problem *problem)
{
	char text[FLOW_KEY_TEXT_SIZE];

	return problem_errno(problem, err, "flow %s cannot be %s the %s table",
			     flow_key_text(key, text), what, flow_table_names[table]);
}

static struct flow_edit edit_of_flags(const struct flow_key *key, enum flow_table table,
				      __u16 set_flags, __u16 clear_flags)
{
	return (struct flow_edit){
		.key = *key,
		.table = table,
		.what = FLOW_EDIT_FLAGS,
		.set_flags = set_flags,
		.clear_flags = clear_flags,
	};
}

/* Each of them must be there. */
static int edit_all(const struct flow_tables *tables, struct flow_edit *edits, size_t count,
		    struct problem *problem)
{
	int err = flow_tables_edit(tables, edits, count, problem);

	for (size_t i = 0; i < count && !err; i++)
		if (!edits[i].found)
			err = problem_set(
				problem, -ESTALE,
				"%s: another process has replaced the static table; try again",
				tables->directory);
	return err;
}

/* Deletes flows that are dead for every packet that begins from now on. */
static int drop_dead(const struct flow_tables *tables, enum flow_table table,
		     const struct flow_edit *edits, size_t count, struct flow_entry *ret_last,
		     struct problem *problem)
{
	int err = flow_tables_wait(tables, problem);

	for (size_t i = 0; i < count && !err && ret_last; i++) {
		ret_last[i].key = edits[i].key;
		err = flow_map_lookup(flow_map_of(tables, table, &edits[i].key), &edits[i].key,
				      &ret_last[i].value);
		if (err)
			tell_errno(&edits[i].key, "read from", table, err, problem);
		ret_last[i].value.flags &= (__u16)~FLOW_DEAD;
	}
	for (size_t i = 0; i < count && !err; i++) {
		err = flow_map_delete(flow_map_of(tables, table, &edits[i].key), &edits[i].key);
		if (err == -ENOENT) /* a key may be in the list twice */
			err = 0;
		else if (err)
			tell_errno(&edits[i].key, "removed from", table, err, problem);
	}
	return err;
}

/* Deletes what killed processes left: flows marked dead. */
static int sweep(const struct flow_tables *tables, enum flow_table table, struct problem *problem)
{
	CLEANUP_FREE struct flow_edit *edits = NULL;
	struct flow_entry_list dead;
	int err = flow_table_read(tables, table, true, &dead, problem);

	if (err)
		return err;
	edits = calloc(dead.count + 1, sizeof(*edits));
	for (size_t i = 0; i < dead.count && edits; i++)
		edits[i] = edit_of_flags(&dead.entry[i].key, table, FLOW_DEAD, 0);
	if (!edits)
		err = problem_errno(problem, -ENOMEM, "cannot remove flows");
	else if (dead.count)
		err = drop_dead(tables, table, edits, dead.count, NULL, problem);
	flow_entry_list_free(&dead);
	return err;
}

/* -EEXIST, told, if one of the flows is there. */
static int check_absent(const struct flow_tables *tables, enum flow_table table,
			const struct flow_entry *entries, size_t count, bool *ret_dead,
			struct problem *problem)
{
	struct flow_value value;

	*ret_dead = false;
	for (size_t i = 0; i < count; i++) {
		const struct flow_key *key = &entries[i].key;
		int err = flow_map_lookup(flow_map_of(tables, table, key), key, &value);

		if (err == -ENOENT)
			continue;
		if (err)
			return tell_errno(key, "looked for in", table, err, problem);
		if (!(value.flags & FLOW_DEAD))
			return tell(key, "already in", table, -EEXIST, problem);
		*ret_dead = true;
	}
	return 0;
}

/* Inserts all flows dead, or none: packets cannot have used what is undone. -E2BIG is not told. */
static int insert_dead(const struct flow_tables *tables, enum flow_table table,
		       const struct flow_entry *entries, struct flow_edit *edits, size_t count,
		       size_t *ret_inserted, struct problem *problem)
{
	size_t i;
	int err = 0;

	for (i = 0; i < count; i++) {
		const struct flow_key *key = &entries[i].key;
		struct flow_value value = entries[i].value;

		value.flags |= FLOW_DEAD;
		err = flow_map_insert(flow_map_of(tables, table, key), key, &value);
		if (err)
			break;
		edits[i] = edit_of_flags(key, table, 0, FLOW_DEAD);
	}
	*ret_inserted = i;
	if (!err)
		return 0;
	if (err == -EEXIST)
		tell(&entries[i].key, "given twice for", table, err, problem);
	else if (err != -E2BIG)
		tell_errno(&entries[i].key, "added to", table, err, problem);
	if (i)
		drop_dead(tables, table, edits, i, NULL, NULL);
	return err;
}

static size_t count_family(const struct flow_entry *entries, size_t count, enum flow_family family)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++)
		found += flow_family_of(&entries[i].key) == family;
	return found;
}

/* The first `fitting` of the flows have found room. */
static int tell_full(const struct flow_tables *tables, enum flow_table table,
		     const struct flow_entry *entries, size_t count, size_t fitting,
		     struct problem *problem)
{
	enum flow_family family = flow_family_of(&entries[fitting].key);
	__u32 capacity;
	int err = flow_tables_capacity(tables, table, &capacity, problem);

	if (err)
		return err;
	return problem_set(problem, -ENOSPC,
			   "the %s %s table is full: room for %u flows, %zu in it, %zu to be added",
			   flow_table_names[table], flow_families[family].name, capacity,
			   capacity - count_family(entries, fitting, family),
			   count_family(entries, count, family));
}

/* -E2BIG is not told. */
static int insert_after_sweep(const struct flow_tables *tables, enum flow_table table,
			      const struct flow_entry *entries, struct flow_edit *edits,
			      size_t count, size_t *ret_inserted, struct problem *problem)
{
	int err = sweep(tables, table, problem);

	if (err)
		return err;
	return insert_dead(tables, table, entries, edits, count, ret_inserted, problem);
}

static int add_all(const struct flow_tables *tables, enum flow_table table,
		   const struct flow_entry *entries, struct flow_edit *edits, size_t count,
		   struct problem *problem)
{
	size_t inserted = 0;
	bool dead;
	int err = check_absent(tables, table, entries, count, &dead, problem);

	if (err)
		return err;
	if (!dead)
		err = insert_dead(tables, table, entries, edits, count, &inserted, problem);
	if (dead || err == -E2BIG)
		err = insert_after_sweep(tables, table, entries, edits, count, &inserted, problem);
	if (err == -E2BIG)
		return tell_full(tables, table, entries, count, inserted, problem);
	if (err)
		return err;
	err = edit_all(tables, edits, count, problem);
	/* Some may live already, and a program that fails will not mark them. */
	if (err)
		drop_dead(tables, table, edits, count, NULL, NULL);
	return err;
}

int flow_tables_add(const struct flow_tables *tables, enum flow_table table,
		    const struct flow_entry *entries, size_t count, struct problem *problem)
{
	CLEANUP_FREE struct flow_edit *edits = calloc(count + 1, sizeof(*edits));

	if (!edits)
		return problem_errno(problem, -ENOMEM, "cannot add %zu flows", count);
	return add_all(tables, table, entries, edits, count, problem);
}

/* Marks the flows dead, all or none. -ENOENT is told. */
static int mark_dead(const struct flow_tables *tables, enum flow_table table,
		     struct flow_edit *edits, size_t count, struct problem *problem)
{
	struct flow_value value;
	int err;

	for (size_t i = 0; i < count; i++) {
		err = flow_tables_find(tables, table, &edits[i].key, &value);
		if (err == -ENOENT)
			return tell(&edits[i].key, "not in", table, err, problem);
		if (err)
			return tell_errno(&edits[i].key, "looked for in", table, err, problem);
	}
	err = edit_all(tables, edits, count, problem);
	if (!err)
		return 0;
	for (size_t i = 0; i < count; i++)
		edits[i] = edit_of_flags(&edits[i].key, table, 0, FLOW_DEAD);
	flow_tables_edit(tables, edits, count, NULL);
	return err;
}

int flow_tables_remove(const struct flow_tables *tables, enum flow_table table,
		       const struct flow_key *keys, size_t count, struct flow_entry *ret_last,
		       struct problem *problem)
{
	CLEANUP_FREE struct flow_edit *edits = calloc(count + 1, sizeof(*edits));
	int err;

	if (!edits)
		return problem_errno(problem, -ENOMEM, "cannot remove %zu flows", count);
	for (size_t i = 0; i < count; i++)
		edits[i] = edit_of_flags(&keys[i], table, FLOW_DEAD, 0);
	err = mark_dead(tables, table, edits, count, problem);
	return err || !count ? err : drop_dead(tables, table, edits, count, ret_last, problem);
}
