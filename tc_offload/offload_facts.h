/* SPDX-License-Identifier: GPL-2.0-only */
/* What a check looks at: read from this host, nothing is changed for it. */
#ifndef OFFLOAD_FACTS_H
#define OFFLOAD_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "offload_interfaces.h"
#include "offload_state.h"
#include "problem.h"

/* Of a switch: on, off, or a device that does not have it or does not tell. */
enum offload_switch {
	OFFLOAD_SWITCH_OFF,
	OFFLOAD_SWITCH_ON,
	OFFLOAD_SWITCH_UNKNOWN,
};

enum offload_hook {
	OFFLOAD_HOOK_NONE,
	OFFLOAD_HOOK_TCX,
	OFFLOAD_HOOK_CLSACT,
	OFFLOAD_HOOK_INGRESS_QDISC, /* no tcx, and a qdisc that has no egress side */
	OFFLOAD_HOOK_UNKNOWN,       /* this process may not ask */
};

struct offload_device_facts {
	char name[INTERFACE_NAME_SIZE];
	char problem[160]; /* "": none; why the offload cannot be there */
	struct offload_interface interface;
	enum offload_hook hook;
	int rp_filter; /* the one that counts: the larger of its own and that of "all"; -1: unknown */
	enum offload_switch lro, rx_checksum, tx_checksum, gso, gro;
};

struct offload_host_facts {
	char bpffs_problem[160]; /* "": it is fine */
	char lacking[64];        /* capabilities, "": none */
	int jit;                 /* net.core.bpf_jit_enable, -1: unknown */
	struct offload_host_state state;
	int sysctl[OFFLOAD_SYSCTL_COUNT]; /* offload_sysctls.h; -1: unknown */
};

struct offload_facts {
	struct offload_host_facts host;
	struct offload_device_facts *devices;
	size_t device_count;
};

/* Of the interfaces of the list; of an empty list, of those that are attached; if nothing is, of lo and
 * of those that "all" means. To be freed also on failure. */
int offload_facts_read(struct offload_facts *ret_facts, const char *bpffs,
		       const struct interface_list *wanted, struct problem *problem);
void offload_facts_free(struct offload_facts *facts);

/* A device by itself. */
void offload_device_facts_read(struct offload_device_facts *ret_facts, const char *name);

#endif
