/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XDP_SAMPLER_RECORDER_STATUS_H
#define XDP_SAMPLER_RECORDER_STATUS_H

#include "report.h"
#include "sampler_state.h"

/* The recorders of one interface: an object under its name. */
void recorder_status(struct report *report, const struct sampler_state *state);

/* How many there are, and masks: an object "recorders" in the one that is open. */
void recorder_status_summary(struct report *report, const struct sampler_state *state);

/* What the summary says. */
struct recorder_summary {
	size_t count;
	size_t ended;
	unsigned int masks_ipv4;
	unsigned int masks_ipv6;
};

struct recorder_summary recorder_summary_of(const struct sampler_state *state);

#endif
