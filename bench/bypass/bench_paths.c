// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bench_verbs.h"
#include "measure.h"
#include "path.h"

#define PATHS 80

static bool is_asked(const struct bench_options *options, const struct path_case *what)
{
	return options->only ? !strcmp(options->only, what->group) : !what->only_if_asked;
}

/* By turns, each after some frames that are not counted. */
static int measure(struct path *paths, const struct bench_options *options)
{
	const unsigned int repeat = (unsigned int)options->repeat;
	double warm;
	int err = 0;

	for (unsigned int round = 0; round < options->rounds; round++)
		for (size_t i = 0; i < path_case_count && !err; i++) {
			if (!paths[i].what)
				continue;
			err = path_send(&paths[i], repeat / 8 + 1, &warm);
			if (!err)
				err = path_send(&paths[i], repeat, &paths[i].prices[round]);
		}
	return err;
}

static double least(const struct path *paths, const char *name, size_t rounds)
{
	for (size_t i = 0; i < path_case_count; i++)
		if (paths[i].what && !strcmp(paths[i].what->what.name, name))
			return measure_minimum(paths[i].prices, rounds);
	return 0;
}

static void show(struct path *paths, size_t rounds)
{
	printf("name\tfamily\tflows\tleast\tmedian\n");
	for (size_t i = 0; i < path_case_count; i++) {
		const struct flow_case *what = &path_cases[i].what;
		const double minimum = measure_minimum(paths[i].prices, rounds);

		if (paths[i].what)
			printf("%s\t%d\t%u\t%.0f\t%.0f\n", what->name, what->ipv6 ? 6 : 4,
			       what->flows ? what->flows : 1, minimum,
			       measure_median(paths[i].prices, rounds));
	}
}

static void show_promises(const struct path *paths, size_t rounds)
{
	for (size_t i = 0; i < path_promise_count; i++) {
		const struct path_promise *promise = &path_promises[i];
		const double name = least(paths, promise->name, rounds);
		const double peer = least(paths, promise->peer, rounds);

		if (name > 0 && peer > 0)
			printf("# %s to %s: %.3f, at most %.3f: %s\n", promise->name, promise->peer,
			       name / peer, promise->most,
			       name <= peer * promise->most ? "holds" : "does not hold");
	}
}

int bench_paths(const struct bench_options *options)
{
	static struct path paths[PATHS];
	int err = path_case_count > PATHS ? -E2BIG : 0;

	for (size_t i = 0; i < path_case_count && !err; i++)
		if (is_asked(options, &path_cases[i]))
			err = path_open(&paths[i], &path_cases[i], (unsigned int)i,
					options->objects);
	if (!err)
		err = measure(paths, options);
	if (!err)
		show(paths, options->rounds);
	if (!err)
		show_promises(paths, options->rounds);
	for (size_t i = 0; i < PATHS; i++)
		path_close(&paths[i]);
	return err;
}

int bench_labs(const struct bench_options *options)
{
	for (size_t i = 0; i < path_case_count; i++)
		if (is_asked(options, &path_cases[i]))
			printf("%zu %s\n", i, path_cases[i].lab);
	return 0;
}
