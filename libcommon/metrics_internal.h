/* SPDX-License-Identifier: GPL-2.0-only */
/* For metrics*.c only. */
#ifndef ECBPF_METRICS_INTERNAL_H
#define ECBPF_METRICS_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include "metrics.h"

#define METRICS_SAME_NAME "metric %s: two families have this name"

struct sample {
	uint64_t value;
	char *labels[2 * METRIC_LABELS_MAX + 1]; /* name, value, …, NULL */
};

struct collected {
	const struct metric_family *family;
	char *sample_name;
	struct sample *samples;
	size_t count, room;
};

struct metrics {
	struct collected *collected;
	size_t count, room;
	int err; /* of the first mistake; 0: none */
	struct problem mistake;
};

bool metrics_has_name(const struct metrics *metrics, const char *name);

#endif
