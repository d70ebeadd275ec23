// SPDX-License-Identifier: GPL-2.0-only
#include "reader_ledger.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static size_t whole_pages(size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (size + page - 1) / page * page;
}

static size_t size_of_cpus(const struct reader_ledger *ledger)
{
	return whole_pages(ledger->cpu_count * sizeof(*ledger->cpus));
}

static void *map_memory(int fd, size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

int reader_ledger_open(int cpus, int daemon, uint32_t cpu_count, struct reader_ledger **ret_ledger,
		       struct problem *problem)
{
	struct reader_ledger *ledger = calloc(1, sizeof(*ledger));
	int err;

	if (!ledger)
		return problem_errno(problem, -ENOMEM, "cannot keep the ledger");
	ledger->references = 1;
	ledger->cpu_count = cpu_count;
	ledger->cpus = map_memory(cpus, size_of_cpus(ledger));
	if (ledger->cpus)
		ledger->daemon = map_memory(daemon, whole_pages(sizeof(*ledger->daemon)));
	if (ledger->cpus && ledger->daemon) {
		*ret_ledger = ledger;
		return 0;
	}
	err = -errno;
	reader_ledger_release(ledger);
	return problem_errno(problem, err, "cannot map the sampler's ledger into memory");
}

void reader_ledger_hold(struct reader_ledger *ledger)
{
	__atomic_fetch_add(&ledger->references, 1, __ATOMIC_RELAXED);
}

void reader_ledger_release(struct reader_ledger *ledger)
{
	if (!ledger || __atomic_sub_fetch(&ledger->references, 1, __ATOMIC_ACQ_REL))
		return;
	if (ledger->cpus)
		munmap(ledger->cpus, size_of_cpus(ledger));
	if (ledger->daemon)
		munmap(ledger->daemon, whole_pages(sizeof(*ledger->daemon)));
	free(ledger);
}

static uint64_t load(const __u64 *count)
{
	return __atomic_load_n(count, __ATOMIC_RELAXED);
}

/* A process that is killed has made its stores up to some point of the program, and none behind it: so
 * all that matters is that the compiler leaves their order alone. */
static void keep_order(void)
{
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

/* May be done again and again until taking.cpu is 0. */
static void finish_taking(struct reader_ledger *ledger)
{
	struct ledger_taking *taking = &ledger->daemon->taking;
	struct ledger_cpu *cell = &ledger->cpus[taking->cpu - 1];

	for (int i = 0; i < LEDGER_SINKS; i++)
		__atomic_store_n(&cell->sink[i].offered, taking->offered[i], __ATOMIC_RELAXED);
	__atomic_store_n(&cell->sequence, taking->sequence, __ATOMIC_RELAXED);
	__atomic_store_n(&cell->read, taking->read, __ATOMIC_RELAXED);
	keep_order();
	__atomic_store_n(&taking->cpu, 0, __ATOMIC_RELAXED);
	keep_order();
}

void reader_ledger_take(struct reader_ledger *ledger, uint32_t cpu, uint64_t sequence,
			uint32_t sinks)
{
	struct ledger_taking *taking = &ledger->daemon->taking;
	const struct ledger_cpu *cell = &ledger->cpus[cpu];

	taking->read = cell->read + 1;
	taking->sequence = sequence;
	for (int i = 0; i < LEDGER_SINKS; i++)
		taking->offered[i] = cell->sink[i].offered + (sinks >> i & 1);
	keep_order();
	__atomic_store_n(&taking->cpu, cpu + 1, __ATOMIC_RELAXED);
	keep_order();
	finish_taking(ledger);
}

void reader_ledger_add(__u64 *count, uint64_t more)
{
	__atomic_fetch_add(count, more, __ATOMIC_RELAXED);
}

/* What died in the queue of a sink. */
static void lose_what_is_open(struct reader_ledger *ledger)
{
	for (uint32_t cpu = 0; cpu < ledger->cpu_count; cpu++) {
		for (int i = 0; i < LEDGER_SINKS; i++) {
			struct ledger_sink *sink = &ledger->cpus[cpu].sink[i];
			uint64_t known = load(&sink->delivered) + load(&sink->lost);

			if (load(&sink->offered) > known)
				reader_ledger_add(&sink->lost, load(&sink->offered) - known);
		}
	}
}

static void close_notes(struct ledger_daemon *daemon)
{
	for (int i = 0; i < LEDGER_SINKS; i++) {
		if (daemon->sink[i].name[0])
			daemon->sink[i].state = LEDGER_SINK_CLOSED;
	}
}

void reader_ledger_begin(struct reader_ledger *ledger, uint64_t realtime)
{
	struct ledger_daemon *daemon = ledger->daemon;

	if (daemon->taking.cpu && daemon->taking.cpu <= ledger->cpu_count)
		finish_taking(ledger);
	lose_what_is_open(ledger);
	close_notes(daemon);
	daemon->started = realtime;
	__atomic_store_n(&daemon->pid, (uint32_t)getpid(), __ATOMIC_RELAXED);
}

void reader_ledger_end(struct reader_ledger *ledger)
{
	close_notes(ledger->daemon);
	__atomic_store_n(&ledger->daemon->pid, 0, __ATOMIC_RELAXED);
}

int reader_ledger_find(const struct reader_ledger *ledger, const char *name)
{
	const struct ledger_daemon *daemon = ledger->daemon;

	for (int i = 0; i < LEDGER_SINKS; i++) {
		if (!strncmp(daemon->sink[i].name, name, sizeof(daemon->sink[i].name)))
			return i;
	}
	return -ENOSPC;
}

int reader_ledger_seat(struct reader_ledger *ledger, const char *name, const char *target,
		       uint32_t used)
{
	struct ledger_daemon *daemon = ledger->daemon;
	int number = reader_ledger_find(ledger, "");

	for (int i = 0; number < 0 && i < LEDGER_SINKS; i++) {
		if (!(used >> i & 1))
			number = i;
	}
	if (number < 0)
		return number;
	/* Without a name in between: one that is killed here leaves nothing that could go on. */
	memset(&daemon->sink[number], 0, sizeof(daemon->sink[number]));
	keep_order();
	for (uint32_t cpu = 0; cpu < ledger->cpu_count; cpu++)
		memset(&ledger->cpus[cpu].sink[number], 0, sizeof(ledger->cpus[cpu].sink[number]));
	snprintf(daemon->sink[number].target, sizeof(daemon->sink[number].target), "%s", target);
	keep_order();
	snprintf(daemon->sink[number].name, sizeof(daemon->sink[number].name), "%s", name);
	return number;
}

void reader_ledger_answer(struct reader_ledger *ledger, int err, const char *text)
{
	struct ledger_daemon *daemon = ledger->daemon;

	daemon->reload_error = err;
	snprintf(daemon->reload_text, sizeof(daemon->reload_text), "%s", text);
	keep_order();
	__atomic_store_n(&daemon->reloads, daemon->reloads + 1, __ATOMIC_RELEASE);
}
