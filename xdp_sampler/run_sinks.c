// SPDX-License-Identifier: GPL-2.0-only
#include "run_sinks.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "monotonic_clock.h"
#include "sampler_sinks.h"
#include "sink_name.h"
#include "tap_sink.h"

#define SECOND UINT64_C(1000000000)
/* How long a sink may take to close after a reload. */
#define CLOSE_TIME (5 * SECOND)
/* A trouble that is over is told when it has not come back for so long. */
#define WELL_TIME (10 * SECOND)
#define NO_SEAT (-1)

struct run_sink {
	struct sink_wish wish;
	char name[SINK_NAME_SIZE];
	struct sink_runner *runner;
	struct sink_condition condition; /* when it was last looked at */
	bool may_open;
	uint64_t ending;     /* to be given up then, 0: it is to stay */
	uint64_t well_since; /* 0: it is not, or nobody was told otherwise */
	bool is_told;        /* a trouble was */
	int seats[];         /* number in the ledger, by port */
};

static bool is_same(const struct sink_wish *a, const struct sink_wish *b)
{
	return a->kind == b->kind && a->takes == b->takes && !strcmp(a->target, b->target) &&
	       a->rotate_bytes == b->rotate_bytes && a->rotate_seconds == b->rotate_seconds &&
	       a->rotate_samples == b->rotate_samples && a->keep_files == b->keep_files &&
	       !strcmp(a->agent, b->agent) && a->sub_agent == b->sub_agent &&
	       a->counter_seconds == b->counter_seconds && a->datagram_bytes == b->datagram_bytes &&
	       a->queue_bytes == b->queue_bytes;
}

static struct run_sink *find(const struct run_sinks *sinks, const struct sink_wish *wish)
{
	for (size_t i = 0; i < sinks->count; i++) {
		if (!sinks->sinks[i]->ending && is_same(&sinks->sinks[i]->wish, wish))
			return sinks->sinks[i];
	}
	return NULL;
}

static int start(struct run_sinks *sinks, const struct sink_wish *wish,
		 const struct sink_operations *operations, struct run_sink **ret_sink,
		 struct problem *problem)
{
	size_t seats = port_table_size(sinks->ports);
	struct run_sink *sink = calloc(1, sizeof(*sink) + seats * sizeof(*sink->seats));
	int err;

	if (!sink)
		return problem_errno(problem, -ENOMEM, "cannot start a sink");
	sink->wish = *wish;
	sink_name(wish, sink->name);
	for (size_t i = 0; i < seats; i++)
		sink->seats[i] = NO_SEAT;
	err = sink_runner_start(wish, operations, sinks->ports, &sink->runner, problem);
	if (err)
		free(sink);
	else
		*ret_sink = sink;
	return err;
}

static void stop(struct run_sink *sink, uint64_t until)
{
	if (!sink->ending)
		sink_runner_stop(sink->runner);
	sink->ending = until;
}

/* The one before may still be writing to the same file. */
static bool is_in_the_way(const struct run_sinks *sinks, const struct run_sink *sink)
{
	for (size_t i = 0; i < sinks->count && sinks->sinks[i] != sink; i++) {
		if (!strcmp(sinks->sinks[i]->wish.target, sink->wish.target) &&
		    sinks->sinks[i]->ending)
			return true;
	}
	return false;
}

static void let_open(struct run_sinks *sinks)
{
	for (size_t i = 0; i < sinks->count; i++) {
		struct run_sink *sink = sinks->sinks[i];

		if (sink->may_open || is_in_the_way(sinks, sink))
			continue;
		sink->may_open = true;
		sink_runner_let_open(sink->runner);
	}
}

/* Of one that has ended, or was given up. */
static void let_go(struct run_sinks *sinks, size_t number)
{
	struct run_sink *sink = sinks->sinks[number];

	sink_runner_condition(sink->runner, &sink->condition);
	if (!sink->wish.tap)
		sinks->lost += sink->condition.lost;
	free(sink);
	sinks->count--;
	memmove(&sinks->sinks[number], &sinks->sinks[number + 1],
		(sinks->count - number) * sizeof(*sinks->sinks));
}

static int check(const struct sink_wish *wishes, size_t count, struct problem *problem)
{
	if (!count || count > LEDGER_SINKS)
		return problem_set(problem, -EINVAL, "%zu sinks: there must be 1 to %d", count,
				   LEDGER_SINKS);
	/* The ledger knows them by these two. */
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < i; j++) {
			if (wishes[i].kind == wishes[j].kind &&
			    !strcmp(wishes[i].target, wishes[j].target))
				return problem_set(problem, -EEXIST, "two %s sinks for %s",
						   sink_kind_name(wishes[i].kind),
						   wishes[i].target);
		}
	}
	return 0;
}

int run_sinks_apply(struct run_sinks *sinks, const struct sink_wish *wishes, size_t count,
		    struct problem *problem)
{
	struct run_sink *wanted[LEDGER_SINKS];
	size_t before = sinks->count;
	int err = check(wishes, count, problem);

	if (err)
		return err;
	for (size_t i = 0; !err && i < count; i++) {
		wanted[i] = find(sinks, &wishes[i]);
		if (wanted[i])
			continue;
		if (sinks->count == RUN_SINKS)
			err = problem_set(problem, -EBUSY,
					  "sinks of an earlier reload are still closing: try again "
					  "in a few seconds");
		else
			err = start(sinks, &wishes[i], sinks->operations[wishes[i].kind],
				    &wanted[i], problem);
		if (!err)
			sinks->sinks[sinks->count++] = wanted[i];
	}
	for (size_t i = 0; i < sinks->count; i++) {
		bool is_wanted = (err && i < before) || sinks->sinks[i]->wish.tap;

		for (size_t j = 0; !err && j < count; j++)
			is_wanted |= wanted[j] == sinks->sinks[i];
		if (!is_wanted && !sinks->sinks[i]->ending)
			stop(sinks->sinks[i], monotonic_clock_now() + CLOSE_TIME);
	}
	let_open(sinks);
	return err;
}

int run_sinks_add(struct run_sinks *sinks, const struct sink_wish *wish,
		  const struct sink_operations *operations, struct problem *problem)
{
	int err;

	/* One that is closing still has its seat. */
	if (sinks->count >= LEDGER_SINKS)
		return problem_set(problem, -EBUSY, "it has %zu sinks: there is room for %d",
				   sinks->count, LEDGER_SINKS);
	err = start(sinks, wish, operations, &sinks->sinks[sinks->count], problem);
	if (err)
		return err;
	sinks->count++;
	let_open(sinks);
	return 0;
}

void run_sinks_end(struct run_sinks *sinks, const struct tap *tap)
{
	for (size_t i = 0; i < sinks->count; i++) {
		if (sinks->sinks[i]->wish.tap == tap && !sinks->sinks[i]->ending)
			stop(sinks->sinks[i], monotonic_clock_now() + CLOSE_TIME);
	}
}

void run_sinks_seat(struct run_sinks *sinks, const struct sample_port *port,
		    struct reader_ledger *ledger)
{
	uint32_t used = 0;

	/* First those that have one, so that it is given to nobody else. */
	for (size_t i = 0; i < sinks->count; i++) {
		int *seat = &sinks->sinks[i]->seats[port->number];

		*seat = reader_ledger_find(ledger, sinks->sinks[i]->name);
		used |= *seat < 0 ? 0 : 1u << *seat;
	}
	for (size_t i = 0; i < sinks->count; i++) {
		struct run_sink *sink = sinks->sinks[i];
		int *seat = &sink->seats[port->number];

		if (*seat >= 0)
			continue;
		*seat = reader_ledger_seat(ledger, sink->name, sink->wish.target, used);
		used |= *seat < 0 ? 0 : 1u << *seat;
	}
}

void run_sinks_take(struct run_sinks *sinks, const struct sink_offer *offer)
{
	const struct sample *sample = offer->sample;
	struct sink_offer own = *offer;
	uint32_t numbers = 0;
	int seats[RUN_SINKS];

	for (size_t i = 0; i < sinks->count; i++) {
		const struct run_sink *sink = sinks->sinks[i];

		seats[i] = sink->seats[offer->port->number];
		if (sink->ending || !sink_runner_wants(sink->runner, sample) ||
		    (sink->wish.tap && !tap_wants(sink->wish.tap, offer->port, sample)))
			seats[i] = NO_SEAT;
		if (seats[i] >= 0)
			numbers |= 1u << seats[i];
	}
	reader_ledger_take(offer->ledger, sample->cpu, sample->sequence, numbers);
	for (size_t i = 0; i < sinks->count; i++) {
		if (seats[i] < 0)
			continue;
		own.number = (unsigned int)seats[i];
		sink_runner_offer(sinks->sinks[i]->runner, &own);
	}
}

void run_sinks_wake(struct run_sinks *sinks)
{
	for (size_t i = 0; i < sinks->count; i++)
		sink_runner_wake(sinks->sinks[i]->runner);
}

static void tell(const struct run_sinks *sinks, struct run_sink *sink, uint64_t now)
{
	const struct sink_condition *condition = &sink->condition;

	if (sinks->ends_with_sink && (condition->error == -EPIPE || !condition->was_open))
		return;
	if (condition->failing) {
		if (!sink->is_told)
			log_warning("sink %s fails: %s", sink->name, condition->trouble);
		sink->is_told = true;
		sink->well_since = now;
	} else if (sink->is_told && now - sink->well_since >= WELL_TIME) {
		log_warning("sink %s works again; %llu samples were lost since it was started",
			    sink->name, (unsigned long long)condition->lost);
		sink->is_told = false;
	}
}

static void give_up(struct run_sinks *sinks, struct run_sink *sink)
{
	log_warning("sink %s does not end: given up; what it had not delivered is lost",
		    sink->name);
	sink_runner_abandon(sink->runner);
	sinks->has_abandoned = true;
}

void run_sinks_attend(struct run_sinks *sinks, uint64_t now)
{
	for (size_t i = 0; i < sinks->count;) {
		struct run_sink *sink = sinks->sinks[i];
		bool has_ended = sink->ending && sink_runner_ended(sink->runner, now);

		sink_runner_condition(sink->runner, &sink->condition);
		tell(sinks, sink, now);
		if (!has_ended && (!sink->ending || now < sink->ending)) {
			i++;
			continue;
		}
		if (has_ended) {
			struct sink_runner *runner = sink->runner;

			let_go(sinks, i);
			sink_runner_free(runner);
		} else {
			give_up(sinks, sink);
			let_go(sinks, i);
		}
	}
	let_open(sinks);
}

static bool is_opening(const struct run_sink *sink)
{
	return !sink->ending && !sink->condition.was_open && !sink->condition.failing;
}

bool run_sinks_are_opening(const struct run_sinks *sinks)
{
	for (size_t i = 0; i < sinks->count; i++) {
		if (is_opening(sinks->sinks[i]))
			return true;
	}
	return false;
}

int run_sinks_opened(const struct run_sinks *sinks, struct problem *problem)
{
	for (size_t i = 0; i < sinks->count; i++) {
		const struct sink_condition *condition = &sinks->sinks[i]->condition;

		if (condition->failing && !condition->was_open)
			return problem_set(problem, condition->error, "sink %s: %s",
					   sinks->sinks[i]->name, condition->trouble);
	}
	return 0;
}

int run_sinks_fail(const struct run_sinks *sinks, struct problem *problem)
{
	for (size_t i = 0; i < sinks->count; i++) {
		const struct sink_condition *condition = &sinks->sinks[i]->condition;

		if (condition->failing)
			return problem_set(problem, condition->error, "sink %s: %s",
					   sinks->sinks[i]->name, condition->trouble);
	}
	return 0;
}

uint64_t run_sinks_lost(const struct run_sinks *sinks)
{
	uint64_t lost = sinks->lost;

	for (size_t i = 0; i < sinks->count; i++)
		lost += sinks->sinks[i]->wish.tap ? 0 : sinks->sinks[i]->condition.lost;
	return lost;
}

void run_sinks_note(const struct run_sinks *sinks, const struct sample_port *port,
		    struct reader_ledger *ledger)
{
	uint32_t used = 0;

	for (size_t i = 0; i < sinks->count; i++) {
		const struct run_sink *sink = sinks->sinks[i];
		const struct sink_condition *condition = &sink->condition;
		struct ledger_sink_note *note;

		if (sink->seats[port->number] >= 0)
			used |= 1u << sink->seats[port->number];
		/* While a sink closes, its successor has the seat. */
		if (sink->seats[port->number] < 0 || sink->ending)
			continue;
		note = &ledger->daemon->sink[sink->seats[port->number]];
		snprintf(note->trouble, sizeof(note->trouble), "%.*s",
			 (int)sizeof(note->trouble) - 1, condition->trouble);
		note->state = condition->failing ? LEDGER_SINK_FAILING : LEDGER_SINK_WORKING;
	}
	for (int i = 0; i < LEDGER_SINKS; i++) {
		struct ledger_sink_note *note = &ledger->daemon->sink[i];

		if (note->name[0] && !(used >> i & 1))
			note->state = LEDGER_SINK_CLOSED;
	}
}

void run_sinks_stop(struct run_sinks *sinks, uint64_t until)
{
	while (sinks->count) {
		struct run_sink *first = sinks->sinks[0];
		uint64_t now;

		/* Even one that still waits for its turn delivers what it has. */
		for (size_t i = 0; i < sinks->count; i++)
			stop(sinks->sinks[i], until);
		(void)sink_runner_ended(first->runner, until);
		now = monotonic_clock_now();
		run_sinks_attend(sinks, now);
	}
}
