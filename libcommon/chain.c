// SPDX-License-Identifier: GPL-2.0-only
#include "chain.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "abi/pin_names.h"

const struct map_shape chain_map_shapes[CHAIN_MAP_COUNT] = {
	[CHAIN_SLOTS] = { ECBPF_MAP_SLOTS, BPF_MAP_TYPE_PROG_ARRAY, 4, 4, ECBPF_SLOT_COUNT },
	[CHAIN_STATS] = { ECBPF_MAP_STATS, BPF_MAP_TYPE_PERCPU_ARRAY, 4, sizeof(struct ecbpf_stats),
			  1 },
	[CHAIN_EXIT_HOOK] = { ECBPF_MAP_EXIT_HOOK, BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 1 },
	[CHAIN_CAPTURE_HOOK] = { ECBPF_MAP_CAPTURE_HOOK, BPF_MAP_TYPE_PROG_ARRAY, 4, 4,
				 ECBPF_CAPTURE_HOOK_COUNT },
	[CHAIN_CLEARED] = { ECBPF_MAP_CLEARED, BPF_MAP_TYPE_ARRAY, 4, sizeof(struct ecbpf_stats),
			    1 },
	[CHAIN_IDENTITY] = { ECBPF_MAP_CHAIN, BPF_MAP_TYPE_ARRAY, 4,
			     sizeof(struct ecbpf_chain_identity), 1 },
	[CHAIN_PROGRAMS] = { ECBPF_MAP_PROGRAMS, BPF_MAP_TYPE_HASH, 4,
			     sizeof(struct ecbpf_program_record), ECBPF_PROGRAM_RECORDS },
};

_Static_assert(sizeof(ECBPF_PIN_SECOND) > INTERFACE_NAME_SIZE,
	       "no interface may have the name of the directory of second references");

void chain_init(struct chain *chain, const char *bpffs, const char *interface)
{
	char base[BPFFS_PATH_SIZE], second[BPFFS_PATH_SIZE], name[INTERFACE_NAME_SIZE];

	memset(chain, 0, sizeof(*chain));
	snprintf(chain->interface, sizeof(chain->interface), "%s", interface);
	bpffs_escape(interface, name, sizeof(name));
	bpffs_join(base, bpffs, ECBPF_PIN_BASE);
	bpffs_join(chain->pins, base, name);
	bpffs_join(second, base, ECBPF_PIN_SECOND);
	bpffs_join(chain->second, second, name);
	for (int i = 0; i < CHAIN_MAP_COUNT; i++)
		chain->map[i] = -1;
	chain->link = -1;
}

void chain_close(struct chain *chain)
{
	for (int i = 0; i < CHAIN_MAP_COUNT; i++) {
		if (chain->map[i] >= 0)
			close(chain->map[i]);
		chain->map[i] = -1;
	}
	if (chain->link >= 0)
		close(chain->link);
	chain->link = -1;
}

static int list_directory(const char *path, struct interface_list *list, struct problem *problem)
{
	DIR *directory = opendir(path);
	struct dirent *entry;
	int err = 0;

	if (!directory)
		return errno == ENOENT ? 0 : problem_errno(problem, -errno, "cannot open %s", path);
	while (!err && (entry = readdir(directory))) {
		char name[INTERFACE_NAME_SIZE];

		if (entry->d_name[0] == '.' || strlen(entry->d_name) >= sizeof(name))
			continue;
		bpffs_unescape(entry->d_name, name, sizeof(name));
		/* Someone else's directory must not keep ours from being listed. */
		if (!interface_name_valid(name) || strchr(name, ','))
			continue;
		err = interface_list_add(list, name, problem);
	}
	closedir(directory);
	return err;
}

int chain_list(const char *bpffs, struct interface_list *list, struct problem *problem)
{
	char base[BPFFS_PATH_SIZE], second[BPFFS_PATH_SIZE];
	int err;

	bpffs_join(base, bpffs, ECBPF_PIN_BASE);
	bpffs_join(second, base, ECBPF_PIN_SECOND);
	err = list_directory(base, list, problem);
	return err ? err : list_directory(second, list, problem);
}

/* True if the link still attaches its program to a device. */
static bool link_is_alive(int link)
{
	struct bpf_link_info info = { 0 };
	__u32 size = sizeof(info);

	return bpf_obj_get_info_by_fd(link, &info, &size) == 0 && info.xdp.ifindex != 0;
}

/* After an interrupted attach one place may still hold a dead link. */
static int open_link(struct chain *chain, struct problem *problem)
{
	const char *places[] = { chain->pins, chain->second };
	char path[BPFFS_PATH_SIZE];

	for (int i = 0; i < 2; i++) {
		int fd;

		bpffs_join(path, places[i], ECBPF_PIN_LINK);
		fd = bpffs_open(path);
		if (fd == -ENOENT) {
			*(i == 0 ? &chain->missing_first : &chain->missing_second) += 1;
			continue;
		}
		if (fd < 0)
			return problem_errno(problem, fd, "cannot open %s", path);
		if (chain->link >= 0 && !link_is_alive(fd)) {
			close(fd);
			continue;
		}
		if (chain->link >= 0)
			close(chain->link);
		chain->link = fd;
	}
	return 0;
}

int chain_open(struct chain *chain, struct problem *problem)
{
	int err = 0, link_err;

	if (!bpffs_exists(chain->pins) && !bpffs_exists(chain->second))
		return -ENOENT;
	for (int i = 0; i < CHAIN_MAP_COUNT; i++) {
		struct problem *first_problem = err ? NULL : problem;
		int first = pinned_map_open(chain->pins, &chain_map_shapes[i], first_problem);
		int second = pinned_map_open(chain->second, &chain_map_shapes[i], first_problem);

		chain->missing_first += first == -ENOENT;
		chain->missing_second += second == -ENOENT;
		chain->map[i] = first >= 0 ? first : second >= 0 ? second : -1;
		if (first >= 0 && second >= 0)
			close(second);
		if (!err && first < 0 && first != -ENOENT)
			err = first;
		if (!err && second < 0 && second != -ENOENT)
			err = second;
	}
	link_err = open_link(chain, err ? NULL : problem);
	return err ? err : link_err;
}

bool chain_has_maps(const struct chain *chain)
{
	for (int i = 0; i < CHAIN_MAP_COUNT; i++) {
		if (chain->map[i] < 0)
			return false;
	}
	return true;
}

/* fd of the pinned root program, or -1. */
static int open_root(const struct chain *chain)
{
	char path[BPFFS_PATH_SIZE];
	int fd;

	bpffs_join(path, chain->pins, ECBPF_PIN_ROOT);
	fd = bpffs_open(path);
	if (fd >= 0)
		return fd;
	bpffs_join(path, chain->second, ECBPF_PIN_ROOT);
	return bpffs_open(path);
}

/* Puts the fd into the chain if it is a map that the chain misses, else closes it. */
static void take_missing(struct chain *chain, int fd)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &size) == 0) {
		for (int i = 0; i < CHAIN_MAP_COUNT; i++) {
			const struct map_shape *shape = &chain_map_shapes[i];

			if (chain->map[i] < 0 &&
			    !strncmp(info.name, shape->name, BPF_OBJ_NAME_LEN - 1) &&
			    pinned_map_check(fd, shape, shape->name, NULL) == 0) {
				chain->map[i] = fd;
				return;
			}
		}
	}
	close(fd);
}

void chain_find_maps(struct chain *chain)
{
	__u32 ids[CHAIN_MAP_COUNT], size = sizeof(struct bpf_prog_info);
	struct bpf_prog_info info = { .nr_map_ids = CHAIN_MAP_COUNT,
				      .map_ids = (__u64)(unsigned long)ids };
	int root = open_root(chain);

	if (root < 0)
		return;
	if (bpf_obj_get_info_by_fd(root, &info, &size) == 0) {
		for (__u32 i = 0; i < info.nr_map_ids && i < CHAIN_MAP_COUNT; i++) {
			int fd = bpf_map_get_fd_by_id(ids[i]);

			if (fd >= 0)
				take_missing(chain, fd);
		}
	}
	close(root);
}

static int make_directories(struct chain *chain, struct problem *problem)
{
	char parent[BPFFS_PATH_SIZE];
	int err;

	snprintf(parent, sizeof(parent), "%s", chain->second);
	*strrchr(parent, '/') = '\0';
	err = bpffs_make_directory(parent);
	if (!err)
		err = bpffs_make_directory(chain->second);
	if (!err)
		err = bpffs_make_directory(chain->pins);
	return err ? problem_errno(problem, err, "cannot create %s", chain->pins) : 0;
}

int chain_pin_maps(struct chain *chain, struct problem *problem)
{
	const char *places[] = { chain->second, chain->pins };
	char path[BPFFS_PATH_SIZE];
	int err;

	err = make_directories(chain, problem);
	for (int place = 0; !err && place < 2; place++) {
		for (int i = 0; !err && i < CHAIN_MAP_COUNT; i++) {
			bpffs_join(path, places[place], chain_map_shapes[i].name);
			if (!bpffs_exists(path))
				err = bpffs_pin(chain->map[i], path, problem);
		}
	}
	return err;
}

int chain_unpin_maps(struct chain *chain, struct problem *problem)
{
	const char *places[] = { chain->second, chain->pins };
	char path[BPFFS_PATH_SIZE];
	int err = 0;

	for (int place = 0; !err && place < 2; place++) {
		for (int i = 0; !err && i < CHAIN_MAP_COUNT; i++) {
			if (i == CHAIN_IDENTITY)
				continue;
			bpffs_join(path, places[place], chain_map_shapes[i].name);
			err = bpffs_unpin(path, problem);
		}
	}
	return err;
}

int chain_remove(struct chain *chain, struct problem *problem)
{
	int err = bpffs_remove_tree(chain->pins, problem);

	return err ? err : bpffs_remove_tree(chain->second, problem);
}

int chain_read_identity(const struct chain *chain, struct ecbpf_chain_identity *ret_identity,
			struct problem *problem)
{
	__u32 only_entry = 0;

	if (bpf_map_lookup_elem(chain->map[CHAIN_IDENTITY], &only_entry, ret_identity) < 0)
		return problem_errno(problem, -errno, "cannot read %s of %s", ECBPF_MAP_CHAIN,
				     chain->interface);
	if (ret_identity->abi_version && ret_identity->abi_version != ECBPF_ABI_VERSION)
		return problem_set(problem, -EPROTO,
				   "the chain of %s has version %u, this build expects %u: --detach "
				   "with that version, then attach again",
				   chain->interface, ret_identity->abi_version, ECBPF_ABI_VERSION);
	return 0;
}

int chain_write_identity(const struct chain *chain, const struct ecbpf_chain_identity *identity,
			 struct problem *problem)
{
	__u32 only_entry = 0;

	if (bpf_map_update_elem(chain->map[CHAIN_IDENTITY], &only_entry, identity, BPF_ANY) < 0)
		return problem_errno(problem, -errno, "cannot write %s of %s", ECBPF_MAP_CHAIN,
				     chain->interface);
	return 0;
}
