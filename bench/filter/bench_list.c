// SPDX-License-Identifier: GPL-2.0-only
#include "bench_list.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "source_maps.h"

#define CPU_LIMIT 1024

static int complain(int err, const char *what)
{
	fprintf(stderr, "bench_filter: %s: %s\n", what, strerror(-err));
	return err;
}

static int map_image(struct bench_list *list)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);
	int err = bpf_obj_get_info_by_fd(list->map, &info, &size);

	if (err)
		return complain(err, "look at the list's map");
	list->image_size = (size_t)info.max_entries * SOURCE_BLOCK_SIZE;
	list->image = mmap(NULL, list->image_size, PROT_READ, MAP_SHARED, list->map, 0);
	if (list->image == MAP_FAILED) {
		list->image = NULL;
		return complain(-errno, "map the list");
	}
	return 0;
}

int bench_list_make(struct bench_list *ret_list, int family, enum sample_kind kind, size_t count)
{
	struct bench_list list = { .family = family };
	struct problem problem = { 0 };
	int err = sample_list(&list.sources, family, kind, count);

	if (err)
		return complain(err, "make a random list");
	list.map = source_maps_create(&list.sources, &problem);
	err = list.map < 0 ? complain(list.map, problem.text) : map_image(&list);
	if (err)
		bench_list_free(&list);
	else
		*ret_list = list;
	return err;
}

void bench_list_free(struct bench_list *list)
{
	if (list->image)
		(void)munmap(list->image, list->image_size);
	if (list->map > 0)
		close(list->map);
	source_list_free(&list->sources);
	*list = (struct bench_list){ 0 };
}

int bench_list_publish(const struct bench_list *list, int source_lists)
{
	__u32 only_entry = 0;
	int err = bpf_map_update_elem(source_lists, &only_entry, &list->map, BPF_ANY);

	return err ? complain(err, "put the list into source_lists") : 0;
}

int bench_list_fill(const struct bench_list *list, int map, bool exact)
{
	__u64 values[CPU_LIMIT]; /* of a per-CPU map one for each; xdp-filter: a source is dropped */

	for (int cpu = 0; cpu < CPU_LIMIT; cpu++)
		values[cpu] = 1;
	for (size_t i = 0; i < list->sources.count; i++) {
		const struct address_prefix *prefix = &list->sources.sources[i].prefix;
		struct {
			__u32 length;
			__u8 address[16];
		} key = { .length = prefix->length };
		int err;

		memcpy(key.address, prefix->address, sizeof(key.address));
		err = bpf_map_update_elem(map, exact ? (void *)key.address : (void *)&key, values,
					  BPF_ANY);
		if (err)
			return complain(err, "fill a map");
	}
	return 0;
}
