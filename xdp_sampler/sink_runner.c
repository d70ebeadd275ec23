// SPDX-License-Identifier: GPL-2.0-only
#include "sink_runner_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "monotonic_clock.h"

/* As long as the consumer keeps up it uses the first few hundred KiB only. */
#define QUEUE_BYTES (32u << 20)

#define BATCH_PATIENCE UINT64_C(500000000) /* nanoseconds */

/* What is theirs can never be freed. */
static struct sink_runner *abandoned;

struct tally *sink_runner_tally(const struct sink_runner *runner, unsigned int port,
				unsigned int place)
{
	return &runner->tallies[port * SAMPLER_PLACE_COUNT + place];
}

static void free_memory(struct sink_runner *runner)
{
	while (runner->ledgers) {
		struct kept_ledger *kept = runner->ledgers;

		runner->ledgers = kept->next;
		reader_ledger_release(kept->ledger);
		free(kept);
	}
	sink_queue_free(runner->queue);
	free(runner->tallies);
	free(runner);
}

static struct sink_runner *new_runner(const struct sink_wish *wish, struct port_table *ports)
{
	struct sink_runner *runner = calloc(1, sizeof(*runner));
	size_t tallies = port_table_size(ports) * SAMPLER_PLACE_COUNT;

	if (!runner)
		return NULL;
	runner->queue = sink_queue_new(wish->queue_bytes ? wish->queue_bytes : QUEUE_BYTES);
	runner->tallies = calloc(tallies, sizeof(*runner->tallies));
	if (!runner->queue || !runner->tallies) {
		free_memory(runner);
		return NULL;
	}
	for (size_t i = 0; i < tallies; i++)
		runner->tallies[i].begun =
			port_table_counts(ports, (unsigned int)(i / SAMPLER_PLACE_COUNT),
					  i % SAMPLER_PLACE_COUNT);
	return runner;
}

int sink_runner_start(const struct sink_wish *wish, const struct sink_operations *operations,
		      struct port_table *ports, struct sink_runner **ret_runner,
		      struct problem *problem)
{
	struct sink_runner *runner = new_runner(wish, ports);
	pthread_condattr_t monotonic;
	int err;

	if (!runner)
		return problem_errno(problem, -ENOMEM, "cannot start a sink");
	runner->wish = *wish;
	runner->operations = operations;
	runner->ports = ports;
	runner->host = sink_thread_host(runner);
	pthread_mutex_init(&runner->mutex, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&runner->changed, &monotonic);
	pthread_condattr_destroy(&monotonic);
	err = -pthread_create(&runner->thread, NULL, sink_thread_run, runner);
	if (err) {
		free_memory(runner);
		return problem_errno(problem, err, "cannot start a sink's thread");
	}
	*ret_runner = runner;
	return 0;
}

void sink_runner_let_open(struct sink_runner *runner)
{
	pthread_mutex_lock(&runner->mutex);
	runner->may_open = true;
	pthread_cond_broadcast(&runner->changed);
	pthread_mutex_unlock(&runner->mutex);
}

bool sink_runner_wants(const struct sink_runner *runner, const struct sample *sample)
{
	switch (runner->wish.takes) {
	case SINK_TAKES_CHANCE:
		return sample->chosen & (SAMPLE_BY_CHANCE | SAMPLE_FOLLOWED);
	case SINK_TAKES_RECORDERS:
		return sample->chosen & SAMPLE_BY_RECORDER;
	default:
		return true;
	}
}

/* False without memory. */
static bool keep_ledger(struct sink_runner *runner, struct tally *tally,
			struct reader_ledger *ledger)
{
	struct kept_ledger *kept = malloc(sizeof(*kept));

	if (!kept)
		return false;
	*kept = (struct kept_ledger){ .ledger = ledger, .next = runner->ledgers };
	runner->ledgers = kept;
	reader_ledger_hold(ledger);
	tally->ledger = ledger;
	return true;
}

void sink_runner_offer(struct sink_runner *runner, const struct sink_offer *offer)
{
	const struct sample *sample = offer->sample;
	struct ledger_cpu *cpu = &offer->ledger->cpus[sample->cpu];
	struct entry about = { .port = offer->port,
			       .ledger = offer->ledger,
			       .cell = &cpu->sink[offer->number],
			       .tally = sink_runner_tally(runner, offer->port->number,
							  sample->place),
			       .realtime = offer->realtime,
			       .program = offer->program,
			       .reason = offer->reason };
	bool is_kept = about.tally->ledger == offer->ledger ||
		       keep_ledger(runner, about.tally, offer->ledger);
	struct entry *entry = NULL;

	if (is_kept)
		entry = sink_queue_reserve(runner->queue, sizeof(*entry) + sample->captured);
	/* Nobody else writes it. */
	__atomic_store_n(&about.tally->offered, about.tally->offered + 1, __ATOMIC_RELAXED);
	if (!entry) {
		sink_thread_account(&about, 1, false);
		return;
	}
	memcpy(entry, &about, offsetof(struct entry, sample));
	memcpy(&entry->sample, sample, sizeof(*sample) + sample->captured);
	sink_queue_commit(runner->queue);
}

void sink_runner_wake(struct sink_runner *runner)
{
	sink_queue_wake(runner->queue);
}

void sink_runner_condition(struct sink_runner *runner, struct sink_condition *ret_condition)
{
	size_t tallies = port_table_size(runner->ports) * SAMPLER_PLACE_COUNT;

	pthread_mutex_lock(&runner->mutex);
	*ret_condition = runner->condition;
	pthread_mutex_unlock(&runner->mutex);
	for (size_t i = 0; i < tallies; i++)
		ret_condition->lost += __atomic_load_n(&runner->tallies[i].lost, __ATOMIC_RELAXED);
}

void sink_runner_stop(struct sink_runner *runner)
{
	__atomic_store_n(&runner->is_stopping, true, __ATOMIC_RELEASE);
	sink_queue_close(runner->queue);
}

bool sink_runner_ended(struct sink_runner *runner, uint64_t until)
{
	const struct timespec moment = { .tv_sec = (time_t)(until / 1000000000),
					 .tv_nsec = (long)(until % 1000000000) };
	bool has_ended;
	int err = 0;

	pthread_mutex_lock(&runner->mutex);
	while (!err && !runner->has_ended)
		err = pthread_cond_timedwait(&runner->changed, &runner->mutex, &moment);
	has_ended = runner->has_ended;
	pthread_mutex_unlock(&runner->mutex);
	return has_ended;
}

void sink_runner_free(struct sink_runner *runner)
{
	if (!runner)
		return;
	pthread_join(runner->thread, NULL);
	pthread_cond_destroy(&runner->changed);
	pthread_mutex_destroy(&runner->mutex);
	free_memory(runner);
}

void sink_runner_abandon(struct sink_runner *runner)
{
	uint64_t until = monotonic_clock_now() + BATCH_PATIENCE;
	const struct timespec moment = { .tv_sec = (time_t)(until / 1000000000),
					 .tv_nsec = (long)(until % 1000000000) };
	int err = 0;

	pthread_mutex_lock(&runner->mutex);
	/* A sink that is only slow finishes its batch, or samples would be lost that are in the file. */
	runner->is_given_up = true;
	while (!err && !runner->is_abandoned && !runner->has_ended)
		err = pthread_cond_timedwait(&runner->changed, &runner->mutex, &moment);
	if (!runner->is_abandoned)
		sink_thread_lose_queue(runner);
	pthread_mutex_unlock(&runner->mutex);
	pthread_detach(runner->thread);
	runner->next_abandoned = abandoned;
	abandoned = runner;
}
