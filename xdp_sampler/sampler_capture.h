/* SPDX-License-Identifier: GPL-2.0-only */
/* The tool for three in the morning: attaches what is missing, shows or writes samples, and leaves
 * everything as it was. */
#ifndef XDP_SAMPLER_CAPTURE_H
#define XDP_SAMPLER_CAPTURE_H

#include <stdint.h>
#include "interface.h"
#include "problem.h"
#include "recorder_layout.h"
#include "sampler_settings.h"
#include "sink.h"

struct capture_wish {
	const char *bpffs;
	const struct interface_list *interfaces;
	/* What to attach where nothing is attached; a sampler that is there is used as it is. The caller
	 * has put the defaults in: rate 1, or 0 with a recorder. */
	const struct sampler_settings *settings;
	const struct recorder *recorder; /* --filter: added (id 0: the next free), and removed at the
					  * end; NULL: none */
	const struct sink_wish *sinks;
	size_t sink_count;
	uint64_t count;       /* samples, 0: no limit */
	uint64_t duration_ns; /* 0: no limit */
};

/* Runs until SIGTERM, SIGINT or a limit, then takes away what it attached and its recorder, says on
 * stderr how many samples were captured and lost, and returns 0.
 *
 * Where a reader is at work already, it hands the samples on: those of the recorder, or without one all
 * that it takes and that have the given verdicts, rows and reasons. Other settings that are given are
 * refused with -EBUSY. All interfaces must have the same reader then. */
int sampler_capture(const struct capture_wish *wish, struct problem *problem);

#endif
