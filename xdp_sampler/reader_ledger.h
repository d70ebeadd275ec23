/* SPDX-License-Identifier: GPL-2.0-only */
/* The reader's side of sampler_ledger and sampler_daemon: exact whenever the process is killed. Who
 * uses it from several threads holds one reference in each place. */
#ifndef XDP_SAMPLER_READER_LEDGER_H
#define XDP_SAMPLER_READER_LEDGER_H

#include <stdint.h>
#include "problem.h"
#include "sampler_ledger.h"

struct reader_ledger {
	struct ledger_cpu *cpus;
	struct ledger_daemon *daemon;
	uint32_t cpu_count;
	unsigned int references; /* atomic */
};

/* Maps both into memory; the fds may be closed afterwards. Released with reader_ledger_release(). */
int reader_ledger_open(int cpus, int daemon, uint32_t cpu_count, struct reader_ledger **ret_ledger,
		       struct problem *problem);
void reader_ledger_hold(struct reader_ledger *ledger);
/* NULL is nothing. */
void reader_ledger_release(struct reader_ledger *ledger);

/* Takes over from a reader that is gone: what it had begun is finished, what its sinks had not
 * delivered is lost. This process is the reader from now on. */
void reader_ledger_begin(struct reader_ledger *ledger, uint64_t realtime);
/* The orderly end: no reader, every sink closed. */
void reader_ledger_end(struct reader_ledger *ledger);

/* One record was taken out of the ring. `sinks`: bit per number of a sink that is to get it. */
void reader_ledger_take(struct reader_ledger *ledger, uint32_t cpu, uint64_t sequence,
			uint32_t sinks);

/* Number of the sink with this name, or -ENOSPC. */
int reader_ledger_find(const struct reader_ledger *ledger, const char *name);
/* Gives a sink a number that is not in `used` (bit per number); it counts from zero. -ENOSPC: none is
 * free. */
int reader_ledger_seat(struct reader_ledger *ledger, const char *name, const char *target,
		       uint32_t used);

/* How a reload went: 0, or a negative errno and why. */
void reader_ledger_answer(struct reader_ledger *ledger, int err, const char *text);

/* For any thread. */
void reader_ledger_add(__u64 *count, uint64_t more);

#endif
