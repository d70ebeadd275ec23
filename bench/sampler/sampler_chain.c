// SPDX-License-Identifier: GPL-2.0-only
#include "sampler_chain.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recorder_maps.h"
#include "sampling_rate.h"
#include "xdp_sampler.h"

#define SUBPROGRAM_SLOT 2
#define EVERYTHING 0xffffffffU

static const struct {
	const char *object;
	int map;
	__u32 index;
} members[] = {
	{ SAMPLER_INGRESS_PROGRAM, MAP_SLOTS, SAMPLER_SLOT_DEFAULT },
	{ SAMPLER_VERDICT_PROGRAM, MAP_EXIT_HOOK, 0 },
	{ "hands_on", MAP_EXIT_HOOK, 0 },
	{ "default_wakeups", MAP_EXIT_HOOK, 0 },
};
#define MEMBER_COUNT (sizeof(members) / sizeof(*members))

static int complain(int err, const char *what)
{
	fprintf(stderr, "bench_sampler: %s: %s\n", what, strerror(-err));
	return err;
}

int sampler_chain_load(struct program_set *set, unsigned int programs)
{
	int err = program_set_chain(set, "xdp_root", "subprogram_continue", 1U << SUBPROGRAM_SLOT);

	for (size_t i = 0; i < MEMBER_COUNT && !err; i++)
		if (programs >> i & 1)
			err = program_set_hook(set, members[i].object, members[i].map,
					       members[i].index);
	return err;
}

/* Objects are told apart by their programs: the name of an object is cut. */
static int program_of(const struct program_set *set, const char *name)
{
	for (unsigned int i = 0; i < set->object_count; i++) {
		struct bpf_program *program = bpf_object__next_program(set->objects[i], NULL);

		if (!strcmp(bpf_program__name(program), name))
			return bpf_program__fd(program);
	}
	return -ENOENT;
}

int sampler_chain_occupy(struct program_set *set, unsigned int programs)
{
	for (size_t i = 0; i < MEMBER_COUNT; i++) {
		int map = set->maps[members[i].map];
		int program = program_of(set, members[i].object);
		int err = 0;

		if (program < 0)
			continue;
		if (programs >> i & 1)
			err = bpf_map_update_elem(map, &members[i].index, &program, BPF_ANY);
		else if (bpf_map_delete_elem(map, &members[i].index) && errno != ENOENT)
			err = -errno;
		if (err)
			return complain(err, members[i].object);
	}
	return 0;
}

static int set_config(const struct program_set *set, const struct sampler_case *what)
{
	static __u64 generation;
	const __u32 only_entry = 0;
	struct sampler_config config = {
		.word = ++generation << 1 | (what->crowd.count > 0),
		.reasons = ~0ULL,
		.verdicts = EVERYTHING,
		.rows = EVERYTHING,
		.capture_length = what->frame_length ? what->frame_length : SAMPLER_CAPTURE_DEFAULT,
		/* A ring that is drained never gets this full. */
		.wake_at = SAMPLER_RING_DEFAULT,
	};

	for (int place = 0; place < SAMPLER_PLACE_COUNT; place++) {
		config.draw[place] = sampler_draw_of(what->rate);
		for (int action = 0; action < ECBPF_ACTION_COUNT; action++)
			config.rate[place][action] = what->rate;
	}
	return bpf_map_update_elem(set->maps[MAP_SAMPLER_CONFIG], &only_entry, &config, BPF_ANY);
}

static int set_recorders(const struct program_set *set, const struct recorder_set *recorders)
{
	const struct recorder_maps maps = { .recorders = set->maps[MAP_RECORDERS],
					    .keys = set->maps[MAP_RECORDER_KEYS],
					    .search = set->maps[MAP_RECORDER_SEARCH] };
	struct problem problem = { 0 };
	int err = recorder_maps_apply(&maps, recorders, &problem);

	if (err)
		fprintf(stderr, "bench_sampler: %s\n", problem.text);
	return err;
}

int sampler_chain_set(const struct program_set *set, const struct sampler_case *what, int family,
		      const struct frame *frame, const struct traffic_source *sources,
		      size_t source_count, double *ret_tries)
{
	struct recorder_set recorders = { 0 };
	int err;

	if (set->maps[MAP_SAMPLER_CONFIG] < 0)
		return 0;
	err = recorder_crowd_make(&what->crowd, family, frame, &recorders);
	if (!err)
		err = set_recorders(set, &recorders);
	if (!err && ret_tries)
		*ret_tries = recorder_crowd_tries(&recorders, family, frame, sources, source_count);
	recorder_set_free(&recorders);
	if (err)
		return err;
	err = set_config(set, what);
	return err ? complain(err, "configure") : 0;
}

int sampler_chain_counts(const struct program_set *set, uint64_t *ret_sampled, uint64_t *ret_lost)
{
	const __u32 only_entry = 0;
	int count = libbpf_num_possible_cpus();
	struct sampler_cpu *cpus = count > 0 ? calloc((size_t)count, sizeof(*cpus)) : NULL;
	int err = cpus ? bpf_map_lookup_elem(set->maps[MAP_SAMPLER_CPUS], &only_entry, cpus) :
			 -ENOMEM;

	*ret_sampled = *ret_lost = 0;
	for (int i = 0; i < count && !err; i++)
		for (int place = 0; place < SAMPLER_PLACE_COUNT; place++) {
			*ret_sampled += cpus[i].place[place].sampled;
			*ret_lost += cpus[i].place[place].lost;
		}
	free(cpus);
	return err ? complain(err, "read the counts") : 0;
}
