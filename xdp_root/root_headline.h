/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XDP_ROOT_HEADLINE_H
#define XDP_ROOT_HEADLINE_H

#include "component.h"

/* As struct component wants it. */
int root_headline(const char *bpffs, char ret_line[COMPONENT_HEADLINE_SIZE],
		  struct problem *problem);

#endif
