// SPDX-License-Identifier: GPL-2.0-only
#include "sink_queue.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

/* So much has come together when the consumer is woken without being asked to. */
#define WAKE_BYTES (64 * 1024)

/* Before each entry. One that would not fit before the end of the memory begins at its start, behind a
 * gap. */
struct header {
	uint32_t size; /* with this header, a multiple of 8 */
	uint32_t is_gap;
};

struct sink_queue {
	pthread_mutex_t mutex; /* for all that follows but `reserved` and `memory` */
	pthread_cond_t filled;
	bool is_waiting;
	bool is_closed;
	uint64_t head;  /* bytes ever put in */
	uint64_t tail;  /* of these, done */
	uint64_t taken; /* of these, in the consumer's hands or done */
	uint64_t reserved;
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

void *sink_queue_reserve(struct sink_queue *queue, size_t size)
{
	size_t whole = (sizeof(struct header) + size + 7) & ~(size_t)7;
	uint64_t begin = queue->head;
	size_t left = queue->size - begin % queue->size;
	size_t gap = whole > left ? left : 0;
	uint64_t tail;

	pthread_mutex_lock(&queue->mutex);
	tail = queue->tail;
	pthread_mutex_unlock(&queue->mutex);
	if (whole < size || whole > queue->size || begin + gap + whole - tail > queue->size)
		return NULL;
	if (gap)
		*header_at(queue, begin) = (struct header){ .size = (uint32_t)gap, .is_gap = 1 };
	*header_at(queue, begin + gap) = (struct header){ .size = (uint32_t)whole };
	queue->reserved = begin + gap + whole;
	return header_at(queue, begin + gap) + 1;
}

void sink_queue_commit(struct sink_queue *queue)
{
	bool wake;

	pthread_mutex_lock(&queue->mutex);
	queue->head = queue->reserved;
	wake = queue->is_waiting && queue->head - queue->taken >= WAKE_BYTES;
	pthread_mutex_unlock(&queue->mutex);
	if (wake)
		pthread_cond_signal(&queue->filled);
}

void sink_queue_wake(struct sink_queue *queue)
{
	bool wake;

	pthread_mutex_lock(&queue->mutex);
	wake = queue->is_waiting && (queue->head != queue->taken || queue->is_closed);
	pthread_mutex_unlock(&queue->mutex);
	if (wake)
		pthread_cond_signal(&queue->filled);
}

void sink_queue_close(struct sink_queue *queue)
{
	pthread_mutex_lock(&queue->mutex);
	queue->is_closed = true;
	pthread_mutex_unlock(&queue->mutex);
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

/* Returns how far the producer has come. */
static uint64_t wait_for_head(struct sink_queue *queue, unsigned int milliseconds)
{
	const struct timespec until = moment_in(milliseconds);
	uint64_t head;
	int err = 0;

	pthread_mutex_lock(&queue->mutex);
	queue->is_waiting = true;
	while (!err && !queue->is_closed && queue->head == queue->taken)
		err = pthread_cond_timedwait(&queue->filled, &queue->mutex, &until);
	queue->is_waiting = false;
	head = queue->head;
	pthread_mutex_unlock(&queue->mutex);
	return head;
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
	pthread_mutex_lock(&queue->mutex);
	queue->taken = position;
	pthread_mutex_unlock(&queue->mutex);
	return count;
}

void sink_queue_done(struct sink_queue *queue)
{
	pthread_mutex_lock(&queue->mutex);
	queue->tail = queue->taken;
	pthread_mutex_unlock(&queue->mutex);
}

void sink_queue_each(struct sink_queue *queue, void (*each)(void *context, void *entry),
		     void *context)
{
	uint64_t position = queue->tail;
	void *entry;

	while ((entry = next_entry(queue, &position, queue->head)))
		each(context, entry);
}
