// SPDX-License-Identifier: GPL-2.0-only
#include "slot_table.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "abi/pin_names.h"
#include "chain_root.h"

static __u32 id_of_program(int fd)
{
	struct bpf_prog_info info = { 0 };
	__u32 size = sizeof(info);

	return bpf_obj_get_info_by_fd(fd, &info, &size) == 0 ? info.id : 0;
}

/* Id of the program pinned in a slot directory; 0 if there is none. What cannot be told is an error:
 * taken for "none", it would cost the slot its pins. */
static int id_of_pin(const char *directory, __u32 *ret_id, struct problem *problem)
{
	struct bpf_prog_info info = { 0 };
	__u32 size = sizeof(info);
	char path[BPFFS_PATH_SIZE];
	int fd, err = 0;

	*ret_id = 0;
	bpffs_join(path, directory, ECBPF_PIN_PROGRAM);
	fd = bpffs_open(path);
	if (fd == -ENOENT)
		return 0;
	if (fd < 0)
		return problem_errno(problem, fd, "cannot open %s", path);
	if (bpf_obj_get_info_by_fd(fd, &info, &size) < 0)
		err = problem_errno(problem, -errno, "cannot tell what is pinned as %s", path);
	close(fd);
	*ret_id = info.id;
	return err;
}

const char *slot_table_name(unsigned int slot)
{
	static const char *const names[ECBPF_PLACE_COUNT] = {
		"slot 0", "slot 1", "slot 2",
		"slot 3", "slot 4", "slot 5",
		"slot 6", "slot 7", [ECBPF_EXIT_HOOK] = "the exit hook",
	};

	return names[slot];
}

/* The array that packets meet a slot's program by, and the slot's key there. */
static int array_of(const struct chain *chain, unsigned int slot, __u32 *ret_key)
{
	*ret_key = slot == ECBPF_EXIT_HOOK ? 0 : slot;
	return chain->map[slot == ECBPF_EXIT_HOOK ? CHAIN_EXIT_HOOK : CHAIN_SLOTS];
}

static int read_entry(const struct chain *chain, unsigned int slot, __u32 *ret_id,
		      struct problem *problem)
{
	__u32 key;
	int array = array_of(chain, slot, &key);

	*ret_id = 0;
	if (array >= 0 && bpf_map_lookup_elem(array, &key, ret_id) < 0 && errno != ENOENT)
		return problem_errno(problem, -errno, "%s: cannot read %s", chain->interface,
				     slot_table_name(slot));
	return 0;
}

/* The kernel keeps 15 characters of a name and gives it only to those with CAP_SYS_ADMIN. */
static void kernel_name(__u32 id, char *ret_name, size_t size)
{
	struct bpf_prog_info info = { 0 };
	__u32 info_size = sizeof(info);
	int fd = bpf_prog_get_fd_by_id(id);

	if (fd < 0)
		return;
	if (bpf_obj_get_info_by_fd(fd, &info, &info_size) == 0)
		snprintf(ret_name, size, "%s", info.name);
	close(fd);
}

static void read_record(const struct chain *chain, __u32 id, struct slot *slot)
{
	if (!id || chain->map[CHAIN_PROGRAMS] < 0)
		return;
	if (bpf_map_lookup_elem(chain->map[CHAIN_PROGRAMS], &id, &slot->record) < 0) {
		kernel_name(id, slot->name, sizeof(slot->name));
		return;
	}
	slot->recorded = true;
	slot->record.name[ECBPF_NAME_SIZE - 1] = '\0';
	slot->record.object[ECBPF_NAME_SIZE - 1] = '\0';
	memcpy(slot->name, slot->record.name, sizeof(slot->name));
}

int slot_table_read(const struct chain *chain, struct slot ret_slots[ECBPF_PLACE_COUNT],
		    struct problem *problem)
{
	char path[BPFFS_PATH_SIZE];

	memset(ret_slots, 0, sizeof(*ret_slots) * ECBPF_PLACE_COUNT);
	for (unsigned int i = 0; i < ECBPF_PLACE_COUNT; i++) {
		struct slot *slot = &ret_slots[i];
		int err = read_entry(chain, i, &slot->program_id, problem);

		if (err)
			return err;
		slot_table_path(chain, i, "", path);
		err = id_of_pin(path, &slot->pinned_id, problem);
		if (err)
			return err;
		read_record(chain, slot->program_id ? slot->program_id : slot->pinned_id, slot);
	}
	return 0;
}

void slot_table_path(const struct chain *chain, unsigned int slot, const char *suffix,
		     char ret_path[BPFFS_PATH_SIZE])
{
	char name[32] = ECBPF_PIN_EXIT_HOOK, with_suffix[40];

	if (slot != ECBPF_EXIT_HOOK)
		snprintf(name, sizeof(name), ECBPF_PIN_SLOT, slot);
	snprintf(with_suffix, sizeof(with_suffix), "%s%s", name, suffix);
	bpffs_join(ret_path, chain->pins, with_suffix);
}

int slot_table_pin(const char *directory, const struct slot_content *content,
		   struct problem *problem)
{
	char path[BPFFS_PATH_SIZE], name[64];
	int err;

	err = bpffs_make_directory(directory);
	if (err)
		return problem_errno(problem, err, "cannot create %s", directory);
	for (size_t i = 0; !err && i < content->map_count; i++) {
		bpffs_escape(content->maps[i].name, name, sizeof(name));
		bpffs_join(path, directory, name);
		err = bpffs_pin(content->maps[i].fd, path, problem);
	}
	/* Last: a directory with a program in it is complete. */
	bpffs_join(path, directory, ECBPF_PIN_PROGRAM);
	return err ? err : bpffs_pin(content->program, path, problem);
}

int slot_table_set(const struct chain *chain, unsigned int slot, int program,
		   struct problem *problem)
{
	__u32 key;
	int array = array_of(chain, slot, &key), err;

	if (bpf_map_update_elem(array, &key, &program, BPF_ANY) == 0)
		return 0;
	err = -errno;
	if (err == -EINVAL)
		return problem_errno(problem, err,
				     "%s: the kernel does not let this program into %s: its type, "
				     "attach type or frags flag differs from the root's",
				     chain->interface, slot_table_name(slot));
	return problem_errno(problem, err, "%s: cannot publish %s", chain->interface,
			     slot_table_name(slot));
}

static void forget_record(const struct chain *chain, __u32 id)
{
	/* A record that stays behind is cleared by the next recovery. */
	if (id && chain->map[CHAIN_PROGRAMS] >= 0)
		(void)bpf_map_delete_elem(chain->map[CHAIN_PROGRAMS], &id);
}

/* The pins kept aside (suffix "_new" or "_old") become the slot's. */
static int put_in_place(const struct chain *chain, unsigned int slot, const char *suffix,
			struct problem *problem)
{
	char place[BPFFS_PATH_SIZE], aside[BPFFS_PATH_SIZE];
	int err;

	slot_table_path(chain, slot, "", place);
	slot_table_path(chain, slot, suffix, aside);
	err = bpffs_remove_tree(place, problem);
	return err ? err : bpffs_rename(aside, place, problem);
}

int slot_table_publish(const struct chain *chain, unsigned int slot,
		       const struct slot_content *content, struct problem *problem)
{
	__u32 id = id_of_program(content->program), old_id;
	char aside[BPFFS_PATH_SIZE];
	int err;

	err = read_entry(chain, slot, &old_id, problem);
	if (err)
		return err;
	slot_table_path(chain, slot, "_new", aside);
	err = slot_table_pin(aside, content, problem);
	if (!err && bpf_map_update_elem(chain->map[CHAIN_PROGRAMS], &id, &content->record, BPF_ANY))
		err = problem_errno(problem, -errno, "%s: cannot record the program of %s",
				    chain->interface, slot_table_name(slot));
	if (!err)
		err = slot_table_set(chain, slot, content->program, problem);
	if (err) {
		if (id != old_id)
			forget_record(chain, id);
		(void)bpffs_remove_tree(aside, NULL);
		return err;
	}
	err = put_in_place(chain, slot, "_new", problem);
	if (!err && old_id != id)
		forget_record(chain, old_id);
	return err;
}

int slot_table_clear(const struct chain *chain, unsigned int slot, struct problem *problem)
{
	char place[BPFFS_PATH_SIZE], aside[BPFFS_PATH_SIZE];
	__u32 key, id;
	int array = array_of(chain, slot, &key), err;

	err = read_entry(chain, slot, &id, problem);
	if (err)
		return err;
	slot_table_path(chain, slot, "", place);
	slot_table_path(chain, slot, "_old", aside);
	if (!id)
		err = id_of_pin(place, &id, problem);
	if (!err && bpffs_exists(place))
		err = bpffs_rename(place, aside, problem);
	if (err)
		return err;
	if (bpf_map_delete_elem(array, &key) < 0 && errno != ENOENT)
		return problem_errno(problem, -errno, "%s: cannot empty %s", chain->interface,
				     slot_table_name(slot));
	forget_record(chain, id);
	err = bpffs_remove_tree(aside, problem);
	slot_table_path(chain, slot, "_new", aside);
	return err ? err : bpffs_remove_tree(aside, problem);
}

/* What was kept aside is the slot's if it is what packets meet, else it goes. */
static int recover_aside(const struct chain *chain, unsigned int slot, const char *suffix,
			 __u32 running, struct problem *problem)
{
	char place[BPFFS_PATH_SIZE], aside[BPFFS_PATH_SIZE];
	__u32 placed_id, aside_id;
	int err;

	slot_table_path(chain, slot, "", place);
	slot_table_path(chain, slot, suffix, aside);
	if (!bpffs_exists(aside))
		return 0;
	err = id_of_pin(aside, &aside_id, problem);
	if (!err)
		err = id_of_pin(place, &placed_id, problem);
	if (err)
		return err;
	if (running && aside_id == running && placed_id != running)
		return put_in_place(chain, slot, suffix, problem);
	return bpffs_remove_tree(aside, problem);
}

static int recover_slot(const struct chain *chain, unsigned int slot, struct problem *problem)
{
	char place[BPFFS_PATH_SIZE];
	__u32 running, placed_id;
	int err;

	err = read_entry(chain, slot, &running, problem);
	if (!err)
		err = recover_aside(chain, slot, "_new", running, problem);
	if (!err)
		err = recover_aside(chain, slot, "_old", running, problem);
	slot_table_path(chain, slot, "", place);
	if (!err)
		err = id_of_pin(place, &placed_id, problem);
	if (!err && !placed_id && bpffs_exists(place))
		err = bpffs_remove_tree(place, problem);
	return err;
}

/* Forgets records of programs that are neither in a slot nor pinned for one. */
static int recover_records(const struct chain *chain, struct problem *problem)
{
	struct slot slots[ECBPF_PLACE_COUNT];
	__u32 ids[ECBPF_PROGRAM_RECORDS], *key = NULL, next;
	size_t count = 0;
	int err;

	err = slot_table_read(chain, slots, problem);
	if (err)
		return err;
	while (count < ECBPF_PROGRAM_RECORDS &&
	       bpf_map_get_next_key(chain->map[CHAIN_PROGRAMS], key, &next) == 0) {
		ids[count] = next;
		key = &ids[count++];
	}
	for (size_t i = 0; i < count; i++) {
		bool wanted = false;

		for (int slot = 0; slot < ECBPF_PLACE_COUNT; slot++)
			wanted |=
				slots[slot].program_id == ids[i] || slots[slot].pinned_id == ids[i];
		if (!wanted)
			forget_record(chain, ids[i]);
	}
	return 0;
}

int slot_table_recover(const struct chain *chain, struct problem *problem)
{
	int err = chain_root_recover(chain, problem);

	for (unsigned int slot = 0; !err && slot < ECBPF_PLACE_COUNT; slot++)
		err = recover_slot(chain, slot, problem);
	return err ? err : recover_records(chain, problem);
}

int slot_table_open(struct chain *chain, const char *bpffs, const char *interface,
		    struct attachment *ret_attachment, struct problem *problem)
{
	int err = attachment_require_root(chain, bpffs, interface, ret_attachment, problem);

	return err ? err : slot_table_recover(chain, problem);
}
