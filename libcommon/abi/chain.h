/* SPDX-License-Identifier: GPL-2.0-only */
/* What the loaders remember about one interface's chain, in pinned maps beside the counters. */
#ifndef ECBPF_ABI_CHAIN_H
#define ECBPF_ABI_CHAIN_H

#include <linux/types.h>
#include "slots.h"

enum ecbpf_mode {
	ECBPF_MODE_NATIVE = 1,
	ECBPF_MODE_GENERIC = 2,
};

/* Value of xdp_chain (array, one entry): whose chain this is and how it was attached. */
struct ecbpf_chain_identity {
	__u32 abi_version;
	__u32 ifindex;      /* when it was attached */
	__u64 netns_cookie; /* SO_NETNS_COOKIE (5.14), 0 where the kernel has none */
	__u64 netns_inode;  /* of /proc/self/ns/net; reused by the kernel, so the cookie decides */
	__u64 attached_at;  /* CLOCK_REALTIME, nanoseconds */
	__u32 mode;         /* enum ecbpf_mode */
	__u32 frags;        /* 1: every program of the chain handles multi-buffer frames */
	char interface[16]; /* name when attached, terminated */
};

#define ECBPF_NAME_SIZE 128

/* Value of xdp_programs (hash, key: u32 kernel program id): what the kernel cannot tell about a
 * program that a loader put into a slot. Written before the program is published. */
struct ecbpf_program_record {
	__u32 slot;
	__u32 kit;         /* 1: built with the subprogram kit, so it counts and continues */
	__u64 loaded_at;   /* CLOCK_REALTIME, nanoseconds */
	__u64 seen_before; /* packets that had reached this slot when the program came */
	char name[ECBPF_NAME_SIZE];   /* full name, terminated; the kernel keeps 15 characters */
	char object[ECBPF_NAME_SIZE]; /* file the program came from, its end if longer */
};

#define ECBPF_PROGRAM_RECORDS 64

_Static_assert(sizeof(struct ecbpf_chain_identity) == 56, "layout of xdp_chain is ABI");
_Static_assert(sizeof(struct ecbpf_program_record) == 280, "layout of xdp_programs is ABI");

#endif
