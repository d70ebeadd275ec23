/* SPDX-License-Identifier: GPL-2.0-only */
/* The sinks of a reader that runs: which there are, what each is to get, how they are. Main thread. */
#ifndef XDP_SAMPLER_RUN_SINKS_H
#define XDP_SAMPLER_RUN_SINKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "port_table.h"
#include "sink_runner.h"

/* Those that are to be, and as many that are still closing after a reload. */
#define RUN_SINKS (2 * LEDGER_SINKS)

struct run_sink;

struct run_sinks {
	const struct sink_operations *const *operations; /* by kind */
	struct port_table *ports;
	struct run_sink *sinks[RUN_SINKS];
	size_t count;
	bool ends_with_sink; /* a target that was never there, or a pipe that nobody reads, is the
			      * caller's to tell */
	uint64_t lost;       /* by those that are gone */
	bool has_abandoned;
};

/* Makes the sinks what the wishes say: one that is wished for just as it is goes on untouched, others are
 * closed, new ones started. They open, and close, while the reader goes on. -EINVAL: too many, or none;
 * -EBUSY: too many are still closing. Nothing has changed then. */
int run_sinks_apply(struct run_sinks *sinks, const struct sink_wish *wishes, size_t count,
		    struct problem *problem);

/* One more, that run_sinks_apply() leaves alone: a tap. -EBUSY: the ledger has no room. */
int run_sinks_add(struct run_sinks *sinks, const struct sink_wish *wish,
		  const struct sink_operations *operations, struct problem *problem);
/* It is to deliver what it has, and to close. */
void run_sinks_end(struct run_sinks *sinks, const struct tap *tap);

/* Where in the ledger of a port the sinks count. To be called when the ledger is another one, and after
 * run_sinks_apply(); again once a second, since a number may become free only later. */
void run_sinks_seat(struct run_sinks *sinks, const struct sample_port *port,
		    struct reader_ledger *ledger);

/* Takes a sample into the ledger and gives it to every sink that wants it. offer->number does not
 * matter. */
void run_sinks_take(struct run_sinks *sinks, const struct sink_offer *offer);
void run_sinks_wake(struct run_sinks *sinks);

/* Looks after them: lets go of those that have closed, gives up those that do not, logs troubles that
 * begin and end. `now`: CLOCK_MONOTONIC, nanoseconds. */
void run_sinks_attend(struct run_sinks *sinks, uint64_t now);

/* True if there is one of which is not known yet whether it can be opened. */
bool run_sinks_are_opening(const struct run_sinks *sinks);
/* 0, or the error and the trouble of one that could not be opened so far. */
int run_sinks_opened(const struct run_sinks *sinks, struct problem *problem);
/* 0, or the error and the trouble of one that fails. */
int run_sinks_fail(const struct run_sinks *sinks, struct problem *problem);
/* Samples lost by all of them since the beginning; what a tap loses it tells the capture. */
uint64_t run_sinks_lost(const struct run_sinks *sinks);
/* Writes states and troubles into the port's ledger. */
void run_sinks_note(const struct run_sinks *sinks, const struct sample_port *port,
		    struct reader_ledger *ledger);

/* Delivers what is queued and closes all; gives up those that have not ended at `until`. */
void run_sinks_stop(struct run_sinks *sinks, uint64_t until);

#endif
