/* SPDX-License-Identifier: GPL-2.0-only */
/* What sink_runner.c, the main thread's side, and sink_thread.c, the sink's, know of one another. */
#ifndef XDP_SAMPLER_SINK_RUNNER_INTERNAL_H
#define XDP_SAMPLER_SINK_RUNNER_INTERNAL_H

#include <pthread.h>
#include "sink_queue.h"
#include "sink_runner.h"

#define SINK_BATCH 256 /* samples a sink gets at once */

/* Of one port and place. */
struct tally {
	uint64_t offered; /* these three are atomic */
	uint64_t delivered;
	uint64_t lost;
	struct reader_ledger *ledger; /* of the port, when a sample was last offered */
	struct place_counts begun;    /* what the port had counted when the sink was started */
};

struct entry {
	const struct sample_port *port;
	struct reader_ledger *ledger;
	struct ledger_sink *cell;
	struct tally *tally;
	uint64_t realtime;
	const char *program;
	const char *reason;
	struct sample sample;
};

/* A ledger that entries may refer to: held as long as the sink, as a reference for each entry costs a
 * tenth of its way. */
struct kept_ledger {
	struct reader_ledger *ledger;
	struct kept_ledger *next;
};

struct sink_runner {
	struct sink_wish wish;
	const struct sink_operations *operations;
	struct sink_host host;
	struct port_table *ports;
	struct sink_queue *queue;
	struct tally *tallies;
	struct kept_ledger *ledgers;
	pthread_t thread;
	bool is_stopping; /* atomic */
	struct sink_runner *next_abandoned;

	pthread_mutex_t mutex; /* for what follows */
	pthread_cond_t changed;
	bool may_open;
	bool has_ended;
	bool is_given_up; /* to be abandoned behind the batch that is under way */
	bool is_abandoned;
	struct sink_condition condition;

	/* The thread's own. */
	void *sink;
	bool write_fails;
	uint64_t last_tick;
	void *entries[SINK_BATCH];
	struct sample_view views[SINK_BATCH];
	bool delivered[SINK_BATCH];
};

struct tally *sink_runner_tally(const struct sink_runner *runner, unsigned int port,
				unsigned int place);

/* The thread; `context` is the runner. */
void *sink_thread_run(void *context);
/* What the sink's code may ask. */
struct sink_host sink_thread_host(struct sink_runner *runner);

/* Counts samples like this one that do not wait any more. */
void sink_thread_account(const struct entry *entry, uint64_t count, bool is_delivered);
/* All that is in the queue, whatever the thread does with it, is lost. Under the mutex. */
void sink_thread_lose_queue(struct sink_runner *runner);

#endif
