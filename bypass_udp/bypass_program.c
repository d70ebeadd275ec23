// SPDX-License-Identifier: GPL-2.0-only
#include "bypass_program.h"

#include <bpf/libbpf.h>
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
	BYPASS_MAP_TABLES_IPV4,
	BYPASS_MAP_STATIC_IPV4,
	BYPASS_MAP_LEARNED_IPV4,
	BYPASS_MAP_TABLES_IPV6,
	BYPASS_MAP_STATIC_IPV6,
	BYPASS_MAP_LEARNED_IPV6,
	BYPASS_MAP_NEXTHOPS,
	BYPASS_MAP_DEVICES,
	BYPASS_MAP_SETTINGS,
	BYPASS_MAP_DAEMON,
	BYPASS_MAP_CLAIM,
	BYPASS_MAP_AWAITED,
	BYPASS_MAP_PENDING,
	BYPASS_MAP_EVENTS,
	BYPASS_MAP_LEDGER,
	BYPASS_MAP_EXCLUDED,
	NULL,
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

struct table_sizes {
	uint32_t max_flows, max_learned;
};

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

static int size_tables(const struct bpf_object *object, const struct table_sizes *sizes)
{
	const struct {
		const char *name;
		uint32_t entries;
	} tables[] = {
		{ BYPASS_MAP_STATIC_IPV4, sizes->max_flows },
		{ BYPASS_MAP_STATIC_IPV6, sizes->max_flows },
		{ BYPASS_MAP_LEARNED_IPV4, sizes->max_learned },
		{ BYPASS_MAP_LEARNED_IPV6, sizes->max_learned },
	};
	int err = 0;

	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables) && !err; i++)
		err = bpf_map__set_max_entries(bpf_object__find_map_by_name(object, tables[i].name),
					       tables[i].entries);
	return err;
}

/* Loads an object without its programs, and pins those shared maps that were not there; `sizes` NULL: the
 * tables were. */
static int pin_maps_of(enum bypass_object which, const struct table_sizes *sizes,
		       const char *directory, struct problem *problem)
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
	err = sizes ? size_tables(object, sizes) : 0;
	if (!err)
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
	const struct table_sizes sizes = { max_flows, max_learned };
	int err = pin_maps_of(BYPASS_OBJECT_EDIT, &sizes, directory, problem);

	if (!err)
		err = pin_maps_of(BYPASS_OBJECT_PLAIN, NULL, directory, problem);
	if (!err)
		err = pin_maps_of(BYPASS_OBJECT_OBSERVER, NULL, directory, problem);
	return err ? err : bypass_program_pin_edit(directory, problem);
}

int bypass_program_describe(struct flow_tables *tables, struct problem *problem)
{
	struct bpf_object *object;
	int err = bypass_program_open(BYPASS_OBJECT_EDIT, tables->directory, &object, problem);

	if (!err)
		err = flow_tables_describe(tables, object, problem);
	bpf_object__close(object);
	return err;
}
