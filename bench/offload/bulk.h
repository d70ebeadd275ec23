/* SPDX-License-Identifier: GPL-2.0-only */
/* One TCP stream from client to server of a road, as fast as it goes. */
#ifndef BENCH_BULK_H
#define BENCH_BULK_H

#include "flow_case.h"
#include "road.h"

struct bulk {
	double bytes;
	double seconds;
	double cpu; /* seconds of CPU time of both ends and the kernel's threads */
};

struct bulk_wish {
	const struct flow_case
		*what; /* what is sent to the service of its flow 0 must arrive at its server */
	unsigned int milliseconds;
	unsigned int receiver; /* the receiver's CPU; the sender stays where this process is */
};

/* 0 or a negative errno, told on stderr. */
int bulk_run(const struct road *road, const struct bulk_wish *wish, struct bulk *ret_bulk);

#endif
