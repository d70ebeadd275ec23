/* SPDX-License-Identifier: GPL-2.0-only */
/* The verbs --attach, --detach and --reload. */
#ifndef OFFLOAD_WORK_H
#define OFFLOAD_WORK_H

#include "component.h"
#include "offload_options.h"
#include "problem.h"

extern const struct component tc_offload_component;

/* What was typed, done; where it was --configured the interfaces are filled in. */
int offload_work_attach(struct offload_options *options, struct problem *problem);
int offload_work_detach(struct offload_options *options, struct problem *problem);
int offload_work_reload(struct offload_options *options, struct problem *problem);

#endif
