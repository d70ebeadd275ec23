// SPDX-License-Identifier: GPL-2.0-only
#include "bulk.h"
#include "path_set.h"

static void keep_least(double *least, double value, bool first)
{
	if (first || value < *least)
		*least = value;
}

static int measure(struct path *path, const struct bench_options *options, size_t round)
{
	const struct bulk_wish wish = { &path->what->flow, options->milliseconds,
					options->receiver };

	for (int try = 0; try < PATH_TRIES; try++) {
		struct bulk bulk;
		int err = bulk_run(&path->road, &wish, &bulk);

		if (err)
			return err;
		keep_least(&path->prices[round], bulk.seconds * 1000 / (bulk.bytes / 1e9), !try);
		keep_least(&path->cpu[round], bulk.cpu * 1000 / (bulk.bytes / 1e9), !try);
	}
	return 0;
}

int bench_tcp(const struct bench_options *options)
{
	return path_set_measure(options, KIND_TCP, "ms per gigabyte", measure);
}
