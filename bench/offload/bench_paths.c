// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "path_set.h"

static int measure(struct path *path, const struct bench_options *options, size_t round)
{
	return path_send_all(path, options->repeat, &path->prices[round]);
}

int bench_paths(const struct bench_options *options)
{
	return path_set_measure(options, KIND_PATH, "ns per packet", measure);
}

int bench_labs(const struct bench_options *options)
{
	static const char *const kinds[] = {
		[KIND_PATH] = "paths", [KIND_RELAY] = "relay", [KIND_TCP] = "tcp"
	};

	for (size_t i = 0; i < offload_case_count; i++)
		if (!options->kind || !strcmp(kinds[offload_cases[i].kind], options->kind))
			printf("%zu %s\n", i, offload_cases[i].lab);
	return 0;
}
