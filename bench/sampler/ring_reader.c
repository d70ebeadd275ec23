// SPDX-License-Identifier: GPL-2.0-only
#include "ring_reader.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define NANOSECONDS 1000000 /* between two looks */

struct ring_view {
	int map;
	uint64_t *consumer;
	const uint64_t *producer;
};

static struct {
	pthread_mutex_t lock;
	struct ring_view *view;
	enum sampler_reader reader;
} watched = { .lock = PTHREAD_MUTEX_INITIALIZER };

struct ring_view *ring_view_open(int map)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	struct ring_view *view = malloc(sizeof(*view));

	if (!view)
		return NULL;
	view->map = map;
	view->consumer = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
	view->producer = mmap(NULL, page, PROT_READ, MAP_SHARED, map, (off_t)page);
	if (view->consumer == MAP_FAILED || view->producer == MAP_FAILED) {
		fprintf(stderr, "bench_sampler: map the ring: %s\n", strerror(errno));
		free(view);
		return NULL;
	}
	return view;
}

void ring_view_close(struct ring_view *view)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	if (!view)
		return;
	munmap(view->consumer, page);
	munmap((void *)view->producer, page);
	free(view);
}

void ring_view_empty(struct ring_view *view)
{
	uint64_t written = __atomic_load_n(view->producer, __ATOMIC_ACQUIRE);

	__atomic_store_n(view->consumer, written, __ATOMIC_RELEASE);
}

/* Waits without the lock: the map outlives every change of what is watched by its own copy. */
static void wait_for_ring(enum sampler_reader reader, int map)
{
	const struct timespec pause = { .tv_nsec = NANOSECONDS };
	struct pollfd ring = { .fd = map, .events = POLLIN };

	if (reader == READ_ON_WAKEUP)
		(void)poll(&ring, 1, 10);
	else
		nanosleep(&pause, NULL);
}

static void *read_rings(void *nothing)
{
	for (;;) {
		enum sampler_reader reader;
		int map;

		pthread_mutex_lock(&watched.lock);
		reader = watched.view ? watched.reader : READ_BETWEEN;
		map = watched.view ? watched.view->map : -1;
		if (reader != READ_BETWEEN)
			ring_view_empty(watched.view);
		pthread_mutex_unlock(&watched.lock);
		wait_for_ring(reader, map);
	}
	return nothing;
}

/* On any CPU but this one. */
static int start(void)
{
	static pthread_t thread;
	pthread_attr_t attributes;
	cpu_set_t mine, others;
	int err;

	if (thread)
		return 0;
	CPU_ZERO(&others);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		CPU_SET(cpu, &others);
	if (sched_getaffinity(0, sizeof(mine), &mine))
		return -errno;
	CPU_XOR(&others, &others, &mine);
	pthread_attr_init(&attributes);
	pthread_attr_setaffinity_np(&attributes, sizeof(others), &others);
	err = -pthread_create(&thread, &attributes, read_rings, NULL);
	pthread_attr_destroy(&attributes);
	return err;
}

int ring_reader_watch(struct ring_view *view, enum sampler_reader reader)
{
	int err = view && reader != READ_BETWEEN ? start() : 0;

	if (err)
		fprintf(stderr, "bench_sampler: start a reader: %s\n", strerror(-err));
	pthread_mutex_lock(&watched.lock);
	watched.view = err ? NULL : view;
	watched.reader = reader;
	pthread_mutex_unlock(&watched.lock);
	return err;
}
