// SPDX-License-Identifier: GPL-2.0-only
#include "subprogram.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "abi/pin_names.h"
#include "cleanup.h"
#include "counters.h"
#include "load_time.h"
#include "log.h"
#include "object_file.h"
#include "refused_load.h"
#include "slot_table.h"

#define MAPS_MAX 64

/* The chain's maps that a subprogram may use. */
static const enum chain_map shared_maps[] = { CHAIN_SLOTS, CHAIN_STATS, CHAIN_EXIT_HOOK,
					      CHAIN_CAPTURE_HOOK };

int subprogram_register_sections(struct problem *problem)
{
	static bool registered;

	if (registered)
		return 0;
	if (libbpf_register_prog_handler("xdp", BPF_PROG_TYPE_XDP, BPF_XDP, NULL) < 0 ||
	    libbpf_register_prog_handler("xdp.frags", BPF_PROG_TYPE_XDP, BPF_XDP, NULL) < 0)
		return problem_errno(problem, -errno, "cannot set libbpf up for xdp sections");
	registered = true;
	return 0;
}

struct bpf_object *subprogram_open_file(const char *path, struct problem *problem)
{
	struct bpf_object *object;

	if (object_file_check(path, problem) || subprogram_register_sections(problem))
		return NULL;
	log_kept_clear();
	object = bpf_object__open_file(path, NULL);
	if (!object)
		problem_errno(problem, -errno, "%s: libbpf cannot open it", path);
	return object;
}

static bool is_xdp(const struct bpf_program *program)
{
	enum bpf_prog_type type = bpf_program__type(program);

	/* Sections that libbpf does not know have no type: "prog", "xdp/x", "xdp_sock". */
	return type == BPF_PROG_TYPE_XDP || type == BPF_PROG_TYPE_UNSPEC;
}

static int find_program(struct subprogram *subprogram, const char *name, struct problem *problem)
{
	struct bpf_program *program;
	unsigned int count = 0;

	subprogram->program = NULL;
	bpf_object__for_each_program(program, subprogram->object) {
		if (!is_xdp(program))
			continue;
		count++;
		if (!name || !strcmp(bpf_program__name(program), name))
			subprogram->program = program;
	}
	if (!subprogram->program && name)
		return problem_set(problem, -ENOENT, "%s: no XDP program is called '%s'",
				   subprogram->object_name, name);
	if (!count)
		return problem_set(problem, -ENOENT, "%s: no XDP program in it",
				   subprogram->object_name);
	if (count > 1 && !name)
		return problem_set(problem, -EINVAL,
				   "%s: has %u XDP programs; name one with --program",
				   subprogram->object_name, count);
	bpf_object__for_each_program(program, subprogram->object)
		bpf_program__set_autoload(program, program == subprogram->program);
	return 0;
}

static int set_type(struct subprogram *subprogram, struct problem *problem)
{
	const char *section = bpf_program__section_name(subprogram->program);
	bool handles_frags = !strncmp(section, "xdp.frags", strlen("xdp.frags"));

	if (subprogram->identity->frags && !handles_frags)
		return problem_set(
			problem, -EINVAL,
			"%s: program '%s' is in section \"%s\", not \"xdp.frags\": it does "
			"not handle multi-buffer frames, and %s was attached with --frags",
			subprogram->object_name, bpf_program__name(subprogram->program), section,
			subprogram->chain->interface);
	if (bpf_program__type(subprogram->program) == BPF_PROG_TYPE_UNSPEC)
		bpf_program__set_type(subprogram->program, BPF_PROG_TYPE_XDP);
	/* All members of one array must agree on these two (6.1.x and newer insist). */
	bpf_program__set_expected_attach_type(subprogram->program, BPF_XDP);
	bpf_program__set_flags(subprogram->program,
			       subprogram->identity->frags ? BPF_F_XDP_HAS_FRAGS : 0);
	return 0;
}

static int set_rodata(struct subprogram *subprogram, struct problem *problem)
{
	struct bpf_map *map = bpf_object__find_map_by_name(subprogram->object, ".rodata.ecbpf");
	struct ecbpf_program *config;
	size_t size;

	subprogram->kit = map != NULL;
	if (!map)
		return 0;
	config = (struct ecbpf_program *)bpf_map__initial_value(map, &size);
	if (!config || size != sizeof(*config) || config->abi_version != ECBPF_ABI_VERSION)
		return problem_set(
			problem, -EPROTO,
			"%s: built with another subprogram kit (version %u, %zu bytes; this "
			"loader has version %u, %zu bytes); build it again",
			subprogram->object_name, config && size >= 4 ? config->abi_version : 0,
			size, ECBPF_ABI_VERSION, sizeof(*config));
	config->slot = subprogram->slot;
	config->next = subprogram->slot + 1;
	config->frags = subprogram->identity->frags;
	return 0;
}

/* The chain's map of that name, or -1. */
static int shared_map_named(const char *name)
{
	for (size_t i = 0; i < sizeof(shared_maps) / sizeof(*shared_maps); i++) {
		if (!strcmp(name, chain_map_shapes[shared_maps[i]].name))
			return (int)shared_maps[i];
	}
	return -1;
}

/* A stranger's map may have the name of a shared one by chance. */
static bool is_shared(const struct bpf_map *map)
{
	int shared = shared_map_named(bpf_map__name(map));
	const struct map_shape *shape;

	if (shared < 0)
		return false;
	shape = &chain_map_shapes[shared];
	return bpf_map__type(map) == shape->type && bpf_map__key_size(map) == shape->key_size &&
	       bpf_map__value_size(map) == shape->value_size &&
	       bpf_map__max_entries(map) == shape->max_entries;
}

static bool is_elsewhere(const struct subprogram *subprogram, const struct bpf_map *map)
{
	for (const char *const *name = subprogram->shared; name && *name; name++) {
		if (!strcmp(*name, bpf_map__name(map)))
			return true;
	}
	return false;
}

static bool is_private(const struct subprogram *subprogram, const struct bpf_map *map)
{
	return !is_shared(map) && !bpf_map__is_internal(map) && !is_elsewhere(subprogram, map);
}

static int tie_shared_maps(struct subprogram *subprogram, struct problem *problem)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, subprogram->object) {
		int shared = shared_map_named(bpf_map__name(map)), err;

		if (shared >= 0 && !is_shared(map) && subprogram->kit)
			return problem_set(
				problem, -EPROTO,
				"%s: its map %s is not of this kit's shape; build it again",
				subprogram->object_name, bpf_map__name(map));
		if (!is_shared(map))
			continue;
		err = bpf_map__reuse_fd(map, subprogram->chain->map[shared]);
		if (err)
			return problem_errno(problem, err, "%s: cannot use the chain's %s",
					     subprogram->object_name, bpf_map__name(map));
	}
	return 0;
}

static int check_map_names(struct subprogram *subprogram, struct problem *problem)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, subprogram->object) {
		if (!strcmp(bpf_map__name(map), ECBPF_PIN_PROGRAM))
			return problem_set(problem, -EINVAL,
					   "%s: no map may be called '%s', which is the name of the "
					   "program's pin",
					   subprogram->object_name, ECBPF_PIN_PROGRAM);
	}
	return 0;
}

/* Maps that may become an entry of the same array of maps whatever their size may also take each
 * other's place. */
static __u32 entries_to_find(const struct bpf_map *map)
{
	return bpf_map__map_flags(map) & BPF_F_INNER_MAP ? 0 : bpf_map__max_entries(map);
}

/* A map of this name and shape that is pinned for a place: fd, or as pinned_map_open(). */
static int find_map(const struct subprogram *subprogram, unsigned int place,
		    const struct bpf_map *map)
{
	char directory[BPFFS_PATH_SIZE], name[64];
	struct map_shape shape = { name, bpf_map__type(map), bpf_map__key_size(map),
				   bpf_map__value_size(map), entries_to_find(map) };

	slot_table_path(subprogram->chain, place, "", directory);
	bpffs_escape(bpf_map__name(map), name, sizeof(name));
	return pinned_map_open(directory, &shape, NULL);
}

/* State survives a replacement: a map that the old version left in the slot is used again if it is
 * still of the same shape. What is not there may be the sibling's. */
static int tie_private_maps(struct subprogram *subprogram, bool same, struct problem *problem)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, subprogram->object) {
		unsigned int place = subprogram->slot;
		int err, fd = -ENOENT, own;

		if (!is_private(subprogram, map))
			continue;
		if (same)
			fd = find_map(subprogram, place, map);
		own = fd;
		if (fd < 0 && subprogram->has_sibling) {
			place = subprogram->sibling;
			fd = find_map(subprogram, place, map);
		}
		if (fd < 0 && own == -EPROTO)
			log_warning("%s: the map %s has another shape than in the version it "
				    "replaces: it starts empty",
				    subprogram->object_name, bpf_map__name(map));
		if (fd < 0)
			continue;
		err = bpf_map__reuse_fd(map, fd);
		close(fd);
		if (err)
			return problem_errno(problem, err, "%s: cannot use the map %s of %s again",
					     subprogram->object_name, bpf_map__name(map),
					     slot_table_name(place));
	}
	return 0;
}

static int check_slot(struct subprogram *subprogram, bool *ret_same, struct problem *problem)
{
	const char *name = bpf_program__name(subprogram->program);
	struct slot slots[ECBPF_PLACE_COUNT], *slot;
	int err;

	if (subprogram->slot >= ECBPF_PLACE_COUNT)
		return problem_set(problem, -ERANGE, "slot %u is out of range 0..%d",
				   subprogram->slot, ECBPF_SLOT_COUNT - 1);
	err = slot_table_read(subprogram->chain, slots, problem);
	if (err)
		return err;
	slot = &slots[subprogram->slot];
	*ret_same = slot->recorded && !strcmp(slot->name, name);
	if ((!slot->program_id && !slot->pinned_id) ||
	    subprogram->replace == SUBPROGRAM_REPLACE_ANY ||
	    (subprogram->replace == SUBPROGRAM_REPLACE_SAME && *ret_same))
		return 0;
	return problem_set(problem, -EBUSY, "%s: %s is taken by %s (id %u); unload it first%s",
			   subprogram->chain->interface, slot_table_name(subprogram->slot),
			   *slot->name ? slot->name : "a program",
			   slot->program_id ? slot->program_id : slot->pinned_id,
			   subprogram->replace == SUBPROGRAM_REPLACE_NONE ? " or add --replace" :
									    "");
}

int subprogram_load(struct subprogram *subprogram, const char *program_name,
		    struct problem *problem)
{
	bool same = false;
	int err;

	err = find_program(subprogram, program_name, problem);
	if (!err)
		err = check_slot(subprogram, &same, problem);
	if (!err)
		err = set_type(subprogram, problem);
	if (!err)
		err = set_rodata(subprogram, problem);
	if (!err)
		err = check_map_names(subprogram, problem);
	if (!err)
		err = tie_shared_maps(subprogram, problem);
	if (!err)
		err = tie_private_maps(subprogram, same, problem);
	if (err)
		return err;
	log_kept_clear();
	err = bpf_object__load(subprogram->object);
	if (err)
		refused_load(problem, err, subprogram->object_name,
			     bpf_program__name(subprogram->program));
	return err;
}

static int fill_record(const struct subprogram *subprogram, struct ecbpf_program_record *ret_record,
		       struct problem *problem)
{
	size_t length = strlen(subprogram->object_name);
	struct counters counters = { 0 };
	int err;

	err = counters_read(subprogram->chain, &counters, problem);
	if (!err)
		ret_record->seen_before = counters_reached(counters.total, subprogram->slot);
	counters_free(&counters);
	ret_record->loaded_at = load_time_now();
	ret_record->slot = subprogram->slot;
	ret_record->kit = subprogram->kit;
	snprintf(ret_record->name, sizeof(ret_record->name), "%s",
		 bpf_program__name(subprogram->program));
	snprintf(ret_record->object, sizeof(ret_record->object), "%s",
		 subprogram->object_name +
			 (length < ECBPF_NAME_SIZE ? 0 : length - ECBPF_NAME_SIZE + 1));
	return err;
}

int subprogram_publish(struct subprogram *subprogram, struct problem *problem)
{
	struct slot_map maps[MAPS_MAX + 1]; /* and the names */
	struct slot_content content = { .program = bpf_program__fd(subprogram->program),
					.maps = maps };
	int names CLEANUP_CLOSE = -1;
	struct bpf_map *map;
	int err;

	bpf_object__for_each_map(map, subprogram->object) {
		if (!is_private(subprogram, map) || bpf_map__fd(map) < 0)
			continue;
		if (content.map_count == MAPS_MAX)
			return problem_set(problem, -E2BIG, "%s: more than %d maps",
					   subprogram->object_name, MAPS_MAX);
		maps[content.map_count].name = bpf_map__name(map);
		maps[content.map_count++].fd = bpf_map__fd(map);
	}
	if (subprogram->reason_names) {
		names = reason_names_create(subprogram->reason_names, problem);
		if (names < 0)
			return names;
		maps[content.map_count].name = ECBPF_PIN_REASON_NAMES;
		maps[content.map_count++].fd = names;
	}
	err = fill_record(subprogram, &content.record, problem);
	if (err)
		return err;
	err = slot_table_publish(subprogram->chain, subprogram->slot, &content, problem);
	/* Nothing goes on after the exit hook, and what comes there was counted. */
	if (!err && !subprogram->kit && subprogram->slot != ECBPF_EXIT_HOOK)
		log_warning("%s: not built with the subprogram kit: it ends the chain in slot %u and "
			    "its packets are not counted",
			    subprogram->object_name, subprogram->slot);
	return err;
}
