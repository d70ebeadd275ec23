/* SPDX-License-Identifier: GPL-2.0-only */
/* What the interfaces of one network namespace share: tables of flows, next hops, settings; pinned in
 * BPFFS/ecbpf/tc_offload_<inode of the namespace>/ beside the links (tc_link.h). Made by the first --attach of a
 * namespace, gone with its last --detach. */
#ifndef OFFLOAD_HOST_H
#define OFFLOAD_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "bpffs.h"
#include "flow_tables.h"
#include "problem.h"
#include "tc_link.h"
#include "tc_offload.h"

/* Of the clsact filter, where the kernel has no tcx: in front of what gets its priority from the kernel (49152 and
 * below), behind what an operator has put first. */
#define OFFLOAD_PRIORITY 0xecb

enum offload_host_map {
	OFFLOAD_NEXTHOPS,
	OFFLOAD_SETTINGS,
	OFFLOAD_DAEMON,
	OFFLOAD_SYSCTLS,
	OFFLOAD_HOST_MAP_COUNT,
};

struct offload_host {
	char directory[BPFFS_PATH_SIZE];
	int fd[OFFLOAD_HOST_MAP_COUNT]; /* -1: not open */
	struct flow_tables flows;
};

#define OFFLOAD_HOST_CLOSED                                                                        \
	((struct offload_host){ .fd = { -1, -1, -1, -1 }, .flows = FLOW_TABLES_CLOSED })

/* Path of the directory of this process's network namespace. */
int offload_host_path(const char *bpffs, char ret_path[BPFFS_PATH_SIZE], struct problem *problem);

/* Checks what every change needs (a bpffs, the rights) and takes the lock: what pin_lock_release() wants, or a
 * negative errno. `verb` is what was typed, without dashes. */
int offload_host_lock(const char *bpffs, const char *verb, struct problem *problem);

/* Opens it. -ENOENT, told: nothing is attached in this network namespace; -EPROTO: made by another
 * version. To be closed by the caller also on failure. Whoever changes anything but what is the daemon's
 * own holds the lock (pin_lock.h), and settles the tables first. */
int offload_host_open(struct offload_host *ret_host, const char *bpffs, struct problem *problem);
void offload_host_close(struct offload_host *host);

/* Makes it, whole or not at all, with static tables of this size. -EEXIST: it is there. Under the lock. */
int offload_host_create(const char *bpffs, uint32_t max_flows, struct problem *problem);

/* Removes what a killed command has left, places that somebody has taken away, and the whole directory once no
 * place is attached any more; sysctls are what they were and next hops' neighbours are released then. Also
 * directories of other network namespaces where nothing is attached any more for certain. Under the lock. */
int offload_host_tidy(const char *bpffs, struct problem *problem);

/* Entry 0 of the maps. */
int offload_host_read_settings(const struct offload_host *host,
			       struct offload_settings *ret_settings, struct problem *problem);
int offload_host_write_settings(const struct offload_host *host,
				const struct offload_settings *settings, struct problem *problem);
int offload_host_read_daemon(const struct offload_host *host, struct offload_daemon *ret_daemon,
			     struct problem *problem);
int offload_host_write_daemon(const struct offload_host *host, const struct offload_daemon *daemon,
			      struct problem *problem);
int offload_host_read_sysctls(const struct offload_host *host, struct offload_sysctls *ret_sysctls,
			      struct problem *problem);
int offload_host_write_sysctls(const struct offload_host *host,
			       const struct offload_sysctls *sysctls, struct problem *problem);

/* False: the static table is empty. */
bool offload_host_has_static(const struct offload_host *host);

/* "ingress" or "egress" */
const char *offload_side_name(enum offload_side side);

/* A place as tc_link.h wants it: of this side of this interface. A clsact filter has OFFLOAD_PRIORITY. */
struct tc_link offload_host_link(const struct offload_host *host, uint32_t ifindex,
				 enum offload_side side);

/* Where the program is attached or has pins, in no order: an array that the caller frees. */
struct offload_place {
	uint32_t ifindex;
	enum offload_side side;
	struct tc_link_state state; /* TC_LINK_NONE: somebody took it away */
};
int offload_host_places(const struct offload_host *host, struct offload_place **ret_places,
			size_t *ret_count, struct problem *problem);

/* Counters of a place, the sum of all CPUs. -ENOENT: it has none. */
int offload_host_counters(const struct offload_host *host, uint32_t ifindex, enum offload_side side,
			  struct offload_cpu *ret_sum, struct problem *problem);

#endif
