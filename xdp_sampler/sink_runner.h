/* SPDX-License-Identifier: GPL-2.0-only */
/* One sink at work, in a thread of its own behind a queue: whatever it does, and however long it takes,
 * the main thread never waits for it. Every sample that is offered is delivered or lost, and told so
 * in the ledger, exactly once. All functions are for the main thread. */
#ifndef XDP_SAMPLER_SINK_RUNNER_H
#define XDP_SAMPLER_SINK_RUNNER_H

#include <stdbool.h>
#include <stdint.h>
#include "port_table.h"
#include "problem.h"
#include "reader_ledger.h"
#include "sink.h"

struct sink_runner;

/* Starts the thread; the sink is opened there once sink_runner_let_open() was called, and again once a
 * second as long as that fails. Samples that come before the first try wait for it; those that come
 * after a failed one are lost. `wish` is copied, `ports` outlives the runner. */
int sink_runner_start(const struct sink_wish *wish, const struct sink_operations *operations,
		      struct port_table *ports, struct sink_runner **ret_runner,
		      struct problem *problem);
void sink_runner_let_open(struct sink_runner *runner);

/* A sample that reader_ledger_take() was told to offer to this sink. */
struct sink_offer {
	const struct sample_port *port;
	struct reader_ledger *ledger;
	unsigned int number; /* of the sink in this ledger */
	uint64_t realtime;
	const char *program;
	const char *reason;          /* or NULL */
	const struct sample *sample; /* copied */
};

bool sink_runner_wants(const struct sink_runner *runner, const struct sample *sample);
/* Without room in the queue the sample is lost. */
void sink_runner_offer(struct sink_runner *runner, const struct sink_offer *offer);
/* Those offered since are to be dealt with now. */
void sink_runner_wake(struct sink_runner *runner);

struct sink_condition {
	bool was_open; /* ever */
	bool failing;
	int error; /* negative errno of what fails */
	char trouble[sizeof(((struct problem *)0)->text)];
	uint64_t lost; /* samples, since it was started */
};
void sink_runner_condition(struct sink_runner *runner, struct sink_condition *ret_condition);

/* Asks it to deliver what is in the queue and to close. */
void sink_runner_stop(struct sink_runner *runner);
/* Waits until it has, at most until that time (CLOCK_MONOTONIC, nanoseconds). */
bool sink_runner_ended(struct sink_runner *runner, uint64_t until);
/* Of one that has ended. NULL is nothing. */
void sink_runner_free(struct sink_runner *runner);
/* Of one that does not end: what it has not delivered by now is lost, whatever it does from now on. Its
 * memory stays with its thread, which hangs in some system call, until the process ends; so
 * does the port table. */
void sink_runner_abandon(struct sink_runner *runner);

#endif
