// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "bench_verbs.h"
#include "frames.h"
#include "measure.h"
#include "monotonic_clock.h"
#include "program_set.h"
#include "traffic.h"

/* A call makes and frees its pages, which takes up to 40 ms however many frames it sends. */
#define BURSTS_A_SECOND 10
#define BILLION 1000000000ULL

static void sleep_until(uint64_t when)
{
	const struct timespec time = { .tv_sec = (time_t)(when / BILLION),
				       .tv_nsec = (long)(when % BILLION) };

	/* The pace of the load, no wait for something: poll interval. */
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) == EINTR)
		;
}

static int send_all(const struct bench_options *options, const struct program_set *generator,
		    unsigned int ifindex)
{
	uint64_t burst = options->rate ? options->rate / BURSTS_A_SECOND + 1 : options->count;
	uint64_t start = monotonic_clock_now(), sent = 0;
	double busy = 0;
	int err = 0;

	while (sent < options->count && !err) {
		uint64_t left = options->count - sent;
		unsigned int frames = (unsigned int)(left < burst ? left : burst);
		double price = 0;

		if (options->rate)
			sleep_until(start + sent * BILLION / options->rate);
		err = traffic_send(generator, ifindex, (unsigned int)options->length, frames,
				   &price);
		busy += price * frames;
		sent += frames;
	}
	printf("sent %llu packets_per_second %.0f nanoseconds_each %.0f\n",
	       (unsigned long long)sent,
	       (double)sent * 1e9 / (double)(monotonic_clock_now() - start), busy / (double)sent);
	return err;
}

int bench_flood(const struct bench_options *options)
{
	static struct traffic_source sources[TRAFFIC_SOURCES];
	struct program_set generator = program_set_empty(options->objects);
	struct frame frame = frame_make(AF_INET, FRAME_UDP);
	unsigned int ifindex = options->interface ? if_nametoindex(options->interface) : 0;
	uint64_t state = 1;
	int err;

	if (!ifindex) {
		fprintf(stderr, "bench_sampler: flood needs --out with an interface\n");
		return -ENODEV;
	}
	for (size_t i = 0; i < TRAFFIC_SOURCES; i++)
		sources[i].word[0] = (uint32_t)measure_random(&state);
	err = traffic_generator(&generator, &frame, AF_INET, ifindex, sources);
	if (!err)
		err = send_all(options, &generator, ifindex);
	program_set_close(&generator);
	return err;
}
