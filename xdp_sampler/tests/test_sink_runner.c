// SPDX-License-Identifier: GPL-2.0-only
/* A sink that does whatever the test tells it to, behind a runner, with a ledger in plain memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "monotonic_clock.h"
#include "sink_runner.h"

#define CPUS 4
#define NUMBER 3 /* of the sink in the ledger */
#define SECOND UINT64_C(1000000000)
#define LONG (60 * SECOND)

/* The sink: what it is to do, and what it did. */
static struct {
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	bool may_write;  /* else write() blocks */
	bool is_writing; /* it does */
	int open_error;  /* of the first `open_failures` opens */
	int open_failures;
	int write_error;
	unsigned int reject; /* of every so many samples one is not delivered */
	/* What happened. */
	unsigned int opens, ticks, closes;
	uint64_t written;
	uint64_t last_sequence;
	bool is_wrong;
	struct sink_counts at_close;
	const struct sink_host *host;
} fake = { .mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER };

static struct port_table *ports;
static const struct sample_port *port;
static struct reader_ledger *ledger;
static struct sink_runner *runner;
static struct problem problem;

static int fake_open(const struct sink_wish *wish, const struct sink_host *host, void **ret_sink,
		     struct problem *open_problem)
{
	int err = 0;

	(void)wish;
	pthread_mutex_lock(&fake.mutex);
	fake.opens++;
	fake.host = host;
	if (fake.open_failures) {
		fake.open_failures--;
		err = problem_set(open_problem, fake.open_error, "no such target");
	}
	pthread_cond_broadcast(&fake.changed);
	pthread_mutex_unlock(&fake.mutex);
	*ret_sink = &fake;
	return err;
}

static int fake_write(void *sink, const struct sample_view *views, size_t count,
		      bool *ret_delivered, struct problem *write_problem)
{
	int err;

	assert_ptr_equal(sink, &fake);
	pthread_mutex_lock(&fake.mutex);
	fake.is_writing = true;
	pthread_cond_broadcast(&fake.changed);
	while (!fake.may_write)
		pthread_cond_wait(&fake.changed, &fake.mutex);
	fake.is_writing = false;
	err = fake.write_error;
	for (size_t i = 0; i < count; i++) {
		const struct sample *sample = views[i].sample;

		fake.is_wrong |= views[i].port != port || views[i].bytes != sample->bytes ||
				 views[i].realtime != sample->sequence + 1000 ||
				 strcmp(views[i].program, "decider") ||
				 sample->sequence <= fake.last_sequence;
		for (uint32_t j = 0; j < sample->captured; j++)
			fake.is_wrong |= sample->bytes[j] != (uint8_t)(sample->sequence + j);
		fake.last_sequence = sample->sequence;
		fake.written++;
		ret_delivered[i] = !err && !(fake.reject && fake.written % fake.reject == 0);
	}
	pthread_mutex_unlock(&fake.mutex);
	return err ? problem_set(write_problem, err, "the target is full") : 0;
}

static int fake_tick(void *sink, uint64_t realtime, struct problem *tick_problem)
{
	(void)tick_problem;
	assert_ptr_equal(sink, &fake);
	assert_true(realtime);
	pthread_mutex_lock(&fake.mutex);
	fake.ticks++;
	pthread_cond_broadcast(&fake.changed);
	pthread_mutex_unlock(&fake.mutex);
	return 0;
}

static int fake_close(void *sink, struct problem *close_problem)
{
	(void)close_problem;
	assert_ptr_equal(sink, &fake);
	fake.host->counts(fake.host->context, port, SAMPLER_VERDICT, &fake.at_close);
	pthread_mutex_lock(&fake.mutex);
	fake.closes++;
	pthread_cond_broadcast(&fake.changed);
	pthread_mutex_unlock(&fake.mutex);
	return 0;
}

static const struct sink_operations operations = { fake_open, fake_write, fake_tick, fake_close };

static uint64_t soon(uint64_t time)
{
	return monotonic_clock_now() + time;
}

static int memory(size_t size)
{
	int fd = memfd_create("ledger", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)size), 0);
	return fd;
}

static int setup(void **state)
{
	int cpus = memory(65536), daemon = memory(65536);

	(void)state;
	fake.may_write = true;
	fake.is_writing = fake.is_wrong = false;
	fake.open_failures = fake.open_error = fake.write_error = 0;
	fake.opens = fake.ticks = fake.closes = fake.reject = 0;
	fake.written = fake.last_sequence = 0;
	problem = (struct problem){ 0 };
	ports = port_table_new(2);
	port = port_table_add(ports, "eth0", 7);
	assert_int_equal(reader_ledger_open(cpus, daemon, CPUS, &ledger, &problem), 0);
	close(cpus);
	close(daemon);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	/* Every sample has given back what it held. */
	assert_int_equal(ledger->references, 1);
	assert_false(fake.is_wrong);
	reader_ledger_release(ledger);
	port_table_free(ports);
	return 0;
}

static void start(const struct sink_wish *wish)
{
	assert_int_equal(sink_runner_start(wish, &operations, ports, &runner, &problem), 0);
	sink_runner_let_open(runner);
}

static void offer(uint64_t sequence, uint32_t captured)
{
	static union {
		struct sample sample;
		unsigned char bytes[sizeof(struct sample) + 65536];
	} space;
	struct sample *sample = &space.sample;
	const struct sink_offer its = { .port = port,
					.ledger = ledger,
					.number = NUMBER,
					.realtime = sequence + 1000,
					.program = "decider",
					.sample = sample };

	*sample = (struct sample){ .sequence = sequence,
				   .cpu = (uint32_t)(sequence % CPUS),
				   .captured = captured,
				   .place = SAMPLER_VERDICT,
				   .chosen = SAMPLE_BY_CHANCE };
	for (uint32_t i = 0; i < captured; i++)
		sample->bytes[i] = (uint8_t)(sequence + i);
	reader_ledger_take(ledger, sample->cpu, sequence, 1u << NUMBER);
	sink_runner_offer(runner, &its);
}

static void offer_many(uint64_t count)
{
	for (uint64_t i = 1; i <= count; i++)
		offer(i, (uint32_t)(i % 200));
	sink_runner_wake(runner);
}

static struct ledger_sink sums(void)
{
	struct ledger_sink sums = { 0 };

	for (int i = 0; i < CPUS; i++) {
		const struct ledger_sink *cell = &ledger->cpus[i].sink[NUMBER];

		/* Each CPU's own numbers add up, too. */
		assert_int_equal(cell->offered, cell->delivered + cell->lost);
		sums.offered += cell->offered;
		sums.delivered += cell->delivered;
		sums.lost += cell->lost;
	}
	return sums;
}

static void stop(void)
{
	sink_runner_stop(runner);
	assert_true(sink_runner_ended(runner, soon(LONG)));
	sink_runner_free(runner);
}

/* Until the sink has come so far. */
#define WAIT_FOR(condition)                                                                        \
	do {                                                                                       \
		pthread_mutex_lock(&fake.mutex);                                                   \
		while (!(condition))                                                               \
			pthread_cond_wait(&fake.changed, &fake.mutex);                             \
		pthread_mutex_unlock(&fake.mutex);                                                 \
	} while (0)

static void let_write(void)
{
	pthread_mutex_lock(&fake.mutex);
	fake.may_write = true;
	pthread_cond_broadcast(&fake.changed);
	pthread_mutex_unlock(&fake.mutex);
}

static void delivers_all(void **state)
{
	struct ledger_sink total;

	(void)state;
	start(&(struct sink_wish){ .queue_bytes = 4 << 20 });
	offer_many(5000);
	stop();
	total = sums();
	assert_int_equal(total.offered, 5000);
	assert_int_equal(total.delivered, 5000);
	assert_int_equal(fake.opens, 1);
	assert_int_equal(fake.closes, 1);
	assert_true(fake.ticks > 0);
}

static void ticks_when_nothing_comes(void **state)
{
	(void)state;
	start(&(struct sink_wish){ 0 });
	WAIT_FOR(fake.ticks >= 3);
	stop();
}

static void counts_what_is_not_delivered(void **state)
{
	(void)state;
	fake.reject = 10;
	start(&(struct sink_wish){ 0 });
	offer_many(1000);
	stop();
	assert_int_equal(sums().delivered, 900);
	assert_int_equal(sums().lost, 100);
}

/* Nobody waits for a sink that stands still: what finds no room is lost, to the sample. */
static void loses_exactly_when_it_stalls(void **state)
{
	uint64_t written;

	(void)state;
	fake.may_write = false;
	start(&(struct sink_wish){ .queue_bytes = 64 * 1024 });
	offer(1, 0);
	sink_runner_wake(runner);
	WAIT_FOR(fake.is_writing);
	for (uint64_t i = 2; i <= 10000; i++)
		offer(i, 100);
	let_write();
	stop();
	written = fake.written;
	assert_int_equal(sums().offered, 10000);
	assert_int_equal(sums().delivered, written);
	assert_in_range(written, 64 * 1024 / 300, 64 * 1024 / 200);
	assert_int_equal(sums().lost, 10000 - written);
	assert_int_equal(fake.at_close.sampled, 10000);
	assert_int_equal(fake.at_close.delivered, written);
	assert_int_equal(fake.at_close.lost, 10000 - written);
}

static void loses_what_a_dead_target_does_not_take(void **state)
{
	struct sink_condition condition;

	(void)state;
	fake.write_error = -ENOSPC;
	start(&(struct sink_wish){ 0 });
	offer_many(300);
	WAIT_FOR(fake.written == 300);
	/* A tick that has nothing to say does not make it better. */
	WAIT_FOR(fake.ticks >= 2);
	sink_runner_condition(runner, &condition);
	assert_true(condition.was_open);
	assert_true(condition.failing);
	assert_int_equal(condition.error, -ENOSPC);
	assert_string_equal(condition.trouble, "the target is full");
	assert_int_equal(condition.lost, 300);
	/* And then there is room again. */
	pthread_mutex_lock(&fake.mutex);
	fake.write_error = 0;
	pthread_mutex_unlock(&fake.mutex);
	offer(301, 0);
	sink_runner_wake(runner);
	WAIT_FOR(fake.written == 301);
	sink_runner_stop(runner);
	assert_true(sink_runner_ended(runner, soon(LONG)));
	sink_runner_condition(runner, &condition);
	assert_false(condition.failing);
	assert_string_equal(condition.trouble, "");
	sink_runner_free(runner);
	assert_int_equal(sums().lost, 300);
	assert_int_equal(sums().delivered, 1);
}

static void opens_again(void **state)
{
	struct sink_condition condition;

	(void)state;
	fake.open_error = -EACCES;
	fake.open_failures = 1;
	assert_int_equal(sink_runner_start(&(struct sink_wish){ 0 }, &operations, ports, &runner,
					   &problem),
			 0);
	/* Before the first try it is not known whether they will be lost: this one waits. */
	offer(1, 0);
	sink_runner_condition(runner, &condition);
	assert_false(condition.failing);
	assert_int_equal(condition.lost, 0);
	sink_runner_let_open(runner);
	WAIT_FOR(fake.opens == 1);
	do {
		sink_runner_condition(runner, &condition);
	} while (!condition.lost);
	/* Counts and words are not told at one moment. */
	sink_runner_condition(runner, &condition);
	assert_true(condition.failing);
	assert_false(condition.was_open);
	assert_int_equal(condition.error, -EACCES);
	assert_string_equal(condition.trouble, "no such target");
	WAIT_FOR(fake.opens == 2);
	do {
		sink_runner_condition(runner, &condition);
	} while (condition.failing);
	offer(2, 0);
	stop();
	assert_int_equal(sums().lost, 1);
	assert_int_equal(sums().delivered, 1);
}

/* One that never opened is not closed, and keeps nobody waiting. */
static void ends_without_having_opened(void **state)
{
	(void)state;
	fake.open_error = -EACCES;
	fake.open_failures = 1000;
	start(&(struct sink_wish){ 0 });
	WAIT_FOR(fake.opens == 1);
	offer_many(1000);
	stop();
	assert_int_equal(sums().lost, 1000);
	assert_int_equal(fake.closes, 0);
	assert_int_equal(fake.written, 0);
}

/* It hangs in write(2): whatever it does when it comes back does not count any more. */
static void gives_up_one_that_hangs(void **state)
{
	struct ledger_sink total;

	(void)state;
	fake.may_write = false;
	start(&(struct sink_wish){ .queue_bytes = 64 * 1024 });
	offer(1, 0);
	sink_runner_wake(runner);
	WAIT_FOR(fake.is_writing);
	for (uint64_t i = 2; i <= 1000; i++)
		offer(i, 100);
	sink_runner_stop(runner);
	assert_false(sink_runner_ended(runner, soon(SECOND / 50)));
	sink_runner_abandon(runner);
	total = sums();
	assert_int_equal(total.offered, 1000);
	assert_int_equal(total.lost, 1000);
	let_write();
	/* Every write is over; its samples are counted no second time. */
	WAIT_FOR(fake.closes);
	assert_int_equal(sums().lost, 1000);
	assert_int_equal(sums().delivered, 0);
}

static void takes_its_own(void **state)
{
	static const struct {
		enum sink_takes takes;
		uint8_t chosen;
		bool wants;
	} rows[] = {
		{ SINK_TAKES_ALL, SAMPLE_BY_CHANCE, true },
		{ SINK_TAKES_ALL, SAMPLE_BY_RECORDER, true },
		{ SINK_TAKES_ALL, SAMPLE_FOLLOWED, true },
		{ SINK_TAKES_CHANCE, SAMPLE_BY_CHANCE, true },
		{ SINK_TAKES_CHANCE, SAMPLE_FOLLOWED, true },
		{ SINK_TAKES_CHANCE, SAMPLE_BY_RECORDER, false },
		{ SINK_TAKES_CHANCE, SAMPLE_BY_RECORDER | SAMPLE_BY_CHANCE, true },
		{ SINK_TAKES_RECORDERS, SAMPLE_BY_RECORDER, true },
		{ SINK_TAKES_RECORDERS, SAMPLE_BY_RECORDER | SAMPLE_FOLLOWED, true },
		{ SINK_TAKES_RECORDERS, SAMPLE_BY_CHANCE, false },
		{ SINK_TAKES_RECORDERS, SAMPLE_FOLLOWED, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct sample sample = { .chosen = rows[i].chosen };

		start(&(struct sink_wish){ .takes = rows[i].takes });
		assert_int_equal(sink_runner_wants(runner, &sample), rows[i].wants);
		stop();
	}
}

/* What the port had counted before does not concern the sink; what comes later does. */
static void counts_from_its_start(void **state)
{
	struct place_counts counts[SAMPLER_PLACE_COUNT] = { 0 };

	(void)state;
	counts[SAMPLER_VERDICT] = (struct place_counts){ .packets = 1000, .ring_lost = 10 };
	port_table_set_counts(ports, port, counts);
	start(&(struct sink_wish){ 0 });
	offer_many(20);
	counts[SAMPLER_VERDICT] = (struct place_counts){ .packets = 5000, .ring_lost = 13 };
	counts[SAMPLER_INGRESS] = (struct place_counts){ .packets = 1, .ring_lost = 1 };
	port_table_set_counts(ports, port, counts);
	stop();
	assert_int_equal(fake.at_close.packets, 4000);
	assert_int_equal(fake.at_close.ring_lost, 3);
	assert_int_equal(fake.at_close.delivered, 20);
	assert_int_equal(fake.at_close.lost, 0);
	assert_int_equal(fake.at_close.sampled, 23);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(delivers_all, setup, teardown),
		cmocka_unit_test_setup_teardown(ticks_when_nothing_comes, setup, teardown),
		cmocka_unit_test_setup_teardown(counts_what_is_not_delivered, setup, teardown),
		cmocka_unit_test_setup_teardown(loses_exactly_when_it_stalls, setup, teardown),
		cmocka_unit_test_setup_teardown(loses_what_a_dead_target_does_not_take, setup,
						teardown),
		cmocka_unit_test_setup_teardown(opens_again, setup, teardown),
		cmocka_unit_test_setup_teardown(ends_without_having_opened, setup, teardown),
		cmocka_unit_test_setup_teardown(gives_up_one_that_hangs, setup, NULL),
		cmocka_unit_test_setup_teardown(takes_its_own, setup, teardown),
		cmocka_unit_test_setup_teardown(counts_from_its_start, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
