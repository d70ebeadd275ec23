// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "sink_queue.h"

#define BATCH 16
#define MANY 300000

static struct sink_queue *queue;
static void *entries[BATCH];

static int setup(void **state)
{
	(void)state;
	queue = sink_queue_new(1024);
	return queue ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	sink_queue_free(queue);
	return 0;
}

static bool put(size_t size, unsigned char filling)
{
	void *entry = sink_queue_reserve(queue, size);

	if (!entry)
		return false;
	assert_int_equal((uintptr_t)entry % 8, 0);
	memset(entry, filling, size);
	sink_queue_commit(queue);
	return true;
}

static unsigned char first_byte(const void *entry)
{
	return *(const unsigned char *)entry;
}

static void comes_out_in_order(void **state)
{
	(void)state;
	for (unsigned char i = 0; i < 5; i++)
		assert_true(put(10u + i, i));
	assert_int_equal(sink_queue_take(queue, entries, 3, 0), 3);
	for (unsigned char i = 0; i < 3; i++)
		assert_int_equal(first_byte(entries[i]), i);
	sink_queue_done(queue);
	assert_int_equal(sink_queue_take(queue, entries, BATCH, 0), 2);
	assert_int_equal(first_byte(entries[0]), 3);
	assert_int_equal(first_byte(entries[1]), 4);
	sink_queue_done(queue);
	assert_int_equal(sink_queue_take(queue, entries, BATCH, 0), 0);
}

/* What is reserved, but not committed, is not there. */
static void shows_what_is_committed(void **state)
{
	(void)state;
	assert_non_null(sink_queue_reserve(queue, 8));
	assert_int_equal(sink_queue_take(queue, entries, BATCH, 0), 0);
	sink_queue_commit(queue);
	assert_int_equal(sink_queue_take(queue, entries, BATCH, 0), 1);
}

static size_t fill(size_t size)
{
	size_t count = 0;

	while (put(size, (unsigned char)count))
		count++;
	return count;
}

static void is_full_until_done(void **state)
{
	(void)state;
	/* Eight bytes go before each. */
	assert_int_equal(fill(120), 1024 / 128);
	assert_int_equal(sink_queue_take(queue, entries, 2, 0), 2);
	/* In the consumer's hands: not yet free. */
	assert_false(put(120, 0));
	sink_queue_done(queue);
	assert_int_equal(fill(120), 2);
}

static void has_limits(void **state)
{
	(void)state;
	assert_null(sink_queue_reserve(queue, 1024));
	assert_null(sink_queue_reserve(queue, SIZE_MAX));
	assert_true(put(1016, 7));
	assert_false(put(0, 0));
	assert_int_equal(sink_queue_take(queue, entries, BATCH, 0), 1);
	assert_int_equal(first_byte(entries[0]), 7);
}

/* One that does not fit before the end begins at the start, and the gap counts as used. */
static void goes_round(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 1000; i++) {
		size_t size = 1 + i * 37 % 300;

		assert_true(put(size, (unsigned char)i));
		assert_int_equal(sink_queue_take(queue, entries, BATCH, 0), 1);
		for (size_t j = 0; j < size; j++)
			assert_int_equal(((unsigned char *)entries[0])[j], (unsigned char)i);
		sink_queue_done(queue);
	}
}

struct follower {
	const unsigned char *lowest, *highest;
	unsigned int count;
	unsigned char next;
	bool is_wrong;
};

static void *follow(void *context)
{
	struct follower *follower = context;
	size_t count;

	do {
		count = sink_queue_take(queue, entries, BATCH, 60000);
		for (size_t i = 0; i < count; i++) {
			const unsigned char *at = entries[i];

			follower->is_wrong |= *at != follower->next++;
			if (!follower->lowest || at < follower->lowest)
				follower->lowest = at;
			if (at > follower->highest)
				follower->highest = at;
		}
		__atomic_fetch_add(&follower->count, (unsigned int)count, __ATOMIC_RELEASE);
		sink_queue_done(queue);
	} while (count);
	return NULL;
}

/* A consumer that keeps up meets the same memory again and again; what comes while it sleeps has all of
 * it, also right behind the start. */
static void goes_back_to_the_start(void **state)
{
	struct sink_queue *small = queue;
	struct follower follower = { 0 };
	pthread_t thread;

	(void)state;
	queue = sink_queue_new(4 << 20);
	assert_non_null(queue);
	assert_int_equal(pthread_create(&thread, NULL, follow, &follower), 0);
	for (unsigned int i = 0; i < 60000; i++) {
		assert_true(put(400, (unsigned char)i));
		sink_queue_wake(queue);
		/* In turns of 600, 240 KiB. */
		while (i % 600 == 599 && __atomic_load_n(&follower.count, __ATOMIC_ACQUIRE) <= i)
			sched_yield();
	}
	sink_queue_close(queue);
	pthread_join(thread, NULL);
	assert_int_equal(follower.count, 60000);
	assert_false(follower.is_wrong);
	assert_true(follower.highest - follower.lowest < 3 << 20);
	sink_queue_free(queue);
	queue = small;
}

static void add_first_byte(void *context, void *entry)
{
	*(unsigned int *)context += first_byte(entry);
}

static void tells_what_is_not_done(void **state)
{
	unsigned int sum = 0;

	(void)state;
	put(8, 1);
	put(8, 10);
	put(8, 100);
	assert_int_equal(sink_queue_take(queue, entries, 1, 0), 1);
	sink_queue_done(queue);
	assert_int_equal(sink_queue_take(queue, entries, 1, 0), 1);
	sink_queue_each(queue, add_first_byte, &sum);
	assert_int_equal(sum, 110);
}

static void *take_one(void *context)
{
	(void)context;
	/* Longer than any test may last. */
	return (void *)sink_queue_take(queue, entries, BATCH, 600 * 1000);
}

static size_t take_while(void (*work)(struct sink_queue *))
{
	pthread_t thread;
	void *count;

	assert_int_equal(pthread_create(&thread, NULL, take_one, NULL), 0);
	work(queue);
	assert_int_equal(pthread_join(thread, &count), 0);
	return (size_t)count;
}

static void put_and_wake(struct sink_queue *its)
{
	assert_true(put(8, 42));
	sink_queue_wake(its);
}

static void ends_waiting(void **state)
{
	(void)state;
	assert_int_equal(take_while(put_and_wake), 1);
	assert_int_equal(first_byte(entries[0]), 42);
	sink_queue_done(queue);
	assert_int_equal(take_while(sink_queue_close), 0);
	/* Closed is closed, but what is there is there. */
	put(8, 1);
	assert_int_equal(take_while(sink_queue_wake), 1);
}

struct numbered {
	uint32_t number;
	uint32_t size;
	unsigned char bytes[];
};

struct received {
	uint64_t count;
	bool is_wrong;
};

static void *receive(void *context)
{
	struct received *received = context;
	uint32_t last = 0;
	size_t count;

	while ((count = sink_queue_take(queue, entries, BATCH, 600 * 1000))) {
		for (size_t i = 0; i < count; i++) {
			const struct numbered *entry = entries[i];

			received->is_wrong |= entry->number <= last;
			for (uint32_t j = 0; j < entry->size; j++)
				received->is_wrong |=
					entry->bytes[j] != (unsigned char)(entry->number + j);
			last = entry->number;
		}
		received->count += count;
		sink_queue_done(queue);
	}
	return NULL;
}

/* Two threads at once: what found room comes out, whole, in order; nothing else does. */
static void keeps_threads_apart(void **state)
{
	struct received received = { 0 };
	uint64_t put_in = 0;
	pthread_t thread;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, receive, &received), 0);
	for (uint32_t i = 1; i <= MANY; i++) {
		uint32_t size = i * 7919 % 97;
		struct numbered *entry = sink_queue_reserve(queue, sizeof(*entry) + size);

		if (!entry) {
			sink_queue_wake(queue);
			continue;
		}
		*entry = (struct numbered){ .number = i, .size = size };
		for (uint32_t j = 0; j < size; j++)
			entry->bytes[j] = (unsigned char)(i + j);
		sink_queue_commit(queue);
		put_in++;
	}
	sink_queue_close(queue);
	pthread_join(thread, NULL);
	assert_int_equal(received.count, put_in);
	assert_false(received.is_wrong);
	assert_in_range(put_in, 1, MANY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(comes_out_in_order, setup, teardown),
		cmocka_unit_test_setup_teardown(shows_what_is_committed, setup, teardown),
		cmocka_unit_test_setup_teardown(is_full_until_done, setup, teardown),
		cmocka_unit_test_setup_teardown(has_limits, setup, teardown),
		cmocka_unit_test_setup_teardown(goes_round, setup, teardown),
		cmocka_unit_test_setup_teardown(goes_back_to_the_start, setup, teardown),
		cmocka_unit_test_setup_teardown(tells_what_is_not_done, setup, teardown),
		cmocka_unit_test_setup_teardown(ends_waiting, setup, teardown),
		cmocka_unit_test_setup_teardown(keeps_threads_apart, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
