/* SPDX-License-Identifier: GPL-2.0-only */
/* Recorders as both sides see them: what they are looking for, and the tables of the search.
 *
 * A filter has five fields, each of them free or fixed (addresses up to a prefix length). Which bits
 * are fixed is its mask; filters of one mask are entries of one hash table (tuple-space search).
 * A packet need not try every mask: for each byte of its addresses, ports and protocol the image
 * tells which masks have an entry that this byte does not rule out; the masks that are left after all
 * bytes are tried in their order: highest priority of their recorders first, then lowest number.
 *
 * Of the recorders that match a packet, those of the highest priority take it, at most
 * SAMPLE_RECORDERS of them, in the order of their masks. So the search ends as soon as the masks that
 * are left have only recorders of lower priority. Recorders that expired or have reached their limit
 * are not there. */
#ifndef XDP_SAMPLER_RECORDER_LAYOUT_H
#define XDP_SAMPLER_RECORDER_LAYOUT_H

#include <linux/bpf.h>
#include <linux/types.h>

#define RECORDER_LIMIT 16384   /* recorders */
#define RECORDER_MASK_LIMIT 64 /* masks per family */
#define RECORDER_FULL 65536    /* capture length: the whole frame */

enum recorder_family {
	RECORDER_IPV4 = 0,
	RECORDER_IPV6 = 1,
	RECORDER_OTHER = 2, /* everything but IP: found by a filter with five free fields */
	RECORDER_FAMILY_COUNT = 3,
};

/* Key of recorder_keys: a packet's fields under a mask, and the mask's number, so that equal bits
 * under different masks are different keys. IPv4 is in the first four bytes, the rest is zero. */
struct recorder_key {
	__u8 source[16];
	__u8 destination[16];
	__be16 source_port;
	__be16 destination_port;
	__u8 protocol;
	__u8 family; /* enum recorder_family */
	__u16 mask;  /* stays the mask's as long as it is used */
};

#define RECORDER_KEYS (3 * RECORDER_LIMIT)

struct recorder_mask {
	struct recorder_key bits; /* ones where fixed; .family 0xff, .mask the mask's number */
	__u32 best_priority;      /* of its recorders */
	__u32 unused;
};

/* Bytes of a packet that the image looks at: IPv4 source 4, destination 4; IPv6 16 and 16; then
 * source port 2, destination port 2, protocol 1. */
#define RECORDER_IPV4_BYTES 13
#define RECORDER_IPV6_BYTES 37

/* The search as a whole, never changed once packets use it. Bit i stands for mask[family][i]; masks
 * are in the order of their best priority, highest first. */
struct recorder_image {
	__u64 ipv4[RECORDER_IPV4_BYTES][256];
	__u64 ipv6[RECORDER_IPV6_BYTES][256];
	__u64 other; /* bits of mask[RECORDER_OTHER]: 0 or 1 */
	struct recorder_mask mask[RECORDER_FAMILY_COUNT][RECORDER_MASK_LIMIT];
};

/* The image's map has a BTF-less array of words: kernels up to 6.1 refuse to replace a map of structs. */
#define RECORDER_IMAGE_WORDS (sizeof(struct recorder_image) / 8)

/* What to look for, as the operator said it. Addresses are canonical (host bits 0). */
struct recorder_filter {
	__u8 source[16];
	__u8 destination[16];
	__u8 source_length; /* prefix, in bits */
	__u8 destination_length;
	__u8 family;             /* 4, 6, or 0: any (both addresses free) */
	__u8 protocol;           /* 0: any */
	__be16 source_port;      /* 0: any */
	__be16 destination_port; /* 0: any */
};

enum recorder_origin {
	RECORDER_BY_COMMAND = 0,
	RECORDER_BY_FILE = 1, /* the configuration file: a reload may take it away */
};

/* Value of the map recorders. packets and bytes change under the lock. */
struct recorder {
	struct bpf_spin_lock lock;
	__u32 id; /* from 1; 0: entry is free */
	__u32 priority;
	__u32 capture_length; /* bytes, RECORDER_FULL */
	__u64 limit;          /* packets to take, 0: no limit */
	__u64 expires;        /* CLOCK_MONOTONIC, nanoseconds, 0: never */
	__u64 created;        /* CLOCK_REALTIME, nanoseconds */
	__u64 packets;        /* taken */
	__u64 bytes;          /* frame lengths of these */
	__u32 origin;         /* enum recorder_origin */
	__u32 unused;
	struct recorder_filter filter;
};

_Static_assert(sizeof(struct recorder_key) == 40, "layout of recorder_keys is ABI");
_Static_assert(sizeof(struct recorder_filter) == 40, "layout of recorders is ABI");
_Static_assert(sizeof(struct recorder) == 104, "layout of recorders is ABI");

#endif
