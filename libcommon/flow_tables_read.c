// SPDX-License-Identifier: GPL-2.0-only
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>

#include "cleanup.h"
#include "flow_tables.h"
#include "flow_tables_internal.h"

/* Entries asked for at a time, at first: a batch holds whole buckets of the hash. */
#define BATCH_ENTRIES 4096

struct batch {
	enum flow_family family;
	void *keys; /* as the map has them */
	struct flow_value *values;
	__u32 size;
	__u32 count;
	__u32 position; /* the kernel's */
	bool started;
};

static int batch_resize(struct batch *batch, __u32 size)
{
	free(batch->keys);
	free(batch->values);
	batch->size = size;
	batch->keys = calloc(size, flow_families[batch->family].key_size);
	batch->values = calloc(size, sizeof(*batch->values));
	return batch->keys && batch->values ? 0 : -ENOMEM;
}

/* Asks for what is behind the last batch. -ENOENT: this is the last one. */
static int batch_read(int fd, struct batch *batch)
{
	LIBBPF_OPTS(bpf_map_batch_opts, options);

	batch->count = batch->size;
	if (bpf_map_lookup_batch(fd, batch->started ? &batch->position : NULL, &batch->position,
				 batch->keys, batch->values, &batch->count, &options) < 0)
		return -errno;
	return 0;
}

static struct flow_key key_of(const struct batch *batch, __u32 i)
{
	const struct flow_key_ipv4 *narrow = batch->keys;
	const struct flow_key *keys = batch->keys;

	if (batch->family != FLOW_FAMILY_IPV4)
		return keys[i];
	return (struct flow_key){
		.source = { narrow[i].source },
		.destination = { narrow[i].destination },
		.source_port = narrow[i].source_port,
		.destination_port = narrow[i].destination_port,
		.protocol = narrow[i].protocol,
		.family = narrow[i].family,
	};
}

static int append(struct flow_entry_list *list, size_t *room, const struct batch *batch, bool dead)
{
	if (list->count + batch->count > *room) {
		size_t more = 2 * *room + batch->count;
		struct flow_entry *entry = reallocarray(list->entry, more, sizeof(*entry));

		if (!entry)
			return -ENOMEM;
		list->entry = entry;
		*room = more;
	}
	for (__u32 i = 0; i < batch->count; i++) {
		if (!(batch->values[i].flags & FLOW_DEAD) == dead)
			continue;
		batch->values[i].flags &= (__u16)~FLOW_CARRIED;
		list->entry[list->count++] =
			(struct flow_entry){ key_of(batch, i), batch->values[i] };
	}
	return 0;
}

static int read_all(int fd, bool dead, struct batch *batch, struct flow_entry_list *list)
{
	size_t room = list->count;
	int err = batch_resize(batch, BATCH_ENTRIES);

	while (!err) {
		err = batch_read(fd, batch);
		if (err == -ENOSPC) { /* the next bucket alone is larger */
			err = batch_resize(batch, 2 * batch->size);
			continue;
		}
		if (err && err != -ENOENT)
			return err;
		batch->started = true;
		if (append(list, &room, batch, dead) < 0)
			return -ENOMEM;
	}
	return err == -ENOENT ? 0 : err;
}

int flow_maps_read(const int maps[FLOW_FAMILY_COUNT], bool dead, struct flow_entry_list *ret_list,
		   struct problem *problem)
{
	int err = 0;

	*ret_list = (struct flow_entry_list){ 0 };
	for (int family = 0; family < FLOW_FAMILY_COUNT && !err; family++) {
		struct batch batch = { .family = (enum flow_family)family };

		if (maps[family] >= 0)
			err = read_all(maps[family], dead, &batch, ret_list);
		free(batch.keys);
		free(batch.values);
	}
	if (!err)
		return 0;
	flow_entry_list_free(ret_list);
	return problem_errno(problem, err, "cannot read a table of flows");
}

int flow_table_read(const struct flow_tables *tables, enum flow_table table, bool dead,
		    struct flow_entry_list *ret_list, struct problem *problem)
{
	const int maps[FLOW_FAMILY_COUNT] = { tables->table[FLOW_FAMILY_IPV4][table],
					      tables->table[FLOW_FAMILY_IPV6][table] };

	return flow_maps_read(maps, dead, ret_list, problem);
}

int flow_tables_read(const struct flow_tables *tables, enum flow_table table,
		     struct flow_entry_list *ret_list, struct problem *problem)
{
	int err = flow_table_read(tables, table, false, ret_list, problem);

	return err ? problem_prefix(problem, err, "%s", tables->directory) : 0;
}

void flow_entry_list_free(struct flow_entry_list *list)
{
	free(list->entry);
	*list = (struct flow_entry_list){ 0 };
}
