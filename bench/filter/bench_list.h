/* SPDX-License-Identifier: GPL-2.0-only */
/* A random list in all the shapes that the compared programs want it in. Functions return 0 or a
 * negative errno, told on stderr. */
#ifndef BENCH_LIST_H
#define BENCH_LIST_H

#include "sample.h"

struct bench_list {
	int family;
	struct source_list sources;
	int map;     /* the filter's own, see source_layout.h */
	void *image; /* the same, mapped */
	size_t image_size;
};

int bench_list_make(struct bench_list *ret_list, int family, enum sample_kind kind, size_t count);
void bench_list_free(struct bench_list *list);

/* Puts the list into an object's source_lists. */
int bench_list_publish(const struct bench_list *list, int source_lists);

/* Fills a map whose keys are prefixes as LPM tries have them, or, `exact`, addresses. */
int bench_list_fill(const struct bench_list *list, int map, bool exact);

#endif
