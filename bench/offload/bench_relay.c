// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <time.h>

#include "path_set.h"
#include "run_time.h"

#define BURST 8000 /* what socat's socket holds, which run.sh makes large enough */
#define LOOKS 2000 /* at the counter, five milliseconds between two */

/* Until all that was sent has come out of the relay. */
static int wait_for(const struct path *path, unsigned int before, unsigned int frames)
{
	const struct timespec between = { .tv_nsec = 5000000 };
	unsigned int arrived = 0;

	for (int look = 0; look < LOOKS; look++) {
		int err = path_arrived(path, &arrived);

		if (err || arrived - before >= frames)
			return err;
		(void)nanosleep(&between, NULL);
	}
	fprintf(stderr, "bench_offload: %s: %u of %u frames arrived\n", path->what->flow.name,
		arrived - before, frames);
	return -EIO;
}

/* What the sender and the kernel spend on the way to socat's socket, and socat from there on. */
static int send_through_socat(struct path *path, unsigned int socat, double *ret_price)
{
	const double spent = run_time_of(socat);
	unsigned int before;
	int err = path_arrived(path, &before);

	if (!err)
		err = path_send(path, BURST, ret_price);
	if (!err)
		err = wait_for(path, before, BURST);
	if (!err)
		*ret_price += (run_time_of(socat) - spent) / BURST;
	return err;
}

static int measure(struct path *path, const struct bench_options *options, size_t round)
{
	double *least = &path->prices[round], price = 0;
	int err = 0;

	if (path->what->flow.subject != SUBJECT_KERNEL)
		return path_send_all(path, options->repeat, least);
	for (int try = 0; try < PATH_TRIES && !err; try++) {
		err = send_through_socat(path, options->socat, &price);
		if (!try || price < *least)
			*least = price;
	}
	return err;
}

int bench_relay(const struct bench_options *options)
{
	if (run_time_of(options->socat) <= 0) {
		fprintf(stderr, "bench_offload: no process %u: run.sh starts socat\n",
			options->socat);
		return -ESRCH;
	}
	return path_set_measure(options, KIND_RELAY, "ns of CPU per packet", measure);
}
