// SPDX-License-Identifier: GPL-2.0-only
#include "program_set.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "abi/pin_names.h"
#include "abi/slots.h"

static const char *const map_names[MAP_COUNT] = {
	[MAP_SLOTS] = ECBPF_MAP_SLOTS,
	[MAP_STATS] = ECBPF_MAP_STATS,
	[MAP_EXIT_HOOK] = ECBPF_MAP_EXIT_HOOK,
	[MAP_CAPTURE_HOOK] = ECBPF_MAP_CAPTURE_HOOK,
	[MAP_RECORDS] = "parse_records",
	[MAP_SAMPLER_CONFIG] = "sampler_config",
	[MAP_SAMPLER_CPUS] = "sampler_cpus",
	[MAP_SAMPLER_RING] = "sampler_ring",
	[MAP_RECORDERS] = "recorders",
	[MAP_RECORDER_KEYS] = "recorder_keys",
	[MAP_RECORDER_SEARCH] = "recorder_search",
};

static int complain(int err, const char *what, const char *name)
{
	fprintf(stderr, "%s: %s %s: %s\n", program_invocation_short_name, what, name,
		strerror(-err));
	return err;
}

/* libbpf's own handler of "xdp.frags" would set the frags flag, which old kernels refuse. */
static int register_sections(void)
{
	static int registered;

	if (registered)
		return 0;
	if (libbpf_register_prog_handler("xdp", BPF_PROG_TYPE_XDP, BPF_XDP, NULL) < 0 ||
	    libbpf_register_prog_handler("xdp.frags", BPF_PROG_TYPE_XDP, BPF_XDP, NULL) < 0)
		return complain(-errno, "register", "xdp sections");
	registered = 1;
	return 0;
}

struct program_set program_set_empty(const char *directory)
{
	struct program_set set = { .directory = directory, .entry = -1 };

	for (int i = 0; i < MAP_COUNT; i++)
		set.maps[i] = -1;
	return set;
}

void program_set_close(struct program_set *set)
{
	while (set->object_count)
		bpf_object__close(set->objects[--set->object_count]);
	*set = program_set_empty(set->directory);
}

struct bpf_object *program_set_open(struct program_set *set, const char *name)
{
	struct bpf_object *object;
	char path[4096];

	if (register_sections() || set->object_count == PROGRAM_SET_LIMIT)
		return NULL;
	(void)snprintf(path, sizeof(path), "%s/%s.o", set->directory, name);
	object = bpf_object__open_file(path, NULL);
	if (!object) {
		complain(-errno, "open", path);
		return NULL;
	}
	set->objects[set->object_count++] = object;
	return object;
}

void *program_set_data(struct bpf_object *object, const char *suffix, size_t expected)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, object) {
		const char *name = bpf_map__name(map);
		size_t size, length = strlen(name), tail = strlen(suffix);
		void *value;

		if (length < tail || strcmp(name + length - tail, suffix))
			continue;
		value = (void *)bpf_map__initial_value(map, &size);
		return size == expected ? value : NULL;
	}
	return NULL;
}

static int tie_maps(struct program_set *set, struct bpf_object *object)
{
	for (int i = 0; i < MAP_COUNT; i++) {
		struct bpf_map *map = bpf_object__find_map_by_name(object, map_names[i]);
		int err = map && set->maps[i] >= 0 ? bpf_map__reuse_fd(map, set->maps[i]) : 0;

		if (err)
			return complain(err, "share map", map_names[i]);
	}
	return 0;
}

/* Loads a program of a chain; returns its descriptor. `slot` of the root: ECBPF_ROOT_ROW. */
static int load_member(struct program_set *set, const char *name, __u32 slot)
{
	struct bpf_object *object = program_set_open(set, name);
	struct ecbpf_program *rodata;
	int err;

	if (!object)
		return -ENOENT;
	rodata = program_set_data(object, ".rodata.ecbpf", sizeof(*rodata));
	if (rodata) {
		rodata->slot = slot;
		rodata->next = slot + 1;
	}
	err = tie_maps(set, object);
	if (err)
		return err;
	err = bpf_object__load(object);
	if (err)
		return complain(err, "load", name);
	for (int i = 0; i < MAP_COUNT; i++)
		if (set->maps[i] < 0)
			set->maps[i] = bpf_object__find_map_fd_by_name(object, map_names[i]);
	return bpf_program__fd(bpf_object__next_program(object, NULL));
}

int program_set_enter(struct program_set *set, struct bpf_object *object)
{
	int err = bpf_object__load(object);

	if (err)
		return complain(err, "load", bpf_object__name(object));
	set->entry = bpf_program__fd(bpf_object__next_program(object, NULL));
	return 0;
}

static int put(int map, __u32 index, int program)
{
	int err = bpf_map_update_elem(map, &index, &program, BPF_ANY);

	return err ? complain(err, "put a program into", "its slot") : 0;
}

int program_set_update(struct bpf_object *object, const char *map, const void *value)
{
	__u32 only_entry = 0;
	int fd = bpf_object__find_map_fd_by_name(object, map);
	int err = fd < 0 ? fd : bpf_map_update_elem(fd, &only_entry, value, BPF_ANY);

	return err ? complain(err, "write into", map) : 0;
}

int program_set_single(struct program_set *set, const char *object)
{
	set->entry = load_member(set, object, 0);
	return set->entry < 0 ? set->entry : 0;
}

int program_set_chain(struct program_set *set, const char *root, const char *slot_object,
		      unsigned int slots)
{
	set->entry = load_member(set, root, ECBPF_ROOT_ROW);
	if (set->entry < 0)
		return set->entry;
	for (__u32 slot = 0; slot < ECBPF_SLOT_COUNT; slot++) {
		int program, err;

		if (!(slots & 1U << slot))
			continue;
		program = load_member(set, slot_object, slot);
		if (program < 0)
			return program;
		err = put(set->maps[MAP_SLOTS], slot, program);
		if (err)
			return err;
	}
	return 0;
}

int program_set_hook(struct program_set *set, const char *object, int map, unsigned int index)
{
	int program = load_member(set, object, map == MAP_SLOTS ? index : 0);

	return program < 0 ? program : put(set->maps[map], index, program);
}

int program_set_tail_calls(struct program_set *set, const char *object, unsigned int count)
{
	struct bpf_object *chain;
	int err = program_set_single(set, object);
	int slots;

	if (err)
		return err;
	chain = set->objects[0];
	slots = bpf_object__find_map_fd_by_name(chain, "slots");
	for (unsigned int i = 0; i < count && !err; i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "slot_%u", i);
		err = put(slots, i, bpf_program__fd(bpf_object__find_program_by_name(chain, name)));
	}
	set->entry = bpf_program__fd(bpf_object__find_program_by_name(chain, "root"));
	return err;
}

int program_set_dispatcher(struct program_set *set, unsigned int count)
{
	struct {
		__u32 count;
		__u32 continue_on[8];
	} * members;
	struct bpf_object *object = program_set_open(set, "call_dispatcher");

	if (!object)
		return -ENOENT;
	members = program_set_data(object, ".rodata.members", sizeof(*members));
	if (!members)
		return complain(-ENOENT, "find", ".rodata.members");
	members->count = count;
	for (int i = 0; i < 8; i++)
		members->continue_on[i] = 1U << 31 | 1U << XDP_PASS;
	return program_set_enter(set, object);
}
