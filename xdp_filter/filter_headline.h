/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XDP_FILTER_HEADLINE_H
#define XDP_FILTER_HEADLINE_H

#include "component.h"

/* As component.headline. */
int filter_headline(const char *bpffs, char ret_line[COMPONENT_HEADLINE_SIZE],
		    struct problem *problem);

#endif
