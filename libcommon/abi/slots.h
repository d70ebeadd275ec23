/* SPDX-License-Identifier: GPL-2.0-only */
/* The slots of one interface and the counters of every program in its chain.
 * Both sides include this; it may include nothing but <linux/types.h>. */
#ifndef ECBPF_ABI_SLOTS_H
#define ECBPF_ABI_SLOTS_H

#include <linux/types.h>

/* Layout version of everything below and of the pinned maps that carry it. */
#define ECBPF_ABI_VERSION 1

/* Slots are walked from 0 upward. At most 32 would work on every kernel: before 6.12 an empty slot
 * uses up one of the 33 tail calls a packet may make. */
#define ECBPF_SLOT_COUNT 8

/* The exit hook holds one program that runs after every final verdict. It is not walked, but kept
 * like a slot: wherever loaders take the number of a slot they take this one, too. */
#define ECBPF_EXIT_HOOK ECBPF_SLOT_COUNT
#define ECBPF_PLACE_COUNT (ECBPF_SLOT_COUNT + 1)

/* Row of the counters for packets that no slot decided. */
#define ECBPF_ROOT_ROW ECBPF_SLOT_COUNT
#define ECBPF_ROW_COUNT (ECBPF_SLOT_COUNT + 1)

/* XDP actions 0..4 as the kernel numbers them; every other return value counts as invalid. */
#define ECBPF_ACTION_INVALID 5
#define ECBPF_ACTION_COUNT 6

/* Reasons are numbered per program below this limit; see abi/reasons.h. */
#define ECBPF_REASON_LIMIT 64

/* Entries of the capture hook: one per valid XDP action (xdpcap's contract). */
#define ECBPF_CAPTURE_HOOK_COUNT 5

/* What one program decided, in packets: [reason][action]. Only ever grows. */
struct ecbpf_row {
	__u64 packets[ECBPF_REASON_LIMIT][ECBPF_ACTION_COUNT];
};

/* The last final verdict on this CPU. Written before the exit and capture hooks run, so that a
 * program hooked there knows what was decided about the packet in its hands. */
struct ecbpf_exit_note {
	__u8 action; /* 0..5 */
	__u8 reason; /* below ECBPF_REASON_LIMIT */
	__u8 row;    /* slot, or ECBPF_ROOT_ROW */
	__u8 unused;
};

/* Value of the pinned map xdp_stats (per-CPU array, one entry). Values are in host byte order. */
struct ecbpf_stats {
	struct ecbpf_exit_note last;
	__u32 unused;
	struct ecbpf_row row[ECBPF_ROW_COUNT];
};

/* Per-CPU values have a kernel limit of 32 KiB (PCPU_MIN_UNIT_SIZE). */
_Static_assert(sizeof(struct ecbpf_exit_note) == 4, "layout of the exit note is ABI");
_Static_assert(sizeof(struct ecbpf_stats) == 8 + 9 * 64 * 6 * 8, "layout of xdp_stats is ABI");
_Static_assert(sizeof(struct ecbpf_stats) <= 32768, "per-CPU values are limited to 32 KiB");

/* Frozen read-only data of every subprogram, in section .rodata.ecbpf, filled in by the loader. */
struct ecbpf_program {
	__u32 abi_version; /* the object's ECBPF_ABI_VERSION; the loader refuses another */
	__u32 slot;        /* where this copy runs */
	__u32 next;        /* slot + 1, so that a program need not add */
	__u32 only_entry;  /* 0: the key of maps with one entry; on the stack it would cost each
			    * program of the chain two instructions a packet */
	__u32 frags;       /* 1: frames may have more buffers than the linear part */
};

#endif
