// SPDX-License-Identifier: GPL-2.0-only
#include "bypass_host.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <unistd.h>

#include "pinned_map.h"

_Static_assert(BYPASS_HOST_MAP_COUNT == 9, "BYPASS_HOST_CLOSED has one -1 for each");

#define ONE_ENTRY(name, value)                                                                     \
	{                                                                                          \
		name, BPF_MAP_TYPE_ARRAY, sizeof(__u32), sizeof(struct value), 1                   \
	}

static const struct map_shape shapes[BYPASS_HOST_MAP_COUNT] = {
	[BYPASS_NEXTHOPS] = { BYPASS_MAP_NEXTHOPS, BPF_MAP_TYPE_ARRAY, sizeof(__u32),
			      sizeof(struct flow_nexthop), FLOW_NEXTHOP_LIMIT },
	[BYPASS_DEVICES] = { BYPASS_MAP_DEVICES, BPF_MAP_TYPE_DEVMAP, sizeof(__u32), sizeof(__u32),
			     FLOW_DEVICE_LIMIT },
	[BYPASS_SETTINGS] = ONE_ENTRY(BYPASS_MAP_SETTINGS, bypass_settings),
	[BYPASS_DAEMON] = ONE_ENTRY(BYPASS_MAP_DAEMON, bypass_daemon),
	[BYPASS_AWAITED] = { BYPASS_MAP_AWAITED, BPF_MAP_TYPE_HASH, sizeof(struct flow_key),
			     sizeof(__u64), BYPASS_AWAITED_LIMIT },
	[BYPASS_PENDING] = { BYPASS_MAP_PENDING, BPF_MAP_TYPE_LRU_HASH, sizeof(struct flow_key),
			     sizeof(struct bypass_pending), BYPASS_PENDING_LIMIT },
	[BYPASS_EVENTS] = { BYPASS_MAP_EVENTS, BPF_MAP_TYPE_RINGBUF, 0, 0, BYPASS_RING_SIZE },
	[BYPASS_EXCLUDED] = ONE_ENTRY(BYPASS_MAP_EXCLUDED, bypass_excluded),
	[BYPASS_LEDGER] = ONE_ENTRY(BYPASS_MAP_LEDGER, bypass_ledger),
};

static int open_maps(struct bypass_host *host, struct problem *problem)
{
	for (int i = 0; i < BYPASS_HOST_MAP_COUNT; i++) {
		host->fd[i] = pinned_map_open(host->directory, &shapes[i], problem);
		if (host->fd[i] == -ENOENT)
			return problem_set(
				problem, -EPROTO,
				"%s/%s is gone, or was never made by another version: run "
				"bypass_udp --detach and --attach on all interfaces, which "
				"forgets flows and settings",
				host->directory, shapes[i].name);
		if (host->fd[i] < 0)
			return host->fd[i];
	}
	return 0;
}

int bypass_host_open(struct bypass_host *ret_host, const char *bpffs, struct problem *problem)
{
	int err;

	*ret_host = BYPASS_HOST_CLOSED;
	err = bypass_host_path(bpffs, ret_host->directory, problem);
	if (err)
		return err;
	err = flow_tables_open(&ret_host->flows, ret_host->directory, BYPASS_EDIT, problem);
	if (err == -ENOENT)
		return problem_set(problem, err,
				   "bypass_udp is attached to no interface of this network "
				   "namespace; run: bypass_udp --attach --interface NAME");
	return err ? err : open_maps(ret_host, problem);
}

void bypass_host_close(struct bypass_host *host)
{
	flow_tables_close(&host->flows);
	for (int i = 0; i < BYPASS_HOST_MAP_COUNT; i++) {
		if (host->fd[i] >= 0)
			close(host->fd[i]);
		host->fd[i] = -1;
	}
}

int bypass_host_fill(const char *directory, struct problem *problem)
{
	int fd = pinned_map_open(directory, &shapes[BYPASS_NEXTHOPS], problem), err = 0;

	if (fd < 0)
		return problem_prefix(problem, fd, "%s", shapes[BYPASS_NEXTHOPS].name);
	for (__u32 i = 0; !err && i < FLOW_WAY_FIXED; i++) {
		struct flow_nexthop fixed = { .way = { { .state = (__u8)i },
						       { .state = (__u8)i } } };

		if (bpf_map_update_elem(fd, &i, &fixed, BPF_ANY) < 0)
			err = problem_errno(problem, -errno, "cannot write %s",
					    shapes[BYPASS_NEXTHOPS].name);
	}
	close(fd);
	return err;
}

static int read_only_entry(const struct bypass_host *host, enum bypass_host_map map,
			   void *ret_value, struct problem *problem)
{
	__u32 only_entry = 0;

	if (bpf_map_lookup_elem(host->fd[map], &only_entry, ret_value) < 0)
		return problem_errno(problem, -errno, "cannot read %s", shapes[map].name);
	return 0;
}

static int write_only_entry(const struct bypass_host *host, enum bypass_host_map map,
			    const void *value, struct problem *problem)
{
	__u32 only_entry = 0;

	if (bpf_map_update_elem(host->fd[map], &only_entry, value, BPF_ANY) < 0)
		return problem_errno(problem, -errno, "cannot write %s", shapes[map].name);
	return 0;
}

int bypass_host_read_settings(const struct bypass_host *host, struct bypass_settings *ret_settings,
			      struct problem *problem)
{
	return read_only_entry(host, BYPASS_SETTINGS, ret_settings, problem);
}

int bypass_host_write_settings(const struct bypass_host *host,
			       const struct bypass_settings *settings, struct problem *problem)
{
	return write_only_entry(host, BYPASS_SETTINGS, settings, problem);
}

int bypass_host_read_daemon(const struct bypass_host *host, struct bypass_daemon *ret_daemon,
			    struct problem *problem)
{
	return read_only_entry(host, BYPASS_DAEMON, ret_daemon, problem);
}

int bypass_host_write_daemon(const struct bypass_host *host, const struct bypass_daemon *daemon,
			     struct problem *problem)
{
	return write_only_entry(host, BYPASS_DAEMON, daemon, problem);
}

int bypass_host_read_ledger(const struct bypass_host *host, struct bypass_ledger *ret_ledger,
			    struct problem *problem)
{
	return read_only_entry(host, BYPASS_LEDGER, ret_ledger, problem);
}

int bypass_host_write_ledger(const struct bypass_host *host, const struct bypass_ledger *ledger,
			     struct problem *problem)
{
	return write_only_entry(host, BYPASS_LEDGER, ledger, problem);
}

int bypass_host_read_excluded(const struct bypass_host *host, struct bypass_excluded *ret_excluded,
			      struct problem *problem)
{
	return read_only_entry(host, BYPASS_EXCLUDED, ret_excluded, problem);
}

int bypass_host_write_excluded(const struct bypass_host *host,
			       const struct bypass_excluded *excluded, struct problem *problem)
{
	return write_only_entry(host, BYPASS_EXCLUDED, excluded, problem);
}

bool bypass_host_has_static(const struct bypass_host *host)
{
	struct flow_key first;

	for (int family = 0; family < FLOW_FAMILY_COUNT; family++) {
		if (!bpf_map_get_next_key(host->flows.table[family][FLOW_TABLE_STATIC], NULL,
					  &first))
			return true;
	}
	return false;
}

int bypass_host_write_fixed(const struct bypass_host *host, struct problem *problem)
{
	for (__u32 i = 0; i < FLOW_WAY_FIXED; i++) {
		__u8 state = (__u8)i;
		struct flow_nexthop nexthop = { .way = { { .state = state }, { .state = state } } };

		if (bpf_map_update_elem(host->fd[BYPASS_NEXTHOPS], &i, &nexthop, BPF_ANY) < 0)
			return problem_errno(problem, -errno, "cannot write %s",
					     shapes[BYPASS_NEXTHOPS].name);
	}
	return 0;
}
