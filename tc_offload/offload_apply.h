/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OFFLOAD_APPLY_H
#define OFFLOAD_APPLY_H

#include <stdio.h>
#include "component.h"
#include "problem.h"

/* component.apply */
int offload_apply(FILE *out, const struct component_apply *wish, struct problem *problem);

#endif
