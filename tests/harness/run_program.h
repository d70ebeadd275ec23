/* SPDX-License-Identifier: GPL-2.0-only */
/* BPF programs as pure functions: frame in, verdict, frame and counters out, through
 * BPF_PROG_TEST_RUN. No interface is needed.
 *
 *	struct run_chain chain;
 *	struct run_program filter;
 *
 *	run_chain_create(&chain, 0);
 *	run_open(&filter, &chain, ECBPF_OBJECT_DIR "/xdp_filter.o", NULL, 2);
 *	...                            set own read-only data through filter.object
 *	run_load(&filter);             now it is in slot 2
 *	run_packet(&filter, &(struct run_frame){ frame, length }, &result);
 *
 * Several programs opened with one chain share its maps, so that a packet given to the root (opened
 * with RUN_ROOT) walks through them. Functions that return int return 0 or a negative errno, and
 * say on stderr what failed.
 *
 * The kernel takes frames of 14 bytes or more only, and lets no program make one shorter: what a
 * driver never delivers cannot be shown to a program. */
#ifndef ECBPF_HARNESS_RUN_PROGRAM_H
#define ECBPF_HARNESS_RUN_PROGRAM_H

#include <bpf/libbpf.h>
#include <linux/types.h>
#include "../../libcommon/abi/slots.h"

#define RUN_FRAME_SIZE 16384 /* longest frame that comes back whole */
#define RUN_SKIP 77          /* exit status of a test that cannot run here */

/* Slots of run_open() that are none. */
#define RUN_ROOT ECBPF_ROOT_ROW
#define RUN_ALONE 0xffff /* loaded, but put into no array; counted in no row */

/* The maps that the programs of one interface share; owned, close with run_chain_close(). */
struct run_chain {
	int slots;
	int stats;
	int exit_hook;
	int capture_hook;
	__u32 frags; /* 1: the programs are loaded for multi-buffer frames */
};

struct run_program {
	struct bpf_object *object; /* owned; run_close() */
	struct bpf_program *program;
	const struct run_chain *chain;
	__u32 slot;
};

struct run_frame {
	const void *bytes;
	__u32 length;
	__u32 ifindex; /* of an existing interface of this network namespace; 0: loopback */
	__u32 queue;   /* below the number of receive queues of that interface */
};

struct run_result {
	__u32 action;   /* what the program returned */
	__u32 length;   /* of the frame afterwards */
	__u32 duration; /* nanoseconds, average of `repeat` */
	unsigned char bytes[RUN_FRAME_SIZE];
};

/* NULL, or why this process may not load BPF programs here; then the test's main() prints
 * "SKIP: REASON" and returns RUN_SKIP. */
const char *run_unavailable(void);

/* 1 if the kernel takes programs for multi-buffer frames (5.18). */
int run_frags_supported(void);

/* 1 if a frame can say where it came from: run_frame.ifindex other than 0 (5.14). */
int run_origin_supported(void);

int run_chain_create(struct run_chain *chain, __u32 frags);
void run_chain_close(struct run_chain *chain);

/* Opens one program of an object file and ties it to the chain's maps, by their names. `name` NULL:
 * the object's first program. Programs of the kit learn slot and frags. `chain` NULL: the object's
 * own maps, no multi-buffer frames. Close with run_close(), which takes a failed one too. */
int run_open(struct run_program *program, const struct run_chain *chain, const char *path,
	     const char *name, __u32 slot);

/* Loads it and puts it into its slot, if it has one. */
int run_load(struct run_program *program);

/* Also takes it out of its slot, if it was loaded. */
void run_close(struct run_program *program);

/* The map of that name, or -ENOENT. Borrowed. */
int run_map(const struct run_program *program, const char *name);

/* Runs one frame through the program, and what it tail-calls. */
int run_packet(const struct run_program *program, const struct run_frame *frame,
	       struct run_result *ret_result);

/* The same `repeat` times in one call, for its duration; the frame does not come back. A program
 * that changes the frame meets its own output again. */
int run_repeat(const struct run_program *program, const struct run_frame *frame, __u32 repeat,
	       struct run_result *ret_result);

/* Counters summed over the CPUs. `last` is the note of a CPU that has counted anything: the last
 * verdict, if one packet ran since run_stats_clear(). */
int run_stats(const struct run_chain *chain, struct ecbpf_stats *ret_stats);
int run_stats_clear(const struct run_chain *chain);

/* Packets of one row and action, all reasons. */
__u64 run_stats_action(const struct ecbpf_stats *stats, __u32 row, __u32 action);

/* Packets of all rows: as many as were run. */
__u64 run_stats_total(const struct ecbpf_stats *stats);

#endif
