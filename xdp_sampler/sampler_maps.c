// SPDX-License-Identifier: GPL-2.0-only
#include "sampler_maps.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <unistd.h>

#include "pinned_map.h"
#include "recorder_layout.h"
#include "sampler_seats.h"
#include "slot_table.h"

#define RECORDERS_WORD UINT64_C(1) /* of sampler_config.word */

static const struct map_shape shapes[SAMPLER_MAP_COUNT] = {
	[SAMPLER_CONFIG] = { SAMPLER_MAP_CONFIG, BPF_MAP_TYPE_ARRAY, sizeof(__u32),
			     sizeof(struct sampler_config), 1 },
	[SAMPLER_CPUS] = { SAMPLER_MAP_CPUS, BPF_MAP_TYPE_PERCPU_ARRAY, sizeof(__u32),
			   sizeof(struct sampler_cpu), 1 },
	[SAMPLER_RING] = { SAMPLER_MAP_RING, BPF_MAP_TYPE_RINGBUF, 0, 0, 0 },
	[SAMPLER_LEDGER] = { SAMPLER_MAP_LEDGER, BPF_MAP_TYPE_ARRAY, sizeof(__u32),
			     sizeof(struct ledger_cpu), 0 },
	[SAMPLER_DAEMON] = { SAMPLER_MAP_DAEMON, BPF_MAP_TYPE_ARRAY, sizeof(__u32),
			     sizeof(struct ledger_daemon), 1 },
	[SAMPLER_RECORDERS] = { SAMPLER_MAP_RECORDERS, BPF_MAP_TYPE_ARRAY, sizeof(__u32),
				sizeof(struct recorder), RECORDER_LIMIT },
	[SAMPLER_KEYS] = { SAMPLER_MAP_KEYS, BPF_MAP_TYPE_HASH, sizeof(struct recorder_key),
			   sizeof(__u32), RECORDER_KEYS },
	[SAMPLER_SEARCH] = { SAMPLER_MAP_SEARCH, BPF_MAP_TYPE_ARRAY_OF_MAPS, sizeof(__u32),
			     sizeof(__u32), 1 },
};

static int open_from(struct sampler_maps *maps, const struct chain *chain, unsigned int place,
		     struct problem *problem)
{
	char directory[BPFFS_PATH_SIZE];

	slot_table_path(chain, place, "", directory);
	for (int i = 0; i < SAMPLER_MAP_COUNT; i++) {
		maps->fd[i] = pinned_map_open(directory, &shapes[i], problem);
		if (maps->fd[i] == -ENOENT)
			return problem_set(problem, -ENOENT,
					   "%s: the sampler's pin %s/%s is gone: put it back with "
					   "xdp_root_loader --attach, or begin anew with --detach "
					   "and --attach, which forgets recorders and counters",
					   chain->interface, directory, shapes[i].name);
		if (maps->fd[i] < 0)
			return maps->fd[i];
	}
	return 0;
}

int sampler_maps_open(struct sampler_maps *maps, const struct chain *chain, struct problem *problem)
{
	struct sampler_seats seats;
	unsigned int place;
	int err;

	*maps = SAMPLER_MAPS_CLOSED;
	err = sampler_seats_find(chain, &seats, problem);
	if (err)
		return err;
	place = seats.place[SAMPLER_VERDICT].taken ? SAMPLER_VERDICT : SAMPLER_INGRESS;
	return open_from(maps, chain, seats.place[place].number, problem);
}

void sampler_maps_close(struct sampler_maps *maps)
{
	for (int i = 0; i < SAMPLER_MAP_COUNT; i++) {
		if (maps->fd[i] >= 0)
			close(maps->fd[i]);
	}
	*maps = SAMPLER_MAPS_CLOSED;
}

static int read_entry(const struct sampler_maps *maps, enum sampler_map map, __u32 key,
		      void *ret_value, struct problem *problem)
{
	if (bpf_map_lookup_elem(maps->fd[map], &key, ret_value) < 0)
		return problem_errno(problem, -errno, "cannot read %s", shapes[map].name);
	return 0;
}

int sampler_maps_read_config(const struct sampler_maps *maps, struct sampler_config *ret_config,
			     struct problem *problem)
{
	return read_entry(maps, SAMPLER_CONFIG, 0, ret_config, problem);
}

static int write_config(const struct sampler_maps *maps, const struct sampler_config *config,
			struct problem *problem)
{
	__u32 only_entry = 0;

	if (bpf_map_update_elem(maps->fd[SAMPLER_CONFIG], &only_entry, config, BPF_ANY) < 0)
		return problem_errno(problem, -errno, "cannot write %s", SAMPLER_MAP_CONFIG);
	return 0;
}

/* The word of the next generation. */
static __u64 next_word(__u64 word, bool has_recorders)
{
	return ((word | RECORDERS_WORD) + 1) | (has_recorders ? RECORDERS_WORD : 0);
}

/* The second write is for a CPU that reads in the middle of the first; the first has a new word as well, so
 * that every other CPU notices even if this process is killed between them. */
int sampler_maps_write_config(const struct sampler_maps *maps, const struct sampler_config *config,
			      bool has_recorders, struct problem *problem)
{
	struct sampler_config before, next = *config;
	int err = sampler_maps_read_config(maps, &before, problem);

	if (err)
		return err;
	next.word = next_word(before.word, has_recorders);
	err = write_config(maps, &next, problem);
	next.word = next_word(next.word, has_recorders);
	return err ? err : write_config(maps, &next, problem);
}

int sampler_maps_cpus(struct problem *problem)
{
	int cpus = libbpf_num_possible_cpus();

	return cpus < 0 ? problem_errno(problem, cpus, "cannot tell how many CPUs there are") :
			  cpus;
}

int sampler_maps_read_cpus(const struct sampler_maps *maps, struct sampler_cpu *ret_cpus,
			   struct problem *problem)
{
	return read_entry(maps, SAMPLER_CPUS, 0, ret_cpus, problem);
}

int sampler_maps_read_ledger(const struct sampler_maps *maps, struct ledger_cpu *ret_cpus,
			     struct problem *problem)
{
	int cpus = sampler_maps_cpus(problem), err = cpus < 0 ? cpus : 0;

	for (int cpu = 0; !err && cpu < cpus; cpu++)
		err = read_entry(maps, SAMPLER_LEDGER, (__u32)cpu, &ret_cpus[cpu], problem);
	return err;
}

int sampler_maps_read_daemon(const struct sampler_maps *maps, struct ledger_daemon *ret_daemon,
			     struct problem *problem)
{
	return read_entry(maps, SAMPLER_DAEMON, 0, ret_daemon, problem);
}

uint32_t sampler_maps_ring_size(const struct sampler_maps *maps)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);

	if (bpf_obj_get_info_by_fd(maps->fd[SAMPLER_RING], &info, &size) < 0)
		return 0;
	return info.max_entries;
}
