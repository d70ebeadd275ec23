/* SPDX-License-Identifier: GPL-2.0-only */
/* write(2) until everything is written or it fails. */
#ifndef XDP_SAMPLER_OUTPUT_WRITE_H
#define XDP_SAMPLER_OUTPUT_WRITE_H

#include <stddef.h>
#include "sink.h"

/* To a file. 0 or negative errno; sets how many bytes were written in either case. */
int output_write_file(int fd, const void *bytes, size_t length, size_t *ret_written);

/* To a pipe, a socket or a terminal, however slow its reader is, in pieces that do not block: the
 * descriptor need not be non-blocking. -ETIMEDOUT: the process is to end (host->stopping()) and for
 * two seconds nothing was read. */
int output_write_stream(int fd, const struct sink_host *host, const void *bytes, size_t length,
			size_t *ret_written);

#endif
