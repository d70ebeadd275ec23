// SPDX-License-Identifier: GPL-2.0-only
#include "run_program.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../libcommon/abi/pin_names.h"

static int create(enum bpf_map_type type, const char *name, __u32 value_size, __u32 entries)
{
	char kernel_name[16];
	int fd;

	snprintf(kernel_name, sizeof(kernel_name), "%.15s", name);
	fd = bpf_map_create(type, kernel_name, sizeof(__u32), value_size, entries, NULL);
	if (fd < 0)
		fprintf(stderr, "run_program: create map %s: %s\n", name, strerror(-fd));
	return fd;
}

int run_chain_create(struct run_chain *chain, __u32 frags)
{
	const enum bpf_map_type programs = BPF_MAP_TYPE_PROG_ARRAY;

	chain->frags = frags;
	chain->slots = create(programs, ECBPF_MAP_SLOTS, sizeof(__u32), ECBPF_SLOT_COUNT);
	chain->stats =
		create(BPF_MAP_TYPE_PERCPU_ARRAY, ECBPF_MAP_STATS, sizeof(struct ecbpf_stats), 1);
	chain->exit_hook = create(programs, ECBPF_MAP_EXIT_HOOK, sizeof(__u32), 1);
	chain->capture_hook =
		create(programs, ECBPF_MAP_CAPTURE_HOOK, sizeof(__u32), ECBPF_CAPTURE_HOOK_COUNT);
	if (chain->slots >= 0 && chain->stats >= 0 && chain->exit_hook >= 0 &&
	    chain->capture_hook >= 0)
		return 0;
	run_chain_close(chain);
	return -ENOMEM;
}

void run_chain_close(struct run_chain *chain)
{
	int *fds[] = { &chain->slots, &chain->stats, &chain->exit_hook, &chain->capture_hook };

	for (size_t i = 0; i < sizeof(fds) / sizeof(*fds); i++) {
		if (*fds[i] >= 0)
			close(*fds[i]);
		*fds[i] = -1;
	}
}

/* One value per possible CPU; the caller frees it. */
static struct ecbpf_stats *per_cpu_values(int *ret_cpus)
{
	*ret_cpus = libbpf_num_possible_cpus();
	return *ret_cpus > 0 ? calloc((size_t)*ret_cpus, sizeof(struct ecbpf_stats)) : NULL;
}

__u64 run_stats_action(const struct ecbpf_stats *stats, __u32 row, __u32 action)
{
	__u64 sum = 0;

	for (__u32 reason = 0; reason < ECBPF_REASON_LIMIT; reason++)
		sum += stats->row[row].packets[reason][action];
	return sum;
}

__u64 run_stats_total(const struct ecbpf_stats *stats)
{
	__u64 sum = 0;

	for (__u32 row = 0; row < ECBPF_ROW_COUNT; row++) {
		for (__u32 action = 0; action < ECBPF_ACTION_COUNT; action++)
			sum += run_stats_action(stats, row, action);
	}
	return sum;
}

static void add(struct ecbpf_stats *sum, const struct ecbpf_stats *value)
{
	const __u64 *from = &value->row[0].packets[0][0];
	__u64 *to = &sum->row[0].packets[0][0];
	size_t cells = sizeof(sum->row) / (sizeof(__u64));

	if (run_stats_total(value))
		sum->last = value->last;
	for (size_t i = 0; i < cells; i++)
		to[i] += from[i];
}

int run_stats(const struct run_chain *chain, struct ecbpf_stats *ret_stats)
{
	__u32 only_entry = 0;
	int cpus, err;
	struct ecbpf_stats *values = per_cpu_values(&cpus);

	if (!values)
		return -ENOMEM;
	err = bpf_map_lookup_elem(chain->stats, &only_entry, values);
	if (!err)
		memset(ret_stats, 0, sizeof(*ret_stats));
	for (int cpu = 0; !err && cpu < cpus; cpu++)
		add(ret_stats, &values[cpu]);
	free(values);
	return err;
}

int run_stats_clear(const struct run_chain *chain)
{
	__u32 only_entry = 0;
	int cpus, err;
	struct ecbpf_stats *values = per_cpu_values(&cpus);

	if (!values)
		return -ENOMEM;
	err = bpf_map_update_elem(chain->stats, &only_entry, values, BPF_ANY);
	free(values);
	return err;
}
