/* SPDX-License-Identifier: GPL-2.0-only */
/* Entries on their way from one thread, which never waits, to one other. A limited number of bytes;
 * entries stay where they are until they have been dealt with, so nothing is copied on the way out. */
#ifndef XDP_SAMPLER_SINK_QUEUE_H
#define XDP_SAMPLER_SINK_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

struct sink_queue;

/* NULL: no memory. */
struct sink_queue *sink_queue_new(size_t bytes);
void sink_queue_free(struct sink_queue *queue);

/* Producer: space for an entry of `size` bytes, 8-byte aligned, or NULL if there is no room. The consumer
 * sees it after sink_queue_commit(). */
void *sink_queue_reserve(struct sink_queue *queue, size_t size);
/* Wakes the consumer if enough has come together; else it sleeps on until sink_queue_wake(). */
void sink_queue_commit(struct sink_queue *queue);
void sink_queue_wake(struct sink_queue *queue);
/* Nothing more comes; the consumer gets what is there without waiting. */
void sink_queue_close(struct sink_queue *queue);

/* Consumer: puts at most `size` entries into ret_entries, oldest first, and returns how many; waits at
 * most so long for the first one. 0: none came, or the queue is closed and empty. They are the
 * consumer's until sink_queue_done(), before which nothing more can be taken. */
size_t sink_queue_take(struct sink_queue *queue, void **ret_entries, size_t size,
		       unsigned int milliseconds);
void sink_queue_done(struct sink_queue *queue);

/* Calls `each` for every entry that is not done, also those that were taken. While neither thread uses
 * the queue. */
void sink_queue_each(struct sink_queue *queue, void (*each)(void *context, void *entry),
		     void *context);

#endif
