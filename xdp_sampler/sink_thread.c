// SPDX-License-Identifier: GPL-2.0-only
#include "sink_runner_internal.h"

#include <stdio.h>
#include <string.h>

#include "load_time.h"
#include "monotonic_clock.h"

#define TICK_MILLISECONDS 200
#define OPEN_AGAIN_MILLISECONDS 1000

static uint64_t load(const uint64_t *count)
{
	return __atomic_load_n(count, __ATOMIC_RELAXED);
}

static void add(uint64_t *count, uint64_t more)
{
	__atomic_fetch_add(count, more, __ATOMIC_RELAXED);
}

/* A sample that is in the ring or was not for this sink is not yet, or not at all, its business: with
 * what was offered, the numbers always add up. */
static void host_counts(void *context, const struct sample_port *port, enum sampler_place place,
			struct sink_counts *ret_counts)
{
	struct sink_runner *runner = context;
	const struct tally *tally = sink_runner_tally(runner, port->number, place);
	struct place_counts counts = port_table_counts(runner->ports, port->number, place);

	ret_counts->packets = counts.packets - tally->begun.packets;
	ret_counts->ring_lost = counts.ring_lost - tally->begun.ring_lost;
	ret_counts->sampled = load(&tally->offered) + ret_counts->ring_lost;
	ret_counts->lost = load(&tally->lost);
	ret_counts->delivered = load(&tally->delivered);
}

static size_t host_ports(void *context, const struct sample_port **ret_ports, size_t size)
{
	struct sink_runner *runner = context;

	return port_table_list(runner->ports, ret_ports, size);
}

static bool host_stopping(void *context)
{
	struct sink_runner *runner = context;

	return __atomic_load_n(&runner->is_stopping, __ATOMIC_ACQUIRE);
}

struct sink_host sink_thread_host(struct sink_runner *runner)
{
	return (struct sink_host){ runner, host_counts, host_ports, host_stopping };
}

void sink_thread_account(const struct entry *entry, uint64_t count, bool is_delivered)
{
	if (is_delivered) {
		reader_ledger_add(&entry->cell->delivered, count);
		add(&entry->tally->delivered, count);
	} else {
		reader_ledger_add(&entry->cell->lost, count);
		add(&entry->tally->lost, count);
	}
}

static void lose(void *context, void *entry)
{
	(void)context;
	sink_thread_account(entry, 1, false);
}

void sink_thread_lose_queue(struct sink_runner *runner)
{
	runner->is_abandoned = true;
	sink_queue_each(runner->queue, lose, NULL);
}

/* Entries from `first` on that are counted in the same place. */
static size_t run_length(const struct sink_runner *runner, size_t first, size_t count)
{
	const struct entry *one = runner->entries[first], *other;
	size_t next = first + 1;

	for (; next < count; next++) {
		other = runner->entries[next];
		if (other->cell != one->cell || other->tally != one->tally ||
		    runner->delivered[next] != runner->delivered[first])
			break;
	}
	return next - first;
}

/* The batch is dealt with, unless the main thread has done so meanwhile. False: nobody counts any more what
 * becomes of samples. */
static bool settle_batch(struct sink_runner *runner, size_t count)
{
	bool goes_on;

	pthread_mutex_lock(&runner->mutex);
	if (!runner->is_abandoned) {
		for (size_t i = 0, length; i < count; i += length) {
			length = run_length(runner, i, count);
			sink_thread_account(runner->entries[i], length, runner->delivered[i]);
		}
		sink_queue_done(runner->queue);
		if (runner->is_given_up) {
			sink_thread_lose_queue(runner);
			pthread_cond_signal(&runner->changed);
		}
	}
	goes_on = !runner->is_abandoned;
	pthread_mutex_unlock(&runner->mutex);
	return goes_on;
}

static void tell(struct sink_runner *runner, int err, const struct problem *problem)
{
	struct sink_condition *condition = &runner->condition;

	pthread_mutex_lock(&runner->mutex);
	condition->failing = err != 0;
	condition->error = err;
	snprintf(condition->trouble, sizeof(condition->trouble), "%s", err ? problem->text : "");
	if (!err)
		condition->was_open = true;
	pthread_mutex_unlock(&runner->mutex);
}

static void wait_for_leave(struct sink_runner *runner)
{
	pthread_mutex_lock(&runner->mutex);
	while (!runner->may_open)
		pthread_cond_wait(&runner->changed, &runner->mutex);
	pthread_mutex_unlock(&runner->mutex);
}

/* Nobody takes what comes meanwhile, or what is left at the end. */
static void lose_for(struct sink_runner *runner, unsigned int milliseconds)
{
	uint64_t end = monotonic_clock_now() + milliseconds * UINT64_C(1000000), now;
	size_t count;

	memset(runner->delivered, 0, sizeof(runner->delivered));
	do {
		now = monotonic_clock_now();
		count = sink_queue_take(runner->queue, runner->entries, SINK_BATCH,
					now < end ? (unsigned int)((end - now) / 1000000) : 0);
		if (!settle_batch(runner, count))
			break;
	} while (host_stopping(runner) ? count : now < end);
}

static bool open_sink(struct sink_runner *runner)
{
	struct problem problem;
	int err;

	wait_for_leave(runner);
	do {
		problem.text[0] = '\0';
		err = runner->operations->open(&runner->wish, &runner->host, &runner->sink,
					       &problem);
		tell(runner, err, &problem);
		if (err)
			lose_for(runner, OPEN_AGAIN_MILLISECONDS);
	} while (err && !host_stopping(runner));
	return !err;
}

/* False: as settle_batch(). */
static bool write_batch(struct sink_runner *runner, size_t count)
{
	struct problem problem = { 0 };
	bool goes_on;
	int err;

	for (size_t i = 0; i < count; i++) {
		const struct entry *entry = runner->entries[i];

		runner->views[i] = (struct sample_view){ .port = entry->port,
							 .sample = &entry->sample,
							 .bytes = entry->sample.bytes,
							 .realtime = entry->realtime,
							 .program = entry->program,
							 .reason = entry->reason };
	}
	memset(runner->delivered, 0, sizeof(runner->delivered));
	err = runner->operations->write(runner->sink, runner->views, count, runner->delivered,
					&problem);
	goes_on = settle_batch(runner, count);
	if (err || runner->write_fails)
		tell(runner, err, &problem);
	runner->write_fails = err != 0;
	return goes_on;
}

static void tick(struct sink_runner *runner, bool *tick_fails)
{
	struct problem problem = { 0 };
	int err = runner->operations->tick(runner->sink, load_time_now(), &problem);

	runner->last_tick = monotonic_clock_now();
	/* What the last write met is not better for a tick that had nothing to do. */
	if (!runner->write_fails && (err || *tick_fails))
		tell(runner, err, &problem);
	*tick_fails = err != 0;
}

static void work(struct sink_runner *runner)
{
	bool tick_fails = false, is_last;
	size_t count;

	do {
		is_last = host_stopping(runner);
		count = sink_queue_take(runner->queue, runner->entries, SINK_BATCH,
					TICK_MILLISECONDS);
		if (count && !write_batch(runner, count))
			break;
		if (!count || monotonic_clock_now() - runner->last_tick >=
				      TICK_MILLISECONDS * UINT64_C(1000000))
			tick(runner, &tick_fails);
	} while (count || !is_last);
}

void *sink_thread_run(void *context)
{
	struct sink_runner *runner = context;
	struct problem problem = { 0 };
	int err;

	if (open_sink(runner)) {
		work(runner);
		err = runner->operations->close(runner->sink, &problem);
		if (err)
			tell(runner, err, &problem);
	}
	pthread_mutex_lock(&runner->mutex);
	runner->has_ended = true;
	pthread_cond_signal(&runner->changed);
	pthread_mutex_unlock(&runner->mutex);
	return NULL;
}
