// SPDX-License-Identifier: GPL-2.0-only
#include "subject.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

int subject_program(struct price_row *row, const char *object)
{
	int err = program_set_single(&row->sets[0], object);

	row->entry = row->sets[0].entry;
	return err;
}

struct filter_config subject_strict(void)
{
	struct filter_config config = { .fragments_ipv4 = FILTER_FRAGMENTS_DROP,
					.fragments_ipv6 = FILTER_FRAGMENTS_DROP,
					.ptb_ttl = 64 };

	memset(config.check, FILTER_KNOB_DROP, sizeof(config.check));
	return config;
}

int subject_set_filter(const struct program_set *set, const struct bench_list *list,
		       const struct filter_config *config)
{
	int err = program_set_update(set->objects[1], FILTER_MAP_CONFIG, config);

	return err || !list ? err :
			      program_set_update(set->objects[1], FILTER_MAP_SOURCES, &list->map);
}

int subject_filter(struct price_row *row, const struct bench_list *list,
		   const struct filter_config *config)
{
	struct program_set *set = &row->sets[0];
	int err = program_set_chain(set, "xdp_root", FILTER_PROGRAM, 1U << SUBJECT_SLOT);

	row->entry = set->entry;
	return err ? err : subject_set_filter(set, list, config);
}

static const char *family_name(int family, const char *ipv4, const char *ipv6)
{
	return family == AF_INET ? ipv4 : ipv6;
}

/* Loads one of an object's two programs, with its table as large as the list. */
static int load_lookup(struct program_set *set, const char *name, const char *program_name,
		       const char *map_name, size_t entries)
{
	struct bpf_object *object = program_set_open(set, name);
	struct bpf_program *program;
	struct bpf_map *map;
	int err;

	if (!object)
		return -ENOENT;
	/* xdp-filter's maps want to be pinned, and would be shared. */
	bpf_object__for_each_map(map, object)
		(void)bpf_map__set_pin_path(map, NULL);
	map = bpf_object__find_map_by_name(object, map_name);
	err = map && entries ? bpf_map__set_max_entries(map, (__u32)entries) : 0;
	if (!err)
		err = program_set_enter(set, object);
	program = bpf_object__find_program_by_name(object, program_name);
	if (!err && program)
		set->entry = bpf_program__fd(program);
	return err;
}

int subject_lookup(struct price_row *row, const char *object, const struct bench_list *list)
{
	const char *table = family_name(list->family, "sources_ipv4", "sources_ipv6");
	struct program_set *set = &row->sets[0];
	int err = load_lookup(set, object, family_name(list->family, "lookup_ipv4", "lookup_ipv6"),
			      table, list->sources.count);

	row->entry = set->entry;
	if (err)
		return err;
	if (!strcmp(object, "lookup_list"))
		return program_set_update(set->objects[0], FILTER_MAP_SOURCES, &list->map);
	return bench_list_fill(list, bpf_object__find_map_fd_by_name(set->objects[0], table),
			       !strcmp(object, "lookup_hash"));
}

int subject_xdp_filter(struct price_row *row, const char *directory, const struct bench_list *list)
{
	const char *table = family_name(list->family, "filter_ipv4", "filter_ipv6");
	struct program_set *set = &row->sets[0];
	size_t entries = list->sources.count > 10000 ? list->sources.count : 0;
	int err;

	*set = program_set_empty(directory);
	err = load_lookup(set, SUBJECT_XDP_FILTER, SUBJECT_XDP_FILTER, table, entries);
	row->entry = set->entry;
	if (err)
		return err;
	return bench_list_fill(list, bpf_object__find_map_fd_by_name(set->objects[0], table), true);
}

int subject_restore(struct price_row *row)
{
	struct program_set *set = &row->sets[1];
	int err = program_set_single(set, "restore_root");

	if (!err)
		err = program_set_update(set->objects[0], "template", &row->frame);
	if (!err)
		err = program_set_update(set->objects[0], "subject", &row->entry);
	row->entry = set->entry;
	return err;
}
