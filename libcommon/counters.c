// SPDX-License-Identifier: GPL-2.0-only
#include "counters.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"

const char *const counters_action_names[ECBPF_ACTION_COUNT] = {
	"XDP_ABORTED", "XDP_DROP", "XDP_PASS", "XDP_TX", "XDP_REDIRECT", "XDP_INVALID_ACTION",
};

static void add(struct ecbpf_stats *sum, const struct ecbpf_stats *one_cpu)
{
	for (int row = 0; row < ECBPF_ROW_COUNT; row++)
		for (int reason = 0; reason < ECBPF_REASON_LIMIT; reason++)
			for (int action = 0; action < ECBPF_ACTION_COUNT; action++)
				sum->row[row].packets[reason][action] +=
					one_cpu->row[row].packets[reason][action];
}

/* Sums the per-CPU values into ret_sum, which starts as zeros. */
static int read_total(const struct chain *chain, struct ecbpf_stats *ret_sum,
		      struct problem *problem)
{
	CLEANUP_FREE struct ecbpf_stats *per_cpu = NULL;
	int cpus = libbpf_num_possible_cpus();
	__u32 only_entry = 0;

	if (cpus < 0)
		return problem_errno(problem, cpus, "cannot tell the number of CPUs");
	per_cpu = calloc((size_t)cpus, sizeof(*per_cpu));
	if (!per_cpu)
		return problem_errno(problem, -ENOMEM, "cannot read counters");
	if (bpf_map_lookup_elem(chain->map[CHAIN_STATS], &only_entry, per_cpu) < 0)
		return problem_errno(problem, -errno, "%s: cannot read the counters",
				     chain->interface);
	for (int cpu = 0; cpu < cpus; cpu++)
		add(ret_sum, &per_cpu[cpu]);
	return 0;
}

int counters_read(const struct chain *chain, struct counters *ret_counters, struct problem *problem)
{
	__u32 only_entry = 0;

	ret_counters->total = calloc(1, sizeof(*ret_counters->total));
	ret_counters->cleared = calloc(1, sizeof(*ret_counters->cleared));
	if (!ret_counters->total || !ret_counters->cleared)
		return problem_errno(problem, -ENOMEM, "cannot read counters");
	if (bpf_map_lookup_elem(chain->map[CHAIN_CLEARED], &only_entry, ret_counters->cleared) < 0)
		return problem_errno(problem, -errno, "%s: cannot read the cleared counters",
				     chain->interface);
	return read_total(chain, ret_counters->total, problem);
}

void counters_free(struct counters *counters)
{
	free(counters->total);
	free(counters->cleared);
	counters->total = NULL;
	counters->cleared = NULL;
}

uint64_t counters_cell(const struct counters *counters, unsigned int row, unsigned int reason,
		       unsigned int action)
{
	return counters->total->row[row].packets[reason][action] -
	       counters->cleared->row[row].packets[reason][action];
}

uint64_t counters_action(const struct counters *counters, unsigned int row, unsigned int action)
{
	uint64_t sum = 0;

	for (unsigned int reason = 0; reason < ECBPF_REASON_LIMIT; reason++)
		sum += counters_cell(counters, row, reason, action);
	return sum;
}

uint64_t counters_reached(const struct ecbpf_stats *stats, unsigned int slot)
{
	unsigned int first = slot == ECBPF_EXIT_HOOK ? 0 : slot;
	uint64_t sum = 0;

	for (unsigned int row = first; row < ECBPF_ROW_COUNT; row++)
		for (int reason = 0; reason < ECBPF_REASON_LIMIT; reason++)
			for (int action = 0; action < ECBPF_ACTION_COUNT; action++)
				sum += stats->row[row].packets[reason][action];
	return sum;
}

uint64_t counters_seen(const struct counters *counters, unsigned int slot, uint64_t seen_before)
{
	uint64_t cleared = counters_reached(counters->cleared, slot);
	uint64_t before = cleared > seen_before ? cleared : seen_before;

	return counters_reached(counters->total, slot) - before;
}

int counters_clear(const struct chain *chain, struct problem *problem)
{
	CLEANUP_FREE struct ecbpf_stats *total = calloc(1, sizeof(*total));
	__u32 only_entry = 0;
	int err;

	if (!total)
		return problem_errno(problem, -ENOMEM, "cannot clear counters");
	err = read_total(chain, total, problem);
	if (err)
		return err;
	if (bpf_map_update_elem(chain->map[CHAIN_CLEARED], &only_entry, total, BPF_ANY) < 0)
		return problem_errno(problem, -errno, "%s: cannot clear the counters",
				     chain->interface);
	return 0;
}
