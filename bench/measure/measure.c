// SPDX-License-Identifier: GPL-2.0-only
#include "measure.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <time.h>

/* Shortest Ethernet frame, without its checksum padded to 64 bytes: IPv4, UDP to port 53. */
static const unsigned char udp[64] = {
	0x02, 0x00, 0x00, 0x00, 0x00, 0x01, 0x02, 0x00, 0x00, 0x00, 0x00, 0x02, 0x08, 0x00,
	0x45, 0x00, 0x00, 0x32, 0x00, 0x01, 0x00, 0x00, 0x40, 0x11, 0x00, 0x00, 192,  0,
	2,    1,    192,  0,    2,    2,    0x30, 0x39, 0x00, 0x35, 0x00, 0x1e, 0x00, 0x00,
};
const struct measure_frame measure_udp = { udp, sizeof(udp) };

#define FIRST_CALLS 16

int measure_pin(unsigned int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return sched_setaffinity(0, sizeof(set), &set) ? -errno : 0;
}

static double thread_time(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static int run(int program, const struct measure_frame *frame, unsigned int repeat,
	       double *ret_duration, double *ret_time)
{
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame->bytes,
		    .data_size_in = frame->length, .repeat = repeat);
	double start = thread_time();
	int err = bpf_prog_test_run_opts(program, &options);

	*ret_time = thread_time() - start;
	*ret_duration = options.duration;
	return err;
}

int measure_packet(int program, const struct measure_frame *frame, unsigned int repeat, bool exact,
		   double *ret_price)
{
	/* The least of all calls: a disturbed one must not make packets look cheap. */
	static double least_call_time;
	double duration, time, unused, call_time;
	int err = run(program, frame, repeat, &duration, &time);

	if (err || exact) {
		*ret_price = duration;
		return err;
	}
	/* The first calls of all are dearer. */
	for (int left = least_call_time == 0 ? FIRST_CALLS : 1; left && !err; left--) {
		err = run(program, frame, 2, &unused, &call_time);
		if (least_call_time == 0 || call_time < least_call_time)
			least_call_time = call_time;
	}
	*ret_price = (time - least_call_time) / repeat;
	return err;
}

uint64_t measure_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static int compare(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return (a > b) - (a < b);
}

double measure_median(double *values, size_t count)
{
	if (!count)
		return 0;
	qsort(values, count, sizeof(*values), compare);
	return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

double measure_minimum(const double *values, size_t count)
{
	double least = count ? values[0] : 0;

	for (size_t i = 1; i < count; i++)
		if (values[i] < least)
			least = values[i];
	return least;
}
