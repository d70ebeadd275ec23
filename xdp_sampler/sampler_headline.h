/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XDP_SAMPLER_HEADLINE_H
#define XDP_SAMPLER_HEADLINE_H

#include "component.h"

/* As component.headline. */
int sampler_headline(const char *bpffs, char ret_line[COMPONENT_HEADLINE_SIZE],
		     struct problem *problem);

#endif
