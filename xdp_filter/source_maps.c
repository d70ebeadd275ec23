// SPDX-License-Identifier: GPL-2.0-only
#include "source_maps.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cleanup.h"
#include "pinned_map.h"
#include "slot_table.h"
#include "source_expiry.h"
#include "xdp_filter.h"

static const struct map_shape list_shape = { FILTER_MAP_SOURCE_LIST, BPF_MAP_TYPE_ARRAY,
					     sizeof(__u32), SOURCE_BLOCK_SIZE, 0 };

/* One list while it is built or read. */
struct generation {
	int fd;
	void *image;
	size_t size;
};

static uint64_t size_of(uint32_t lines)
{
	return (uint64_t)lines * SOURCE_LINE_SIZE;
}

static int map_image(struct generation *generation, uint32_t lines, int protection,
		     struct problem *problem)
{
	void *image;

	generation->size = size_of(lines);
	image = mmap(NULL, generation->size, protection, MAP_SHARED, generation->fd, 0);
	if (image == MAP_FAILED)
		return problem_errno(problem, -errno, "cannot map the %zu bytes of the source list",
				     generation->size);
	generation->image = image;
	return 0;
}

static void unmap_image(struct generation *generation)
{
	if (generation->image)
		munmap(generation->image, generation->size);
	generation->image = NULL;
}

/* The map at `path` if it is the one with this id, else -1. */
static int open_if(const char *path, __u32 id, uint32_t *ret_lines)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);
	int fd = path ? bpffs_open(path) : bpf_map_get_fd_by_id(id);

	if (fd < 0)
		return -1;
	if (pinned_map_check(fd, &list_shape, "", NULL) == 0 &&
	    bpf_obj_get_info_by_fd(fd, &info, &size) == 0 && info.id == id) {
		*ret_lines = info.max_entries * SOURCE_BLOCK_LINES;
		return fd;
	}
	close(fd);
	return -1;
}

int source_maps_open(struct source_maps *maps, const struct chain *chain, unsigned int slot,
		     int lists, struct problem *problem)
{
	const char *paths[] = { [SOURCE_MAPS_IN_PLACE] = maps->place,
				[SOURCE_MAPS_ASIDE] = maps->aside,
				[SOURCE_MAPS_UNPINNED] = NULL };
	char directory[BPFFS_PATH_SIZE];
	__u32 only_entry = 0, id = 0;

	slot_table_path(chain, slot, "", directory);
	bpffs_join(maps->place, directory, FILTER_MAP_SOURCE_LIST);
	bpffs_join(maps->aside, directory, FILTER_MAP_SOURCE_LIST "_new");
	maps->lists = lists;
	maps->list = -1;
	/* User space reads the id of the map that is in an array of maps. */
	if (bpf_map_lookup_elem(lists, &only_entry, &id) < 0)
		return problem_errno(problem, -errno, "%s: cannot read %s", chain->interface,
				     FILTER_MAP_SOURCES);
	for (int i = SOURCE_MAPS_IN_PLACE; maps->list < 0 && i <= SOURCE_MAPS_UNPINNED; i++) {
		maps->list = open_if(paths[i], id, &maps->lines);
		maps->pinned = i;
	}
	if (maps->list < 0)
		return problem_set(problem, -ENOENT,
				   "%s: what is pinned as %s is not the list that packets meet (map "
				   "id %u), which only CAP_SYS_ADMIN can reach without a pin; begin "
				   "anew with --detach and --attach",
				   chain->interface, maps->place, id);
	return 0;
}

void source_maps_close(struct source_maps *maps)
{
	if (maps->list >= 0)
		close(maps->list);
	maps->list = -1;
}

uint64_t source_maps_size(const struct source_maps *maps)
{
	return size_of(maps->lines);
}

int source_maps_read(const struct source_maps *maps, struct source_list *ret_list,
		     struct problem *problem)
{
	struct generation generation = { .fd = maps->list };
	int err;

	err = map_image(&generation, maps->lines, PROT_READ, problem);
	if (!err)
		err = source_image_read(generation.image, maps->lines, ret_list, problem);
	unmap_image(&generation);
	return err;
}

int source_maps_count(const struct source_maps *maps, struct source_counts *ret_counts,
		      struct problem *problem)
{
	struct generation generation = { .fd = maps->list };
	int err;

	err = map_image(&generation, maps->lines, PROT_READ, problem);
	if (!err)
		err = source_image_count(generation.image, maps->lines, source_expiry_now(),
					 ret_counts, problem);
	unmap_image(&generation);
	return err;
}

bool source_maps_are_unsettled(const struct source_maps *maps)
{
	return maps->pinned != SOURCE_MAPS_IN_PLACE || bpffs_exists(maps->aside);
}

int source_maps_settle(struct source_maps *maps, struct problem *problem)
{
	int err = 0;

	if (maps->pinned != SOURCE_MAPS_ASIDE)
		err = bpffs_unpin(maps->aside, problem);
	if (!err && maps->pinned == SOURCE_MAPS_UNPINNED)
		err = bpffs_pin(maps->list, maps->aside, problem);
	if (!err && maps->pinned != SOURCE_MAPS_IN_PLACE)
		err = bpffs_rename(maps->aside, maps->place, problem);
	if (!err)
		maps->pinned = SOURCE_MAPS_IN_PLACE;
	return err;
}

static int create_map(struct generation *generation, uint32_t lines, size_t sources,
		      struct problem *problem)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_MMAPABLE | BPF_F_INNER_MAP);
	int err;

	generation->fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, FILTER_MAP_SOURCE_LIST, sizeof(__u32),
					SOURCE_BLOCK_SIZE, lines / SOURCE_BLOCK_LINES, &options);
	if (generation->fd >= 0)
		return 0;
	err = -errno;
	return problem_errno(problem, err,
			     "the kernel has no room for a list of %zu sources (%llu bytes)",
			     sources, (unsigned long long)size_of(lines));
}

static void drop_generation(struct generation *generation)
{
	unmap_image(generation);
	if (generation->fd >= 0)
		close(generation->fd);
	generation->fd = -1;
}

/* On failure there is nothing to drop. */
static int build(struct generation *ret_generation, const struct source_list *list,
		 uint32_t *ret_lines, struct problem *problem)
{
	struct source_search search = { 0 };
	int cpus = libbpf_num_possible_cpus();
	int err;

	*ret_generation = (struct generation){ .fd = -1 };
	if (cpus < 0)
		return problem_errno(problem, cpus, "cannot tell how many CPUs there are");
	err = source_search_build(&search, list, problem);
	if (!err) {
		*ret_lines = source_image_lines(&search, list, (unsigned int)cpus) +
			     SOURCE_BLOCK_LINES - 1;
		*ret_lines -= *ret_lines % SOURCE_BLOCK_LINES;
		err = create_map(ret_generation, *ret_lines, list->count, problem);
	}
	if (!err)
		err = map_image(ret_generation, *ret_lines, PROT_READ | PROT_WRITE, problem);
	if (!err)
		source_image_write(ret_generation->image, &search, list, (unsigned int)cpus);
	else
		drop_generation(ret_generation);
	source_search_free(&search);
	return err;
}

int source_maps_create(const struct source_list *list, struct problem *problem)
{
	struct generation generation;
	uint32_t lines;
	int err = build(&generation, list, &lines, problem);

	unmap_image(&generation);
	return err ? err : generation.fd;
}

/* What the old list counted after it was read, while the new one was built. */
static void carry_hits(const struct generation *old, const struct source_list *before,
		       const struct generation *new, const struct source_list *after)
{
	for (size_t i = 0; i < before->count; i++) {
		const struct source *was = &before->sources[i], *now;
		uint64_t packets, bytes;

		source_image_hits(old->image, (uint32_t)i, &packets, &bytes);
		if (packets == was->packets && bytes == was->bytes)
			continue;
		now = source_list_find(after, &was->prefix);
		if (now)
			source_image_add_hits(new->image, (uint32_t)(now - after->sources),
					      packets - was->packets, bytes - was->bytes);
	}
}

/* The one step that packets see. The kernel comes back when no packet uses the old list any more. */
static int publish(const struct source_maps *maps, const struct generation *generation,
		   struct problem *problem)
{
	__u32 only_entry = 0;
	int err;

	err = bpffs_pin(generation->fd, maps->aside, problem);
	if (err)
		return err;
	if (bpf_map_update_elem(maps->lists, &only_entry, &generation->fd, BPF_ANY) == 0)
		return 0;
	err = problem_errno(problem, -errno, "the kernel refuses the new source list");
	(void)bpffs_unpin(maps->aside, NULL);
	return err;
}

int source_maps_replace(struct source_maps *maps, const struct source_list *before,
			const struct source_list *after, struct problem *problem)
{
	struct generation old = { .fd = maps->list }, new;
	uint32_t lines = 0;
	int err;

	err = source_maps_settle(maps, problem);
	if (err || source_list_equal(before, after))
		return err;
	err = map_image(&old, maps->lines, PROT_READ, problem);
	if (err)
		return err;
	err = build(&new, after, &lines, problem);
	if (!err)
		err = publish(maps, &new, problem);
	if (err) {
		unmap_image(&old);
		drop_generation(&new);
		return problem_prefix(problem, err, "the source list stays as it was");
	}
	carry_hits(&old, before, &new, after);
	unmap_image(&old);
	unmap_image(&new);
	close(maps->list);
	maps->list = new.fd;
	maps->lines = lines;
	maps->pinned = SOURCE_MAPS_ASIDE;
	return source_maps_settle(maps, problem);
}
