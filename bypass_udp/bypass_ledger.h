/* SPDX-License-Identifier: GPL-2.0-only */
/* What the daemon has done. Values are in host byte order. */
#ifndef BYPASS_LEDGER_H
#define BYPASS_LEDGER_H

#include <linux/types.h>

/* Value of bypass_ledger: what the daemon has done since the host directory was made; written by the
 * daemon alone, read and gone on with after a restart. Times are CLOCK_MONOTONIC, nanoseconds. */
struct bypass_ledger {
	__u64 started;        /* the daemon, last time */
	__u64 rules_changed;  /* last raise of the epoch, 0: never */
	__u64 rule_changes;   /* how often */
	__u64 routes_changed; /* how often flows were asked again where they leave */
	__u64 lost_conntrack; /* how often conntrack's events were lost and a dump was compared */
	__u64 lost_events;    /* packets that left and whose event was lost, found later */
	__u64 learned;        /* flows (directions) written into the learned table */
	__u64 refused; /* candidates that left while the learned table was full, or had no room at all */
	__u64 removed_idle;
	__u64 removed_gone;    /* conntrack forgot it */
	__u64 removed_other;   /* learning turned off, the way in moved */
	__u64 removed_packets; /* of all removed flows together */
	__u64 removed_bytes;
	__u64 timers_set; /* of conntrack, by netlink */
	__u32 flows;      /* now: learned ones in the table */
	__u32 candidates; /* now: awaited, not seen leaving yet */
	__u32 waiting;    /* now: seen leaving, no room */
	__u32 unused;
};

_Static_assert(sizeof(struct bypass_ledger) == 14 * 8 + 4 * 4, "layout of bypass_ledger is ABI");

#endif
