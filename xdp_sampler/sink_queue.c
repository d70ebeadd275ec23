// SPDX-License-Identifier: GPL-2.0-only
#include "sink_queue.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

/* So much has come together when the consumer is woken without being asked to. */
#define WAKE_BYTES (64 * 1024)
/* From where on the producer goes back to the start of the memory when the consumer sleeps: one that keeps
 * up then finds its entries in the cache, not in memory that was last used a whole round ago. */
#define REWIND_BYTES (256 * 1024)

/* Before each entry. One that would not fit before the end of the memory begins at its start, behind a
 * gap. */
struct header {
	uint32_t size; /* with this header, a multiple of 8 */
	uint32_t is_gap;
};

struct sink_queue {
	pthread_mutex_t mutex; /* for waiting only */
	pthread_cond_t filled;
	bool is_waiting;   /* atomic; set under the mutex */
	bool is_closed;    /* atomic */
	uint64_t head;     /* atomic, the producer's: bytes put in since it last began anew */
	uint64_t tail;     /* atomic, the consumer's: of these, done */
	uint64_t taken;    /* the consumer's: of these, in its hands or done */
	uint64_t reserved; /* the producer's */
	size_t size;
	unsigned char *memory;
};

struct sink_queue *sink_queue_new(size_t bytes)
{
	struct sink_queue *queue = calloc(1, sizeof(*queue));
	pthread_condattr_t monotonic;

	if (!queue)
		return NULL;
	queue->size = bytes & ~(size_t)7;
	queue->memory = malloc(queue->size);
	if (!queue->memory) {
		free(queue);
		return NULL;
	}
	pthread_mutex_init(&queue->mutex, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&queue->filled, &monotonic);
	pthread_condattr_destroy(&monotonic);
	return queue;
}

void sink_queue_free(struct sink_queue *queue)
{
	if (!queue)
		return;
	pthread_cond_destroy(&queue->filled);
	pthread_mutex_destroy(&queue->mutex);
	free(queue->memory);
	free(queue);
}

static struct header *header_at(struct sink_queue *queue, uint64_t position)
{
	return (struct header *)(void *)(queue->memory + position % queue->size);
}

/* While the consumer sleeps, with nothing in its hands, all positions are the producer's. */
static void rewind_if_asleep(struct sink_queue *queue)
{
	pthread_mutex_lock(&queue->mutex);
	if (queue->is_waiting && queue->head == queue->tail)
		queue->head = queue->tail = queue->taken = 0;
	pthread_mutex_unlock(&queue->mutex);
}

void *sink_queue_reserve(struct sink_queue *queue, size_t size)
{
	size_t whole = (sizeof(struct header) + size + 7) & ~(size_t)7, left, gap;
	uint64_t begin;

	if (queue->head >= REWIND_BYTES && __atomic_load_n(&queue->is_waiting, __ATOMIC_RELAXED))
		rewind_if_asleep(queue);
	begin = queue->head;
	left = queue->size - begin % queue->size;
	gap = whole > left ? left : 0;
	if (whole < size || whole > queue->size ||
	    begin + gap + whole - __atomic_load_n(&queue->tail, __ATOMIC_ACQUIRE) > queue->size)
		return NULL;
	if (gap)
		*header_at(queue, begin) = (struct header){ .size = (uint32_t)gap, .is_gap = 1 };
	*header_at(queue, begin + gap) = (struct header){ .size = (uint32_t)whole };
	queue->reserved = begin + gap + whole;
	return header_at(queue, begin + gap) + 1;
}

/* Once per sleep, however much comes until the consumer runs. */
static void wake_up(struct sink_queue *queue)
{
	bool wake;

	pthread_mutex_lock(&queue->mutex);
	wake = queue->is_waiting;
	__atomic_store_n(&queue->is_waiting, false, __ATOMIC_RELAXED);
	pthread_mutex_unlock(&queue->mutex);
	if (wake)
		pthread_cond_signal(&queue->filled);
}

void sink_queue_commit(struct sink_queue *queue)
{
	uint64_t tail = __atomic_load_n(&queue->tail, __ATOMIC_RELAXED);

	__atomic_store_n(&queue->head, queue->reserved, __ATOMIC_RELEASE);
	if (queue->reserved - tail >= WAKE_BYTES &&
	    __atomic_load_n(&queue->is_waiting, __ATOMIC_RELAXED))
		wake_up(queue);
}

/* The consumer says that it waits and then looks whether something came; the producer has put something
 * in and now looks whether somebody waits: one of them sees the other. sink_queue_commit() does without
 * the fence, and may miss a consumer that falls asleep at that moment. */
void sink_queue_wake(struct sink_queue *queue)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (__atomic_load_n(&queue->is_waiting, __ATOMIC_RELAXED))
		wake_up(queue);
}

void sink_queue_close(struct sink_queue *queue)
{
	__atomic_store_n(&queue->is_closed, true, __ATOMIC_RELEASE);
	sink_queue_wake(queue);
}

static struct timespec moment_in(unsigned int milliseconds)
{
	struct timespec moment;

	clock_gettime(CLOCK_MONOTONIC, &moment);
	moment.tv_sec += milliseconds / 1000;
	moment.tv_nsec += milliseconds % 1000 * 1000000L;
	if (moment.tv_nsec >= 1000000000L) {
		moment.tv_sec++;
		moment.tv_nsec -= 1000000000L;
	}
	return moment;
}

static uint64_t head_of(struct sink_queue *queue)
{
	return __atomic_load_n(&queue->head, __ATOMIC_ACQUIRE);
}

static bool has_news(struct sink_queue *queue)
{
	return head_of(queue) != queue->taken ||
	       __atomic_load_n(&queue->is_closed, __ATOMIC_ACQUIRE);
}

/* Returns how far the producer has come. */
static uint64_t wait_for_head(struct sink_queue *queue, unsigned int milliseconds)
{
	const struct timespec until = moment_in(milliseconds);
	int err = 0;

	if (has_news(queue))
		return head_of(queue);
	pthread_mutex_lock(&queue->mutex);
	do {
		__atomic_store_n(&queue->is_waiting, true, __ATOMIC_RELAXED);
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		if (!has_news(queue))
			err = pthread_cond_timedwait(&queue->filled, &queue->mutex, &until);
	} while (!err && !has_news(queue));
	__atomic_store_n(&queue->is_waiting, false, __ATOMIC_RELAXED);
	pthread_mutex_unlock(&queue->mutex);
	return head_of(queue);
}

/* Next entry at or behind *position, which moves behind it; NULL: there is none before `head`. */
static void *next_entry(struct sink_queue *queue, uint64_t *position, uint64_t head)
{
	while (*position != head) {
		struct header *header = header_at(queue, *position);

		*position += header->size;
		if (!header->is_gap)
			return header + 1;
	}
	return NULL;
}

size_t sink_queue_take(struct sink_queue *queue, void **ret_entries, size_t size,
		       unsigned int milliseconds)
{
	uint64_t head = wait_for_head(queue, milliseconds);
	uint64_t position = queue->taken;
	size_t count = 0;

	while (count < size && (ret_entries[count] = next_entry(queue, &position, head)))
		count++;
	queue->taken = position;
	return count;
}

void sink_queue_done(struct sink_queue *queue)
{
	__atomic_store_n(&queue->tail, queue->taken, __ATOMIC_RELEASE);
}

void sink_queue_each(struct sink_queue *queue, void (*each)(void *context, void *entry),
		     void *context)
{
	uint64_t position = queue->tail, head = head_of(queue);
	void *entry;

	while ((entry = next_entry(queue, &position, head)))
		each(context, entry);
}
