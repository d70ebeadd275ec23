/* SPDX-License-Identifier: GPL-2.0-only */
/* The verbs that change interfaces: --attach, --detach, --set, --reload; and what the front door wants of all at
 * once. */
#ifndef BYPASS_WORK_H
#define BYPASS_WORK_H

#include <stdio.h>
#include "bypass_options.h"
#include "component.h"
#include "problem.h"

extern const struct component bypass_udp_component;

/* What was typed, done; the lists of interfaces in `options` are filled in where it was --configured or --attached. */
int bypass_work_attach(struct bypass_options *options, struct problem *problem);
int bypass_work_detach(struct bypass_options *options, struct problem *problem);
int bypass_work_set(struct bypass_options *options, struct problem *problem);
int bypass_work_reload(struct bypass_options *options, struct problem *problem);

/* component.apply */
int bypass_work_apply(FILE *out, const struct component_apply *wish, struct problem *problem);

#endif
