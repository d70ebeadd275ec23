/* SPDX-License-Identifier: GPL-2.0-only */
/* The reader: takes samples out of the rings of one or more interfaces and hands them to the sinks. */
#ifndef XDP_SAMPLER_RUN_H
#define XDP_SAMPLER_RUN_H

#include <stdbool.h>
#include <stdint.h>
#include "interface.h"
#include "problem.h"
#include "sink.h"

/* What happened while it ran; filled in when it ends, however it ends. */
struct run_totals {
	uint64_t read;      /* samples taken out of the rings */
	uint64_t ring_lost; /* lost by the kernel side meanwhile: no room in a ring */
	uint64_t sink_lost; /* lost by sinks, all sinks together */
};

/* Everything it points to belongs to the caller and outlives the call. */
struct run_wish {
	const char *bpffs;
	const struct interface_list
		*interfaces;           /* none: every one that has a sampler, as they come */
	const struct sink_wish *sinks; /* 1 .. LEDGER_SINKS */
	size_t sink_count;
	uint64_t count;       /* end after that many samples, 0: no limit */
	uint64_t duration_ns; /* end after that time, 0: no limit */
	/* True: waits for interfaces, samplers and targets that are not there (yet, or any more), tells a
	 * service manager, answers SIGHUP and gives up every right but CAP_BPF. False: ends with an
	 * error when a sampler or a target is not there, and when its last interface is gone. */
	bool daemon;
	/* On SIGHUP: the sinks as they are configured now, in memory that free() releases. May be NULL:
	 * SIGHUP ends it then, like SIGTERM. */
	int (*reload)(void *context, struct sink_wish **ret_sinks, size_t *ret_sink_count,
		      struct problem *problem);
	void *context;
	struct run_totals *ret_totals; /* NULL: not wanted */
	/* By enum sink_kind; NULL: the sinks of this tool. For tests. */
	const struct sink_operations *const *operations;
};

/* Runs until SIGTERM, SIGINT or a limit, then returns 0: what the rings still hold has been taken and
 * the sinks are closed, or given up after five seconds: their threads may still hang in a system call then.
 * The chain is never changed. One reader per interface: -EBUSY tells the process id of the other (a
 * daemon waits for its end). SIGPIPE is ignored from then on.
 *
 * After a reload, well or not, ledger_daemon tells how it went: reload_error and reload_text, then
 * reloads is one more. */
int sampler_run(const struct run_wish *wish, struct problem *problem);

/* The sinks of this tool, by enum sink_kind. */
extern const struct sink_operations *const sampler_sink_operations[SINK_KIND_COUNT];

#endif
