/* SPDX-License-Identifier: GPL-2.0-only */
/* A sampler that is attached, with its maps open. */
#ifndef XDP_SAMPLER_ATTACHED_SAMPLER_H
#define XDP_SAMPLER_ATTACHED_SAMPLER_H

#include "attachment.h"
#include "recorder_maps.h"
#include "sampler_maps.h"
#include "sampler_seats.h"
#include "sampler_settings.h"

struct attached_sampler {
	struct chain chain;
	struct attachment attachment;
	struct sampler_seats seats;
	struct sampler_maps maps;
};

/* To change it: needs the root to be attached, and finishes what a killed loader left. Under the lock.
 * -ENOENT: the sampler is not attached. To be closed by the caller also on failure. */
int attached_sampler_open(struct attached_sampler *sampler, const char *bpffs,
			  const char *interface, struct problem *problem);

/* To look at it only: changes nothing, and works also where no packet reaches it. */
int attached_sampler_look(struct attached_sampler *sampler, const char *bpffs,
			  const char *interface, struct problem *problem);

void attached_sampler_close(struct attached_sampler *sampler);

/* What it is set to, every member; none is given. */
int attached_sampler_settings(const struct attached_sampler *sampler,
			      struct sampler_settings *ret_settings, struct problem *problem);
/* Sets what may change while it is attached: all but places, ring size and slot. */
int attached_sampler_configure(const struct attached_sampler *sampler,
			       const struct sampler_settings *settings, struct problem *problem);

/* The recorders' maps, still the sampler's own. */
struct recorder_maps attached_sampler_recorders(const struct attached_sampler *sampler);
/* Makes the recorders those of `wanted`, and packets meet them. */
int attached_sampler_record(const struct attached_sampler *sampler,
			    const struct recorder_set *wanted, struct problem *problem);

#endif
