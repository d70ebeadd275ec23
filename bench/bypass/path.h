/* SPDX-License-Identifier: GPL-2.0-only */
/* One whole path, ready to be measured. Functions return 0 or a negative errno, told on stderr. */
#ifndef BENCH_PATH_H
#define BENCH_PATH_H

#include "lab.h"
#include "path_case.h"
#include "program_set.h"

#define PATH_ROUNDS 60

struct path {
	const struct path_case *what; /* NULL: not opened */
	struct lab lab;
	struct program_set generator, subject, end;
	double prices[PATH_ROUNDS];
};

/* `lab` is the number of the lab, `objects` the folder of the object files. Close it in any case. */
int path_open(struct path *ret_path, const struct path_case *what, unsigned int lab,
	      const char *objects);
void path_close(struct path *path);

/* Sends frames, all of which must come to the path's end; *ret_price: nanoseconds for each, that of the
 * generator included. */
int path_send(struct path *path, unsigned int frames, double *ret_price);

#endif
