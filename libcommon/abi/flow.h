/* SPDX-License-Identifier: GPL-2.0-only */
/* Flows: which packets, and what becomes of them. One layout for every program that forwards flows and
 * for whoever writes their maps. Addresses, ports and MAC addresses are in network byte order, all
 * else in host byte order. May include nothing but <linux/types.h>. */
#ifndef ECBPF_ABI_FLOW_H
#define ECBPF_ABI_FLOW_H

#include <linux/types.h>

#define FLOW_IPV4 4
#define FLOW_IPV6 6

/* The five-tuple a packet arrives with. Compared as memory: what is unused is zero. */
struct flow_key {
	__be32 source[4]; /* IPv4: the first, the others 0 */
	__be32 destination[4];
	__be16 source_port;
	__be16 destination_port;
	__u8 protocol; /* IPPROTO_x */
	__u8 family;   /* FLOW_IPV4 or FLOW_IPV6 */
	__u16 unused;
};

/* The key of IPv4 flows in their own tables: hashing 40 bytes costs a packet 10 ns more (measured). Only in
 * the maps; whatever else speaks of flows uses struct flow_key. */
struct flow_key_ipv4 {
	__be32 source;
	__be32 destination;
	__be16 source_port;
	__be16 destination_port;
	__u8 protocol;
	__u8 family; /* FLOW_IPV4 */
	__u16 unused;
};

/* Of a key of the family FLOW_IPV4. */
static inline __attribute__((always_inline)) struct flow_key_ipv4
flow_key_narrow(const struct flow_key *key)
{
	return (struct flow_key_ipv4){
		.source = key->source[0],
		.destination = key->destination[0],
		.source_port = key->source_port,
		.destination_port = key->destination_port,
		.protocol = key->protocol,
		.family = key->family,
	};
}

/* flow_value.flags */
#define FLOW_NAT                                                                                   \
	(1u << 0) /* addresses or ports are rewritten; else only the link header, and the TTL */
#define FLOW_ROUTED (1u << 1)    /* the next hop is what the routes say, not what somebody named */
#define FLOW_LEARNED (1u << 2)   /* else static */
#define FLOW_CONNTRACK (1u << 3) /* learned from conntrack: its timer is kept from running out */
#define FLOW_OBSERVED                                                                              \
	(1u << 4) /* learned from packets that left: must be seen leaving again and again */
#define FLOW_REPLY (1u << 5)    /* conntrack's reply direction */
#define FLOW_EXCLUDED (1u << 6) /* its addresses are excluded: it goes up */
#define FLOW_DEAD (1u << 7)     /* about to be removed: as if it were not there */
#define FLOW_ANY_TAGS (1u << 8) /* whatever VLAN tags it arrives with; else exactly in_vlan */
#define FLOW_KEEP_TTL (1u << 9) /* TTL or hop limit stays (only at tc) */
#define FLOW_CARRIED (1u << 10) /* counts of the table before have been added */

/* Written by every packet: by the CPU that saw the flow first without a lock, by others atomically. */
struct flow_counts {
	__u64 packets;
	__u64 bytes; /* of frames, as they arrived */
	__u64 last;  /* CLOCK_MONOTONIC, nanoseconds, up to a tick old; 0: never */
};

/* A flow is written as a whole before packets can meet it; afterwards its nexthop, flags and epoch are
 * changed in place by the edit program alone (struct flow_edit), and the rest not at all. */
struct flow_value {
	__u32 nexthop; /* index into flow_nexthops (abi/nexthop.h) */
	__u16 flags;
	__u8 class;       /* index of its idle timeout; of learned flows */
	__u8 gone;        /* written by the kernel side: 1, conntrack does not know it any more */
	__u32 epoch;      /* learned: goes up unless this is the daemon's epoch */
	__u32 in_ifindex; /* interface it has to arrive at, 0: any */
	__u16 in_vlan[2]; /* VLAN ids it has to arrive with, outermost first, 0: no tag */
	/* What to add to a ones' complement sum when the addresses, or the ports, change: the sum of
	 * the new 16-bit words and of the complements of the old, in network byte order, folded. The
	 * checksum becomes ~fold(~checksum + delta) (RFC 1624, equation 3). 0 without FLOW_NAT. */
	__u16 address_delta;
	__u16 port_delta;
	__be32 source[4]; /* what the packet leaves with: those of the key without FLOW_NAT */
	__be32 destination[4];
	__be16 source_port;
	__be16 destination_port;
	/* Starts as zeros. */
	__u32 home;                     /* CPU that saw the flow first, plus 1; 0: no packet yet */
	struct flow_counts home_counts; /* by the CPU `home` */
	__u64 confirmed; /* FLOW_OBSERVED: when it was last seen leaving; FLOW_CONNTRACK: when its timer
			  * was last set. CLOCK_MONOTONIC, nanoseconds */
	__u64 first;     /* CLOCK_MONOTONIC, nanoseconds; 0: no packet yet */
	struct flow_counts other_counts; /* by all others */
};

#define FLOW_TABLE_DEFAULT 65536 /* flows a table holds, of each family */

/* Entries of tables_ipv4 and tables_ipv6 (arrays of maps), each a hash: struct flow_key_ipv4, or for IPv6
 * struct flow_key -> struct flow_value. */
enum flow_table {
	FLOW_TABLE_STATIC = 0,
	FLOW_TABLE_LEARNED = 1,
	FLOW_TABLE_COUNT = 2,
};

/* Input and output of the edit program, run with BPF_PROG_TEST_RUN: up to FLOW_EDIT_LIMIT of them, one
 * behind the other, are the packet. */
struct flow_edit {
	struct flow_key key;
	__u8 table; /* enum flow_table */
	__u8 what;  /* FLOW_EDIT_x */
	__u8 found; /* output: 1 if the flow is there */
	__u8 unused;
	__u16 set_flags;
	__u16 clear_flags;
	__u32 nexthop;
	__u32 epoch;
	struct flow_counts counts; /* to add, atomically, to other_counts; the later `last` stays */
	__u64 first;               /* with the counts: the earlier stays; 0: none */
};

#define FLOW_EDIT_NEXTHOP (1u << 0)
#define FLOW_EDIT_FLAGS (1u << 1)
#define FLOW_EDIT_EPOCH (1u << 2)
#define FLOW_EDIT_COUNTS (1u << 3)
#define FLOW_EDIT_LIMIT 32

_Static_assert(sizeof(struct flow_key) == 40, "layout of flows is ABI");
_Static_assert(sizeof(struct flow_key_ipv4) == 16, "layout of flows is ABI");
_Static_assert(sizeof(struct flow_value) == 128, "layout of flows is ABI");
_Static_assert(sizeof(struct flow_edit) == 88, "layout of edits is ABI");

#endif
