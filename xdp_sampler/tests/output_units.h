/* SPDX-License-Identifier: GPL-2.0-only */
/* Outputs that are filled with units of ten bytes. Functions fail the test when something else happens
 * than expected. */
#ifndef XDP_SAMPLER_TESTS_OUTPUT_UNITS_H
#define XDP_SAMPLER_TESTS_OUTPUT_UNITS_H

#include <sys/resource.h>
#include "output_file.h"
#include "pcapng_scene.h"

#define UNIT 10 /* bytes */

struct sink_wish wish_of(const char *target);
struct output_file *open_output(const struct scene *scene, const struct sink_wish *wish);

/* Appends units of the letter; returns how many were written. */
size_t append(struct output_file *file, char letter, size_t count, int expected);

/* For scene_until(): whether output_file_ready() succeeds. */
bool is_ready(void *file);

void assert_file(const char *path, const char *expected);

/* Returns what it was before. */
struct rlimit limit_file_size(rlim_t bytes);

#endif
