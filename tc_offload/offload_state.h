/* SPDX-License-Identifier: GPL-2.0-only */
/* Everything a status tells, read at once: what the network namespace shares, and each place. */
#ifndef OFFLOAD_STATE_H
#define OFFLOAD_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "flow_tables.h"
#include "hook_program.h"
#include "interface.h"
#include "nexthops.h"
#include "offload_host.h"
#include "problem.h"

#define OFFLOAD_REMARKS 8
#define OFFLOAD_REMARK_SIZE 320

/* What is wrong, and what is worth knowing, with what to type. */
struct offload_remarks {
	struct {
		bool disagrees; /* else a note */
		char text[OFFLOAD_REMARK_SIZE];
	} remark[OFFLOAD_REMARKS];
	size_t count;
};

enum offload_daemon_state {
	OFFLOAD_DAEMON_NONE,
	OFFLOAD_DAEMON_RUNNING,
	OFFLOAD_DAEMON_SILENT, /* it has not ended in good order */
};

struct offload_table_use {
	uint64_t flows, capacity;
};

/* A next hop that flows use. */
struct offload_nexthop_use {
	uint32_t index;
	uint32_t state;                /* enum flow_way_state */
	char text[NEXTHOPS_TEXT_SIZE]; /* "via 10.0.0.1 dev eth1 …" */
	uint64_t flows, packets, bytes;
};

struct offload_host_state {
	bool is_there; /* something is attached in this network namespace */
	uint64_t now;  /* CLOCK_MONOTONIC, nanoseconds */
	struct offload_daemon daemon;
	enum offload_daemon_state daemon_state;
	struct offload_sysctls sysctls;
	int sysctl[OFFLOAD_SYSCTL_COUNT]; /* their values now; -1: unknown */
	struct offload_table_use tables[FLOW_FAMILY_COUNT];
	struct offload_nexthop_use *nexthops; /* in the order of their indexes */
	size_t nexthop_count;
	uint64_t loopback_flows; /* for this host, with an IPv4 address of 127.0.0.0/8: they need the sysctls */
	struct offload_remarks remarks;
};

struct offload_place_state {
	char name[INTERFACE_NAME_SIZE]; /* "#7": it is gone */
	bool is_gone;
	struct offload_place place;
	uint64_t loaded_at; /* CLOCK_REALTIME, nanoseconds; 0: unknown */
	struct offload_cpu counters;
	struct hook_program_list others;
	struct offload_remarks remarks;
};

struct offload_state {
	struct offload_host_state host;
	struct offload_place_state *places; /* by interface, ingress first */
	size_t place_count;
};

/* Reads the namespace and the places of the list's interfaces; of an empty list, or one with "all", every
 * place. -ENOENT: one of the list has none. What could be read is there all the same. Takes the lock by
 * itself. To be freed also on failure. */
int offload_state_read(struct offload_state *ret_state, const char *bpffs,
		       const struct interface_list *wanted, struct problem *problem);
void offload_state_free(struct offload_state *state);

/* What the namespace shares alone, of an open host. To be freed as a part of a struct offload_state. */
int offload_state_read_host(struct offload_host_state *ret_state, const struct offload_host *host,
			    struct problem *problem);

#endif
