/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XDP_SAMPLER_SINK_NAME_H
#define XDP_SAMPLER_SINK_NAME_H

#include "sampler_ledger.h"
#include "sink.h"

#define SINK_NAME_SIZE sizeof(((struct ledger_sink_note *)0)->name)

/* The name by which the ledger knows a sink again: its kind and its target. A target that is too long
 * keeps its end, and a number that tells it from others with the same end. */
void sink_name(const struct sink_wish *wish, char ret_name[SINK_NAME_SIZE]);

#endif
