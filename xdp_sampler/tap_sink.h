/* SPDX-License-Identifier: GPL-2.0-only */
/* A tap: the samples of a reader on their way to a capture beside it. It is one of the reader's sinks
 * (tap_sink_operations): it has a thread, a queue and a seat in the ledger like any other. */
#ifndef XDP_SAMPLER_TAP_SINK_H
#define XDP_SAMPLER_TAP_SINK_H

#include <stdbool.h>
#include "sink.h"
#include "tap_message.h"

struct tap;

/* Of a capture that has asked for this. NULL: no memory. `fd` stays the caller's until the sink was
 * started; from then on both are the sink's, which closes and frees them when it closes. */
struct tap *tap_new(int fd, const struct tap_request *request);
/* Of one that no sink was started for. */
void tap_free(struct tap *tap);

/* Whether the capture asked for this sample. For the main thread. */
bool tap_wants(const struct tap *tap, const struct sample_port *port, const struct sample *sample);

#endif
