/* SPDX-License-Identifier: GPL-2.0-only */
/* What the filter's kernel side and user side agree on: maps, their values, knobs, reasons. The
 * layout of the source list is in source_layout.h. */
#ifndef XDP_FILTER_H
#define XDP_FILTER_H

#include <linux/types.h>
#include "abi/reasons.h"

#define FILTER_PROGRAM "xdp_filter"
#define FILTER_SLOT_DEFAULT 2

/* Private maps, pinned in slot_<N>/. */
#define FILTER_MAP_CONFIG "filter_config"     /* array, one entry */
#define FILTER_MAP_COUNTERS "filter_counters" /* per-CPU array, one entry */
#define FILTER_MAP_SOURCES "source_lists"     /* array of maps, one entry: the list packets meet */
#define FILTER_MAP_SOURCE_LIST "source_list"  /* that list (source_layout.h), of any size */
#define FILTER_MAP_LOCAL_IPV4 "local_ipv4"    /* LPM tries: this host's own addresses */
#define FILTER_MAP_LOCAL_IPV6 "local_ipv6"
#define FILTER_MAP_PTB_BUCKET "ptb_bucket" /* array, one entry, shared by the filters of a host */

#define FILTER_LOCAL_SIZE 65536 /* prefixes in each of the local tries */

/* What becomes of a packet in which a header check finds something. */
enum filter_knob {
	FILTER_KNOB_PASS,  /* do not look */
	FILTER_KNOB_COUNT, /* count it and go on */
	FILTER_KNOB_DROP,  /* count it and drop it */
	FILTER_KNOB_COUNT_OF,
};

enum filter_check {
	FILTER_CHECK_FRAME,           /* Ethernet or VLAN header cut short, more than two tags */
	FILTER_CHECK_LENGTH,          /* IP header cut short, or lengths that cannot be */
	FILTER_CHECK_VERSION,         /* the IP version is not what the ethertype says */
	FILTER_CHECK_OPTIONS,         /* IPv4 options */
	FILTER_CHECK_EVIL,            /* IPv4's reserved flag (RFC 3514) */
	FILTER_CHECK_CHECKSUM,        /* of the IPv4 header */
	FILTER_CHECK_SAME,            /* source and destination address are one ("LAND") */
	FILTER_CHECK_MARTIAN,         /* a source that no packet on a wire can have */
	FILTER_CHECK_EXTENSION_CHAIN, /* IPv6 extension headers: too many, or one repeated */
	FILTER_CHECK_COUNT_OF,
};

enum filter_fragments {
	FILTER_FRAGMENTS_PASS,
	FILTER_FRAGMENTS_DROP,
	FILTER_FRAGMENTS_DROP_UNLESS_LOCAL, /* passes if the destination is in local_ipv4/6 */
	FILTER_FRAGMENTS_COUNT_OF,
};

/* May change while packets are decided: each member by itself is read once per packet. All zeros
 * passes everything but listed sources. */
struct filter_config {
	__u8 monitor;                      /* 1: decide and count, do nothing */
	__u8 check[FILTER_CHECK_COUNT_OF]; /* enum filter_knob */
	__u8 fragments_ipv4;               /* enum filter_fragments */
	__u8 fragments_ipv6;
	__u8 ptb_ttl;  /* of Packet Too Big: TTL or hop limit, 1..255 */
	__u8 ptb_dscp; /* 0..63 */
	__u8 unused[2];
	__u16 ptb_mtu; /* what it reports; 0: the length of the datagram it answers */
	__u16 unused_2;
	__u32 ptb_max_pps;  /* for people; the kernel side reads ptb_interval */
	__u64 ptb_interval; /* nanoseconds between two; 0: none is sent */
};

/* Value of ptb_bucket: a virtual-scheduling token bucket. Filters on several interfaces share one,
 * each takes its own interval from it, so a host sends at most the largest rate that is set. */
struct filter_ptb_bucket {
	__u32 lock; /* struct bpf_spin_lock */
	__u32 unused;
	__u64 next; /* CLOCK_MONOTONIC, nanoseconds: when the next is due */
};

/* Tokens that nobody took in time stay good for this long, in nanoseconds: what a host may send in
 * T seconds is rate * (T + this) + 1. */
#define FILTER_PTB_PATIENCE 1000000

/* Keys of the local tries. The address is in network byte order, its bits behind the prefix are 0.
 * The value, one byte, means nothing. */
struct filter_ipv4_key {
	__u32 prefix_length; /* bits, 0..32 */
	__u8 address[4];
};

struct filter_ipv6_key {
	__u32 prefix_length; /* bits, 0..128 */
	__u8 address[16];
};

/* Why a packet was decided, and at the same time the number of its counter in filter_counters,
 * which counts what was found also where the knob says count, or in monitor mode. General reasons
 * that the filter uses: SHORT_ETHERNET and MANY_TAGS (check FRAME); SHORT_IPV4, BAD_IPV4, SHORT_IPV6,
 * BAD_IPV6 and SHORT_EXTENSION (LENGTH); LONG_CHAIN (EXTENSION_CHAIN, or fragments that are not
 * wanted and could hide behind it). */
enum filter_reason {
	FILTER_REASON_SOURCE_IPV4 = ECBPF_REASON_OWN, /* source is on the list */
	FILTER_REASON_SOURCE_IPV6,
	FILTER_REASON_FRAGMENT_IPV4, /* fragments are not wanted */
	FILTER_REASON_FRAGMENT_IPV6,
	FILTER_REASON_PTB_IPV4, /* the same, and answered with Packet Too Big (action TX) */
	FILTER_REASON_PTB_IPV6,
	FILTER_REASON_VERSION_IPV4 = 24,
	FILTER_REASON_VERSION_IPV6,
	FILTER_REASON_OPTIONS, /* from here to MARTIAN_IPV4 in the order of the checks */
	FILTER_REASON_EVIL,
	FILTER_REASON_CHECKSUM,
	FILTER_REASON_SAME_IPV4,
	FILTER_REASON_MARTIAN_IPV4,
	FILTER_REASON_SAME_IPV6, /* and again */
	FILTER_REASON_MARTIAN_IPV6,
	FILTER_REASON_REPEATED_EXTENSION,

	/* Counters that are no reasons. A fragment is counted as first or later, and in addition as
	 * one of the other two, whatever the policy. */
	FILTER_COUNT_FIRST_IPV4 = 48,
	FILTER_COUNT_LATER_IPV4,
	FILTER_COUNT_TINY_IPV4,    /* first fragment without a whole transport header */
	FILTER_COUNT_OVERLAP_IPV4, /* later fragment that starts inside a TCP header (RFC 1858) */
	FILTER_COUNT_FIRST_IPV6,
	FILTER_COUNT_LATER_IPV6,
	FILTER_COUNT_TINY_IPV6,
	FILTER_COUNT_OVERLAP_IPV6,
	/* Of first fragments that were dropped while ptb_max_pps is not 0, why there was no answer: */
	FILTER_COUNT_PTB_REFUSED, /* the RFCs forbid it */
	FILTER_COUNT_PTB_LIMITED, /* ptb_max_pps */
	FILTER_COUNT_PTB_NO_ROOM, /* the driver left no headroom in front of the frame */
	FILTER_COUNTER_LIMIT = 64,
};

/* Value of filter_counters. Only ever grows. */
struct filter_counters {
	__u64 packets[FILTER_COUNTER_LIMIT];
};

_Static_assert(sizeof(FILTER_MAP_COUNTERS) <= 16, "the kernel keeps 15 characters of a map's name");
_Static_assert(sizeof(FILTER_PROGRAM) <= 16, "the kernel keeps 15 characters of a program's name");
_Static_assert(sizeof(struct filter_config) == 32, "layout of filter_config is ABI");
_Static_assert(sizeof(struct filter_ptb_bucket) == 16, "layout of ptb_bucket is ABI");
_Static_assert(sizeof(struct filter_ipv4_key) == 8, "layout of the tries' keys is ABI");
_Static_assert(sizeof(struct filter_ipv6_key) == 20, "layout of the tries' keys is ABI");
_Static_assert(FILTER_COUNTER_LIMIT == 64, "counters are numbered like reasons");

#endif
