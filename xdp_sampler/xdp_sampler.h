/* SPDX-License-Identifier: GPL-2.0-only */
/* Contract of the sampler's kernel side and its user side: names, limits, configuration and per-CPU
 * state. Values are in host byte order. */
#ifndef XDP_SAMPLER_H
#define XDP_SAMPLER_H

#include <linux/types.h>
#include "abi/slots.h"
#include "recorder_layout.h"

#define SAMPLER_TOOL "xdp_sampler"
/* The program in a slot, before anything decided, and the one in the exit hook, after the verdict. */
#define SAMPLER_INGRESS_PROGRAM "xdp_sampler"
#define SAMPLER_VERDICT_PROGRAM "xdp_sampler_verdict"
#define SAMPLER_SLOT_DEFAULT 1

/* Private maps, pinned with either program and shared by both. */
#define SAMPLER_MAP_CONFIG "sampler_config"  /* array, 1: struct sampler_config */
#define SAMPLER_MAP_CPUS "sampler_cpus"      /* per-CPU array, 1: struct sampler_cpu */
#define SAMPLER_MAP_RING "sampler_ring"      /* ring buffer: struct sample (sample.h) */
#define SAMPLER_MAP_LEDGER "sampler_ledger"  /* array, one per CPU: struct ledger_cpu */
#define SAMPLER_MAP_DAEMON "sampler_daemon"  /* array, 1: struct ledger_daemon */
#define SAMPLER_MAP_RECORDERS "recorders"    /* array: struct recorder */
#define SAMPLER_MAP_KEYS "recorder_keys"     /* hash: struct recorder_key -> u32 */
#define SAMPLER_MAP_SEARCH "recorder_search" /* array of maps, 1: struct recorder_image */

enum sampler_place {
	SAMPLER_INGRESS = 0,
	SAMPLER_VERDICT = 1,
	SAMPLER_PLACE_COUNT = 2,
};

#define SAMPLER_RATE_LIMIT (1 << 24) /* 1 in N: the largest N */
#define SAMPLER_CAPTURE_MINIMUM 64   /* bytes */
#define SAMPLER_CAPTURE_DEFAULT 128
#define SAMPLER_CAPTURE_LIMIT 65536      /* the longest frame, "full" */
#define SAMPLER_RING_DEFAULT (16u << 20) /* bytes, a power of two */

/* How the gap between two chosen packets is drawn: geometrically, so that every packet is chosen
 * with the same chance whatever came before. gap = (L * factor) >> shift where L is -log2(u) in
 * units of 2^-26 and u is uniform in (0, 1]; factor * 2^(26 - shift) is ln(2) / -ln(1 - 1/rate). */
struct sampler_draw {
	__u32 rate;   /* 1 in `rate`; 0: never, 1: always (factor and shift are not used then) */
	__u32 factor; /* 2^31 .. 2^32 - 1 */
	__u32 shift;  /* 26 .. 62 */
	__u32 unused;
};

/* Value of sampler_config. Written twice, with a new word each time: a CPU that reads in the middle of the
 * first time begins anew with the second. */
struct sampler_config {
	/* generation << 1, and 1 if there are recorders: a packet that finds the word it knows looks
	 * at nothing else here. */
	__u64 word;
	__u64 reasons;        /* what the verdict place takes: bit per reason */
	__u32 verdicts;       /* bit per action, ECBPF_ACTION_INVALID included */
	__u32 rows;           /* bit per row: slots, ECBPF_ROOT_ROW */
	__u32 capture_length; /* bytes kept of a packet that was chosen by chance */
	__u32 wake_at;        /* bytes in the ring beyond which the reader is woken */
	/* Draws with the smallest of a place's rates; a chosen packet whose verdict has a larger one
	 * is kept with the chance that is left. */
	struct sampler_draw draw[SAMPLER_PLACE_COUNT];
	/* 1 in N by verdict, 0: none. The ingress place has one, [SAMPLER_INGRESS][0]. */
	__u32 rate[SAMPLER_PLACE_COUNT][ECBPF_ACTION_COUNT];
};

struct sampler_place_cpu {
	__u64 word;      /* the configuration that `countdown` was drawn with */
	__u64 packets;   /* seen up to the end of the countdown: now, subtract `countdown` */
	__u64 sampled;   /* chosen, by chance or by a recorder; only grows */
	__u64 lost;      /* of these, found no room in the ring */
	__u32 countdown; /* packets to let by; the one after them is chosen */
	__u32 unused;
};

/* What is known about the packet in hand. In a map, as the verifier does not track what is in maps: it
 * need not follow the rest of the program once for each combination. */
struct sampler_scratch {
	struct recorder_key key;
	__u64 join;
	__u64 frame_length;
	__u64 length; /* bytes to keep */
	__u32 rate;
	__u32 chosen;       /* enum sample_chosen */
	__u32 hit_count;    /* recorders that match, later those that took the packet */
	__u32 hit_priority; /* all have it */
	__u32 hit[8];       /* indexes into the map, later ids */
};

/* Value of sampler_cpus. */
struct sampler_cpu {
	struct sampler_place_cpu place[SAMPLER_PLACE_COUNT];
	__u64 sequence; /* of the last sample of both places: place[0].sampled + place[1].sampled */
	/* The packet that the ingress place took last, so that the verdict place can tell it is the
	 * same: its id, 0 if it is gone, and how many packets ingress had seen with it. */
	__u64 join;
	__u64 join_packets;
	__u32 join_slot; /* where the ingress place runs */
	__u32 unused;
	struct sampler_scratch scratch;
};

_Static_assert(sizeof(struct sampler_config) == 8 + 8 + 4 * 4 + 2 * 16 + 2 * 6 * 4,
	       "layout of sampler_config is ABI");
_Static_assert(sizeof(struct sampler_place_cpu) == 40, "layout of sampler_cpus is ABI");

#endif
