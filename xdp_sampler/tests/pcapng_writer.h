/* SPDX-License-Identifier: GPL-2.0-only */
/* A pcapng file that samples of the scene are written to. Functions fail the test when something else
 * happens than expected. */
#ifndef XDP_SAMPLER_TESTS_PCAPNG_WRITER_H
#define XDP_SAMPLER_TESTS_PCAPNG_WRITER_H

#include "pcapng_file.h"
#include "pcapng_scene.h"

struct pcapng_file *open_file(const struct scene *scene, const struct sink_wish *wish);
void close_file(struct pcapng_file *file);

/* Writes samples of 100 bytes with these sequences in one go, and counts as the kernel side and the
 * sink's thread do. Returns how many were delivered; they are the first ones. */
size_t write_samples(struct scene *scene, struct pcapng_file *file, uint64_t first, size_t count,
		     int expected);

/* For scene_until(): whether pcapng_file_tick() succeeds. */
bool write_works(void *file);

#endif
