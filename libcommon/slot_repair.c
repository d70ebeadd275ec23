// SPDX-License-Identifier: GPL-2.0-only
#include "slot_repair.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "abi/pin_names.h"
#include "log.h"
#include "slot_table.h"

static bool is_shared(const struct chain *chain, __u32 map_id)
{
	for (int i = 0; i < CHAIN_MAP_COUNT; i++) {
		struct bpf_map_info info = { 0 };
		__u32 size = sizeof(info);

		if (bpf_obj_get_info_by_fd(chain->map[i], &info, &size) == 0 && info.id == map_id)
			return true;
	}
	return false;
}

static bool is_taken(const struct slot_map *maps, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (!strcmp(maps[i].name, name))
			return true;
	}
	return false;
}

/* Pins a program, and its private maps under the kernel's names for them, by id. */
static int pin_again(const struct chain *chain, unsigned int slot, __u32 id,
		     struct problem *problem)
{
	char directory[BPFFS_PATH_SIZE];
	struct slot_map maps[64];
	char names[64][BPF_OBJ_NAME_LEN];
	struct slot_content content = { .program = bpf_prog_get_fd_by_id(id), .maps = maps };
	__u32 ids[64], info_size = sizeof(struct bpf_prog_info);
	struct bpf_prog_info info = { .nr_map_ids = 64, .map_ids = (__u64)(unsigned long)ids };
	int err;

	if (content.program < 0)
		return problem_errno(problem, -errno,
				     "%s: the pins of %s are gone and its program cannot be reached "
				     "by id",
				     chain->interface, slot_table_name(slot));
	if (bpf_obj_get_info_by_fd(content.program, &info, &info_size) < 0)
		info.nr_map_ids = 0;
	for (__u32 i = 0; i < info.nr_map_ids && i < 64; i++) {
		struct bpf_map_info map = { 0 };
		__u32 size = sizeof(map);
		int fd = bpf_map_get_fd_by_id(ids[i]);

		if (fd >= 0 && bpf_obj_get_info_by_fd(fd, &map, &size) == 0 &&
		    !strchr(map.name, '.') && !is_shared(chain, ids[i])) {
			/* Two long names may be one in the kernel, which keeps 15 characters. */
			if (is_taken(maps, content.map_count, map.name))
				snprintf(map.name, sizeof(map.name), "map_%u", ids[i]);
			memcpy(names[content.map_count], map.name, BPF_OBJ_NAME_LEN);
			maps[content.map_count].name = names[content.map_count];
			maps[content.map_count++].fd = fd;
		} else if (fd >= 0) {
			close(fd);
		}
	}
	slot_table_path(chain, slot, "", directory);
	err = slot_table_pin(directory, &content, problem);
	for (size_t i = 0; i < content.map_count; i++)
		close(maps[i].fd);
	close(content.program);
	return err;
}

static int publish_again(const struct chain *chain, unsigned int slot, struct problem *problem)
{
	char directory[BPFFS_PATH_SIZE], path[BPFFS_PATH_SIZE];
	int fd, err;

	slot_table_path(chain, slot, "", directory);
	bpffs_join(path, directory, ECBPF_PIN_PROGRAM);
	fd = bpffs_open(path);
	if (fd < 0)
		return problem_errno(problem, fd, "cannot open %s", path);
	err = slot_table_set(chain, slot, fd, problem);
	close(fd);
	return err;
}

int slot_repair(const struct chain *chain, struct problem *problem)
{
	struct slot slots[ECBPF_PLACE_COUNT];
	int err;

	err = slot_table_read(chain, slots, problem);
	for (unsigned int i = 0; !err && i < ECBPF_PLACE_COUNT; i++) {
		if (slots[i].pinned_id && !slots[i].program_id) {
			err = publish_again(chain, i, problem);
			if (!err)
				log_warning("%s: %s was empty: %s is back in it", chain->interface,
					    slot_table_name(i), slots[i].name);
		} else if (slots[i].program_id && !slots[i].pinned_id && slots[i].recorded) {
			err = pin_again(chain, i, slots[i].program_id, problem);
			if (!err)
				log_warning("%s: the pins of %s (%s) were gone: made again",
					    chain->interface, slot_table_name(i), slots[i].name);
		}
	}
	return err;
}
