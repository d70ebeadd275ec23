// SPDX-License-Identifier: GPL-2.0-only
#include "flow_tables.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "flow_tables_internal.h"
#include "pinned_map.h"

/* Another process moves a pin between two looks at most once per replace. */
#define TRIES 10

const char *const flow_table_names[FLOW_TABLE_COUNT] = { "static", "learned" };

const struct flow_family_shape flow_families[FLOW_FAMILY_COUNT] = {
	{ "IPv4",
	  FLOW_TABLES_IPV4_PIN,
	  { FLOW_STATIC_IPV4_PIN, FLOW_LEARNED_IPV4_PIN },
	  FLOW_STATIC_NEW_IPV4_PIN,
	  sizeof(struct flow_key_ipv4) },
	{ "IPv6",
	  FLOW_TABLES_IPV6_PIN,
	  { FLOW_STATIC_IPV6_PIN, FLOW_LEARNED_IPV6_PIN },
	  FLOW_STATIC_NEW_IPV6_PIN,
	  sizeof(struct flow_key) },
};

__u32 flow_map_id(int fd)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);

	return bpf_obj_get_info_by_fd(fd, &info, &size) == 0 ? info.id : 0;
}

int flow_tables_static_id(const struct flow_tables *tables, enum flow_family family, __u32 *ret_id,
			  struct problem *problem)
{
	__u32 index = FLOW_TABLE_STATIC;

	if (bpf_map_lookup_elem(tables->tables[family], &index, ret_id) < 0)
		return problem_errno(problem, -errno,
				     "%s: cannot tell the static %s table in force",
				     tables->directory, flow_families[family].name);
	return 0;
}

static int open_table(const struct flow_tables *tables, enum flow_family family, const char *name,
		      struct problem *problem)
{
	const struct map_shape shape = {
		.name = name,
		.type = BPF_MAP_TYPE_HASH,
		.key_size = flow_families[family].key_size,
		.value_size = sizeof(struct flow_value),
	};

	return pinned_map_open(tables->directory, &shape, problem);
}

/* Opens the static table that packets meet: fd, or a negative errno, told. */
static int open_static(const struct flow_tables *tables, enum flow_family family,
		       struct problem *problem)
{
	const char *const names[] = { flow_families[family].table[FLOW_TABLE_STATIC],
				      flow_families[family].static_new };
	__u32 id;

	for (size_t i = 0; i < 2 * TRIES; i++) {
		int err = flow_tables_static_id(tables, family, &id, problem);
		int fd = err ? err : open_table(tables, family, names[i % 2], problem);

		if (fd >= 0 && flow_map_id(fd) == id)
			return fd;
		if (fd < 0 && fd != -ENOENT)
			return fd;
		if (fd >= 0)
			close(fd);
	}
	return problem_set(problem, -ESTALE,
			   "%s: the static %s table in force (map %u) is not pinned: --detach all "
			   "interfaces and attach again",
			   tables->directory, flow_families[family].name, id);
}

static int open_family(struct flow_tables *tables, enum flow_family family, struct problem *problem)
{
	const char *learned = flow_families[family].table[FLOW_TABLE_LEARNED];
	const struct map_shape shape = {
		.name = flow_families[family].tables,
		.type = BPF_MAP_TYPE_ARRAY_OF_MAPS,
		.key_size = sizeof(__u32),
		.value_size = sizeof(__u32),
		.max_entries = FLOW_TABLE_COUNT,
	};
	int fd = pinned_map_open(tables->directory, &shape, problem);

	if (fd < 0)
		return fd;
	tables->tables[family] = fd;
	fd = open_static(tables, family, problem);
	if (fd < 0)
		return fd;
	tables->table[family][FLOW_TABLE_STATIC] = fd;
	fd = open_table(tables, family, learned, problem);
	if (fd == -ENOENT)
		problem_errno(problem, fd, "cannot open %s/%s", tables->directory, learned);
	if (fd < 0)
		return fd;
	tables->table[family][FLOW_TABLE_LEARNED] = fd;
	return 0;
}

static int open_all(struct flow_tables *tables, const char *edit_name, struct problem *problem)
{
	char path[BPFFS_PATH_SIZE];
	int err = open_family(tables, FLOW_FAMILY_IPV4, problem);

	if (err)
		return err;
	err = open_family(tables, FLOW_FAMILY_IPV6, problem);
	if (err == -ENOENT && tables->tables[FLOW_FAMILY_IPV6] < 0)
		problem_errno(problem, err, "cannot open %s/%s", tables->directory,
			      FLOW_TABLES_IPV6_PIN);
	if (err)
		return err;
	bpffs_join(path, tables->directory, edit_name);
	tables->edit = bpffs_open(path);
	if (tables->edit < 0)
		return problem_errno(problem, tables->edit, "cannot open %s", path);
	return 0;
}

int flow_tables_open(struct flow_tables *ret_tables, const char *directory, const char *edit_name,
		     struct problem *problem)
{
	int err;

	*ret_tables = (struct flow_tables)FLOW_TABLES_CLOSED;
	memcpy(ret_tables->directory, directory, strnlen(directory, BPFFS_PATH_SIZE - 1));
	err = open_all(ret_tables, edit_name, problem);
	if (err)
		flow_tables_close(ret_tables);
	return err;
}

static void close_one(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void flow_tables_close(struct flow_tables *tables)
{
	for (int family = 0; family < FLOW_FAMILY_COUNT; family++) {
		close_one(&tables->tables[family]);
		for (int table = 0; table < FLOW_TABLE_COUNT; table++)
			close_one(&tables->table[family][table]);
	}
	close_one(&tables->edit);
	close_one(&tables->btf);
}

int flow_tables_refresh(struct flow_tables *tables, struct problem *problem)
{
	for (int family = 0; family < FLOW_FAMILY_COUNT; family++) {
		int fd = open_static(tables, (enum flow_family)family, problem);

		if (fd < 0)
			return fd;
		close(tables->table[family][FLOW_TABLE_STATIC]);
		tables->table[family][FLOW_TABLE_STATIC] = fd;
	}
	return 0;
}

int flow_tables_capacity(const struct flow_tables *tables, enum flow_table table,
			 __u32 *ret_capacity, struct problem *problem)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);

	/* Both families have as much. */
	if (bpf_obj_get_info_by_fd(tables->table[FLOW_FAMILY_IPV4][table], &info, &size) < 0)
		return problem_errno(problem, -errno, "%s: cannot tell the size of the %s table",
				     tables->directory, flow_table_names[table]);
	*ret_capacity = info.max_entries;
	return 0;
}

int flow_tables_find(const struct flow_tables *tables, enum flow_table table,
		     const struct flow_key *key, struct flow_value *ret_value)
{
	struct flow_value value;
	int err = flow_map_lookup(flow_map_of(tables, table, key), key, &value);

	if (err)
		return err;
	if (value.flags & FLOW_DEAD)
		return -ENOENT;
	value.flags &= (__u16)~FLOW_CARRIED;
	*ret_value = value;
	return 0;
}

int flow_tables_wait(const struct flow_tables *tables, struct problem *problem)
{
	__u32 index = FLOW_TABLE_LEARNED;

	/* Any write of an array of maps makes the kernel wait. The learned table is never replaced, so
	 * this one changes nothing, whatever other processes do meanwhile. */
	if (bpf_map_update_elem(tables->tables[FLOW_FAMILY_IPV4], &index,
				&tables->table[FLOW_FAMILY_IPV4][index], BPF_ANY) < 0)
		return problem_errno(problem, -errno, "%s: cannot wait for packets under way",
				     tables->directory);
	return 0;
}

static int run_edits(int program, struct flow_edit *edits, size_t count)
{
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = edits, .data_out = edits);

	options.data_size_in = (__u32)(count * sizeof(*edits));
	options.data_size_out = options.data_size_in;
	if (bpf_prog_test_run_opts(program, &options) < 0)
		return -errno;
	return options.retval == XDP_PASS ? 0 : -EPROTO;
}

/* Kernels before 5.13 return -EINTR for a signal once the program has run, without its output. */
static int ask_again(int program, struct flow_edit *edits, size_t count)
{
	struct flow_edit again[FLOW_EDIT_LIMIT];
	int err;

	memcpy(again, edits, count * sizeof(*edits));
	for (size_t i = 0; i < count; i++)
		again[i].what &= (__u8)~FLOW_EDIT_COUNTS;
	do
		err = run_edits(program, again, count);
	while (err == -EINTR);
	for (size_t i = 0; i < count; i++)
		edits[i].found = again[i].found;
	return err;
}

int flow_tables_edit(const struct flow_tables *tables, struct flow_edit *edits, size_t count,
		     struct problem *problem)
{
	for (size_t done = 0; done < count; done += FLOW_EDIT_LIMIT) {
		size_t now = count - done < FLOW_EDIT_LIMIT ? count - done : FLOW_EDIT_LIMIT;
		int err = run_edits(tables->edit, &edits[done], now);

		if (err == -EINTR)
			err = ask_again(tables->edit, &edits[done], now);
		if (err)
			return problem_errno(problem, err, "%s: cannot change flows in place",
					     tables->directory);
	}
	return 0;
}

struct flow_counts flow_counts_total(const struct flow_value *value)
{
	const struct flow_counts *home = &value->home_counts, *other = &value->other_counts;

	return (struct flow_counts){
		.packets = home->packets + other->packets,
		.bytes = home->bytes + other->bytes,
		.last = home->last > other->last ? home->last : other->last,
	};
}
