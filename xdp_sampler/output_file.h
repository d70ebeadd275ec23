/* SPDX-License-Identifier: GPL-2.0-only */
/* Where a sink writes samples to: a file, a set of files one after the other, a FIFO, or stdout.
 *
 * It is appended to in units (the blocks of a sample, a line). A unit is written whole or not at all:
 * a regular file on a full disk is cut back to the end of the last whole one and continued when there
 * is room again. What a pipe has swallowed nobody can take back: its reader may find half a unit at
 * the end when this process gave up on it. SIGPIPE and SIGXFSZ must be ignored.
 *
 * With a rotation wish, "x.pcapng" becomes "x_00001_20261121190500.pcapng", "x_00002_…" and so on, as
 * dumpcap names them (local time of its creation); counting goes on after the highest number that is
 * there. keep_files removes those with the lowest numbers, whichever process wrote them. Other files
 * are neither overwritten nor followed through symbolic links. Without a rotation wish the file is
 * exactly the one named, emptied if it exists. New files are for their owner only (0600). */
#ifndef XDP_SAMPLER_OUTPUT_FILE_H
#define XDP_SAMPLER_OUTPUT_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "sink.h"

struct output_file;

/* Opens wish->target and begins its first file, so that what cannot work is told at once. A FIFO that
 * nobody reads is no error. `host` lives longer than the file; of `wish` nothing is kept. */
int output_file_open(const struct sink_wish *wish, const struct sink_host *host,
		     struct output_file **ret_file, struct problem *problem);

/* Makes sure there is something to append to: begins the next file of a set, opens the FIFO again.
 * Call it before each batch. 0, or a negative errno with the problem told; after a failure it tries
 * again once a second and tells the same in between. -ENXIO: nobody reads the FIFO. -EPIPE: the reader
 * of stdout is gone for good. */
int output_file_ready(struct output_file *file, struct problem *problem);

/* 1, 2, …: another number after output_file_ready() means that a file or a reader of the FIFO begins,
 * which needs its header. 0: nothing is open. */
uint64_t output_file_section(const struct output_file *file);

/* The next sample belongs into the next file: this one holds samples, and rotate_seconds have passed
 * since its first or, with `samples` more which (with what ends the file) are `bytes` long, it would
 * be larger than wished. Then: append what is pending, output_file_finish(), output_file_ready(). */
bool output_file_full(const struct output_file *file, size_t bytes, size_t samples);

/* The time has come (rotate_seconds) for a file that holds samples. For ticks. */
bool output_file_due(const struct output_file *file);

/* Appends `count` units, a sample each, unit i ending before bytes[ends[i]]. Sets how many were written
 * whole. 0, or a negative errno with the problem told if that is not all of them. */
int output_file_append(struct output_file *file, const void *bytes, const size_t *ends,
		       size_t count, size_t *ret_written, struct problem *problem);

/* Appends one unit that is not a sample (a header, statistics). */
int output_file_append_other(struct output_file *file, const void *bytes, size_t length,
			     struct problem *problem);

/* Closes the file of a set, for output_file_ready() to begin the next. Anything else stays open. */
void output_file_finish(struct output_file *file);

/* The file, FIFO or stdout that is written to, for messages. */
const char *output_file_name(const struct output_file *file);

/* Binary data does not belong there. */
bool output_file_is_terminal(const struct output_file *file);

/* Closes and frees; NULL will do. */
void output_file_close(struct output_file *file);

#endif
