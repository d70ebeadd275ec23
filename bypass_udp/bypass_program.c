// SPDX-License-Identifier: GPL-2.0-only
#include "bypass_program.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "bpffs.h"
#include "bypass_edit.skel.h"
#include "bypass_observer.skel.h"
#include "bypass_slot.h"
#include "bypass_udp.h"
#include "bypass_udp.skel.h"
#include "bypass_udp_conntrack.skel.h"
#include "cleanup.h"
#include "log.h"
#include "refused_load.h"
#include "subprogram.h"

#define EDIT_ASIDE "bypass_edit_new"

const char *const bypass_program_shared[] = {
	BYPASS_MAP_TABLES,   BYPASS_MAP_STATIC,
	BYPASS_MAP_LEARNED,  BYPASS_MAP_NEXTHOPS,
	BYPASS_MAP_DEVICES,  BYPASS_MAP_SETTINGS,
	BYPASS_MAP_DAEMON,   BYPASS_MAP_CLAIM,
	BYPASS_MAP_AWAITED,  BYPASS_MAP_PENDING,
	BYPASS_MAP_EVENTS,   BYPASS_MAP_LEDGER,
	BYPASS_MAP_EXCLUDED, NULL,
};

const char *bypass_program_object_name(enum bypass_object which)
{
	static const char *const names[BYPASS_OBJECT_COUNT] = {
		[BYPASS_OBJECT_CONNTRACK] = BYPASS_CONNTRACK_OBJECT,
		[BYPASS_OBJECT_PLAIN] = "bypass_udp",
		[BYPASS_OBJECT_OBSERVER] = "bypass_observer",
		[BYPASS_OBJECT_EDIT] = "bypass_edit",
	};

	return names[which];
}

static bool is_shared(const struct bpf_map *map)
{
	for (const char *const *name = bypass_program_shared; *name; name++) {
		if (!strcmp(*name, bpf_map__name(map)))
			return true;
	}
	return false;
}

static int tie_map(struct bpf_map *map, const char *directory, struct problem *problem)
{
	CLEANUP_CLOSE int fd = -1;
	char path[BPFFS_PATH_SIZE];
	int err;

	bpffs_join(path, directory, bpf_map__name(map));
	fd = bpffs_open(path);
	if (fd == -ENOENT)
		return 0;
	if (fd < 0)
		return problem_errno(problem, fd, "cannot open %s", path);
	err = bpf_map__reuse_fd(map, fd);
	return err ? problem_errno(problem, err, "cannot use %s", path) : 0;
}

static const void *bytes_of(enum bypass_object which, size_t *ret_size)
{
	switch (which) {
	case BYPASS_OBJECT_CONNTRACK:
		return bypass_udp_conntrack__elf_bytes(ret_size);
	case BYPASS_OBJECT_PLAIN:
		return bypass_udp__elf_bytes(ret_size);
	case BYPASS_OBJECT_OBSERVER:
		return bypass_observer__elf_bytes(ret_size);
	default:
		return bypass_edit__elf_bytes(ret_size);
	}
}

int bypass_program_open(enum bypass_object which, const char *directory,
			struct bpf_object **ret_object, struct problem *problem)
{
	LIBBPF_OPTS(bpf_object_open_opts, options,
		    .object_name = bypass_program_object_name(which));
	struct bpf_map *map;
	const void *bytes;
	size_t size;
	int err = subprogram_register_sections(problem);

	*ret_object = NULL;
	if (err)
		return err;
	log_kept_clear();
	bytes = bytes_of(which, &size);
	*ret_object = bpf_object__open_mem(bytes, size, &options);
	if (!*ret_object)
		return problem_errno(problem, -errno, "cannot open the object %s",
				     options.object_name);
	bpf_object__for_each_map(map, *ret_object) {
		if (!err && is_shared(map))
			err = tie_map(map, directory, problem);
	}
	if (err) {
		bpf_object__close(*ret_object);
		*ret_object = NULL;
	}
	return err;
}

static int create(enum bpf_map_type type, const char *name, __u32 key_size, __u32 value_size,
		  __u32 max_entries, const struct bpf_map_create_opts *options,
		  const char *directory, struct problem *problem)
{
	char path[BPFFS_PATH_SIZE];
	int fd = bpf_map_create(type, name, key_size, value_size, max_entries, options), err;

	if (fd < 0)
		return problem_errno(problem, -errno, "cannot make the map %s of %u entries", name,
				     max_entries);
	bpffs_join(path, directory, name);
	err = bpffs_pin(fd, path, problem);
	if (err)
		close(fd);
	return err ? err : fd;
}

static int create_table(const char *name, __u32 max_entries, const char *directory,
			struct problem *problem)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_NO_PREALLOC);

	return create(BPF_MAP_TYPE_HASH, name, sizeof(struct flow_key), sizeof(struct flow_value),
		      max_entries, &options, directory, problem);
}

/* Without BTF: kernels up to 6.1 would refuse a table with it in the place of one without, and a new
 * table is made where no object is at hand (flow_tables.h). */
static int pin_tables(const char *directory, uint32_t max_flows, uint32_t max_learned,
		      struct problem *problem)
{
	LIBBPF_OPTS(bpf_map_create_opts, options);
	CLEANUP_CLOSE int static_flows = -1;
	CLEANUP_CLOSE int learned_flows = -1;
	CLEANUP_CLOSE int tables = -1;
	__u32 first = FLOW_TABLE_STATIC, second = FLOW_TABLE_LEARNED;

	static_flows = create_table(BYPASS_MAP_STATIC, max_flows, directory, problem);
	if (static_flows < 0)
		return static_flows;
	learned_flows = create_table(BYPASS_MAP_LEARNED, max_learned, directory, problem);
	if (learned_flows < 0)
		return learned_flows;
	options.inner_map_fd = (__u32)static_flows;
	tables = create(BPF_MAP_TYPE_ARRAY_OF_MAPS, BYPASS_MAP_TABLES, sizeof(__u32), sizeof(__u32),
			FLOW_TABLE_COUNT, &options, directory, problem);
	if (tables < 0)
		return tables;
	if (bpf_map_update_elem(tables, &first, &static_flows, BPF_ANY) ||
	    bpf_map_update_elem(tables, &second, &learned_flows, BPF_ANY))
		return problem_errno(problem, -errno, "cannot fill %s", BYPASS_MAP_TABLES);
	return 0;
}

/* Loads an object without its programs, and pins those shared maps that were not there. */
static int pin_maps_of(enum bypass_object which, const char *directory, struct problem *problem)
{
	struct bpf_program *program;
	struct bpf_object *object;
	char path[BPFFS_PATH_SIZE];
	struct bpf_map *map;
	int err = bypass_program_open(which, directory, &object, problem);

	if (err)
		return err;
	bpf_object__for_each_program(program, object)
		bpf_program__set_autoload(program, false);
	bpf_object__for_each_map(map, object)
		bpf_map__set_autocreate(map, is_shared(map));
	err = bpf_object__load(object);
	if (err)
		problem_errno(problem, err, "cannot make the maps of %s",
			      bypass_program_object_name(which));
	bpf_object__for_each_map(map, object) {
		bpffs_join(path, directory, bpf_map__name(map));
		if (!err && is_shared(map) && !bpffs_exists(path))
			err = bpffs_pin(bpf_map__fd(map), path, problem);
	}
	bpf_object__close(object);
	return err;
}

int bypass_program_pin_edit(const char *directory, struct problem *problem)
{
	char aside[BPFFS_PATH_SIZE], path[BPFFS_PATH_SIZE];
	struct bpf_object *object;
	int err = bypass_program_open(BYPASS_OBJECT_EDIT, directory, &object, problem);

	if (err)
		return err;
	bpffs_join(path, directory, BYPASS_EDIT);
	bpffs_join(aside, directory, EDIT_ASIDE);
	err = bpf_object__load(object);
	if (err)
		refused_load(problem, err, bypass_program_object_name(BYPASS_OBJECT_EDIT),
			     BYPASS_EDIT);
	else
		err = bpffs_unpin(aside, problem);
	if (!err)
		err = bpffs_pin(bpf_program__fd(bpf_object__next_program(object, NULL)), aside,
				problem);
	if (!err)
		err = bpffs_rename(aside, path, problem);
	bpf_object__close(object);
	return err;
}

int bypass_program_pin_shared(const char *directory, uint32_t max_flows, uint32_t max_learned,
			      struct problem *problem)
{
	int err = pin_tables(directory, max_flows, max_learned, problem);

	if (!err)
		err = pin_maps_of(BYPASS_OBJECT_PLAIN, directory, problem);
	if (!err)
		err = pin_maps_of(BYPASS_OBJECT_OBSERVER, directory, problem);
	return err ? err : bypass_program_pin_edit(directory, problem);
}
