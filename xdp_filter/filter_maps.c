// SPDX-License-Identifier: GPL-2.0-only
#include "filter_maps.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "cleanup.h"
#include "local_maps.h"
#include "slot_table.h"

static const struct map_shape shapes[FILTER_MAP_COUNT] = {
	[FILTER_CONFIG] = { FILTER_MAP_CONFIG, BPF_MAP_TYPE_ARRAY, sizeof(__u32),
			    sizeof(struct filter_config), 1 },
	[FILTER_COUNTERS] = { FILTER_MAP_COUNTERS, BPF_MAP_TYPE_PERCPU_ARRAY, sizeof(__u32),
			      sizeof(struct filter_counters), 1 },
	[FILTER_SOURCES] = { FILTER_MAP_SOURCES, BPF_MAP_TYPE_ARRAY_OF_MAPS, sizeof(__u32),
			     sizeof(__u32), 1 },
	[FILTER_LOCAL_IPV4] = { FILTER_MAP_LOCAL_IPV4, BPF_MAP_TYPE_LPM_TRIE,
				sizeof(struct filter_ipv4_key), sizeof(__u8), FILTER_LOCAL_SIZE },
	[FILTER_LOCAL_IPV6] = { FILTER_MAP_LOCAL_IPV6, BPF_MAP_TYPE_LPM_TRIE,
				sizeof(struct filter_ipv6_key), sizeof(__u8), FILTER_LOCAL_SIZE },
	[FILTER_PTB_BUCKET] = { FILTER_MAP_PTB_BUCKET, BPF_MAP_TYPE_ARRAY, sizeof(__u32),
				sizeof(struct filter_ptb_bucket), 1 },
};

int filter_maps_open(struct filter_maps *maps, const struct chain *chain, unsigned int slot,
		     struct problem *problem)
{
	char directory[BPFFS_PATH_SIZE];

	*maps = FILTER_MAPS_CLOSED;
	slot_table_path(chain, slot, "", directory);
	for (int i = 0; i < FILTER_MAP_COUNT; i++) {
		maps->fd[i] = pinned_map_open(directory, &shapes[i], problem);
		if (maps->fd[i] == -ENOENT)
			return problem_set(
				problem, -ENOENT,
				"%s: the filter's pin %s/%s is gone, or was never made by "
				"an older version: put it back with xdp_root_loader "
				"--attach, or begin anew with --detach and --attach, which "
				"forgets lists, configuration and counters",
				chain->interface, directory, shapes[i].name);
		if (maps->fd[i] < 0)
			return maps->fd[i];
	}
	return 0;
}

void filter_maps_close(struct filter_maps *maps)
{
	for (int i = 0; i < FILTER_MAP_COUNT; i++) {
		if (maps->fd[i] >= 0)
			close(maps->fd[i]);
	}
	*maps = FILTER_MAPS_CLOSED;
}

int filter_maps_read_config(const struct filter_maps *maps, struct filter_config *ret_config,
			    struct problem *problem)
{
	__u32 only_entry = 0;

	if (bpf_map_lookup_elem(maps->fd[FILTER_CONFIG], &only_entry, ret_config) < 0)
		return problem_errno(problem, -errno, "cannot read %s", FILTER_MAP_CONFIG);
	return 0;
}

int filter_maps_write_config(const struct filter_maps *maps, const struct filter_config *config,
			     struct problem *problem)
{
	__u32 only_entry = 0;
	int err = 0;

	/* First, or every fragment would be dropped until the addresses are known. */
	if (config->fragments_ipv4 == FILTER_FRAGMENTS_DROP_UNLESS_LOCAL ||
	    config->fragments_ipv6 == FILTER_FRAGMENTS_DROP_UNLESS_LOCAL)
		err = local_maps_sync_now(maps->fd[FILTER_LOCAL_IPV4], maps->fd[FILTER_LOCAL_IPV6],
					  problem);
	if (err)
		return err;
	if (bpf_map_update_elem(maps->fd[FILTER_CONFIG], &only_entry, config, BPF_ANY) < 0)
		return problem_errno(problem, -errno, "cannot write %s", FILTER_MAP_CONFIG);
	return 0;
}

int filter_maps_read_counters(const struct filter_maps *maps, struct filter_counters *ret_counters,
			      struct problem *problem)
{
	CLEANUP_FREE struct filter_counters *per_cpu = NULL;
	int cpus = libbpf_num_possible_cpus();
	__u32 only_entry = 0;

	*ret_counters = (struct filter_counters){ 0 };
	if (cpus < 0)
		return problem_errno(problem, cpus, "cannot tell how many CPUs there are");
	per_cpu = calloc((size_t)cpus, sizeof(*per_cpu));
	if (!per_cpu)
		return problem_errno(problem, -ENOMEM, "cannot read %s", FILTER_MAP_COUNTERS);
	if (bpf_map_lookup_elem(maps->fd[FILTER_COUNTERS], &only_entry, per_cpu) < 0)
		return problem_errno(problem, -errno, "cannot read %s", FILTER_MAP_COUNTERS);
	for (int cpu = 0; cpu < cpus; cpu++) {
		for (int i = 0; i < FILTER_COUNTER_LIMIT; i++)
			ret_counters->packets[i] += per_cpu[cpu].packets[i];
	}
	return 0;
}

int filter_maps_find_bucket(const char *bpffs)
{
	struct interface_list interfaces = { 0 };
	int fd = -1;

	/* One that cannot be read cannot be shared either. */
	(void)chain_list(bpffs, &interfaces, NULL);
	for (size_t i = 0; fd < 0 && i < interfaces.count; i++) {
		char directory[BPFFS_PATH_SIZE];
		struct chain chain;

		chain_init(&chain, bpffs, interfaces.names[i]);
		for (unsigned int slot = 0; fd < 0 && slot < ECBPF_SLOT_COUNT; slot++) {
			slot_table_path(&chain, slot, "", directory);
			fd = pinned_map_open(directory, &shapes[FILTER_PTB_BUCKET], NULL);
		}
	}
	interface_list_free(&interfaces);
	return fd < 0 ? -1 : fd;
}
