/* SPDX-License-Identifier: GPL-2.0-only */
/* Puts the sampler's programs into an interface's chain and takes them out again. Under the lock. */
#ifndef XDP_SAMPLER_ATTACH_H
#define XDP_SAMPLER_ATTACH_H

#include "problem.h"
#include "sampler_settings.h"

/* Loads the programs of settings->places. Where the sampler is attached already, they are replaced:
 * maps, recorders and counters stay, and so do settings that are not given; the program of a place that
 * is given no more is taken away. -EBUSY: a slot or the exit hook belongs to someone else, or the ring
 * would have another size. */
int sampler_attach(const char *bpffs, const char *interface,
		   const struct sampler_settings *settings, struct problem *problem);

/* Takes both away; recorders and counters are gone. -ENOENT: neither is there. */
int sampler_detach(const char *bpffs, const char *interface, struct problem *problem);

#endif
