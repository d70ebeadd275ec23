/* SPDX-License-Identifier: GPL-2.0-only */
/* Contract of tc_offload's kernel side and its user side: names, limits, configuration, counters.
 * Flows, next hops and tables: abi/flow.h, abi/nexthop.h. Values are in host byte order unless said
 * otherwise. May include nothing but <linux/types.h> and what abi/ has. */
#ifndef TC_OFFLOAD_H
#define TC_OFFLOAD_H

#include <linux/types.h>
#include "abi/flow.h"
#include "offload_reasons.h"

#define OFFLOAD_TOOL "tc_offload"
#define OFFLOAD_PROGRAM "tc_offload"
#define OFFLOAD_EDIT "offload_edit" /* run by the tools, never by packets */

/* What the interfaces of one network namespace share, pinned in BPFFS/ecbpf/tc_offload_<inode of the
 * namespace>/, together with the links of tc_link.h, the tables of flows (flow_tables.h) and the edit program. */
#define OFFLOAD_HOST_DIRECTORY "tc_offload_%llu"
#define OFFLOAD_MAP_NEXTHOPS "flow_nexthops"   /* array: struct flow_nexthop */
#define OFFLOAD_MAP_CLAIM "flow_claims"        /* array, 1: the lock for a flow's first packet */
#define OFFLOAD_MAP_SETTINGS "offload_setting" /* array, 1: struct offload_settings */
#define OFFLOAD_MAP_DAEMON "offload_daemon"    /* array, 1: struct offload_daemon */
#define OFFLOAD_MAP_SYSCTLS "offload_sysctls"  /* array, 1: struct offload_sysctls */
#define OFFLOAD_MAP_CPU                                                                            \
	"offload_cpu" /* per-CPU array, 1: struct offload_cpu. One for each place, pinned
						* as OFFLOAD_CPU_PIN */
#define OFFLOAD_CPU_PIN "%s_cpu_%u" /* "ingress" or "egress", ifindex */

#define OFFLOAD_FLOWS_DEFAULT FLOW_TABLE_DEFAULT
#define OFFLOAD_FLOWS_LIMIT (1u << 24)

enum offload_side {
	OFFLOAD_INGRESS = 0,
	OFFLOAD_EGRESS = 1,
};

/* Where a copy of the program is attached: its read-only data `offload_at`, fixed at load. */
struct offload_at {
	__u32 ifindex;
	__u8 side;        /* enum offload_side */
	__u8 link_header; /* bytes in front of the IP header: 14, or 0 (wireguard, tun) */
	__u8 is_loopback;
	__u8 has_ipv6_flag; /* the kernel knows BPF_F_IPV6 (6.16 and later stable ones) */
};

/* Value of offload_cpu, of each CPU. Each packet that comes by is counted once, here or there. A packet is
 * a GSO one, too, however many it will be on the wire (flows count those). */
struct offload_cpu {
	__u64 jiffies; /* when `now` was read */
	__u64 now;     /* CLOCK_MONOTONIC, nanoseconds, up to a tick old */
	__u64 sent[8]; /* by enum offload_out */
	__u64 up[64];  /* by enum offload_up */
};

/* Value of offload_setting: written by the tools under the lock. */
struct offload_settings {
	__u32 tables;         /* bit per enum flow_table: it holds a flow */
	__u32 static_version; /* grows with every change of the static table */
};

#define OFFLOAD_SYSCTL_COUNT 2

/* Value of offload_sysctls: what --set-sysctls has changed. Written by the tools under the lock. */
struct offload_sysctls {
	struct {
		__u32 is_set; /* 1: it was `before`, and 1 was written */
		__s32 before;
	} sysctl[OFFLOAD_SYSCTL_COUNT];
};

/* Value of offload_daemon: written by the daemon alone. */
struct offload_daemon {
	__u64 alive_until; /* CLOCK_MONOTONIC, nanoseconds: next hops are followed until then */
	__u32 pid;
	__u32 unused;
};

_Static_assert(sizeof(struct offload_at) == 8, "layout of offload_at is ABI");
_Static_assert(sizeof(struct offload_settings) == 8, "layout of offload_settings is ABI");
_Static_assert(sizeof(struct offload_daemon) == 16, "layout of offload_daemon is ABI");

#endif
