// SPDX-License-Identifier: GPL-2.0-only
#include "bypass_maps.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "pinned_map.h"
#include "slot_table.h"

static const struct map_shape config_shape = { BYPASS_MAP_CONFIG, BPF_MAP_TYPE_ARRAY, sizeof(__u32),
					       sizeof(struct bypass_config), 1 };
static const struct map_shape cpu_shape = { BYPASS_MAP_CPU, BPF_MAP_TYPE_PERCPU_ARRAY,
					    sizeof(__u32), sizeof(struct bypass_cpu), 1 };

static int open_one(const struct chain *chain, const char *directory, const struct map_shape *shape,
		    struct problem *problem)
{
	int fd = pinned_map_open(directory, shape, problem);

	if (fd == -ENOENT)
		return problem_set(problem, fd,
				   "%s: the pin %s/%s is gone: put it back with xdp_root_loader "
				   "--attach --interface %s, or begin anew with bypass_udp --detach "
				   "and --attach",
				   chain->interface, directory, shape->name, chain->interface);
	return fd;
}

int bypass_maps_open(struct bypass_maps *ret_maps, const struct chain *chain, unsigned int slot,
		     struct problem *problem)
{
	char directory[BPFFS_PATH_SIZE];

	*ret_maps = BYPASS_MAPS_CLOSED;
	slot_table_path(chain, slot, "", directory);
	ret_maps->config = open_one(chain, directory, &config_shape, problem);
	if (ret_maps->config < 0)
		return ret_maps->config;
	ret_maps->cpu = open_one(chain, directory, &cpu_shape, problem);
	return ret_maps->cpu < 0 ? ret_maps->cpu : 0;
}

void bypass_maps_close(struct bypass_maps *maps)
{
	if (maps->config >= 0)
		close(maps->config);
	if (maps->cpu >= 0)
		close(maps->cpu);
	*maps = BYPASS_MAPS_CLOSED;
}

int bypass_maps_read_config(const struct bypass_maps *maps, struct bypass_config *ret_config,
			    struct problem *problem)
{
	__u32 only_entry = 0;

	if (bpf_map_lookup_elem(maps->config, &only_entry, ret_config) < 0)
		return problem_errno(problem, -errno, "cannot read %s", BYPASS_MAP_CONFIG);
	return 0;
}

int bypass_maps_write_config(const struct bypass_maps *maps, const struct bypass_config *config,
			     struct problem *problem)
{
	__u32 only_entry = 0;

	if (bpf_map_update_elem(maps->config, &only_entry, config, BPF_ANY) < 0)
		return problem_errno(problem, -errno, "cannot write %s", BYPASS_MAP_CONFIG);
	return 0;
}

int bypass_maps_read_up(const struct bypass_maps *maps, uint64_t ret_up[BYPASS_UP_COUNT],
			struct problem *problem)
{
	CLEANUP_FREE struct bypass_cpu *cpus = NULL;
	int count = libbpf_num_possible_cpus();
	__u32 only_entry = 0;

	memset(ret_up, 0, sizeof(*ret_up) * BYPASS_UP_COUNT);
	if (count < 0)
		return problem_errno(problem, count, "cannot tell how many CPUs there are");
	cpus = calloc((size_t)count, sizeof(*cpus));
	if (!cpus)
		return problem_errno(problem, -ENOMEM, "cannot read %s", BYPASS_MAP_CPU);
	if (bpf_map_lookup_elem(maps->cpu, &only_entry, cpus) < 0)
		return problem_errno(problem, -errno, "cannot read %s", BYPASS_MAP_CPU);
	for (int cpu = 0; cpu < count; cpu++) {
		for (int i = 0; i < BYPASS_UP_COUNT; i++)
			ret_up[i] += cpus[cpu].up[i];
	}
	return 0;
}
