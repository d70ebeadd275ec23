/* SPDX-License-Identifier: GPL-2.0-only */
/* What tests of files need: a directory, a sink's host that says what it is told to, samples, and what
 * is found in pcapng files. Functions fail the test when something does not work. */
#ifndef XDP_SAMPLER_TESTS_PCAPNG_SCENE_H
#define XDP_SAMPLER_TESTS_PCAPNG_SCENE_H

#include <stdatomic.h>
#include "sink.h"

#define SCENE_PORTS 2
#define SCENE_TIME 1800000000123456789ULL

struct scene {
	char directory[32];
	struct sample_port ports[SCENE_PORTS];
	size_t port_count;
	struct sink_counts counts[SCENE_PORTS][SAMPLER_PLACE_COUNT];
	atomic_bool stopping;
	atomic_uint asked; /* how often whether it is stopping */
	struct sink_host host;
};

/* cmocka's set-up and tear-down of a test: *state is a struct scene. */
int scene_begin(void **state);
int scene_end(void **state);

/* Path of a file in the directory; valid until the eighth call from now. */
const char *scene_path(const struct scene *scene, const char *file);

/* A verdict sample of the first port with that sequence on CPU 0, `captured` bytes that count up from
 * `sequence`; time counts milliseconds. Its sample may be changed; scene_free() frees it. */
struct sample_view scene_sample(const struct scene *scene, uint64_t sequence, uint32_t captured);
struct sample *scene_change(struct sample_view *view);
void scene_free(struct sample_view *views, size_t count);

/* What a command prints; fails the test if it exits with another status. To be freed. */
char *scene_run(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* NULL, or which of the programs that read pcapng is missing. */
const char *scene_readers_missing(void);

/* What is in a file; every block must be whole and sound. Sums over the sections. */
struct scene_blocks {
	size_t sections, interfaces, packets, statistics;
	uint64_t lost_before;                                           /* epb_dropcount */
	uint64_t received, dropped, accepted, dropped_early, delivered; /* of the statistics */
};

struct scene_blocks scene_blocks(const char *path);
/* The same of what was read otherwise, e.g. from a pipe. */
struct scene_blocks scene_blocks_of(const uint8_t *bytes, size_t length);

/* The files of the directory, sorted; "a b c". To be freed. */
char *scene_files(const struct scene *scene);

/* Runs the steps until one of them returns true; fails the test after ten seconds. */
void scene_until(bool (*step)(void *context), void *context);

#endif
