// SPDX-License-Identifier: GPL-2.0-only
#include "offload_host_internal.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "abi/nexthop.h"
#include "cleanup.h"
#include "pinned_map.h"

_Static_assert(OFFLOAD_HOST_MAP_COUNT == 4, "OFFLOAD_HOST_CLOSED has one -1 for each");
/* libbpf writes and reads a value of each CPU in steps of eight bytes. */
_Static_assert(sizeof(struct offload_cpu) % 8 == 0, "values of CPUs lie close together");

static const struct map_shape shapes[OFFLOAD_HOST_MAP_COUNT] = {
	[OFFLOAD_NEXTHOPS] = { OFFLOAD_MAP_NEXTHOPS, BPF_MAP_TYPE_ARRAY, sizeof(__u32),
			       sizeof(struct flow_nexthop), FLOW_NEXTHOP_LIMIT },
	[OFFLOAD_SETTINGS] = { OFFLOAD_MAP_SETTINGS, BPF_MAP_TYPE_ARRAY, sizeof(__u32),
			       sizeof(struct offload_settings), 1 },
	[OFFLOAD_DAEMON] = { OFFLOAD_MAP_DAEMON, BPF_MAP_TYPE_ARRAY, sizeof(__u32),
			     sizeof(struct offload_daemon), 1 },
	[OFFLOAD_SYSCTLS] = { OFFLOAD_MAP_SYSCTLS, BPF_MAP_TYPE_ARRAY, sizeof(__u32),
			      sizeof(struct offload_sysctls), 1 },
};

int offload_host_open_map(struct offload_host *host, enum offload_host_map map,
			  struct problem *problem)
{
	int fd = pinned_map_open(host->directory, &shapes[map], problem);

	if (fd == -ENOENT)
		return problem_set(problem, -EPROTO,
				   "%s/%s is gone, or was never made by another version: run "
				   "tc_offload --detach --interface all, then --attach, which forgets "
				   "flows",
				   host->directory, shapes[map].name);
	if (fd < 0)
		return fd;
	host->fd[map] = fd;
	return 0;
}

int offload_host_open(struct offload_host *ret_host, const char *bpffs, struct problem *problem)
{
	int err;

	*ret_host = OFFLOAD_HOST_CLOSED;
	err = offload_host_path(bpffs, ret_host->directory, problem);
	if (!err)
		err = flow_tables_open(&ret_host->flows, ret_host->directory, OFFLOAD_EDIT,
				       problem);
	if (err == -ENOENT)
		return problem_set(problem, err,
				   "tc_offload is attached to no interface of this network "
				   "namespace; run: tc_offload --attach --interface NAME");
	for (int i = 0; !err && i < OFFLOAD_HOST_MAP_COUNT; i++)
		err = offload_host_open_map(ret_host, i, problem);
	return err;
}

void offload_host_close(struct offload_host *host)
{
	for (int i = 0; i < OFFLOAD_HOST_MAP_COUNT; i++) {
		cleanup_close(&host->fd[i]);
		host->fd[i] = -1;
	}
	flow_tables_close(&host->flows);
}

static int write_entry(const struct offload_host *host, enum offload_host_map map, __u32 index,
		       const void *value, struct problem *problem)
{
	return bpf_map_update_elem(host->fd[map], &index, value, BPF_ANY) < 0 ?
		       problem_errno(problem, -errno, "cannot write %s/%s", host->directory,
				     shapes[map].name) :
		       0;
}

static int read_entry(const struct offload_host *host, enum offload_host_map map, void *ret_value,
		      struct problem *problem)
{
	__u32 index = 0;

	return bpf_map_lookup_elem(host->fd[map], &index, ret_value) < 0 ?
		       problem_errno(problem, -errno, "cannot read %s/%s", host->directory,
				     shapes[map].name) :
		       0;
}

int offload_host_fill(struct offload_host *host, struct problem *problem)
{
	int err = offload_host_open_map(host, OFFLOAD_NEXTHOPS, problem);

	for (__u32 i = 0; !err && i < FLOW_WAY_FIXED; i++) {
		const struct flow_way way = { .state = (__u8)i };
		const struct flow_nexthop fixed = { .way = { way, way } };

		err = write_entry(host, OFFLOAD_NEXTHOPS, i, &fixed, problem);
	}
	return err;
}

int offload_host_read_settings(const struct offload_host *host,
			       struct offload_settings *ret_settings, struct problem *problem)
{
	return read_entry(host, OFFLOAD_SETTINGS, ret_settings, problem);
}

int offload_host_write_settings(const struct offload_host *host,
				const struct offload_settings *settings, struct problem *problem)
{
	return write_entry(host, OFFLOAD_SETTINGS, 0, settings, problem);
}

int offload_host_read_daemon(const struct offload_host *host, struct offload_daemon *ret_daemon,
			     struct problem *problem)
{
	return read_entry(host, OFFLOAD_DAEMON, ret_daemon, problem);
}

int offload_host_write_daemon(const struct offload_host *host, const struct offload_daemon *daemon,
			      struct problem *problem)
{
	return write_entry(host, OFFLOAD_DAEMON, 0, daemon, problem);
}

int offload_host_read_sysctls(const struct offload_host *host, struct offload_sysctls *ret_sysctls,
			      struct problem *problem)
{
	return read_entry(host, OFFLOAD_SYSCTLS, ret_sysctls, problem);
}

int offload_host_write_sysctls(const struct offload_host *host,
			       const struct offload_sysctls *sysctls, struct problem *problem)
{
	return write_entry(host, OFFLOAD_SYSCTLS, 0, sysctls, problem);
}

bool offload_host_has_static(const struct offload_host *host)
{
	bool has = false;

	for (int family = 0; family < FLOW_FAMILY_COUNT; family++) {
		struct flow_key first;

		has |= !bpf_map_get_next_key(host->flows.table[family][FLOW_TABLE_STATIC], NULL,
					     &first);
	}
	return has;
}

void offload_host_counters_name(uint32_t ifindex, enum offload_side side,
				char ret_name[OFFLOAD_COUNTERS_NAME_SIZE])
{
	snprintf(ret_name, OFFLOAD_COUNTERS_NAME_SIZE, OFFLOAD_CPU_PIN, offload_side_name(side),
		 ifindex);
}

static void add_cpu(struct offload_cpu *sum, const struct offload_cpu *cpu)
{
	for (size_t i = 0; i < sizeof(sum->sent) / sizeof(*sum->sent); i++)
		sum->sent[i] += cpu->sent[i];
	for (size_t i = 0; i < sizeof(sum->up) / sizeof(*sum->up); i++)
		sum->up[i] += cpu->up[i];
}

static int sum_cpus(int fd, struct offload_cpu *ret_sum)
{
	int cpus = libbpf_num_possible_cpus();
	CLEANUP_FREE struct offload_cpu *all = NULL;
	__u32 index = 0;

	if (cpus < 0)
		return cpus;
	all = calloc((size_t)cpus, sizeof(*all));
	if (!all)
		return -ENOMEM;
	if (bpf_map_lookup_elem(fd, &index, all) < 0)
		return -errno;
	*ret_sum = (struct offload_cpu){ 0 };
	for (int i = 0; i < cpus; i++)
		add_cpu(ret_sum, &all[i]);
	return 0;
}

int offload_host_counters(const struct offload_host *host, uint32_t ifindex, enum offload_side side,
			  struct offload_cpu *ret_sum, struct problem *problem)
{
	char name[OFFLOAD_COUNTERS_NAME_SIZE];
	const struct map_shape shape = { name, BPF_MAP_TYPE_PERCPU_ARRAY, sizeof(__u32),
					 sizeof(struct offload_cpu), 1 };
	CLEANUP_CLOSE int fd = -1;
	int err;

	offload_host_counters_name(ifindex, side, name);
	fd = pinned_map_open(host->directory, &shape, problem);
	if (fd == -ENOENT)
		return problem_set(problem, fd, "%s/%s is not there: the place has no counters",
				   host->directory, name);
	if (fd < 0)
		return fd;
	err = sum_cpus(fd, ret_sum);
	return err ? problem_errno(problem, err, "cannot read %s/%s", host->directory, name) : 0;
}
