/* SPDX-License-Identifier: GPL-2.0-only */
/* What the interfaces of one network namespace share: tables of flows, next hops, settings; pinned in
 * BPFFS/ecbpf/bypass_udp_<inode of the namespace>/. Made by the first --attach of a namespace, gone with
 * its last --detach. */
#ifndef BYPASS_HOST_H
#define BYPASS_HOST_H

#include <stdbool.h>
#include <stdint.h>
#include "bpffs.h"
#include "bypass_udp.h"
#include "flow_tables.h"
#include "problem.h"
#include "tc_link.h"

enum bypass_host_map {
	BYPASS_NEXTHOPS,
	BYPASS_DEVICES,
	BYPASS_SETTINGS,
	BYPASS_DAEMON,
	BYPASS_AWAITED,
	BYPASS_PENDING,
	BYPASS_EVENTS,
	BYPASS_EXCLUDED,
	BYPASS_LEDGER,
	BYPASS_HOST_MAP_COUNT,
};

struct bypass_host {
	char directory[BPFFS_PATH_SIZE];
	int fd[BYPASS_HOST_MAP_COUNT]; /* -1: not open */
	struct flow_tables flows;
};

#define BYPASS_HOST_CLOSED                                                                         \
	((struct bypass_host){ .fd = { -1, -1, -1, -1, -1, -1, -1, -1, -1 },                       \
			       .flows = FLOW_TABLES_CLOSED })

/* Path of the directory of this process's network namespace. */
int bypass_host_path(const char *bpffs, char ret_path[BPFFS_PATH_SIZE], struct problem *problem);

/* Opens it. -ENOENT, told: nothing is attached in this network namespace; -EPROTO: made by another
 * version. To be closed by the caller also on failure. Whoever changes anything but what is the daemon's
 * own holds the lock (pin_lock.h), and settles the tables first. */
int bypass_host_open(struct bypass_host *ret_host, const char *bpffs, struct problem *problem);
void bypass_host_close(struct bypass_host *host);

/* Makes it, whole or not at all, with tables of these sizes. -EEXIST: it is there. Under the lock. */
int bypass_host_create(const char *bpffs, uint32_t max_flows, uint32_t max_learned,
		       struct problem *problem);

/* Writes what new maps in a directory begin with: the fixed entries of flow_nexthops. */
int bypass_host_fill(const char *directory, struct problem *problem);

/* Removes what no interface needs any more: the observer where bypass_udp is not in the chain, the
 * whole directory after the last one, and those of network namespaces that are gone; also what a killed
 * command has left of these. Under the lock. */
int bypass_host_tidy(const char *bpffs, struct problem *problem);

/* The observer of an interface, as tc_link.h wants it; `directory` is that of the host. */
struct tc_link bypass_host_observer(const char *directory, uint32_t ifindex);

/* Entry 0 of the maps that have one. */
int bypass_host_read_settings(const struct bypass_host *host, struct bypass_settings *ret_settings,
			      struct problem *problem);
int bypass_host_write_settings(const struct bypass_host *host,
			       const struct bypass_settings *settings, struct problem *problem);
int bypass_host_read_daemon(const struct bypass_host *host, struct bypass_daemon *ret_daemon,
			    struct problem *problem);
int bypass_host_write_daemon(const struct bypass_host *host, const struct bypass_daemon *daemon,
			     struct problem *problem);
int bypass_host_read_ledger(const struct bypass_host *host, struct bypass_ledger *ret_ledger,
			    struct problem *problem);
int bypass_host_write_ledger(const struct bypass_host *host, const struct bypass_ledger *ledger,
			     struct problem *problem);
int bypass_host_read_excluded(const struct bypass_host *host, struct bypass_excluded *ret_excluded,
			      struct problem *problem);
int bypass_host_write_excluded(const struct bypass_host *host,
			       const struct bypass_excluded *excluded, struct problem *problem);

/* The entries of flow_nexthops that always have the state of their index. */
int bypass_host_write_fixed(const struct bypass_host *host, struct problem *problem);

/* False: the static table is empty. */
bool bypass_host_has_static(const struct bypass_host *host);

#endif
