/* SPDX-License-Identifier: GPL-2.0-only */
/* What a reader of the ring did with the samples, in maps beside the ring (mmapable arrays), so that
 * status can tell while it runs and nothing is forgotten when it is killed. The reader alone writes,
 * with 64-bit stores. Per CPU always: sampled (sampler_cpus) = lost in the ring + in the ring + read,
 * and for each sink: offered = delivered + lost + still in its queue. */
#ifndef XDP_SAMPLER_LEDGER_H
#define XDP_SAMPLER_LEDGER_H

#include <linux/types.h>

#define LEDGER_SINKS 8

struct ledger_sink {
	__u64 offered;   /* samples this sink was to get */
	__u64 delivered; /* written whole, or sent */
	__u64 lost;      /* no room in its queue, or its target failed */
};

/* Value of sampler_ledger, one per possible CPU. */
struct ledger_cpu {
	__u64 read;     /* taken out of the ring */
	__u64 sequence; /* of the last of these */
	struct ledger_sink sink[LEDGER_SINKS];
};

enum ledger_sink_state {
	LEDGER_SINK_NONE = 0,
	LEDGER_SINK_WORKING = 1,
	LEDGER_SINK_FAILING = 2, /* `trouble` tells; samples are lost, it is tried again */
	LEDGER_SINK_CLOSED = 3,
};

struct ledger_sink_note {
	char name[32]; /* "pcapng /var/…": unique per reader; terminated, like the others */
	char target[96];
	char trouble[120];
	__u32 state; /* enum ledger_sink_state */
	__u32 unused;
};

/* The record being taken: what the counters of its CPU are to become. The reader sets them from here, so
 * that the next one can finish what a killed one began. */
struct ledger_taking {
	__u32 cpu; /* its CPU + 1, 0: none */
	__u32 unused;
	__u64 read;
	__u64 sequence;
	__u64 offered[LEDGER_SINKS];
};

/* Value of sampler_daemon. */
struct ledger_daemon {
	__u32 pid; /* of the reader, 0: none; one that was killed leaves it */
	__u32 unused;
	__u64 started;      /* CLOCK_REALTIME, nanoseconds */
	__u64 beat;         /* CLOCK_MONOTONIC, nanoseconds: when it last looked */
	__u64 reloads;      /* answered, well or not */
	__s64 reload_error; /* of the last one: 0 or negative errno */
	char reload_text[256];
	struct ledger_sink_note sink[LEDGER_SINKS];
	struct ledger_taking taking;
};

_Static_assert(sizeof(struct ledger_cpu) == 16 + 8 * 24, "layout of sampler_ledger is ABI");
_Static_assert(sizeof(struct ledger_sink_note) == 256, "layout of sampler_daemon is ABI");

#endif
