/* SPDX-License-Identifier: GPL-2.0-only */
/* The ways of dispatching that are compared: one row each. */
#ifndef BENCH_VARIANT_H
#define BENCH_VARIANT_H

#include <stddef.h>
#include "program_set.h"

struct variant {
	const char *program; /* first column of the tables */
	unsigned int slots;  /* how many programs decide about a packet, the root not counted */
	const char *meaning; /* for readers, one line */
	const char *root;    /* objects, as the builder needs them */
	const char *object;
	int (*build)(struct program_set *set, const struct variant *variant);
};

extern const struct variant variants[];
extern const size_t variant_count;

/* Index of a row that exists. */
size_t variant_find(const char *program, unsigned int slots);

#endif
