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
	struct flow_key *keys;
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
	batch->keys = calloc(size, sizeof(*batch->keys));
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
			(struct flow_entry){ batch->keys[i], batch->values[i] };
	}
	return 0;
}

static int read_all(int fd, bool dead, struct batch *batch, struct flow_entry_list *list)
{
	size_t room = 0;
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

int flow_map_read(int fd, bool dead, struct flow_entry_list *ret_list, struct problem *problem)
{
	struct batch batch = { 0 };
	int err;

	*ret_list = (struct flow_entry_list){ 0 };
	err = read_all(fd, dead, &batch, ret_list);
	free(batch.keys);
	free(batch.values);
	if (!err)
		return 0;
	flow_entry_list_free(ret_list);
	return problem_errno(problem, err, "cannot read a table of flows");
}

int flow_tables_read(const struct flow_tables *tables, enum flow_table table,
		     struct flow_entry_list *ret_list, struct problem *problem)
{
	int err = flow_map_read(tables->table[table], false, ret_list, problem);

	return err ? problem_prefix(problem, err, "%s", tables->directory) : 0;
}

void flow_entry_list_free(struct flow_entry_list *list)
{
	free(list->entry);
	*list = (struct flow_entry_list){ 0 };
}
