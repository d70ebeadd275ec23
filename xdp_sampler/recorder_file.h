/* SPDX-License-Identifier: GPL-2.0-only */
/* Files of recorders: one a line.
 *
 *	# a comment, up to the end of the line
 *	10.0.0.0/8 * 192.168.33.11/32 80 TCP
 *	* * * 53 UDP  priority=2 capture=full limit=1000 duration=15m id=7
 *
 * A filter (recorder_filter.h), then any of the options id, priority, capture (bytes or "full"), limit
 * (packets) and duration, in any order, each once. White space around words, empty lines, CRLF, a
 * byte-order mark at the beginning and a last line without an end are fine. */
#ifndef XDP_SAMPLER_RECORDER_FILE_H
#define XDP_SAMPLER_RECORDER_FILE_H

#include <stdio.h>
#include "problem.h"
#include "recorder_set.h"

#define RECORDER_LINE_MAX 1024 /* bytes, without its end */

/* Adds what `stream` holds to `set`, as recorder_set_add() does; what a line does not say is as in
 * recorder_usual(). `name` is for texts. All or nothing: on failure the set is as before. -EINVAL,
 * -EDOM, -EEXIST, -ENOSPC with "NAME: line N: why"; -ENOMEM; or what reading failed with. */
int recorder_file_read(FILE *stream, const char *name, struct recorder_set *set,
		       struct problem *problem);

#endif
