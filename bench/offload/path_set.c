// SPDX-License-Identifier: GPL-2.0-only
#include "path_set.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "measure.h"
#include "offload_subject.h"

#define PATHS 40

static struct path paths[PATHS];

/* The middle half of the values, and the one in the middle. Sorts. */
struct spread {
	double low, median, high;
};

static struct spread spread_of(double *values, size_t count)
{
	const double median = measure_median(values, count);

	return (struct spread){ values[count / 4], median, values[count - 1 - count / 4] };
}

static const struct path *find(enum offload_kind kind, const char *name)
{
	for (size_t i = 0; i < offload_case_count; i++)
		if (paths[i].what && paths[i].what->kind == kind &&
		    !strcmp(paths[i].what->flow.name, name))
			return &paths[i];
	return NULL;
}

/* Of what the peer takes to what this takes, in the same round each. */
static struct spread ratio_of(const double *prices, const double *peer, size_t rounds)
{
	double ratios[PATH_ROUNDS];

	for (size_t i = 0; i < rounds; i++)
		ratios[i] = peer[i] / prices[i];
	return spread_of(ratios, rounds);
}

static void show_promises(enum offload_kind kind, size_t rounds)
{
	for (size_t i = 0; i < offload_promise_count; i++) {
		const struct offload_promise *promise = &offload_promises[i];
		const struct path *one = find(kind, promise->name),
				  *peer = find(kind, promise->peer);
		struct spread ratio;

		if (promise->kind != kind || !one || !peer)
			continue;
		ratio = ratio_of(one->prices, peer->prices, rounds);
		printf("# %s to %s: %.2f (%.2f to %.2f), of the least %.2f", promise->peer,
		       promise->name, ratio.median, ratio.low, ratio.high,
		       measure_minimum(peer->prices, rounds) /
			       measure_minimum(one->prices, rounds));
		if (promise->least > 0)
			printf(", at least %.2f: %s", promise->least,
			       ratio.median >= promise->least ? "holds" : "does not hold");
		if (kind == KIND_TCP) {
			ratio = ratio_of(one->cpu, peer->cpu, rounds);
			printf("; CPU %.2f (%.2f to %.2f)", ratio.median, ratio.low, ratio.high);
		}
		putchar('\n');
	}
}

static void show(enum offload_kind kind, const char *unit, size_t rounds)
{
	double values[PATH_ROUNDS];

	printf("name\tfamily\tleast\tmedian\tlow\thigh\tunit\n");
	for (size_t i = 0; i < offload_case_count; i++) {
		const struct path *path = &paths[i];
		const int family = path->what && path->what->flow.ipv6 ? 6 : 4;
		struct spread spread;

		if (!path->what)
			continue;
		memcpy(values, path->prices, sizeof(values));
		spread = spread_of(values, rounds);
		printf("%s\t%d\t%.0f\t%.0f\t%.0f\t%.0f\t%s\n", path->what->flow.name, family,
		       values[0], spread.median, spread.low, spread.high, unit);
		if (kind != KIND_TCP)
			continue;
		memcpy(values, path->cpu, sizeof(values));
		spread = spread_of(values, rounds);
		printf("%s\t%d\t%.0f\t%.0f\t%.0f\t%.0f\tms of CPU per gigabyte\n",
		       path->what->flow.name, family, values[0], spread.median, spread.low,
		       spread.high);
	}
	show_promises(kind, rounds);
}

int path_set_measure(const struct bench_options *options, enum offload_kind kind, const char *unit,
		     int (*measure)(struct path *path, const struct bench_options *options,
				    size_t round))
{
	int err = offload_case_count > PATHS ? -E2BIG : 0;

	for (size_t i = 0; i < offload_case_count && !err; i++)
		if (offload_cases[i].kind == kind)
			err = path_open(&paths[i], &offload_cases[i], (unsigned int)i,
					options->objects);
	for (size_t round = 0; round < options->rounds && !err; round++) {
		if (isatty(STDERR_FILENO))
			fprintf(stderr, "\rround %zu of %u ", round + 1, options->rounds);
		for (size_t i = 0; i < offload_case_count && !err; i++)
			if (paths[i].what)
				err = measure(&paths[i], options, round);
	}
	for (size_t i = 0; i < offload_case_count && !err; i++)
		if (paths[i].what)
			err = offload_subject_check(&paths[i].subject, paths[i].what);
	if (!err)
		show(kind, unit, options->rounds);
	for (size_t i = 0; i < PATHS; i++)
		path_close(&paths[i]);
	return err;
}
