/* SPDX-License-Identifier: GPL-2.0-only */
/* One whole path, ready to be measured. Functions return 0 or a negative errno, told on stderr. */
#ifndef BENCH_OFFLOAD_PATH_H
#define BENCH_OFFLOAD_PATH_H

#include "offload_case.h"
#include "program_set.h"
#include "road.h"

#define PATH_ROUNDS 200
#define PATH_TRIES 3 /* measurements in a round */

struct path {
	const struct offload_case *what; /* NULL: not opened */
	struct road road;
	struct program_set generator, subject, end;
	int links[2]; /* at both devices of the router, -1: none */
	double prices[PATH_ROUNDS];
	double cpu[PATH_ROUNDS]; /* only TCP: CPU time, where the price is time */
};

/* `lab` is the number of the lab, `objects` the folder of the object files. Close it in any case. */
int path_open(struct path *ret_path, const struct offload_case *what, unsigned int lab,
	      const char *objects);
void path_close(struct path *path);

/* Packets that have come to the path's end, modulo 2^32. */
int path_arrived(const struct path *path, unsigned int *ret_packets);

/* Sends frames; *ret_price: nanoseconds for each, that of the generator included. */
int path_send(struct path *path, unsigned int frames, double *ret_price);

/* The same, and all of them must come to the path's end meanwhile. After some that are not counted, the least of
 * PATH_TRIES prices: whatever else the CPU had to do makes them only larger. */
int path_send_all(struct path *path, unsigned int frames, double *ret_price);

#endif
