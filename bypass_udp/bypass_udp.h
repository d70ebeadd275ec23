/* SPDX-License-Identifier: GPL-2.0-only */
/* Contract of bypass_udp's kernel side and its user side: names, limits, configuration, counters.
 * Flows, next hops and tables: abi/flow.h. Values are in host byte order unless said otherwise. */
#ifndef BYPASS_UDP_H
#define BYPASS_UDP_H

#include <linux/types.h>
#include "abi/flow.h"
#include "bypass_ledger.h"
#include "bypass_reasons.h"

#define BYPASS_TOOL "bypass_udp"
#define BYPASS_PROGRAM "bypass_udp"       /* in the slot */
#define BYPASS_OBSERVER "bypass_observer" /* at tc egress of the same interfaces */
#define BYPASS_EDIT "bypass_edit"         /* run by the tools, never by packets */
#define BYPASS_SLOT_DEFAULT 7

/* Private maps of one interface, pinned in its slot's directory. */
#define BYPASS_MAP_CONFIG "bypass_config" /* array, 1: struct bypass_config */
#define BYPASS_MAP_CPU "bypass_cpu"       /* per-CPU array, 1: struct bypass_cpu */

/* What the interfaces of one network namespace share, pinned in BPFFS/ecbpf/bypass_udp_<inode of the
 * namespace>/, together with the edit program and the observer's links. */
#define BYPASS_HOST_DIRECTORY "bypass_udp_%llu"
/* Flows, by family: an array of maps (FLOW_TABLE_COUNT) and what it holds, hashes without preallocation:
 * struct flow_key_ipv4, or struct flow_key for IPv6 -> struct flow_value. */
#define BYPASS_MAP_TABLES_IPV4 "tables_ipv4"
#define BYPASS_MAP_STATIC_IPV4 "static_ipv4"
#define BYPASS_MAP_LEARNED_IPV4 "learned_ipv4"
#define BYPASS_MAP_TABLES_IPV6 "tables_ipv6"
#define BYPASS_MAP_STATIC_IPV6 "static_ipv6"
#define BYPASS_MAP_LEARNED_IPV6 "learned_ipv6"
#define BYPASS_MAP_NEXTHOPS "flow_nexthops"  /* array: struct flow_nexthop */
#define BYPASS_MAP_DEVICES "flow_devices"    /* devmap: u32 ifindex -> u32 ifindex */
#define BYPASS_MAP_SETTINGS "bypass_setting" /* array, 1: struct bypass_settings */
#define BYPASS_MAP_DAEMON "bypass_daemon"    /* array, 1: struct bypass_daemon */
#define BYPASS_MAP_AWAITED "bypass_awaited" /* hash: struct flow_key -> u64 time seen, 0: not yet */
#define BYPASS_MAP_PENDING "bypass_pending" /* LRU hash: struct flow_key -> struct bypass_pending */
#define BYPASS_MAP_CLAIM                                                                           \
	"flow_claims" /* array, 1: the kernel side's lock for a flow's first packet */
#define BYPASS_MAP_LEDGER "bypass_ledger"     /* array, 1: struct bypass_ledger */
#define BYPASS_MAP_EXCLUDED "bypass_excluded" /* array, 1: struct bypass_excluded */
#define BYPASS_MAP_EVENTS "bypass_events"     /* ring buffer: struct bypass_event */

#define BYPASS_LEARNED_DEFAULT 65536
#define BYPASS_FLOWS_LIMIT (1u << 24)
#define BYPASS_AWAITED_LIMIT 131072
#define BYPASS_PENDING_LIMIT 16384
#define BYPASS_EXCLUDED_LIMIT 256
#define BYPASS_RING_SIZE (256u << 10)

/* Value of bypass_config. */
struct bypass_config {
	__u32 ifindex; /* the interface; packets that leave through it, or through master, are sent back
			 * with XDP_TX */
	__u32 master; /* bond the interface belongs to, 0: none */
	__u8 mac[6];  /* the interface's address */
	__u8 monitor; /* 1: decide and count, send nothing */
	__u8 unused;
	/* For status: what the chain had counted in this slot when the maps were made, by reason
	 * (BYPASS_REASON_L2, BYPASS_REASON_NAT) and action (XDP_TX, XDP_REDIRECT). */
	__u64 sent_before[2][2];
};

/* Value of bypass_cpu. */
struct bypass_cpu {
	__u64 jiffies; /* when `now` was read */
	__u64 now;     /* CLOCK_MONOTONIC, nanoseconds, up to a tick old */
	__u64 up[64];  /* packets, by enum bypass_up */
};

/* Value of bypass_excluded: written by the tools under the lock, read by the tools and the daemon.
 * A flow is excluded if one of its four addresses is. */
struct bypass_excluded {
	__u32 count;
	__u32 version; /* grows with every change */
	struct {
		__u8 family; /* FLOW_IPV4 or FLOW_IPV6 */
		__u8 length; /* bits */
		__u16 unused;
		__be32 address[4];
	} prefix[BYPASS_EXCLUDED_LIMIT];
};

enum bypass_class {
	BYPASS_CLASS_OTHER = 0, /* everything without a class of its own */
	BYPASS_CLASS_DNS = 1,   /* port 53 on either side */
	BYPASS_CLASS_QUIC = 2,  /* port 443 */
	BYPASS_CLASS_COUNT = 8, /* entries of settings.idle */
};

/* Value of bypass_settings: written by the tools under the lock. */
struct bypass_settings {
	__u32 tables; /* bit per enum flow_table: it holds a flow. A table whose bit is 0 is not searched */
	__u32 static_version;           /* grows with every change of the static table */
	__u64 idle[BYPASS_CLASS_COUNT]; /* nanoseconds without a packet */
	__u64 sample;    /* nanoseconds that an observed flow may go without being seen leaving */
	__u32 mark;      /* packets that leave with (mark & mark_mask) == mark are learned ... */
	__u32 mark_mask; /* ... 0: none are */
	__u32 observe_after; /* packets of a marked flow that must have left before it is learned */
	__u32 learn;         /* 1: from conntrack */
};

/* Value of bypass_daemon: written by the daemon alone. */
struct bypass_daemon {
	__u64 alive_until; /* CLOCK_MONOTONIC, nanoseconds: learned flows are used until then */
	__u32 epoch;       /* of learned flows; 0: none is valid */
	__u32 conntrack_timeout; /* milliseconds that a timer is set to, 0: kernel side leaves them alone */
	__u64 conntrack_each; /* nanoseconds from one setting of a flow's timer to the next */
	__u32 pid;
	__u32 unused;
};

/* Value of bypass_pending: a marked flow that has not been learned. */
struct bypass_pending {
	__u32 packets; /* that left */
	__u32 told; /* 1: an event was written; another comes once the daemon has removed the entry */
};

enum bypass_event_kind {
	BYPASS_EVENT_AWAITED = 1, /* a flow of bypass_awaited left */
	BYPASS_EVENT_MARKED = 2,  /* a marked flow left for the observe_after-th time */
	BYPASS_EVENT_MOVED = 3,   /* an observed flow left by another way than the table says */
};

/* A packet that left, as it left. */
struct bypass_event {
	struct flow_key key;
	__u32 kind;
	__u32 ifindex;    /* that it left through */
	__u32 in_ifindex; /* that it came by: may be a VLAN device; 0: made by this host */
	__u32 mark;
	__u8 tags;
	__u8 unused[3];
	__u16 vlan[2]; /* ids, outermost first */
	__u8 destination_mac[6];
	__u8 source_mac[6];
	__u32 more_unused;
};

_Static_assert(sizeof(struct bypass_config) == 48, "layout of bypass_config is ABI");
_Static_assert(sizeof(struct bypass_settings) == 8 + 64 + 8 + 16,
	       "layout of bypass_settings is ABI");
_Static_assert(sizeof(struct bypass_daemon) == 32, "layout of bypass_daemon is ABI");
_Static_assert(sizeof(struct bypass_event) == 80, "layout of bypass_events is ABI");

#endif
