/* SPDX-License-Identifier: GPL-2.0-only */
/* What the filter's kernel side and user side agree on: maps, their keys and values, reasons. */
#ifndef XDP_FILTER_H
#define XDP_FILTER_H

#include <linux/types.h>
#include "abi/reasons.h"

#define FILTER_PROGRAM "xdp_filter"
#define FILTER_SLOT_DEFAULT 2

/* Private maps, pinned in slot_<N>/. */
#define FILTER_MAP_CONFIG "filter_config" /* array, one entry */
#define FILTER_MAP_DROP_IPV4 "drop_ipv4"  /* LPM tries: sources whose packets are dropped */
#define FILTER_MAP_DROP_IPV6 "drop_ipv6"

#define FILTER_LIST_SIZE 65536 /* entries of each trie */
#define FILTER_TAG_SIZE 64     /* 63 bytes and the terminator */

/* May change while packets are decided: each member by itself is read once per packet. */
struct filter_config {
	__u32 frags_drop; /* 1: drop fragments of both families */
};

/* Keys of the tries. The address is in network byte order, its bits behind the prefix are 0. */
struct filter_ipv4_key {
	__u32 prefix_length; /* bits, 0..32 */
	__u8 address[4];
};

struct filter_ipv6_key {
	__u32 prefix_length; /* bits, 0..128 */
	__u8 address[16];
};

/* Value of both tries. The kernel side reads none of it. */
struct filter_drop {
	__u64 load_time; /* CLOCK_REALTIME, nanoseconds */
	char tag[FILTER_TAG_SIZE];
};

/* Malformed packets are dropped with the general reason of what is wrong with them, and where
 * fragments are to be dropped also those of ECBPF_REASON_LONG_CHAIN: they could hide one. */
enum filter_reason {
	FILTER_REASON_SOURCE_IPV4 = ECBPF_REASON_OWN, /* source is in drop_ipv4 */
	FILTER_REASON_SOURCE_IPV6,                    /* source is in drop_ipv6 */
	FILTER_REASON_FRAGMENT_IPV4,                  /* MF set or offset above 0 */
	FILTER_REASON_FRAGMENT_IPV6,                  /* fragment header, not atomic (RFC 6946) */
};

_Static_assert(sizeof(FILTER_MAP_CONFIG) <= 16, "the kernel keeps 15 characters of a map's name");
_Static_assert(sizeof(FILTER_PROGRAM) <= 16, "the kernel keeps 15 characters of a program's name");
_Static_assert(sizeof(struct filter_config) == 4, "layout of filter_config is ABI");
_Static_assert(sizeof(struct filter_ipv4_key) == 8, "layout of the tries' keys is ABI");
_Static_assert(sizeof(struct filter_ipv6_key) == 20, "layout of the tries' keys is ABI");
_Static_assert(sizeof(struct filter_drop) == 72, "layout of the tries' values is ABI");

#endif
